"""Rules on where the product stands and how large it is: at, just inside and just outside their limits."""

from __future__ import annotations

from typing import Any

import pytest
from builders import FRAME, background, boxed, facts, finding, findings, no_subject, objects, subject
from hypothesis import assume, example, given
from hypothesis import strategies as st

from packshot.image.types import Box, Size
from packshot.look.objects import Objects, Twin
from packshot.look.sides import Sides
from packshot.look.subject import Component
from packshot.rules._telling import percent
from packshot.rules.base import Fixable, Severity

shares = st.floats(0.05, 1.0)


def test_a_photo_without_goods_is_an_error_by_itself() -> None:
    found = finding("no_subject", facts(subject=no_subject()))
    assert found.severity is Severity.ERROR
    assert found.fixable is Fixable.NO


def test_a_doubtful_product_is_a_warning_at_most() -> None:
    assert findings("no_subject", facts(subject=subject(confidence=0.3))) == []
    found = finding("no_subject", facts(subject=subject(confidence=0.29)), severity=Severity.ERROR)
    assert found.severity is Severity.WARNING
    assert found.fixable is Fixable.PARTLY


@pytest.mark.parametrize(
    ("measure", "share"),
    [("long_side", 0.8), ("width", 0.8), ("height", 0.4), ("area", 0.3), ("bbox_area", 0.32)],
)
def test_fill_is_measured_as_the_profile_says(measure: str, share: float) -> None:
    seen = facts(subject=subject(boxed(0.8, 0.4), coverage=0.3))
    assert findings("frame_fill", seen, measure=measure, min_share=share, max_share=share + 1e-9) == []
    assert findings("frame_fill", seen, measure=measure, min_share=share + 0.001)
    assert findings("frame_fill", seen, measure=measure, max_share=share - 0.001)


def test_the_long_side_is_the_one_that_fills_more_of_the_frame() -> None:
    """In a tall frame a product can be taller than wide and still fill more of the width."""
    seen = facts(size=Size(600, 2000), subject=subject(Box(30, 700, 570, 1300)))
    assert findings("frame_fill", seen, min_share=0.9) == []
    assert "width" in str(finding("frame_fill", seen, min_share=0.95).message)


@given(share=shares, less=st.floats(0.1, 1.0), least=shares)
def test_a_smaller_product_never_loses_the_finding(share: float, less: float, least: float) -> None:
    for measure in ("long_side", "width", "height", "bbox_area"):
        if findings(
            "frame_fill", facts(subject=subject(boxed(share, share))), measure=measure, min_share=least
        ):
            smaller = facts(subject=subject(boxed(share * less, share * less)))
            assert findings("frame_fill", smaller, measure=measure, min_share=least)


@given(share=shares, least=st.floats(0, 1), most=st.floats(0, 1))
@example(share=0.05, least=0.05000000000000001, most=1.0)
def test_fill_is_told_once_and_never_as_its_own_limit(share: float, least: float, most: float) -> None:
    assume(least <= most)
    found = findings(
        "frame_fill",
        facts(subject=subject(boxed(0.5, 0.5), coverage=share)),
        measure="area",
        min_share=least,
        max_share=most,
    )
    assert bool(found) == (percent(share) < percent(least) or percent(share) > percent(most))
    for one in found:
        assert one.measured != one.limit


def test_centre_at_and_beyond_the_limit() -> None:
    at = facts(subject=subject(boxed(0.4, 0.4, right=0.1, down=-0.1)))
    assert findings("centering", at) == []
    assert findings("centering", facts(subject=subject(boxed(0.4, 0.4, right=0.102))))
    assert findings("centering", facts(subject=subject(boxed(0.4, 0.4, down=-0.102))))


def test_both_offsets_make_one_finding_that_carries_the_worse() -> None:
    found = finding("centering", facts(subject=subject(boxed(0.2, 0.2, right=0.15, down=0.3))))
    assert found.measured == pytest.approx(30.0)
    assert "right" in str(found.message)
    assert "below" in str(found.message)


@given(offset=st.floats(-0.4, 0.4), farther=st.floats(1, 2), most=st.floats(0, 0.3))
def test_farther_off_never_loses_the_finding(offset: float, farther: float, most: float) -> None:
    limits = {"max_offset_x": most, "max_offset_y": most}
    if findings("centering", facts(subject=subject(boxed(0.2, 0.2, right=offset))), **limits):
        moved = facts(subject=subject(boxed(0.2, 0.2, right=offset * farther)))
        assert findings("centering", moved, **limits)


