"""Rules on the file and on the light: what is read from the header, and what is measured on the goods."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import SOURCE, facts, finding, findings, glance, line, quality, reading, subject, tone
from hypothesis import given
from hypothesis import strategies as st

from packshot.image.types import Size
from packshot.rules.aspect_ratio import shape_of
from packshot.rules.base import Fixable, Severity
from packshot.rules.file_size import weight

sides = st.integers(1, 12_000)
sizes = st.builds(Size, sides, sides)


@pytest.mark.parametrize("limit", ["min_width", "min_height", "min_long_side", "min_short_side"])
def test_size_at_and_below_its_limit(limit: str) -> None:
    assert findings("image_size", facts(size=Size(900, 900)), **{limit: 900}) == []
    assert findings("image_size", facts(size=Size(899, 899)), **{limit: 900})


def test_the_worst_of_several_short_sides_is_told_once() -> None:
    found = finding(
        "image_size", facts(size=Size(600, 700)), min_width=900, min_height=1200, min_short_side=500
    )
    assert found.message.in_("en").startswith("The photo is 700 px high")


@given(size=sizes, factor=st.floats(0.01, 1), least=sides)
def test_a_smaller_photo_never_loses_the_finding(size: Size, factor: float, least: int) -> None:
    for limit in ("min_width", "min_height", "min_long_side", "min_short_side"):
        if findings("image_size", facts(size=size), **{limit: least}):
            assert findings("image_size", facts(size=size.scaled(factor)), **{limit: least})


def test_a_recommendation_is_advice_and_gives_way_to_a_demand() -> None:
    limits = {"severity": Severity.ERROR, "min_short_side": 900, "recommended_short_side": 1500}
    assert finding("image_size", facts(), **limits).severity is Severity.ADVICE
    assert finding("image_size", facts(size=Size(800, 800)), **limits).severity is Severity.ERROR
    assert findings("image_size", facts(size=Size(1500, 2000)), **limits) == []


def test_an_exact_size_is_exact() -> None:
    assert findings("image_size", facts(size=Size(762, 1100)), exact=(762, 1100)) == []
    assert finding("image_size", facts(size=Size(763, 1100)), exact=(762, 1100)).fixable is Fixable.YES
    assert finding("image_size", facts(size=Size(761, 1100)), exact=(762, 1100)).fixable is Fixable.PARTLY


def test_a_photo_can_be_too_narrow_and_too_long_at_once() -> None:
    found = findings("image_size", facts(size=Size(300, 9000)), min_width=700, max_long_side=8000)
    assert [one.fixable for one in found] == [Fixable.PARTLY, Fixable.YES]


def test_shape_within_and_beyond_the_tolerance() -> None:
    limits = {"ratios": (0.75,), "tolerance": 0.02}
    assert findings("aspect_ratio", facts(size=Size(900, 1200)), **limits) == []
    assert findings("aspect_ratio", facts(size=Size(918, 1200)), **limits) == []
    assert findings("aspect_ratio", facts(size=Size(919, 1200)), **limits)
    assert findings("aspect_ratio", facts(size=Size(1200, 900)), **limits)


@given(sizes)
def test_no_shape_asked_for_means_that_every_shape_is_fine(size: Size) -> None:
    assert findings("aspect_ratio", facts(size=size)) == []


@given(sizes, st.floats(0.1, 10))
def test_a_photo_of_a_shape_never_breaks_that_shape(size: Size, wanted: float) -> None:
    assert findings("aspect_ratio", facts(size=size), ratios=(size.ratio, wanted)) == []
    assert findings("aspect_ratio", facts(size=size), min_ratio=size.ratio, max_ratio=size.ratio) == []


@pytest.mark.parametrize(
    ("ratio", "said"), [(1, "1:1"), (0.75, "3:4"), (16 / 9, "16:9"), (762 / 1100, "9:13"), (0.001, "1:1000")]
)
def test_shapes_are_said_as_people_do(ratio: float, said: str) -> None:
    assert str(shape_of(ratio)) == said


@given(st.floats(0.001, 1000))
def test_every_shape_can_be_said(ratio: float) -> None:
    assert ":" in str(shape_of(ratio))


@pytest.mark.parametrize(
    ("kind", "extension"), [("jpeg", "JPG"), ("jpeg", "jpeg"), ("png", "png"), ("jpeg", "")]
)
def test_a_format_has_several_names(kind: str, extension: str) -> None:
    source = replace(SOURCE, format=kind, extension=extension)
    assert findings("file_format", facts(source=source), allowed=("jpg", "PNG")) == []


def test_a_wrong_name_is_told_only_for_a_format_that_is_taken() -> None:
    wrong = facts(source=replace(SOURCE, format="png", extension="jpg"))
    assert "yet the file is a PNG" in str(finding("file_format", wrong).message)
    assert findings("file_format", wrong, match_extension=False) == []
    assert "the marketplace takes JPEG" in str(finding("file_format", wrong, allowed=("jpeg",)).message)


def test_pixels_without_a_file_have_neither_format_nor_weight() -> None:
    pixels = facts(
        source=replace(SOURCE, format="array", extension="", size_bytes=99_000_000, jpeg_quality=None)
    )
    assert findings("file_format", pixels, allowed=("jpeg",)) == []
    assert findings("file_size", pixels, max_bytes=1, min_bytes=10**9) == []
    assert findings("jpeg_quality", pixels, min_quality=100) == []


@given(size=st.integers(1, 10**9), limit=st.integers(1, 10**9))
def test_weight_breaks_exactly_beyond_its_limit(size: int, limit: int) -> None:
    heavy = facts(source=replace(SOURCE, size_bytes=size))
    assert bool(findings("file_size", heavy, max_bytes=limit)) == (size > limit)
    assert bool(findings("file_size", heavy, min_bytes=limit)) == (size < limit)


@given(size=st.integers(1, 10**9), limit=st.integers(1, 10**9))
def test_two_weights_are_never_said_alike_unless_they_are(size: int, limit: int) -> None:
    said, asked = str(weight(size, limit)), str(weight(limit, size))
    assert (said == asked) <= (abs(size - limit) < 20_000)
    assert size == limit or said != str(weight(limit)) or not said.endswith("MB")


@given(quality=st.integers(1, 100), least=st.integers(0, 100))
def test_quality_breaks_exactly_below_its_limit(quality: int, least: int) -> None:
    saved = facts(source=replace(SOURCE, jpeg_quality=quality))
    assert bool(findings("jpeg_quality", saved, min_quality=least)) == (quality < least)


def test_enlarged_and_blurred_are_one_cause() -> None:
    soft = facts(quality=quality(sharpness=3.0, true_scale=0.3))
    found = finding("sharpness", soft, min_sharpness=20, min_true_scale=0.7)
    assert "enlarged" in str(found.message)
    assert found.fixable is Fixable.PARTLY
    assert finding("sharpness", soft, min_sharpness=20).fixable is Fixable.NO


@given(value=st.floats(0, 100), worse=st.floats(0, 100), least=st.floats(0, 100))
def test_blur_and_darkness_never_lose_their_finding(value: float, worse: float, least: float) -> None:
    low, high = sorted((value, worse))
    if findings("sharpness", facts(quality=quality(sharpness=high)), min_sharpness=least):
        assert findings("sharpness", facts(quality=quality(sharpness=low)), min_sharpness=least)
    if findings("exposure", facts(tone=tone(median_l=high)), min_median_l=least):
        assert findings("exposure", facts(tone=tone(median_l=low)), min_median_l=least)


def test_a_cast_needs_both_strength_and_confidence() -> None:
    tinted = tone(cast_a=6.0, cast_b=8.0)
    assert findings("color_cast", facts(tone=tinted), max_cast=10.0) == []
    assert findings("color_cast", facts(tone=tinted), max_cast=9.99)
    assert findings("color_cast", facts(tone=replace(tinted, cast_confidence=0.49)), max_cast=5.0) == []


def test_drowned_is_not_told_beside_dark() -> None:
    night = facts(tone=tone(median_l=5.0, clipped_dark=0.9))
    assert "is dark" in str(finding("exposure", night, min_median_l=20, max_clipped_dark=0.2).message)


def test_wrong_light_is_advice_unless_the_profile_says_more() -> None:
    dark = facts(tone=tone(median_l=5.0))
    assert finding("exposure", dark, min_median_l=20).severity is Severity.ADVICE
    assert finding("exposure", dark, min_median_l=20, severity=Severity.ERROR).severity is Severity.ERROR


def test_alpha_is_told_only_where_a_solid_ground_is_asked_for() -> None:
    assert findings("alpha_present", facts(alpha=True)) == []
    assert findings("alpha_present", facts(), allowed=False) == []
    assert findings("alpha_present", facts(alpha=True), allowed=False)


def test_a_generated_picture_is_told_and_its_mark_is_kept() -> None:
    made = facts(source=replace(SOURCE, ai_made="trainedAlgorithmicMedia"))
    assert findings("ai_marked", facts(), allowed=False, ask_mark=True) == []
    informed = finding("ai_marked", made, severity=Severity.ERROR)
    assert informed.severity is Severity.ADVICE
    assert "keeps the mark" in str(informed.cure)
    assert "asks that the mark stays" in str(finding("ai_marked", made, ask_mark=True).message)
    assert finding("ai_marked", made, allowed=False, severity=Severity.ERROR).severity is Severity.ERROR


def test_scale_is_asked_for_where_nothing_shows_it_and_as_an_advice_only() -> None:
    assert findings("scale_marker", facts(subject=subject())) == []
    found = finding("scale_marker", facts(), required=True, severity=Severity.ERROR)
    assert found.severity is Severity.ADVICE


@pytest.mark.parametrize("said", ["25 см", "10cm", "250 мм", "Ø 8,5 cm", "7.9″", "5 inches", "H 30 mm, W 20"])
def test_a_figure_with_a_unit_shows_the_size(said: str) -> None:
    assert findings("scale_marker", facts(reading=reading(line(said))), required=True) == []


@pytest.mark.parametrize("said", ["25", "100 % хлопок", "500 ml", "5 in 1", "24 cmyk", "1990 ₽", "M 25", ""])
def test_other_figures_do_not(said: str) -> None:
    assert len(findings("scale_marker", facts(reading=reading(line(said))), required=True)) == 1


def test_a_hand_shows_the_size() -> None:
    assert findings("scale_marker", facts(glance=glance(person="part")), required=True) == []


def test_black_goods_are_not_called_a_dark_photo() -> None:
    black = facts(tone=tone(median_l=5.0, brightest=98.0))
    assert findings("exposure", black, min_brightest=65) == []
    dim = finding(
        "exposure", facts(tone=tone(median_l=12.0, brightest=50.0)), min_brightest=65, min_median_l=20
    )
    assert "whole photo is dark" in str(dim.message)


def test_smooth_goods_with_crisp_edges_were_not_enlarged() -> None:
    smooth = facts(quality=quality(sharpness=48.0, true_scale=0.4))
    assert findings("sharpness", smooth, min_true_scale=0.45, crisp_from=33) == []
    assert findings("sharpness", smooth, min_true_scale=0.45, crisp_from=50)
