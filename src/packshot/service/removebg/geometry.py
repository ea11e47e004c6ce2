"""Where the product stands in the result, and how large both are. Numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt

from packshot.image.types import Box, Size
from packshot.service.removebg.errors import bad
from packshot.service.removebg.wish import Wish

HAIR = 1e-6
"""What floats lose: 625 must not become 624."""


@dataclass(frozen=True, slots=True)
class Plan:
    canvas: Size
    """Of the result."""
    product: Box
    """Of the product in it."""
    largest: Size
    """What the canvas would be at `size=full`."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a result may be."""

    megapixels: float
    side: int = 65_535
    """JPEG can say no more."""


def plan(photo: Size, product: Box, wish: Wish, bounds: Bounds, full: Bounds) -> Plan:
    """`product` is its box in the photo; all is laid out at the photo's size, then shrunk as a whole."""
    width, height, left, top = _canvas(photo, product, wish)
    factor = 1.0
    if wish.scale is not None:
        factor = wish.scale * min(width / product.width, height / product.height)
    wide, high = product.width * factor, product.height * factor
    if wish.position is not None:
        left, top = wish.position[0] * (width - wide), wish.position[1] * (height - high)
    canvas, share = _within(width, height, bounds)
    largest, _ = _within(width, height, full)
    return Plan(canvas, _whole(left * share, top * share, wide * share, high * share, canvas), largest)


def region(photo: Size, wish: Wish) -> Box:
    """The region of interest in pixels of the photo."""
    left, top, right, bottom = (
        length.of(whole) for length, whole in zip(wish.roi, (photo.width, photo.height) * 2, strict=True)
    )
    if right > photo.width + HAIR or bottom > photo.height + HAIR:
        raise bad("roi_exceeds_bounds", "Region of interest exceeds the image", f"The image has {photo}.")
    box = Box(round(left), round(top), round(right), round(bottom)).inside(photo)
    if box.is_empty:
        raise bad("roi_region_empty", "Region of interest is empty", "x1 < x2 and y1 < y2 must hold.")
    return box


def _canvas(photo: Size, product: Box, wish: Wish) -> tuple[float, float, float, float]:
    """Width, height, and where the product stands before it is moved."""
    if not wish.crop:
        return photo.width, photo.height, product.left, product.top
    above, right, below, left = (
        length.of(whole)
        for length, whole in zip(wish.crop_margin, (product.height, product.width) * 2, strict=True)
    )
    return left + product.width + right, above + product.height + below, left, above


def _within(width: float, height: float, bounds: Bounds) -> tuple[Size, float]:
    """The largest whole size of this shape inside the bounds, and the factor to it."""
    by_area = sqrt(bounds.megapixels * 1e6 / (width * height))
    share = min(1.0, by_area, bounds.side / max(width, height))
    across, down = max(1, floor(width * share + HAIR)), max(1, floor(height * share + HAIR))
    return Size(across, down), share


def _whole(left: float, top: float, width: float, height: float, canvas: Size) -> Box:
    """Edges to whole pixels, inside the canvas, at least one pixel each way."""
    x, y = min(round(left), canvas.width - 1), min(round(top), canvas.height - 1)
    right, bottom = min(round(left + width), canvas.width), min(round(top + height), canvas.height)
    return Box(x, y, max(x + 1, right), max(y + 1, bottom))
