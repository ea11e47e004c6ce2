"""Which way up is the photo? The one EXIF tag that we read."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import Size

_ORIENTATION = 0x0112
_MAX_ENTRIES = 1000


def orientation_of(exif: bytes) -> int:
    """1…8; 1 where the block is absent, broken or says nothing."""
    block = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II": "little", b"MM": "big"}.get(block[:2])
    if order is None:
        return 1
    big = order == "big"

    def number(at: int, length: int) -> int:
        return int.from_bytes(block[at : at + length], "big" if big else "little")

    start = number(4, 4)
    for entry in range(min(number(start, 2), _MAX_ENTRIES)):
        at = start + 2 + entry * 12
        if at + 12 > len(block):
            return 1
        if number(at, 2) == _ORIENTATION:
            # Some cameras write the short as a long.
            value = number(at + 8, 4 if number(at + 2, 2) == 4 else 2)
            return value if 1 <= value <= 8 else 1
    return 1


def upright_size(size: Size, orientation: int) -> Size:
    return Size(size.height, size.width) if orientation >= 5 else size


def upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The picture turned and mirrored as the camera meant it."""
    if orientation == 1:
        return pixels
    if orientation >= 5:
        pixels = cv2.transpose(pixels)  # type: ignore[assignment]
    if orientation in _FLIPS:
        pixels = cv2.flip(pixels, _FLIPS[orientation])  # type: ignore[assignment]
    return pixels


_FLIPS = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}
"""cv2.flip's code for each orientation, after the transposing ones are transposed: 1 left to right,
0 top to bottom, -1 both."""
