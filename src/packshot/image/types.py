"""The shapes that every floor speaks of: pixel arrays, sizes and boxes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RGB: TypeAlias = NDArray[np.uint8]
"""H×W×3, sRGB, 0…255."""
Grey: TypeAlias = NDArray[np.uint8]
"""H×W, 0…255: an alpha, a mask, a luma."""
Float: TypeAlias = NDArray[np.float32]
"""Any float picture; made only for the band or the thumbnail that needs it."""
Colour: TypeAlias = tuple[int, int, int]
"""One sRGB colour, 0…255 each."""


def hex_of(colour: Colour) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour)


def colour_of(text: str) -> Colour:
    """`#F5F4F2`, `F5F4F2` or `#fff` as a colour."""
    digits = text.strip().lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) != 6 or any(d not in "0123456789abcdefABCDEF" for d in digits):
        raise ValueError(f"{text!r} is not a colour; write it as #F5F4F2")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def long_side(self) -> int:
        return max(self.width, self.height)

    @property
    def short_side(self) -> int:
        return min(self.width, self.height)

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / self.height

    def scaled(self, factor: float) -> Size:
        return Size(max(1, round(self.width * factor)), max(1, round(self.height * factor)))

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of pixels; right and bottom are the first pixels outside."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def whole(cls, size: Size) -> Box:
        return cls(0, 0, size.width, size.height)

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box | None:
        boxes = list(boxes)
        if not boxes:
            return None
        return cls(
            min(b.left for b in boxes),
            min(b.top for b in boxes),
            max(b.right for b in boxes),
            max(b.bottom for b in boxes),
        )

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def area(self) -> int:
        return max(0, self.width) * max(0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def slices(self) -> tuple[slice, slice]:
        """`pixels[box.slices]` is what the box holds."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def is_empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def moved(self, right: int, down: int) -> Box:
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def grown(self, px: int, within: Size) -> Box:
        return Box(self.left - px, self.top - px, self.right + px, self.bottom + px).inside(within)

    def inside(self, size: Size) -> Box:
        return self.meet(Box.whole(size))

    def meet(self, other: Box) -> Box:
        """What both hold; empty where they are apart."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(left, top, max(left, right), max(top, bottom))

    def scaled(self, factor: float, within: Size | None = None) -> Box:
        """The same place in a picture `factor` times as large."""
        box = Box(
            round(self.left * factor),
            round(self.top * factor),
            round(self.right * factor),
            round(self.bottom * factor),
        )
        return box.inside(within) if within else box


def size_of(pixels: NDArray[np.uint8] | Float) -> Size:
    return Size(int(pixels.shape[1]), int(pixels.shape[0]))


def box_of(mask: NDArray[np.bool_] | Grey) -> Box | None:
    """The box of all pixels that are not zero; for an alpha pass `alpha >= 128`."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return Box(int(columns[0]), top, int(columns[-1]) + 1, bottom)
