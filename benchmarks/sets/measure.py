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
    f_weighted: float
    """F of Margolin, Zelnik-Manor and Tal (2014), β = 1: errors weigh less beside the outline, more far from it."""
    boundary_iou: float
    """Of the two bands inside the outlines, 2 % of the diagonal wide (Cheng et al. 2021)."""
    rim: float | None
    """Mean ΔE00 over the rim of the cut-out laid on the light and on the dark ground, against the truth laid there.
    The rim: true alpha between 0.05 and 0.95, and one pixel more on every side. None where the product's own
    colours are not known."""


def measures(truth: RGBA, found: RGBA, *, colours_known: bool = True) -> Measures:
    a, b = (picture[..., 3].astype(np.float32) / 255 for picture in (truth, found))
    error = float(np.abs(a - b).sum(dtype=np.float64))
    return Measures(
        iou=share((a >= 0.5) & (b >= 0.5), (a >= 0.5) | (b >= 0.5)),
        soft_iou=share(np.minimum(a, b), np.maximum(a, b)),
        mae=error / a.size,
        sad=error / 1000,
        f_weighted=f_weighted(a >= 0.5, b),
        boundary_iou=boundary_iou(a >= 0.5, b >= 0.5),
        rim=rim_delta_e(truth, found) if colours_known else None,
    )


def share(part: NDArray[np.generic], whole: NDArray[np.generic]) -> float:
    total = float(whole.sum(dtype=np.float64))
    return float(part.sum(dtype=np.float64)) / total if total else 1.0


def f_weighted(truth: NDArray[np.bool_], found: NDArray[np.float32]) -> float:
    """What is missing beside what was found is partly forgiven; what is too much counts up to twice far out."""
    if not truth.any():
        return 0.0
    error = np.abs(found - truth)
    away, nearest = cv2.distanceTransformWithLabels((~truth).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    place = np.zeros(int(nearest.max()) + 1, np.intp)
    place[nearest[truth]] = np.flatnonzero(truth)
    # Outside, an error is worth what it is at the nearest product pixel, before it is smoothed.
    smooth = cv2.GaussianBlur(np.where(truth, error, error.ravel()[place[nearest]]), (7, 7), 5, borderType=cv2.BORDER_CONSTANT)
    mild = np.where(truth & (smooth < error), smooth, error)
    weighed = mild * np.where(truth, 1, 2 - np.exp(np.log(0.5) / 5 * away))
    right = float(truth.sum()) - float(weighed[truth].sum(dtype=np.float64))
    recall, claimed = right / float(truth.sum()), right + float(weighed[~truth].sum(dtype=np.float64))
    precision = right / claimed if claimed > 0 else 0.0
    return 2 * recall * precision / (recall + precision) if recall + precision > 0 else 0.0


def boundary_iou(truth: NDArray[np.bool_], found: NDArray[np.bool_], width: float = 0.02) -> float:
    wide = max(1, round(width * float(np.hypot(*truth.shape))))
    one, other = band(truth, wide), band(found, wide)
    return share(one & other, one | other)


def band(solid: NDArray[np.bool_], wide: int) -> NDArray[np.bool_]:
    """Product within `wide` pixels of what is not; beyond the frame there is none."""
    framed = cv2.copyMakeBorder(solid.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return solid & (cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1] <= wide)


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
