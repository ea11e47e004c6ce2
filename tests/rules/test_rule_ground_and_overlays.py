"""Rules on the ground and on what was laid over the photo."""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    background,
    border,
    facts,
    finding,
    findings,
    marks,
    no_subject,
    panels,
    piece,
    subject,
    text,
)
from hypothesis import given
from hypothesis import strategies as st

from packshot.image.types import Box
from packshot.look.subject import Origin
from packshot.rules.base import Fixable


def ground(*colour: int, **fields: float) -> dict[str, Any]:
    return {"background": background(colour=colour, **fields)}


def test_any_of_the_allowed_colours_is_fine() -> None:
    both = {"colours": ("#F5F4F2", "#D1CECB")}
    assert findings("background_color", facts(**ground(245, 244, 242)), **both) == []
    assert findings("background_color", facts(**ground(210, 206, 203)), **both) == []
    found = finding("background_color", facts(**ground(228, 225, 222)), **both)
    assert found.fixable is Fixable.YES
    assert "#F5F4F2 / #D1CECB" in str(found.cure)


def test_no_colours_asked_for_means_that_every_colour_is_fine() -> None:
    assert findings("background_color", facts(**ground(90, 10, 10)), colours=()) == []


@given(level=st.integers(0, 255), lower=st.integers(0, 255), most=st.floats(0, 60))
def test_a_greyer_ground_never_loses_the_finding(level: int, lower: int, most: float) -> None:
    dark, light = sorted((level, lower))
    if findings("background_color", facts(**ground(light, light, light)), max_delta_e=most):
        assert findings("background_color", facts(**ground(dark, dark, dark)), max_delta_e=most)


def test_the_exact_share_counts_only_round_the_wanted_colour() -> None:
    wanted = {"colours": ("#D1CECB",), "min_exact_share": 0.9, "max_delta_e": 3.0}
    one_level = facts(**ground(210, 206, 203, exact_share=0.97))
    two_levels = facts(**ground(211, 206, 203, exact_share=0.97))
    assert findings("background_color", one_level, **wanted) == []
    assert finding("background_color", two_levels, **wanted).measured == 0.0


def test_one_wrong_ground_is_told_once() -> None:
    grey = facts(**ground(200, 200, 200, exact_share=0.1, white_share=0.0, pure_white_share=0.0))
    found = finding(
        "background_color", grey, min_exact_share=0.9, min_white_share=0.9, min_pure_white_share=0.9
    )
    assert found.unit == "ΔE"


def test_a_transparent_ground_counts_where_the_profile_says_so() -> None:
    cut_out = facts(alpha=True, subject=subject(origin=Origin.ALPHA), **ground(0, 0, 0))
    assert findings("background_color", cut_out, transparent_is_fine=True) == []
    assert findings("background_color", cut_out)


def test_the_ground_of_an_empty_photo_is_judged_too() -> None:
    assert findings("background_color", facts(subject=no_subject(), **ground(120, 90, 60)))


def test_clutter_is_told_before_what_it_causes() -> None:
    busy = facts(background=background(clutter=0.4, span=40.0, evenness=30.0))
    assert "Pattern" in str(finding("background_clutter", busy).message)


@pytest.mark.parametrize(("field", "limit"), [("clutter", 0.05), ("span", 12.0), ("evenness", 6.0)])
def test_clutter_at_and_beyond_its_limits(field: str, limit: float) -> None:
    assert findings("background_clutter", facts(background=background(**{field: limit}))) == []
    assert findings("background_clutter", facts(background=background(**{field: limit * 1.001})))


# --- text --------------------------------------------------------------------------------------------------


def test_a_label_on_the_goods_is_not_overlaid() -> None:
    assert findings("overlaid_text", facts(text=text(piece(on_product=0.9, overlaid=0.1)))) == []


@pytest.mark.parametrize(
    ("on_product", "fixable"), [((0.0,), Fixable.YES), ((1.0,), Fixable.NO), ((0.0, 1.0), Fixable.PARTLY)]
)
def test_text_over_the_goods_is_not_painted_out(on_product: tuple[float, ...], fixable: Fixable) -> None:
    seen = facts(text=text(*(piece(on_product=share, overlaid=0.9) for share in on_product)))
    assert finding("overlaid_text", seen).fixable is fixable


