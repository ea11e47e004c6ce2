"""Which parts of the cut-out were laid over the photo? To whoever cut it out, a badge is a thing as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Box

APART_AREA = 0.35
"""Of the largest part; a smaller part that stands apart may be a badge."""
WITHIN = 0.7
"""Of a letter's box lies in its line."""
BEARS = 0.05
"""Of a badge's box is text."""
FLAT = 0.6
"""Share of a badge that has one fill colour within `FLAT_LEVELS`; a bottle has light and shade."""
FLAT_LEVELS = 10
CODED = 0.3
"""Of a sticker is its code; the rest is the white rim."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What was written over the photo, in upright source pixels."""

    lines: tuple[Box, ...] = ()
    codes: tuple[Box, ...] = ()


def is_sticker(box: Box, part: NDArray[np.bool_], colours: RGB, laid: Laid) -> bool:
    """A letter lies within a line; a badge holds one and has one flat colour; a code fills its sticker.

    `part` and `colours` are those of the box; all boxes are in the same pixels.
    """
    if any(line.meet(box).area >= WITHIN * box.area for line in laid.lines):
        return True
    if any(code.meet(box).area >= CODED * box.area for code in laid.codes):
        return True
    if sum(line.meet(box).area for line in laid.lines) < BEARS * box.area:
        return False
    inside = colours[part].astype(np.int16)
    fill = np.median(inside, axis=0)
    return float((np.abs(inside - fill).max(axis=1) <= FLAT_LEVELS).mean()) >= FLAT
