"""A picture with its alpha, on which layers are laid one over another."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.image.blend import over
from packshot.image.types import RGB, Box, Colour, Grey, Size, size_of

ROWS = 64
"""At a time: the floats between stay small whatever the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Straight colours; where alpha is 0 they are 0 too."""

    colours: RGB
    alpha: Grey

    @property
    def size(self) -> Size:
        return size_of(self.alpha)

    @property
    def is_opaque(self) -> bool:
        return cv2.minMaxLoc(self.alpha)[0] == 255


def filled(size: Size, colour: Colour = (0, 0, 0), alpha: int = 0) -> Sheet:
    colours = np.empty((size.height, size.width, 3), np.uint8)
    colours[:] = colour if alpha else (0, 0, 0)
    return Sheet(colours, np.full((size.height, size.width), alpha, np.uint8))


def lay(sheet: Sheet, colours: RGB | Colour, alpha: Grey, left: int, top: int) -> None:
    """Changes the sheet. What reaches beyond it is cut off."""
    whole = Box.whole(size_of(alpha)).moved(left, top).inside(sheet.size)
    for first in range(whole.top, whole.bottom, ROWS):
        here = Box(whole.left, first, whole.right, min(first + ROWS, whole.bottom))
        share = alpha[here.moved(-left, -top).slices]
        if isinstance(colours, tuple):
            strip = np.broadcast_to(np.array(colours, np.uint8), (*share.shape, 3)).copy()
        else:
            strip = colours[here.moved(-left, -top).slices]
        _blend(sheet.colours[here.slices], sheet.alpha[here.slices], strip, share)


def _blend(ground: RGB, behind: Grey, colours: RGB, alpha: Grey) -> None:
    if not behind.any():
        ground[:] = colours
        ground[alpha == 0] = 0
        behind[:] = alpha
    elif behind.min() == 255:
        ground[:] = over(np.ascontiguousarray(colours), np.ascontiguousarray(alpha), ground)
    else:
        front = alpha.astype(np.float32) / 255
        back = behind.astype(np.float32) / 255 * (1 - front)
        both = front + back
        weights = np.maximum(both, 1e-6)[..., None]
        mixed = (colours * front[..., None] + ground * back[..., None]) / weights
        ground[:] = (mixed + 0.5).astype(np.uint8)
        behind[:] = (both * 255 + 0.5).astype(np.uint8)
        ground[behind == 0] = 0