def test_touching_is_cutting_from_the_limit_on_and_only_at_the_sides_asked() -> None:
    assert findings("subject_cropped", facts(subject=subject(touches=Sides(bottom=0.02)))) == []
    cut = facts(subject=subject(Box(300, 200, 900, 1600), touches=Sides(bottom=0.5)))
    found = finding("subject_cropped", cut)
    assert found.fixable is Fixable.NO
    assert found.boxes[0].bottom == FRAME.height
    assert findings("subject_cropped", cut, sides=("left", "top", "right")) == []


@given(st.builds(Sides, *[st.floats(0, 1)] * 4), st.floats(0, 1))
def test_cropping_speaks_exactly_where_a_side_is_touched_too_much(touches: Sides, most: float) -> None:
    found = findings("subject_cropped", facts(subject=subject(touches=touches)), max_touch=most)
    assert bool(found) == (touches.largest > most)


# --- safe_zone ---------------------------------------------------------------------------------------------

TARGET: dict[str, Any] = {
    "min_gap_px": 1,
    "inner_square": True,
    "tall_from": 1.4,
    "tall_min_gap_px": 5,
    "tall_max_gap_px": 10,
}
"""A marketplace that wants tall goods from edge to edge and all others inside the middle square."""


SQUARE = Size(1600, 1600)


def safe(box: Box, size: Size = SQUARE, **fields: object) -> list[str]:
    seen = facts(size=size, subject=subject(box, size, **fields))
    return [str(found.message) for found in findings("safe_zone", seen, **TARGET)]


@pytest.mark.parametrize(
    ("gap", "fine"), [(8, True), (5, True), (10, True), (3, True), (2, False), (12, True), (13, False)]
)
def test_tall_goods_keep_their_gap_within_the_tolerance(gap: int, fine: bool) -> None:
    assert (safe(Box(500, gap, 1100, 1600 - gap)) == []) is fine


def test_tall_goods_with_one_wrong_gap_are_told() -> None:
    (message,) = safe(Box(500, 8, 1100, 1500))
    assert (
        message
        == "A gap of 100 px is left where the product should nearly touch the side; at most 10 px is fine."
    )


@pytest.mark.parametrize(
    ("box", "fine"),
    [
        (Box(24, 300, 1176, 1300), True),
        (Box(100, 200, 1100, 1400), True),
        (Box(100, 197, 1100, 1400), False),
        (Box(100, 198, 1100, 1402), True),
        (Box(1, 300, 1199, 1300), True),
        (Box(0, 300, 1199, 1300), False),
    ],
)
def test_other_goods_stay_in_the_middle_square_and_off_the_edge(box: Box, fine: bool) -> None:
    assert (safe(box, Size(1200, 1600)) == []) is fine


def test_gaps_scale_with_the_frame() -> None:
    """5–10 px at 1600 px are 10–20 px at 3200 px."""
    assert safe(Box(1000, 16, 2200, 3184), Size(3200, 3200)) == []
    assert safe(Box(1000, 4, 2200, 3184), Size(3200, 3200))
    assert safe(Box(1000, 16, 2200, 3170), Size(3200, 3200))


def test_the_pair_of_sides_that_is_nearer_should_nearly_touch() -> None:
    wide = facts(subject=subject(Box(20, 700, 1180, 900)))
    assert findings("safe_zone", wide, max_gap_px=40) == []
    assert findings("safe_zone", wide, max_gap_px=10)


@given(
    left=st.integers(-50, 1100),
    top=st.integers(-50, 1500),
    width=st.integers(20, 1200),
    height=st.integers(20, 1600),
)
def test_a_place_that_is_fine_stays_fine_in_a_frame_twice_as_large(
    left: int, top: int, width: int, height: int
) -> None:
    box = Box(left, top, left + width, top + height).inside(FRAME)
    assume(not box.is_empty)
    small = safe(box, FRAME)
    large = safe(box.scaled(2), FRAME.scaled(2))
    assert bool(small) == bool(large)


def test_zones_are_left_free_by_each_part_and_not_by_the_box_round_all() -> None:
    corner = ((0.0, 0.0, 0.2, 0.2),)
    parts = (Component(Box(500, 100, 700, 400), 0.5), Component(Box(100, 800, 400, 1200), 0.5))
    apart = subject(Box(100, 100, 700, 1200), components=parts)
    assert findings("safe_zone", facts(subject=apart), zones=corner) == []
    under = facts(subject=subject(Box(100, 100, 700, 1200)))
    found = finding("safe_zone", under, zones=corner)
    assert found.boxes == (Box(100, 100, 240, 320),)


