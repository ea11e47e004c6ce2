"""Alphas of a larger size: discs become rounder, and what is soft or thin stays as a cubic has it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from packshot.image import outline
from packshot.image.resample import resample
from packshot.image.types import Grey, Size


def disc(side: int, *, across: float, up: float, left: float) -> Grey:
    """Hard: a pixel is in or out."""
    y, x = np.mgrid[:side, :side] + 0.5
    return (np.hypot(x - left, y - up) <= across / 2).astype(np.uint8) * 255


@pytest.mark.parametrize("factor", [1.2, 1.5, 2, 3, 4])
def test_discs_are_nearer_to_discs(factor: float) -> None:
    """As a camera would see them at that size: each pixel as full as it is covered."""
    rng, side, errors = np.random.default_rng(3), round(100 * factor), []
    for _ in range(12):
        lies = dict(zip(("across", "up", "left"), rng.uniform((20, 45, 45), (70, 55, 55)), strict=True))
        fine = disc(4 * side, **{name: 4 * factor * px for name, px in lies.items()})
        true = cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA)
        both = enlarged_both(disc(100, **lies), Size(side, side))
        errors.append([np.abs(one.astype(np.int16) - true).mean() for one in both])
    made, plain = np.mean(errors, axis=0)
    assert made < 0.8 * plain


def enlarged_both(small: Grey, size: Size) -> tuple[Grey, Grey]:
    return outline.enlarged(small, size), resample(small, size)


def test_soft_edges_stay_as_they_are() -> None:
    soft = cv2.GaussianBlur(disc(100, across=60, up=50, left=50), (0, 0), 3)
    made, plain = enlarged_both(soft, Size(300, 300))
    assert (made == plain).all()


@pytest.mark.parametrize("inside", [False, True], ids=["wire", "slit"])
def test_what_is_thin_stays(inside: bool) -> None:
    alpha = np.zeros((80, 80), np.uint8)
    alpha[:, 40:42] = 255
    made, plain = enlarged_both(255 - alpha if inside else alpha, Size(240, 240))
    assert (made == plain).all()


def test_plain_alphas_are_plain() -> None:
    for level in (0, 128, 255):
        alpha = np.full((20, 30), level, np.uint8)
        assert (outline.enlarged(alpha, Size(75, 50)) == level).all()


def test_the_same_size_is_the_same_alpha() -> None:
    alpha = disc(50, across=30, up=25, left=25)
    assert outline.enlarged(alpha, Size(50, 50)) is alpha
