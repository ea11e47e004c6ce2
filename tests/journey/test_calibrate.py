"""A fitted limit separates what it was shown and claims no more than the photos carry."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "rules"))
from builders import background, boxed, facts, quality, subject

from packshot.errors import Refused
from packshot.journey.calibrate import Curve, Labelled, chosen, curves, fewest, labelled, wilson
from packshot.look.facts import Facts
from packshot.rules.base import RULES
from packshot.rules.probe import Asks


def sorted_by(
    rule: str, made: Callable[[float], Facts], values: Iterable[tuple[float, bool]]
) -> list[Labelled]:
    one = RULES[rule]
    return [
        labelled(f"{number}.jpg", made(value), bad, one, one.limit())
        for number, (value, bad) in enumerate(values)
    ]


def filled(share: float) -> Facts:
    return facts(subject=subject(boxed(share, share / 2)))


def curve_of(photos: list[Labelled], rule: str, field: str) -> Curve:
    (found,) = (one for one in curves(photos, RULES[rule], RULES[rule].limit()) if one.field == field)
    return found


def test_the_value_lies_between_the_bad_and_the_good() -> None:
    shares = np.linspace(0.1, 0.9, 200)
    photos = sorted_by("frame_fill", filled, ((share, share < 0.5) for share in shares))
    curve, point = chosen(curves(photos, RULES["frame_fill"], RULES["frame_fill"].limit()), photos, 0.95)
    assert (curve.field, curve.asks) == ("min_share", Asks.AT_LEAST)
    assert point.value == pytest.approx(0.5, abs=0.01)
    assert (point.right, point.wrong) == (100, 0)


def test_an_upper_limit_is_fitted_as_well_and_other_fields_stay_silent() -> None:
    """Bad photos are noisy here; that all are blurred, too, says nothing."""
    noises = np.linspace(1, 40, 200)
    photos = sorted_by(
        "sharpness",
        lambda noise: facts(quality=quality(noise=noise, sharpness=2.0)),
        ((n, n > 20) for n in noises),
    )
    best = curve_of(photos, "sharpness", "max_noise").best(0.95)
    assert best is not None
    assert best.value == pytest.approx(20, abs=0.3)
    assert best.wrong == 0


def test_what_cannot_be_told_apart_is_refused() -> None:
    photos = sorted_by("frame_fill", filled, ((0.1 + 0.8 * (n % 50) / 50, n % 2 == 0) for n in range(400)))
    with pytest.raises(Refused, match="precision of 95"):
        chosen(curves(photos, RULES["frame_fill"], RULES["frame_fill"].limit()), photos, 0.95)


@pytest.mark.parametrize(
    ("bad", "good", "said"), [(0, 50, "Both kinds"), (50, 0, "Both kinds"), (20, 300, "Too few")]
)
def test_too_few_photos_are_refused(bad: int, good: int, said: str) -> None:
    photos = sorted_by("frame_fill", filled, [(0.2, True)] * bad + [(0.8, False)] * good)
    with pytest.raises(Refused, match=said):
        chosen(curves(photos, RULES["frame_fill"], RULES["frame_fill"].limit()), photos, 0.95)


def test_a_photo_is_kept_without_its_pixels_and_judged_the_same() -> None:
    rule, limit = RULES["background_clutter"], RULES["background_clutter"].limit()
    kept = labelled("a", facts(background=background(span=30.0)), True, rule, limit)
    assert kept.facts.photo.pixels.size == 3
    assert rule.judge is not None
    assert next(rule.judge(kept.facts, limit)).measured == pytest.approx(30.0)


@given(of=st.integers(1, 2000), share=st.floats(0, 1))
def test_an_interval_holds_the_share_and_narrows_with_more_photos(of: int, share: float) -> None:
    hits = round(share * of)
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of + 1e-12
    assert hits / of - 1e-12 <= high <= 1
    wider = wilson(hits, of)[1] - wilson(hits, of)[0]
    assert wilson(10 * hits, 10 * of)[1] - wilson(10 * hits, 10 * of)[0] < wider


@given(st.floats(0.5, 0.99))
def test_the_fewest_photos_are_just_enough(precision: float) -> None:
    enough = fewest(precision)
    assert wilson(enough, enough)[0] >= precision - 1e-9
    assert wilson(enough - 1, enough - 1)[0] < precision