def test_a_product_that_the_frame_cuts_is_placed_only_partly() -> None:
    cut = facts(subject=subject(Box(0, 400, 900, 1200), touches=Sides(left=0.4)))
    found = finding("safe_zone", cut, min_gap_px=20)
    assert found.fixable is Fixable.PARTLY
    assert "Shoot again" in str(found.cure)


# --- several things ----------------------------------------------------------------------------------------


def test_small_things_are_left_out_of_the_count() -> None:
    assert findings("extra_objects", facts(objects=objects(0.981, 0.019))) == []
    found = finding("extra_objects", facts(objects=objects(0.98, 0.02)))
    assert found.boxes == (objects(0.98, 0.02).boxes[1],)


def test_props_are_fine_where_the_profile_says_so() -> None:
    assert findings("extra_objects", facts(objects=objects(0.5, 0.3, 0.2)), allow_props=True) == []
    assert findings("extra_objects", facts(objects=objects(0.5, 0.3, 0.2)), max_objects=3) == []


def test_a_set_is_suspected_and_never_condemned() -> None:
    several = facts(objects=objects(0.5, 0.5), subject=subject(far_apart=True))
    found = finding("extra_objects", several, severity=Severity.ERROR)
    assert found.severity is Severity.WARNING
    assert found.fixable is Fixable.PARTLY
    assert found.confidence <= 0.5
    assert len(found.boxes) == 2


@given(count=st.integers(1, 8), more=st.integers(0, 4), most=st.integers(1, 8))
def test_more_things_never_lose_the_finding(count: int, more: int, most: int) -> None:
    def seen(things: int) -> bool:
        measured = facts(size=Size(4000, 1600), objects=objects(*[1 / things] * things))
        return bool(findings("extra_objects", measured, max_objects=most))

    assert seen(count) == (count > most)
    assert seen(count) <= seen(count + more)


def test_pairs_may_be_mirrored_but_not_copied() -> None:
    left, right = objects(0.5, 0.5).boxes
    mirrored = facts(objects=objects(0.5, 0.5, twins=(Twin(left, right, 0.97, mirrored=True),)))
    copied = facts(objects=objects(0.5, 0.5, twins=(Twin(left, right, 0.97, mirrored=False),)))
    alike = facts(objects=objects(0.5, 0.5, twins=(Twin(left, right, 0.89, mirrored=False),)))
    assert findings("subject_repeated", mirrored) == []
    assert findings("subject_repeated", alike) == []
    assert finding("subject_repeated", copied).boxes == (left, right)


def test_three_copies_are_counted_as_three() -> None:
    a, b, c = objects(0.4, 0.3, 0.3).boxes
    twins = tuple(Twin(first, second, 0.95, mirrored=False) for first, second in ((a, b), (a, c), (b, c)))
    found = finding("subject_repeated", facts(objects=objects(0.4, 0.3, 0.3, twins=twins)))
    assert "seen 3 times" in str(found.message)
    assert len(found.boxes) == 3


def test_a_frame_full_of_product_has_no_ground_to_judge() -> None:
    close = background(colour=(10, 10, 10), seen_share=0.002)
    assert findings("background_color", facts(background=close)) == []


def test_nobody_knows_the_middle_of_a_product_that_the_frame_cuts() -> None:
    low = Box(300, 1000, 900, 1600)
    assert findings("centering", facts(subject=subject(low)))
    assert findings("centering", facts(subject=subject(low, touches=Sides(bottom=0.5)))) == []
    aside = Box(700, 1000, 1150, 1600)
    found = finding("centering", facts(subject=subject(aside, touches=Sides(bottom=0.5))))
    assert "right" in str(found.message)
    assert "below" not in str(found.message)


def test_a_badge_at_the_rim_does_not_cut_the_product() -> None:
    goods = boxed(0.5, 0.6)
    badge = Box(0, 40, 60, 100)
    at_the_rim = {"subject": subject(goods, touches=Sides(left=0.1))}
    small = facts(**at_the_rim, objects=Objects((goods, badge), (0.95, 0.05), ()))
    assert findings("subject_cropped", small) == []
    large = facts(**at_the_rim, objects=Objects((goods, badge), (0.6, 0.4), ()))
    assert findings("subject_cropped", large)
