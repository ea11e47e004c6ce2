"""The imagined floor under a product: where it stands, and what its shadow is there.

A photo holds no depth, so each thing is taken as a standing sheet whose foot runs along a floor line: the
lower hull of its outline as far as that is no steeper than a table's edge can look. Measured from that line
everything has a height, and a light throws each height that much aside and towards the viewer. A seat thus
falls beyond its legs' feet and a box hugs the ground along both of its lower edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.pieces import pieces
from packshot.image.types import Box, Float, Grey, box_of

MOST_THINGS = 16
"""Things with a floor line of their own; crumbs beyond them stand with the largest one."""
ON_FLOOR_SHARE = 0.3
"""A part whose foot is higher than this share of all the height above the lowest foot hangs on another."""
STEEPEST = 0.95
GENTLE = 0.45
"""Slopes of the outline: up to GENTLE it surely lies on the floor, above STEEPEST it rises from it. A box
turned by 45° seen from 30° above has 0.5; a ball passes 0.45 at a tenth of its height."""


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One thing that stands on the floor by itself, in a small picture of the whole product."""

    alpha: Float
    """0…1, of the small picture's size."""
    box: Box
    foot: Float
    """Per column of `box`: the row where the thing ends below, with fractions."""
    floor: Float
    """Per column of the picture: the row of the floor line."""
    weight: Float
    """Per column of `box`: 1 where it lies on the floor, 0 where it is above."""

    @property
    def span(self) -> float:
        return float(np.sqrt(self.box.width * self.box.height))


def things(alpha: Float) -> Iterator[Thing]:
    """All that stands apart, each with its own floor line."""
    for mask in _apart(alpha):
        own = np.where(mask, alpha, np.float32(0))
        box = box_of(own >= 0.4)
        if box is not None and box.width >= 2:
            yield _standing(own, box)


def _apart(alpha: Float) -> list[NDArray[np.bool_]]:
    count, labels, stats = pieces((alpha >= 0.25).astype(np.uint8))
    if count <= 2:
        return [np.ones(alpha.shape, np.bool_)]
    feet = stats[1:, cv2.CC_STAT_TOP] + stats[1:, cv2.CC_STAT_HEIGHT]
    areas = stats[1:, cv2.CC_STAT_AREA]
    lowest, highest = feet.max(), stats[1:, cv2.CC_STAT_TOP].min()
    order = np.argsort(-areas, kind="stable")
    largest = order[0]
    own = [
        int(i)
        for i in order[:MOST_THINGS]
        if i == largest
        or (feet[i] >= lowest - ON_FLOOR_SHARE * (lowest - highest) and areas[i] >= 0.003 * areas.sum())
    ]
    leader = np.full(count, largest + 1, np.int32)
    for i in own:
        leader[i + 1] = i + 1
    thick = cv2.dilate(
        leader[labels].astype(np.uint8) * (labels > 0).astype(np.uint8), np.ones((3, 3), np.uint8)
    )
    # The soft rim below the threshold belongs to its neighbour.
    return [thick == i + 1 for i in own]


def _standing(own: Float, box: Box) -> Thing:
    inside = own[:, box.left : box.right]
    rows = np.arange(own.shape[0], dtype=np.float32)[:, None]
    solid = inside >= 0.4
    last = np.where(solid.any(axis=0), own.shape[0] - 1 - np.argmax(solid[::-1], axis=0), box.top)
    below = np.take_along_axis(inside, np.minimum(last + 1, own.shape[0] - 1)[None], axis=0)[0]
    here = np.take_along_axis(inside, last[None], axis=0)[0]
    foot = (last + np.clip(here, 0.5, 1) + np.where(last + 1 < rows.size, below, 0)).astype(np.float32)
    columns = np.arange(box.left, box.right, dtype=np.float32)
    hull = _lower_hull(columns, foot)
    slope = np.gradient(hull) if hull.size > 1 else np.zeros_like(hull)
    slope = cv2.blur(slope.astype(np.float32)[None], (5, 1), borderType=cv2.BORDER_REPLICATE)[0]
    flat = np.flatnonzero(np.abs(slope) <= (GENTLE + STEEPEST) / 2)
    first, end = (int(flat[0]), int(flat[-1])) if flat.size else (int(hull.argmax()),) * 2
    floor = np.interp(np.arange(own.shape[1]), columns[first : end + 1], hull[first : end + 1])
    legs = _legs(foot, hull, box)
    floor[box.left : box.right] -= _under_seat(foot, hull, legs, box)
    bend = max(1, round(0.06 * box.width) | 1)
    floor = cv2.blur(floor.astype(np.float32)[None], (bend, 1), borderType=cv2.BORDER_REPLICATE)[0]
    on_hull = np.exp(-(hull - foot) / (0.012 * box.height + 0.6))
    gentle = np.clip((STEEPEST - np.abs(slope)) / (STEEPEST - GENTLE), 0, 1)
    weight = np.maximum(on_hull * gentle, 0.8 * legs)
    return Thing(own, box, foot, floor.astype(np.float32), weight.astype(np.float32))


