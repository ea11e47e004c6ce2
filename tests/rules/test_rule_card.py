"""Rules over the photos of one card."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders import boxed, facts, no_subject, subject
from hypothesis import given
from hypothesis import strategies as st

from packshot.image.types import Size
from packshot.look.facts import Facts
from packshot.look.palette import Palette, Swatch
from packshot.look.sides import Sides
from packshot.rules.base import CARD, RULES, Finding, Judged, Severity
from packshot.words import say

RED, DARK_RED, BLUE, GREY = (190, 20, 30), (120, 15, 25), (20, 60, 180), (128, 128, 128)


def palette(*colours: tuple[int, int, int]) -> Palette:
    return Palette(tuple(Swatch(colour, 1 / len(colours), "", "") for colour in colours))


def faults(errors: int, warnings: int = 0) -> tuple[Finding, ...]:
    told = [Severity.ERROR] * errors + [Severity.WARNING] * warnings
    return tuple(Finding("a_rule", severity, say("x"), say("y"), 1.0, 0.0) for severity in told)


def photo(errors: int = 0, warnings: int = 0, **known: Any) -> Judged:
    known.setdefault("palette", palette(RED))
    return Judged(facts(**known), faults(errors, warnings))


def told(name: str, *photos: Judged, **limits: Any) -> dict[str, list[Finding]]:
    judge = RULES[name].judge_card
    assert judge is not None
    card = {f"{number}.jpg": one for number, one in enumerate(photos, start=1)}
    return {key: found for key, found in judge(card, RULES[name].limit(**limits)).items() if found}


NAMES = ("main_photo", "photo_count", "same_good", "same_ratio")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [0, 1, 5])
def test_equal_good_photos_are_left_in_peace(name: str, count: int) -> None:
    assert told(name, *(photo() for _ in range(count))) == {}


# ---- photo_count -------------------------------------------------------------------------------------------


@given(st.integers(0, 40), st.integers(0, 20), st.integers(20, 30))
def test_the_card_is_told_exactly_outside_its_limits(count: int, fewest: int, most: int) -> None:
    found = told("photo_count", *[photo()] * count, min_photos=fewest, max_photos=most)
    assert list(found) == ([] if fewest <= count <= most else [CARD])
    for one in found.get(CARD, []):
        assert one.measured == count
        assert one.limit == (fewest if count < fewest else most)


# ---- same_ratio --------------------------------------------------------------------------------------------


def test_another_shape_than_the_first_is_told_at_each_photo() -> None:
    shapes = [Size(900, 1200), Size(1200, 1600), Size(1600, 1200), Size(1000, 1000), Size(905, 1200)]
    assert list(told("same_ratio", *(photo(size=size) for size in shapes))) == ["3.jpg", "4.jpg"]


# ---- main_photo --------------------------------------------------------------------------------------------


def test_a_photo_with_fewer_faults_is_named_and_the_cleanest_of_several() -> None:
    found = told("main_photo", photo(2), photo(1), photo(0, 3), photo(0, 1))
    assert list(found) == ["1.jpg"]
    assert str(found["1.jpg"][0].message).startswith("4.jpg would make the better main photo: 0 errors")


def test_an_error_weighs_more_than_any_number_of_warnings() -> None:
    assert told("main_photo", photo(0, 9), photo(1, 0)) == {}


def test_a_cut_photo_or_one_without_product_is_never_named() -> None:
    cut = replace(subject(), touches=Sides(left=0.2))
    assert told("main_photo", photo(3), photo(subject=cut), photo(subject=no_subject())) == {}


def test_of_equal_photos_a_much_larger_product_is_named() -> None:
    small, large = subject(boxed(0.3, 0.3)), subject(boxed(0.8, 0.6))
    assert list(told("main_photo", photo(subject=small), photo(subject=large))) == ["1.jpg"]
    assert told("main_photo", photo(subject=small), photo(subject=large), larger_by=10.0) == {}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6))
def test_only_the_first_is_told_and_only_for_a_better_one(counts: list[tuple[int, int]]) -> None:
    found = told("main_photo", *(photo(*count) for count in counts))
    assert list(found) == (["1.jpg"] if min(counts) < counts[0] else [])


# ---- same_good ---------------------------------------------------------------------------------------------


def test_another_colour_is_told_and_a_shade_or_a_part_is_not() -> None:
    main = photo(palette=palette(RED, GREY))
    others = [photo(palette=palette(*some)) for some in ((BLUE,), (DARK_RED,), (GREY,), (RED, BLUE))]
    assert list(told("same_good", main, *others)) == ["2.jpg"]


@pytest.mark.parametrize(
    "unsure",
    [
        {"subject": subject(confidence=0.3)},
        {"subject": no_subject()},
        {"subject": replace(subject(), touches=Sides(top=0.4))},
        {"palette": Palette(())},
    ],
    ids=["unsure", "none", "a detail", "no colours"],
)
def test_doubt_is_silent(unsure: dict[str, Any]) -> None:
    known: dict[str, Any] = {"palette": palette(BLUE), **unsure}
    assert told("same_good", photo(), photo(**known)) == {}


def test_facts_of_a_card_need_no_pixels() -> None:
    assert isinstance(photo().facts, Facts)