def test_doubtful_letters_are_left_out() -> None:
    assert findings("overlaid_text", facts(text=text(piece(confidence=0.49)))) == []
    assert findings("overlaid_text", facts(text=text(piece(confidence=0.5))))


def test_zones_of_the_marketplace_are_left_out() -> None:
    corner = ((0.0, 0.0, 0.5, 0.1),)
    assert findings("overlaid_text", facts(text=text(piece())), ignore_zones=corner) == []
    lower = facts(text=text(piece(Box(40, 140, 340, 240))))
    assert findings("overlaid_text", lower, ignore_zones=corner)


def test_a_set_area_replaces_the_count_and_the_other_way_round() -> None:
    small = facts(text=text(piece(Box(0, 0, 100, 100)), piece(Box(200, 0, 300, 100))))
    assert findings("overlaid_text", small)
    assert findings("overlaid_text", small, max_area_share=0.05) == []
    assert findings("overlaid_text", small, max_boxes=2) == []
    large = facts(text=text(piece(Box(0, 0, 1200, 400))))
    assert findings("overlaid_text", large, max_area_share=0.05)
    assert findings("overlaid_text", large, max_boxes=2) == []
    assert findings("overlaid_text", large, max_boxes=2, max_area_share=0.05)


@given(count=st.integers(0, 6), more=st.integers(0, 3), most=st.integers(0, 6))
def test_more_text_never_loses_the_finding(count: int, more: int, most: int) -> None:
    def seen(pieces: int) -> bool:
        return bool(findings("overlaid_text", facts(text=text(*[piece()] * pieces)), max_boxes=most))

    assert seen(count) == (count > most)
    assert seen(count) <= seen(count + more)


# --- marks, frames, collages -------------------------------------------------------------------------------


def test_a_mark_beside_the_goods_can_go_and_one_over_them_stays() -> None:
    assert finding("watermark", facts(marks=marks(Box(0, 0, 80, 40)))).fixable is Fixable.YES
    assert finding("watermark", facts(marks=marks(Box(500, 700, 700, 800)))).fixable is Fixable.NO
    assert finding("watermark", facts(marks=marks(repeated=True))).fixable is Fixable.NO
    nothing = facts(subject=no_subject(), marks=marks(Box(0, 0, 80, 40)))
    assert finding("watermark", nothing).fixable is Fixable.NO


@given(st.floats(0, 1), st.floats(0, 1))
def test_marks_and_collages_speak_from_their_confidence_on(confidence: float, least: float) -> None:
    seen = facts(
        marks=marks(Box(0, 0, 80, 40), confidence=confidence),
        frame=panels(Box(0, 0, 600, 1600), Box(600, 0, 1200, 1600), confidence=confidence),
    )
    for name in ("watermark", "collage"):
        assert bool(findings(name, seen, min_confidence=least)) == (confidence >= least)


def test_a_mark_without_a_place_is_not_told() -> None:
    assert findings("watermark", facts(marks=marks())) == []
    assert findings("collage", facts(frame=panels())) == []


def test_bands_are_shown_where_they_lie() -> None:
    found = finding("border_frame", facts(frame=border(left=7, bottom=20)), max_px=7)
    assert found.boxes == (Box(0, 1580, 1200, 1600),)
    assert findings("border_frame", facts(frame=border(left=7, bottom=20)), max_px=20) == []


def test_without_a_product_no_ground_can_be_laid_under_it() -> None:
    nothing = facts(
        subject=no_subject(),
        background=background(colour=(90, 90, 90), clutter=0.5),
        frame=border(20, 20, 20, 20),
        text=text(piece()),
    )
    for name in ("background_color", "background_clutter", "border_frame", "overlaid_text"):
        assert finding(name, nothing).fixable is Fixable.NO


def test_nothing_allowed_is_said_so_and_not_as_a_nought() -> None:
    assert str(finding("overlaid_text", facts(text=text(piece()))).message).endswith("none is allowed.")
    assert str(finding("border_frame", facts(frame=border(20, 20, 20, 20))).message).endswith(
        "none is allowed."
    )
    some = finding("overlaid_text", facts(text=text(piece(), piece(), piece())), max_boxes=2)
    assert str(some.message) == "3 pieces of text are laid over the photo; at most 2 is fine."
