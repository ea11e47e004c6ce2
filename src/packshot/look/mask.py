"""A raw mask made clean: false holes filled, real ones kept, debris dropped, parts named."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.pieces import pieces
from packshot.image.types import Box, Grey

Mask = NDArray[np.bool_]

DEBRIS_SHARE = 0.002
"""Parts below this share of the largest are debris …"""
DEBRIS_PX = 12
"""… or below this many pixels."""
SMALL_HOLE_SHARE = 0.0002
"""Holes below this share of the product are noise."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece that touches no other; box and area in the pixels of the mask that was given in."""

    label: int
    box: Box
    area: int


def parts(mask: Grey) -> tuple[NDArray[np.int32], tuple[Part, ...]]:
    """Labels, and the pieces, largest first."""
    count, labels, stats = pieces(mask)
    found = [Part(i, _box(stats[i]), int(stats[i, cv2.CC_STAT_AREA])) for i in range(1, count)]
    return labels, tuple(sorted(found, key=lambda part: (-part.area, part.label)))


def grown(mask: Grey, px: int) -> Grey:
    return cv2.dilate(mask, _round(px)).astype(np.uint8)


def worn(mask: Grey, px: int) -> Grey:
    """Smaller on every side; beyond the frame the product goes on."""
    return cv2.erode(mask, _round(px), borderValue=1).astype(np.uint8)


def _round(px: int) -> Grey:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * px + 1, 2 * px + 1)).astype(np.uint8)


def without_debris(mask: Grey) -> Grey:
    """Only pieces that are large beside the largest one."""
    labels, found = parts(mask)
    large = worthy(found)
    if len(large) == len(found):
        return mask
    keep = np.zeros(len(found) + 1, np.uint8)
    keep[[part.label for part in large]] = 1
    kept: Grey = keep[labels]
    return kept


def worthy(found: tuple[Part, ...]) -> tuple[Part, ...]:
    """Those that are no debris."""
    least = max(DEBRIS_PX, DEBRIS_SHARE * found[0].area) if found else 0
    return tuple(part for part in found if part.area >= least)


def holes(mask: Grey) -> tuple[NDArray[np.int32], tuple[Part, ...]]:
    """Pieces of not-product that the product encloses."""
    open_ground = cv2.copyMakeBorder(1 - mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    count, labels, stats = pieces(open_ground, connectivity=4)
    outside = labels[0, 0]
    found = [
        Part(i, _box(stats[i]).moved(-1, -1), int(stats[i, cv2.CC_STAT_AREA]))
        for i in range(1, count)
        if i != outside
    ]
    return labels[1:-1, 1:-1], tuple(sorted(found, key=lambda part: (-part.area, part.label)))


def with_true_holes(mask: Grey, like_ground: Mask) -> Grey:
    """Fills holes that don't show the ground: one stays where most of it is like the ground."""
    labels, found = holes(mask)
    if not found:
        return mask
    least = max(4.0, SMALL_HOLE_SHARE * float(mask.sum()))
    seen = np.bincount(labels[like_ground], minlength=labels.max() + 1)
    filled = mask.copy()
    for hole in found:
        if hole.area < least or seen[hole.label] < 0.5 * hole.area:
            view = hole.box.slices
            filled[view][labels[view] == hole.label] = 1
    return filled


def _box(stats: NDArray[np.int32]) -> Box:
    left, top, width, height = (int(v) for v in stats[:4])
    return Box(left, top, left + width, top + height)