def _lower_hull(x: Float, y: Float) -> Float:
    """The hull of the outline seen from below, at each column."""
    hull: list[int] = []
    for i in range(x.size):
        while len(hull) >= 2:
            a, b = hull[-2], hull[-1]
            if (y[b] - y[a]) * (x[i] - x[a]) > (y[i] - y[a]) * (x[b] - x[a]):
                break
            hull.pop()
        hull.append(i)
    return np.interp(x, x[hull], y[hull]).astype(np.float32)


def _legs(foot: Float, hull: Float, box: Box) -> Float:
    """Hind legs end above the hull: narrow, with air on both sides, not far up."""
    width = max(3, round(0.3 * box.width) | 1)
    padded = np.pad(foot, width, constant_values=box.top)[None]
    opened = cv2.morphologyEx(padded, cv2.MORPH_OPEN, np.ones((1, width), np.uint8))[0, width:-width]
    near = max(3, round(0.06 * box.width) | 1)
    lowest = cv2.dilate(foot[None], np.ones((1, near), np.uint8))[0]
    tip = np.exp(-(lowest - foot) / (0.012 * box.height + 0.6))
    low = np.clip(1.5 - (hull - foot) / (0.25 * box.height), 0, 1)
    return np.asarray(tip * low * (foot - opened > 0.05 * box.height), np.float32)


def _under_seat(foot: Float, hull: Float, legs: Float, box: Box) -> Float:
    """What hangs between fore and hind legs shades the floor between them, not before the fore ones."""
    hind = (legs > 0.5) & (hull - foot > 0.02 * box.height)
    if not hind.any():
        return np.zeros_like(foot)
    hangs = (hull - foot > 0.1 * box.height).astype(np.float32)[None]
    smooth = cv2.blur(hangs, (max(3, round(0.15 * box.width) | 1), 1), borderType=cv2.BORDER_CONSTANT)[0]
    return np.asarray(0.6 * float(np.median((hull - foot)[hind])) * smooth, np.float32)


def contact(thing: Thing, core: float, wide: float) -> Float:
    """Darkness where it lies on the floor, 0…1: a narrow line and a wider breath round it."""
    height, width = thing.alpha.shape
    rows = np.arange(height, dtype=np.float32)[:, None] + 0.5
    out = np.zeros((height, width), np.float32)
    columns = slice(thing.box.left, thing.box.right)
    depth = np.minimum(2.5 * wide, _footprint(thing))
    strip = np.clip(thing.foot - rows + 0.5, 0, 1) * np.clip((rows - thing.foot + depth) / depth, 0, 1)
    out[:, columns] = strip * thing.weight
    line = np.minimum(2 * _soft(out, 1.6 * core, core), 1)
    breath = np.minimum(2 * _soft(out, 2.4 * wide, wide), 1)
    return np.asarray(1 - (1 - 0.85 * line) * (1 - 0.5 * breath), np.float32)


def _footprint(thing: Thing) -> Float:
    """How far up in the picture the ground is covered, per column: little under a leg, less under a cable."""
    inside = thing.alpha[:, thing.box.left : thing.box.right] >= 0.4
    rows = np.arange(inside.shape[0])[:, None]
    above = np.where(inside | (rows >= thing.foot - 1), -1, rows).max(axis=0)
    lying = np.concatenate([[0], (thing.weight > 0.2).astype(np.int8), [0]])
    starts, ends = np.flatnonzero(np.diff(lying) == 1), np.flatnonzero(np.diff(lying) == -1)
    width = np.zeros(thing.weight.size, np.float32)
    for start, end in zip(starts, ends, strict=True):
        width[start:end] = end - start
    return np.asarray(np.clip(np.minimum(thing.foot - above, 0.6 * width), 1, None), np.float32)


