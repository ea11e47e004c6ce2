"""How many things are there, and are any two of them the same?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.colour import lab
from packshot.image.photo import Photo
from packshot.image.pieces import pieces
from packshot.image.types import Box, Float, Grey, box_of
from packshot.look.small import shrunk
from packshot.look.subject import Cutout, Subject


@dataclass(frozen=True, slots=True)
class Twin:
    first: Box
    second: Box
    """In upright source pixels."""
    similarity: float
    """0…1; colour and shape together."""
    mirrored: bool


@dataclass(frozen=True, slots=True)
class Objects:
    boxes: tuple[Box, ...]
    """One per thing (parts that belong together are joined), largest first, upright source pixels."""
    shares: tuple[float, ...]
    """Share of all product pixels, in the same order."""
    twins: tuple[Twin, ...]
    """Pairs where one thing repeats the other."""


SIDE = 320
LEAST_SHARE = 0.01
MOST_THINGS = 12
"""More are beads or confetti; the largest speak."""


def measure(photo: Photo, cutout: Cutout, subject: Subject) -> Objects:
    """`subject` says whether there is a product at all; here its parts are joined and compared."""
    if cutout.box.is_empty or not subject.found:
        return Objects((), (), ())
    step = max(1.0, cutout.box.size.long_side / SIDE)
    alpha, colours = shrunk(cutout.alpha, step), shrunk(cutout.colours, step)
    total = int((alpha >= 128).sum())
    if total == 0:
        return Objects((), (), ())

    def box(thing: _Thing) -> Box:
        within = thing.box.scaled(step, within=cutout.box.size)
        return photo.to_source(within.moved(cutout.box.left, cutout.box.top))

    laid = [part.box for part in subject.components if part.laid_over]
    things = [thing for thing in _things(alpha, lab(colours), total) if not _covered(box(thing), laid)]
    twins = [
        Twin(box(one), box(other), similarity, mirrored)
        for one, other in combinations(things, 2)
        for similarity, mirrored in (_likeness(one, other),)
        if similarity >= TWINS
    ]
    return Objects(
        boxes=tuple(box(thing) for thing in things),
        shares=tuple(thing.area / total for thing in things),
        twins=tuple(twins),
    )


def _covered(thing: Box, laid: list[Box]) -> bool:
    """A sticker is no thing."""
    return any(thing.meet(part).area >= STICKER * thing.area for part in laid)


STICKER = 0.8
"""Of its box lies in the box of a part that was laid over the photo."""


# --- things ------------------------------------------------------------------------------------------------

PART_GAP = 0.15
"""Of the smaller one's size (the root of its area); a lid lies nearer to its jar than two jars do."""
PART_AREA = 0.4
"""Of the larger one's area: up to here the smaller one is taken for its part."""
SPLIT_GAP = 0.04
"""Nearer than this, even equal pieces are one thing that a shine has cut in two, unless they are twins."""


@dataclass(frozen=True, slots=True, eq=False)
class _Thing:
    box: Box
    mask: NDArray[np.bool_]
    """Of the box."""
    colours: Float
    """Lab, of the box."""

    @property
    def area(self) -> int:
        return int(self.mask.sum())


def _things(alpha: Grey, colours: Float, total: int) -> list[_Thing]:
    count, labels, stats = pieces((alpha >= 128).astype(np.uint8))
    areas = np.asarray(stats)[:, cv2.CC_STAT_AREA]
    large = [at for at in range(1, count) if areas[at] >= max(4, LEAST_SHARE * total)]
    large = sorted(large, key=lambda at: -areas[at])[:MOST_THINGS]
    groups = _joined(np.asarray(labels), large, colours)
    things = [_thing(np.isin(labels, group), colours) for group in groups]
    return sorted(things, key=lambda thing: -thing.area)


def _thing(mask: NDArray[np.bool_], colours: Float) -> _Thing:
    box = box_of(mask)
    assert box is not None
    return _Thing(box, mask[box.slices], colours[box.slices])


