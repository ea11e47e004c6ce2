"""Colours are compared over what the photo's own pixels can tell: sharper is not another colour."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from packshot.image.types import RGB, Box
from packshot.journey.guards import Expected, colour
from packshot.profiles.profile import GuardBounds

BOUNDS = GuardBounds()


def printed(side: int = 300) -> RGB:
    picture = np.full((side, side, 3), (196, 60, 40), np.uint8)
    for row in range(20, side, 24):
        cv2.putText(picture, "PACKSHOT 38 g SALT", (6, row), 0, 0.6, (250, 248, 240), 1, cv2.LINE_AA)
    return picture


def expected(grain: int) -> tuple[Expected, RGB]:
    """Enlarged three times by a plain filter; and the crisp truth, as a network would hope to make it."""
    crisp = printed()
    small = cv2.resize(crisp, (100, 100), interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.resize(small, (300, 300), interpolation=cv2.INTER_CUBIC), np.uint8)
    return Expected(Box(0, 0, 300, 300), soft, np.full((300, 300), 255, np.uint8), grain), crisp


def test_detail_finer_than_the_photos_own_pixels_is_no_colour() -> None:
    honest, crisp = expected(grain=3)
    assert colour(crisp, honest, BOUNDS).measured < 0.5 * colour(crisp, expected(grain=1)[0], BOUNDS).measured


@pytest.mark.parametrize("grain", [1, 3, 8])
@pytest.mark.parametrize("shift", [(10, 0, 0), (0, -9, 0), (0, 0, 14)])
def test_another_colour_is_told_at_any_grain(grain: int, shift: tuple[int, int, int]) -> None:
    honest, _ = expected(grain)
    other = np.clip(honest.pixels.astype(int) + shift, 0, 255).astype(np.uint8)
    assert not colour(other, honest, BOUNDS).passed
    assert colour(honest.pixels, honest, BOUNDS).passed
