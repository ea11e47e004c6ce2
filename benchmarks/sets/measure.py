"""How far a cut-out is from the truth, and how sure a mean of such figures is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.colour import delta_e, lab

RGBA = NDArray[np.uint8]

GROUNDS = {"light": (0xF5, 0xF4, 0xF2), "dark": (0xD1, 0xCE, 0xCB)}
"""The two grounds that a product comes to lie on: there an old ground's rim is seen, or not."""


@dataclass(frozen=True, slots=True)
class Measures:
    iou: float
    """Of the two shapes where alpha ≥ 0.5."""
    soft_iou: float
    """Σ min / Σ max of the two alphas: fair to glass, where little reaches 0.5."""
    mae: float
    """Mean error of alpha over the whole frame, 0…1."""
    sad: float
    """Sum of the same, in thousands of pixels."""
    rim: float
    """Mean ΔE00 over the rim of the cut-out laid on the light and on the dark ground, against the truth laid there.
    The rim: true alpha between 0.05 and 0.95, and one pixel more on every side."""


def measures(truth: RGBA, found: RGBA) -> Measures:
    a, b = (picture[..., 3].astype(np.float32) / 255 for picture in (truth, found))
    error = float(np.abs(a - b).sum(dtype=np.float64))
    return Measures(
        iou=share((a >= 0.5) & (b >= 0.5), (a >= 0.5) | (b >= 0.5)),
        soft_iou=share(np.minimum(a, b), np.maximum(a, b)),
        mae=error / a.size,
        sad=error / 1000,
        rim=rim_delta_e(truth, found),
    )


def share(part: NDArray[np.generic], whole: NDArray[np.generic]) -> float:
    total = float(whole.sum(dtype=np.float64))
    return float(part.sum(dtype=np.float64)) / total if total else 1.0


def rim_of(alpha: NDArray[np.uint8]) -> NDArray[np.bool_]:
    between = ((alpha > 0.05 * 255) & (alpha < 0.95 * 255)).astype(np.uint8)
    return cv2.dilate(between, np.ones((3, 3), np.uint8)) > 0


def rim_delta_e(truth: RGBA, found: RGBA) -> float:
    rim = rim_of(truth[..., 3])
    if not rim.any():
        return 0.0
    away = [delta_e(lab(laid(truth[rim], ground)), lab(laid(found[rim], ground))).mean() for ground in GROUNDS.values()]
    return float(np.mean(away))


def laid(colours: RGBA, ground: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Straight colours over a ground, blended in sRGB as packshot and browsers do."""
    alpha = colours[..., 3:].astype(np.float32) / 255
    return (colours[..., :3] * alpha + np.array(ground, np.float32) * (1 - alpha) + 0.5).astype(np.uint8)


def interval(values: Sequence[float], products: Sequence[str], draws: int = 1000) -> tuple[float, float]:
    names, place = np.unique(np.asarray(products), return_inverse=True)
    total, count = np.bincount(place, values, len(names)), np.bincount(place, minlength=len(names))
    picks = np.random.default_rng(0).integers(0, len(names), (draws, len(names)))
    low, high = np.percentile(total[picks].sum(1) / count[picks].sum(1), (2.5, 97.5))
    return float(low), float(high)
