"""Which colours does the product have?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.colour import delta_e, lab
from packshot.image.types import RGB, Colour, Float
from packshot.look.colour_names import name_of
from packshot.look.small import shrunk
from packshot.look.subject import Cutout


@dataclass(frozen=True, slots=True)
class Swatch:
    colour: Colour
    share: float
    name_en: str
    name_ru: str


@dataclass(frozen=True, slots=True)
class Palette:
    swatches: tuple[Swatch, ...]
    """Largest share first; empty where there is no product."""


SIDE = 112
"""The product is shrunk to this first: threads and grain melt into the colour that the eye sees."""
STARTS = 12
CELL = 14
"""ΔE; k-means starts from the fullest cells of this size in Lab, so the same photo always starts alike."""
ONE_COLOUR = 8.0
"""ΔE00, lightness counted half: light and shade on one cloth are one colour to a buyer."""
MOST = 5
LEAST_SHARE = 0.015


def measure(cutout: Cutout) -> Palette:
    pixels = _product_pixels(cutout)
    if len(pixels) == 0:
        return Palette(())
    colours = lab(pixels)
    groups = _merged(colours, _groups(colours))
    swatches = _one_a_name([_swatch(pixels[group], len(group) / len(pixels)) for group in groups])
    seen = [swatch for swatch in swatches if swatch.share >= LEAST_SHARE]
    return Palette(tuple(sorted(seen, key=lambda swatch: (-swatch.share, swatch.colour))[:MOST]))


def _product_pixels(cutout: Cutout) -> RGB:
    """Of the sure inside; of a thin thing (a chain, a veil) whatever there is."""
    if cutout.box.is_empty:
        return np.zeros((0, 3), np.uint8)
    step = max(1.0, cutout.box.size.long_side / SIDE)
    colours, alpha = shrunk(cutout.colours, step), shrunk(cutout.alpha, step)
    inside = cv2.erode(alpha, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    for mask in (inside >= 250, alpha >= 250, alpha >= 128, alpha > 0):
        if mask.sum() >= max(20, 0.2 * (alpha >= 128).sum()):
            return colours[mask]
    return colours[alpha > 0]


def _groups(colours: Float) -> list[NDArray[np.intp]]:
    """Indices of the pixels of each cluster."""
    starts = _fullest_cells(colours)
    far = (starts**2).sum(axis=1) - 2 * colours @ starts.T
    labels = np.argmin(far, axis=1).astype(np.int32)[:, None]
    if len(starts) > 1:
        stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 8, 0.5)
        cv2.kmeans(colours, len(starts), cast(RGB, labels), stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    found = [np.flatnonzero(labels.ravel() == at) for at in range(len(starts))]
    return [group for group in found if len(group)]


def _fullest_cells(colours: Float) -> Float:
    cells = np.floor(colours / CELL).astype(np.int64) @ np.array([4096, 64, 1])
    kinds, which, counts = np.unique(cells, return_inverse=True, return_counts=True)
    fullest = np.argsort(-counts, kind="stable")[:STARTS]
    sums = np.stack([np.bincount(which, colours[:, channel], len(kinds)) for channel in range(3)], axis=1)
    return (sums[fullest] / counts[fullest, None]).astype(np.float32)


def _merged(colours: Float, groups: list[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
    """The nearest two become one, until all are told apart."""
    groups = list(groups)
    while len(groups) > 1:
        centres = np.stack([colours[group].mean(axis=0) for group in groups])
        apart = _apart(centres)
        first, second = divmod(int(apart.argmin()), len(groups))
        if apart[first, second] >= ONE_COLOUR:
            break
        groups[first] = np.concatenate([groups[first], groups[second]])
        del groups[second]
    return groups


def _apart(centres: Float) -> Float:
    """ΔE00 of each with each, lightness counted half; a colour is far from itself."""
    one, other = np.broadcast_arrays(centres[:, None], centres[None])
    one, other = one.copy(), other.copy()
    middle = (one[..., 0] + other[..., 0]) / 2
    one[..., 0], other[..., 0] = (one[..., 0] + middle) / 2, (other[..., 0] + middle) / 2
    apart = delta_e(one, other)
    np.fill_diagonal(apart, np.inf)
    return apart


def _swatch(pixels: RGB, share: float) -> Swatch:
    red, green, blue = (round(float(level)) for level in np.asarray(np.median(pixels, axis=0)))
    colour = red, green, blue
    return Swatch(colour, share, *name_of(colour))


def _one_a_name(swatches: list[Swatch]) -> list[Swatch]:
    """Nobody orders a coat in grey and grey: the larger one speaks for both."""
    kept: dict[str, Swatch] = {}
    for swatch in sorted(swatches, key=lambda swatch: -swatch.share):
        same = kept.get(swatch.name_en)
        kept[swatch.name_en] = replace(same, share=same.share + swatch.share) if same else swatch
    return list(kept.values())
