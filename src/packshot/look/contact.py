"""The dark line where goods touch the floor: it belongs to the shadow, not to the goods."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Float, Grey

REACH = 0.006
"""Of the product's longer side: how thick such a line can be. A thicker dark edge may be a sole."""
LOW = 0.35
"""Share of the product's height, from below, in which it can touch the floor."""
STEP = 40.0
"""Levels from pixel to pixel: a shadow darkens towards the goods little by little, goods begin at once."""
RISE = 8.0
"""Levels that it may lighten again on the way: noise."""
NEUTRAL = 0.13
"""Between the channels' shares of the ground's light: a shadow takes about as much of each."""
DARK = 0.8
"""Share of the ground's light: what is lighter than that inside the outline is no contact line."""
LIGHTER = 16.0
"""Levels by which the goods behind a line must be lighter than it, or there is no line to see."""
INWARD = ((-1, 0), (0, -1), (0, 1))
"""Up and sideways: a shadow is entered from below."""

Places = NDArray[np.intp]


def taken_out(view: RGB, ground: RGB, solid: Grey) -> tuple[Grey, RGB]:
    """`solid` without contact lines, and the ground (given as large or half as large) as dark as it is there.

    From the open ground below, every path is followed that darkens little by little and keeps the ground's
    hue. Outside the outline that is penumbra; inside it is a contact line where the goods behind are lighter.
    """
    depth = max(3, round(REACH * max(solid.shape)))
    whole = np.asarray(cv2.resize(ground, solid.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    low = slice(round((1 - LOW) * len(solid)), None)
    floor, goods, behind = view[low], solid[low], whole[low]
    shaded = _entered(floor, behind, goods, depth)
    line = _before_lighter_goods(floor, behind, goods, shaded & goods, depth)
    shadow = (shaded & (1 - goods)) | line
    if not shadow.any():
        return solid, ground
    out = solid.copy()
    out[low] &= 1 - line
    whole[low] = _darkened(floor, behind, shadow)
    return out, whole


def _entered(view: RGB, ground: RGB, solid: Grey, depth: int) -> Grey:
    h, w = solid.shape
    zone = np.asarray(cv2.dilate(solid, np.ones((2 * depth + 1, 2 * depth + 1), np.uint8)), np.uint8)
    zone[[0, -1]] = zone[:, [0, -1]] = 0
    front = np.flatnonzero(_undersides(zone, depth))
    colours, grounds = np.ascontiguousarray(view).reshape(-1, 3), ground.reshape(-1, 3)
    free = zone.reshape(-1)
    seen = np.zeros(h * w, np.uint8)
    for _ in range(3 * depth):
        steps = [_stepped(front, dy * w + dx, colours, grounds, free) for dy, dx in INWARD]
        front = np.unique(np.concatenate(steps))
        if front.size == 0:
            break
        seen[front] = 1
        free[front] = 0
    return seen.reshape(h, w)


def _undersides(zone: Grey, depth: int) -> Grey:
    """Where goods stand: right under the lowest of each column."""
    h = len(zone)
    under = np.zeros_like(zone)
    under[1:] = zone[:-1] & (1 - zone[1:])
    rows = np.arange(h)[:, None]
    lowest = np.where(zone.any(axis=0), h - 1 - zone[::-1].argmax(axis=0), 0)
    foot: Grey = under * (rows >= lowest - depth).astype(np.uint8)
    return foot


def _stepped(front: Places, move: int, colours: RGB, grounds: RGB, free: Grey) -> Places:
    to = front + move
    open_ = free[to] == 1
    here, to = front[open_], to[open_]
    was, now = colours[here].astype(np.float32), colours[to].astype(np.float32)
    fall = was.mean(axis=1) - now.mean(axis=1)
    left = now / np.maximum(grounds[to], 1)
    keeps_hue = left.max(axis=1) - left.min(axis=1) < NEUTRAL
    onward: Places = to[(fall > -RISE) & (fall < STEP) & keeps_hue]
    return onward


def _before_lighter_goods(view: RGB, ground: RGB, solid: Grey, dark: Grey, depth: int) -> Grey:
    """Of the entered goods the dark ones that have lighter goods behind, and only as far as they hang
    together with the outline: a dark sole keeps its dark inside."""
    rows, columns = np.nonzero(dark)
    if rows.size == 0:
        return dark
    size = 2 * depth + 3
    inside = solid & (1 - np.asarray(cv2.dilate(dark, np.ones((3, 3), np.uint8)), np.uint8))
    count = cv2.boxFilter(inside, cv2.CV_32F, (size, size), normalize=False)[rows, columns]
    held = cv2.bitwise_and(view, view, mask=inside)
    summed = cv2.boxFilter(held, cv2.CV_32F, (size, size), normalize=False)[rows, columns]
    goods: Float = summed.mean(axis=1) / np.maximum(count, 1)
    own = view[rows, columns].mean(axis=1)
    lighter = (count > 0.1 * size * size) & (goods > LIGHTER + own)
    deep = own < DARK * ground[rows, columns].mean(axis=1)
    lines, penumbra = np.zeros_like(dark), np.zeros_like(dark)
    lines[rows, columns] = lighter & deep
    penumbra[rows, columns] = ~deep
    return _from_outside(lines, penumbra, solid, depth)


def _from_outside(lines: Grey, penumbra: Grey, solid: Grey, depth: int) -> Grey:
    """Lines that the outside reaches over line and penumbra, with the penumbra right beside them."""
    cross = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)
    way = lines | penumbra
    reached = np.asarray(cv2.dilate(1 - solid, cross), np.uint8) & way
    for _ in range(2 * depth):
        reached = np.asarray(cv2.dilate(reached, cross), np.uint8) & way
    found = reached & lines
    beside = np.asarray(cv2.dilate(found, np.ones((depth, depth), np.uint8)), np.uint8)
    return found | (beside & reached)


def _darkened(view: RGB, ground: RGB, shadow: Grey) -> RGB:
    """The ground with the shadow's own colours on it and next to it, so that the rim is measured right."""
    near = cv2.dilate(shadow, np.ones((5, 5), np.uint8))
    rows, columns = np.nonzero(near)
    held = cv2.bitwise_and(view, view, mask=shadow)
    summed = cv2.boxFilter(held, cv2.CV_32F, (5, 5), normalize=False)[rows, columns]
    count = cv2.boxFilter(shadow, cv2.CV_32F, (5, 5), normalize=False)[rows, columns]
    out = ground.copy()
    out[rows, columns] = (summed / np.maximum(count, 1)[:, None] + 0.5).astype(np.uint8)
    out[shadow > 0] = view[shadow > 0]
    return out