def _joined(labels: NDArray[np.int32], found: list[int], colours: Float) -> list[list[int]]:
    """Largest first; each takes the parts that lie near enough to it."""
    groups = [[at] for at in found]
    if len(found) < 2:
        return groups
    things = {at: _thing(labels == at, colours) for at in found}
    gaps = {at: _distance_from(labels == at) for at in found}
    owner = {at: at for at in found}
    for one, other in combinations(found, 2):
        gap = float(gaps[one][labels == other].min())
        size = things[other].area ** 0.5
        is_part = gap <= PART_GAP * size and things[other].area <= PART_AREA * things[one].area
        is_split = gap <= SPLIT_GAP * size and _likeness(things[one], things[other])[0] < TWINS
        if (is_part or is_split) and owner[other] == other:
            owner[other] = owner[one]
    return [[at for at in found if owner[at] == lead] for lead in found if owner[lead] == lead]


def _distance_from(mask: NDArray[np.bool_]) -> Float:
    return cast(Float, cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3))


# --- twins -------------------------------------------------------------------------------------------------

TWINS = 0.82
LOOK = 40
"""Pixels of the square that each thing is brought to."""
LIKE_AREA = 0.6
LIKE_SHAPE = 0.72
"""Of one box's proportions in the other's."""
PLAIN = 5.0
"""L*; things with less life than this in them have no pattern to compare."""


def _likeness(one: _Thing, other: _Thing) -> tuple[float, bool]:
    """How much one repeats the other, 0…1, and whether it does so better mirrored."""
    if min(one.area, other.area) < LIKE_AREA * max(one.area, other.area):
        return 0.0, False
    shapes = sorted((one.box.size.ratio, other.box.size.ratio))
    if shapes[0] < LIKE_SHAPE * shapes[1] or min(one.area, other.area) < 40:
        return 0.0, False
    colour = _colour_likeness(one, other)
    mask, pattern = _normalised(one)
    other_mask, other_pattern = _normalised(other)
    straight = _form_likeness(mask, pattern, other_mask, other_pattern)
    mirrored = _form_likeness(mask, pattern, other_mask[:, ::-1], other_pattern[:, ::-1])
    better = mirrored > straight + 0.02
    return 0.4 * colour + 0.6 * max(straight, mirrored), better


def _colour_likeness(one: _Thing, other: _Thing) -> float:
    """What two soft histograms share: hue and chroma in fine cells, lightness in coarse ones."""
    return float(np.minimum(_histogram(one), _histogram(other)).sum())


def _histogram(thing: _Thing) -> Float:
    inside = cv2.erode(thing.mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    values = thing.colours[inside if inside.any() else thing.mask]
    counts, _ = np.histogramdd(
        values, bins=(10, 20, 20), range=((0, 100.01), (-90, 90), (-90, 90)), density=False
    )
    soft = counts
    for axis in (0, 0, 1, 2):  # a little drift in the light must not move everything next door
        wide = np.pad(soft, [(1, 1) if at == axis else (0, 0) for at in range(3)])
        ahead, here, behind = (np.take(wide, range(at, at + soft.shape[axis]), axis) for at in (0, 1, 2))
        soft = (ahead + 2 * here + behind) / 4
    return np.asarray(soft / max(1.0, float(soft.sum())), np.float32)


def _normalised(thing: _Thing) -> tuple[Grey, Float]:
    """Mask and lightness in a square of one size."""
    mask = cv2.resize(thing.mask.astype(np.uint8) * 255, (LOOK, LOOK), interpolation=cv2.INTER_AREA)
    light = cv2.resize(
        np.ascontiguousarray(thing.colours[..., 0]), (LOOK, LOOK), interpolation=cv2.INTER_AREA
    )
    return cast(Grey, mask), cast(Float, cv2.GaussianBlur(light, (0, 0), 1.0))


def _form_likeness(mask: Grey, pattern: Float, other_mask: Grey, other_pattern: Float) -> float:
    """Outline (overlap) and inner pattern (correlation) together."""
    one, two = mask >= 128, other_mask >= 128
    both = one & two
    overlap = float(both.sum() / max(1, int((one | two).sum())))
    left, right = pattern[both], other_pattern[both]
    if left.size < 20:
        return 0.0
    spread = float(left.std()), float(right.std())
    if max(spread) < PLAIN:
        return overlap
    if min(spread) < 0.3 * max(spread):
        return 0.5 * overlap
    match = float(np.corrcoef(left, right)[0, 1])
    return 0.55 * overlap + 0.45 * max(0.0, match)
