"""The empty ground as it would look without the product: a smooth colour surface."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Float
from packshot.look.spread import spread

Mask = NDArray[np.bool_]

RIM_SHARE = 0.02
"""Width of the rim that is taken for ground, of the short side."""
RIM_PIXELS = 3000
"""More of them make the surface no better."""
LOOSE, TIGHT = 48.0, 4.0
"""Levels: how far a rim pixel may be from the surface at first and at last. Starting loose and tightening
(graduated non-convexity) finds the ground with up to 45 % of the rim covered (tests)."""

PLANE = 3
"""Terms of a plane."""
BENT_FROM = 12.0
"""Levels of reach below which the surface may bend."""


@dataclass(frozen=True, slots=True, eq=False)
class Rim:
    """The rim's pixels and the surface through those of them that are ground."""

    surface: Float
    """H×W×3, levels; the whole picture."""
    away: Float
    """Per rim pixel: largest channel distance to the surface, levels."""
    inlier: Mask
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    noise: float
    """Robust sigma of the inliers, levels."""

    @property
    def even_share(self) -> float:
        return float(self.inlier.mean())


def fit_rim(small: RGB) -> Rim:
    """The smooth surface that most of the rim follows."""
    h, w = small.shape[:2]
    rows, columns = rim_places(h, w)
    colours = small[rows, columns].astype(np.float32)
    basis = polynomial(rows, columns, (h, w), degree=2)
    starts = (np.median(colours, axis=0), _commonest(colours))
    fits = [_fit_from(start, basis, colours) for start in starts]
    coefficients = max(fits, key=lambda fit: _follow(fit, basis, colours))
    away = np.abs(colours - basis @ coefficients).max(axis=1)
    noise = _sigma(away[away < 2 * TIGHT + 8])
    inlier = away <= max(TIGHT, 3.5 * noise)
    surface = evaluate(coefficients, (h, w), degree=2)
    return Rim(surface, away, inlier, rows, columns, noise)


def rim_places(h: int, w: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the rim's pixels."""
    band = max(2, round(RIM_SHARE * min(h, w)))
    rim = np.ones((h, w), bool)
    rim[band : h - band, band : w - band] = False
    rows, columns = np.nonzero(rim)
    step = max(1, rows.size // RIM_PIXELS)
    return rows[::step], columns[::step]


def polynomial(
    rows: NDArray[np.intp], columns: NDArray[np.intp], size: tuple[int, int], degree: int
) -> Float:
    """One line a pixel, one column a term xᵃyᵇ with a + b ≤ degree; both run from −1 to 1."""
    y = (2.0 * rows / max(1, size[0] - 1) - 1).astype(np.float32)
    x = (2.0 * columns / max(1, size[1] - 1) - 1).astype(np.float32)
    return np.stack([x**a * y**b for a, b in _terms(degree)], axis=1)


def evaluate(coefficients: Float, size: tuple[int, int], degree: int) -> Float:
    """The surface over the whole picture."""
    h, w = size
    x = np.linspace(-1, 1, w, dtype=np.float32)
    y = np.linspace(-1, 1, h, dtype=np.float32)
    surface = np.zeros((h, w, coefficients.shape[1]), np.float32)
    by_power = {b: np.zeros((w, coefficients.shape[1]), np.float32) for b in range(degree + 1)}
    for (a, b), c in zip(_terms(degree), coefficients, strict=True):
        by_power[b] += (x**a)[:, None] * c
    for b, line in by_power.items():
        surface += (y**b)[:, None, None] * line
    return np.clip(surface, 0, 255)


def refine(small: RGB, surface: Float, is_ground: Mask) -> Float:
    """The surface again, now through all ground found so far, and bent to follow it where it is seen."""
    h, w = is_ground.shape
    step = max(1, round((h * w / 6000) ** 0.5))
    rows, columns = np.nonzero(is_ground[::step, ::step])
    rows, columns = rows * step, columns * step
    if rows.size < 40:
        return surface
    basis = polynomial(rows, columns, (h, w), degree=3)
    colours = small[rows, columns].astype(np.float32)
    weight = np.ones(rows.size, np.float32)
    for _ in range(4):
        coefficients = _solve(basis, colours, weight)
        away = np.abs(colours - basis @ coefficients).max(axis=1)
        weight = 1 / (1 + (away / max(2.0, 2 * _sigma(away))) ** 2) ** 2
    return evaluate(coefficients, (h, w), degree=3)


def bend(small: RGB, surface: Float, is_ground: Mask) -> Float:
    """The surface moved onto the ground where the ground is seen, and smoothly beside it."""
    h, w = is_ground.shape
    tiny = (max(8, w // 8), max(8, h // 8))
    weight = cv2.resize(is_ground.astype(np.float32), tiny, interpolation=cv2.INTER_AREA)
    rest = cv2.subtract(small.astype(np.float32), surface)
    rest = cv2.copyTo(rest, is_ground.astype(np.uint8))
    moved = cv2.resize(rest, tiny, interpolation=cv2.INTER_AREA)
    moved /= np.maximum(weight, 1e-6)[..., None]
    moved = spread(moved, np.minimum(weight * 1.5, 1))
    moved = cv2.GaussianBlur(moved, (0, 0), 1.5)
    bent: Float = np.clip(surface + cv2.resize(moved, (w, h), interpolation=cv2.INTER_CUBIC), 0, 255)
    return bent


def _terms(degree: int) -> list[tuple[int, int]]:
    return [(a, total - a) for total in range(degree + 1) for a in range(total, -1, -1)]


def _commonest(colours: Float) -> Float:
    """Mean of the fullest cell of a coarse colour cube: the ground even where goods cover much of the rim."""
    cells = (colours / 24).astype(np.int64) @ np.array([1, 16, 256])
    fullest = np.bincount(cells).argmax()
    mean: Float = colours[cells == fullest].mean(axis=0)
    return mean


def _fit_from(start: Float, basis: Float, colours: Float) -> Float:
    coefficients = np.zeros((basis.shape[1], colours.shape[1]), np.float32)
    coefficients[0] = start
    reach = LOOSE
    while reach >= TIGHT / 1.01:
        away = np.abs(colours - basis @ coefficients).max(axis=1)
        weight = 1 / (1 + (away / reach) ** 2) ** 2
        # A plane first: a bent surface would reach from the ground over to goods at the rim.
        terms = PLANE if reach > BENT_FROM else basis.shape[1]
        coefficients[:terms] = _solve(basis[:, :terms], colours, weight)
        reach *= 0.6
    return coefficients


def _follow(coefficients: Float, basis: Float, colours: Float) -> float:
    away = np.abs(colours - basis @ coefficients).max(axis=1)
    return float((1 / (1 + (away / (3 * TIGHT)) ** 2)).sum())


def _solve(basis: Float, colours: Float, weight: Float) -> Float:
    weighted = basis * weight[:, None]
    # A little pull towards a flat surface keeps unseen corners from running away.
    pull = np.diag([0.0] + [1e-3 * float(weight.sum())] * (basis.shape[1] - 1))
    solved: Float = np.linalg.solve(
        (basis.T @ weighted).astype(np.float64) + pull, (weighted.T @ colours).astype(np.float64)
    ).astype(np.float32)
    return solved


def _sigma(away: Float) -> float:
    """Of the largest of three channels: half of them are below 1.25 sigma."""
    return float(np.median(away)) / 1.25 if away.size else 0.0
