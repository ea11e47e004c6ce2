"""Rules and looks together, on photos drawn by code: what the pages promise holds for real pixels."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from packshot.image.photo import Photo, Source
from packshot.image.types import RGB, Size
from packshot.look.facts import Facts
from packshot.rules.base import RULES, judge_photo

WIDTH, HEIGHT = 900, 1200

LIMITS: dict[str, dict[str, Any]] = {
    "aspect_ratio": {"ratios": (0.75,)},
    "background_clutter": {},
    "background_color": {},
    "border_frame": {},
    "centering": {},
    "collage": {},
    "color_cast": {},
    "file_format": {},
    "frame_fill": {"min_share": 0.6},
    "image_size": {"min_width": 700, "min_height": 900},
    "jpeg_quality": {"min_quality": 75},
    "no_subject": {},
    "sharpness": {"min_sharpness": 15},
    "subject_cropped": {},
}
"""What a strict marketplace might ask."""


def plate(
    ground: tuple[int, int, int] = (255, 255, 255),
    *,
    at: tuple[int, int] = (450, 600),
    radius: int = 330,
) -> RGB:
    """A blue plate with a pale ring, with the grain of a good camera."""
    pixels = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
    cv2.circle(pixels, at, radius, (40, 80, 170), -1, cv2.LINE_AA)
    cv2.circle(pixels, at, radius // 2, (150, 175, 225), max(2, radius // 12), cv2.LINE_AA)
    grain = np.random.default_rng(7).normal(0, 1.2, pixels.shape)
    return np.clip(pixels + grain, 0, 255).round().astype(np.uint8)


def said(pixels: RGB) -> set[str]:
    """Names of the rules that speak."""
    pixels = np.ascontiguousarray(pixels)
    size = Size(pixels.shape[1], pixels.shape[0])
    photo = Photo(
        pixels, None, 1.0, Source("plate.jpg", "0" * 64, "jpeg", 400_000, size, "jpg", jpeg_quality=92)
    )
    rules = [(RULES[name], RULES[name].limit(**limit)) for name, limit in LIMITS.items()]
    return {found.rule for found in judge_photo(Facts(photo), rules)}


def test_a_good_photo_is_left_in_peace() -> None:
    assert said(plate()) == set()


def test_an_empty_sheet_is_told_by_one_rule() -> None:
    assert said(np.full((HEIGHT, WIDTH, 3), 255, np.uint8)) == {"no_subject"}


@pytest.mark.parametrize(
    ("pixels", "rules"),
    [
        (plate((225, 205, 175)), {"background_color"}),
        (plate((208, 208, 208)), {"background_color"}),
        (plate(radius=120), {"frame_fill"}),
        (plate(at=(280, 600), radius=275), {"centering"}),
        (plate(at=(450, 1000)), {"subject_cropped"}),
        (plate(at=(450, 450))[:600], {"aspect_ratio", "image_size", "subject_cropped"}),
        (cv2.GaussianBlur(plate(), (0, 0), 9), {"sharpness"}),
    ],
    ids=["beige", "grey", "small", "aside", "cut", "halved", "blurred"],
)
def test_a_photo_with_one_fault_is_told_that_fault(pixels: RGB, rules: set[str]) -> None:
    """`color_cast` may take a beige sheet for a yellow lamp: its page says so."""
    assert said(pixels) - {"color_cast"} == rules


def test_a_checked_ground_is_told_as_busy() -> None:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    pixels = plate()
    checked = ((rows // 40 + columns // 40) % 2 == 0) & (pixels.min(axis=2) > 245)
    pixels[checked] = (205, 190, 170)
    assert "background_clutter" in said(pixels)
