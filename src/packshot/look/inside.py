"""The product's own colour near a place on its rim: the mean of what is surely product around it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Box, Float, Grey, size_of
from packshot.look.channels import largest
from packshot.look.mask import grown

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """Sure colours, and 1 as a fourth channel where they are sure; perhaps at half size."""

    held: RGB
    step: int

    @classmethod
    def of(cls, view: RGB, sure: Grey, step: int) -> Inside:
        if step == 2:
            view, sure = halved(view), (halved(sure * np.uint8(255)) == 255).astype(np.uint8)
        colours = cv2.bitwise_and(view, view, mask=sure)
        return cls(cv2.merge([*cv2.split(colours), sure]).astype(np.uint8), step)

    def near(self, size: int, rows: Places, columns: Places) -> Float:
        """Sums of the sure colours in a window around each place, and their number."""
        if self.step == 2:
            h, w = self.held.shape[:2]
            size = size // 2 | 1
            rows, columns = np.minimum(rows // 2, h - 1), np.minimum(columns // 2, w - 1)
        window = (size, size)
        summed = cv2.boxFilter(self.held, cv2.CV_32F, window, normalize=False, borderType=cv2.BORDER_CONSTANT)
        return summed[rows, columns].astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """The pixels around the outline, and what they lie between."""

    view: RGB
    ground: RGB
    """As large as `view`, or half as large where `step` is 2."""
    solid: Grey
    inner: Grey
    """`solid` without the ring."""
    reach: int
    """Width of the ring on either side."""
    rows: Places
    columns: Places
    step: int

    @property
    def back(self) -> Float:
        """The ground behind each place."""
        h, w = self.ground.shape[:2]
        step = 1 if h == len(self.view) else self.step
        rows, columns = np.minimum(self.rows // step, h - 1), np.minimum(self.columns // step, w - 1)
        return self.ground[rows, columns].astype(np.float32)


def front(ring: Ring) -> Float:
    """The product's colour at each place: from its inside near by, in thin parts from their core, else from
    farther inside; where there is none of these, the pixel's own."""
    rows, columns, reach = ring.rows, ring.columns, ring.reach
    colour = ring.view[rows, columns].astype(np.float32)
    inside = Inside.of(ring.view, ring.inner, ring.step)
    missing = _filled(colour, np.arange(len(rows)), inside.near(2 * reach + 3, rows, columns))
    thin = _thin(ring, missing)
    if thin.size:
        missing = np.setdiff1d(missing, thin, assume_unique=True)
        left = _filled(colour, thin, _near_core(ring, thin))
        missing = np.concatenate([missing, left])
    for size in (4 * reach + 3, 6 * reach + 3):
        if missing.size:
            missing = _filled(colour, missing, inside.near(size, rows[missing], columns[missing]))
    return colour


def _thin(ring: Ring, missing: Places) -> Places:
    """Those that belong to parts narrower than the ring, which have no inside."""
    narrow = ring.solid & (np.uint8(1) - grown(ring.inner, ring.reach + 1))
    if not narrow.any():
        return missing[:0]
    around = grown(narrow, ring.reach)
    return missing[around[ring.rows[missing], ring.columns[missing]] > 0]


def halved(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Exactly half; a last odd row or column is left out. OpenCV is six times as fast so."""
    h, w = picture.shape[0] // 2, picture.shape[1] // 2
    if min(h, w) == 0:
        return picture
    return cv2.resize(picture[: 2 * h, : 2 * w], (w, h), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _filled(colour: Float, missing: Places, found: Float) -> Places:
    """Writes what was found; answers who still has nothing."""
    use = found[:, 3] > 0
    colour[missing[use]] = found[use, :3] / found[use, 3:]
    return missing[~use]


def _near_core(ring: Ring, places: Places) -> Float:
    """Parts too thin to have a sure inside: their pixels that are farthest from the ground."""
    rows, columns = ring.rows[places], ring.columns[places]
    box = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    box = box.grown(ring.reach + 2, within=size_of(ring.view))
    view, solid = ring.view[box.slices], ring.solid[box.slices]
    away = largest(cv2.absdiff(view, _piece(ring.ground, box, ring.step)).astype(np.uint8))
    core = solid & (away >= 0.9 * cv2.dilate(away, np.ones((3, 3), np.uint8))).astype(np.uint8)
    return Inside.of(view, core, 1).near(2 * ring.reach + 1, rows - box.top, columns - box.left)


def _piece(ground: RGB, box: Box, step: int) -> RGB:
    if step == 1:
        return ground[box.slices]
    part = ground[box.top // 2 : (box.bottom + 1) // 2 + 1, box.left // 2 : (box.right + 1) // 2 + 1]
    return cv2.resize(part, (box.width, box.height), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
