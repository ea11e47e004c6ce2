"""Studio or everyday: the weakest sign decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from packshot.look.background import Background
from packshot.look.border import Border
from packshot.look.scene import measure
from packshot.look.sides import Sides

TENT = Border((245, 245, 245), even_share=0.98, roughness=0.8, span=3.0, broken=Sides())
PAPER = Background(
    (245, 245, 245),
    evenness=2.0,
    span=4.0,
    clutter=0.0,
    exact_share=0.3,
    near_share=0.95,
    white_share=0.0,
    pure_white_share=0.0,
    seen_share=0.6,
)


def test_an_even_ground_is_a_studio() -> None:
    assert measure(TENT, PAPER).studio == 1.0


def test_a_gentle_gradient_still_is() -> None:
    assert measure(replace(TENT, span=14.0), replace(PAPER, span=15.0, evenness=9.0)).studio > 0.9


def test_a_product_that_touches_one_side_does_not_spoil_it() -> None:
    cut = replace(TENT, even_share=0.9, broken=Sides(bottom=0.4))
    assert measure(cut, PAPER).studio > 0.9


@pytest.mark.parametrize(
    ("border", "background"),
    [
        ({"roughness": 14.0}, {}),
        ({"even_share": 0.3}, {}),
        ({"span": 60.0}, {}),
        ({}, {"clutter": 0.5}),
        ({}, {"span": 50.0}),
    ],
)
def test_one_bad_sign_is_enough(border: dict[str, float], background: dict[str, float]) -> None:
    scene = measure(replace(TENT, **border), replace(PAPER, **background))  # type: ignore[arg-type]
    assert scene.studio < 0.1


def test_a_ground_that_cannot_be_seen_has_no_say() -> None:
    unseen = replace(PAPER, seen_share=0.0, clutter=1.0, span=0.0)
    assert measure(TENT, unseen).studio == 1.0


def test_more_clutter_is_never_more_studio() -> None:
    answers = [measure(TENT, replace(PAPER, clutter=c / 20)).studio for c in range(21)]
    assert answers == sorted(answers, reverse=True)