def cast(thing: Thing, lights: Sequence[tuple[float, float]], near: float, far: float) -> Float:
    """The thing's shadow by one or more lights of equal strength, 0…1.

    Each light says in pixels how far the shadow of the thing's top falls to the right and down (negative:
    away from the viewer). Sharp as `near` at the foot, as soft as `far` at the far end, and paler there, as
    from a window.
    """
    sheet = straightened(thing)
    sheet *= np.linspace(1, 0.45, sheet.shape[0], dtype=np.float32)[:, None] / len(lights)
    height = max(1.0, float(thing.box.height))
    longest = max(1.0, *(abs(down) for _, down in lights))
    pad = int(3 * far + longest) + 2
    size = (sheet.shape[1], 2 * pad + 1)
    flat = np.zeros((size[1], size[0]), np.float32)
    for aside, down in lights:
        fall = (down if abs(down) >= 1 else np.copysign(1, down)) / height
        # (column, height above the floor) → (column + lean · height, pad + fall · height)
        matrix = np.array([[1, aside / height, 0], [0, fall, pad]], np.float32)
        flat += cv2.warpAffine(sheet, matrix, size, flags=cv2.INTER_LINEAR)
    # Under the thing it is dark too: else the blur would leave a light line along the foot.
    under = flat[max(0, pad - int(3 * near) - 1) : pad + 1]
    np.maximum(under, flat[pad : pad + 2].max(axis=0), out=under)
    away = np.abs(np.arange(size[1], dtype=np.float32) - pad)[:, None] / longest
    return _laid(_softened(flat, np.minimum(away, 1), near, far), thing.floor, pad, thing.alpha.shape[0])


def straightened(thing: Thing) -> Float:
    """The thing from its floor line upwards: row 0 is the floor."""
    rise = max(2, int(np.ceil(float(thing.floor.max()) - thing.box.top)) + 1)
    columns = np.arange(thing.alpha.shape[1], dtype=np.float32)
    up = np.arange(rise, dtype=np.float32)[:, None]
    rows = thing.floor[None] - 1 - up
    across = np.broadcast_to(columns, rows.shape).astype(np.float32)
    return np.asarray(cv2.remap(thing.alpha, across, rows.astype(np.float32), cv2.INTER_LINEAR), np.float32)


def _laid(sheet: Float, floor: Float, zero: int, height: int) -> Float:
    """A sheet whose row `zero` is the floor line, back in the picture."""
    rows = np.arange(height, dtype=np.float32)[:, None] - floor[None] + zero
    across = np.broadcast_to(np.arange(floor.size, dtype=np.float32), rows.shape).astype(np.float32)
    return np.asarray(cv2.remap(sheet, across, rows.astype(np.float32), cv2.INTER_LINEAR), np.float32)


def _softened(flat: Float, away: Float, near: float, far: float) -> Float:
    """Blurred the more the farther: three blurs, mixed by the distance from the floor line."""
    middle = (near * far) ** 0.5
    first, second, third = _soft(flat, near, near), _soft(flat, middle, middle), _soft(flat, far, far)
    late = np.clip(2 * away - 1, 0, 1)
    early = np.clip(2 * away, 0, 1)
    return np.asarray((first * (1 - early) + second * early) * (1 - late) + third * late, np.float32)


COARSE = 6.0
"""Blurs wider than this are made at half size, and again: nobody sees it, time falls to a quarter."""


def _soft(picture: Float, across: float, down: float) -> Float:
    if min(across, down) >= COARSE:
        height, width = picture.shape
        half = cv2.resize(picture, (-(-width // 2), -(-height // 2)), interpolation=cv2.INTER_AREA)
        softer = _soft(np.asarray(half, np.float32), across / 2, down / 2)
        return np.asarray(cv2.resize(softer, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    blurred = cv2.GaussianBlur(
        picture, (0, 0), max(across, 0.3), sigmaY=max(down, 0.3), borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray(blurred, np.float32)


def small_alpha(alpha: Grey, shrink: int, pad: tuple[int, int, int, int]) -> Float:
    """The alpha at 1/`shrink`, 0…1, with `pad` small pixels on the left, top, right and bottom."""
    size = (max(1, -(-alpha.shape[1] // shrink)), max(1, -(-alpha.shape[0] // shrink)))
    whole = (size[0] * shrink - alpha.shape[1], size[1] * shrink - alpha.shape[0])
    even = cv2.copyMakeBorder(alpha, 0, whole[1], 0, whole[0], cv2.BORDER_CONSTANT, value=0)
    small = cv2.resize(even, size, interpolation=cv2.INTER_AREA).astype(np.float32) * (1 / 255)
    left, top, right, bottom = pad
    return np.pad(small, ((top, bottom), (left, right)))
