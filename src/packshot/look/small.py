"""A photo and its product, shrunk to what a look needs: most facts are as true at 500 px as at 2000."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from math import ceil
from typing import Any, cast

import cv2
import numpy as np

from packshot.image.kept import Kept, by_area
from packshot.image.photo import Photo
from packshot.image.types import RGB, Box, Grey, Size, size_of
from packshot.look.subject import Cutout


@dataclass(frozen=True, slots=True, eq=False)
class Small:
    pixels: RGB
    """Where the photo brought its own alpha, white lies under it."""
    step: float
    """Worked pixels per pixel here; 1 or more."""

    @property
    def size(self) -> Size:
        return size_of(self.pixels)

    def to_source(self, box: Box, photo: Photo) -> Box:
        """A box in these pixels as users see it."""
        return photo.to_source(box.scaled(self.step, within=photo.size))


SIDE = 512
"""Letters of a sticker are still readable, four megapixels become a quarter of one."""

ROUND_UP = 1.15
"""Up to so much smaller still, for a whole step takes half the time."""

_masks = Kept()
_last: tuple[weakref.ref[Any], Small] | None = None


def small(photo: Photo) -> Small:
    """The whole photo, its longer side at most `SIDE`; never enlarged.

    The last answer is kept, for five facts ask in a row and shrinking is the dearest part of most of them
    (2000×2000: 3 ms). Photos are read-only, so the answer can't grow stale; nothing keeps the photo alive.
    """
    global _last
    last = _last
    if last is not None and last[0]() is photo.pixels:
        return last[1]
    step = max(1.0, photo.size.long_side / SIDE)
    if ceil(step) <= ROUND_UP * step:
        step = float(ceil(step))
    pixels = shrunk(photo.pixels, step)
    if photo.alpha is not None:
        pixels = _over_white(pixels, shrunk(photo.alpha, step))
    made = Small(pixels, step)
    _last = weakref.ref(photo.pixels), made
    return made


def product_mask(cutout: Cutout, whole: Small) -> Grey:
    """The alpha of the product in the pixels of `whole`; all 0 where there is none."""
    place = cutout.box.scaled(1 / whole.step, within=whole.size)
    if cutout.box.is_empty or place.is_empty:
        return np.zeros(whole.pixels.shape[:2], np.uint8)

    def drawn() -> Grey:
        mask = np.zeros(whole.pixels.shape[:2], np.uint8)
        mask[place.slices] = cv2.resize(
            cutout.alpha, (place.width, place.height), interpolation=cv2.INTER_AREA
        )
        return mask

    return _masks.of(cutout.alpha, (place, whole.size), drawn)


def shrunk(pixels: RGB | Grey, step: float) -> RGB:
    """By area. A whole step is many times faster in OpenCV, so far shrinking takes whole steps first."""
    height, width = pixels.shape[:2]
    wanted = (max(1, round(width / step)), max(1, round(height / step)))
    if wanted == (width, height):
        return pixels
    whole = int(step)
    if step >= 3 and step != whole and min(width, height) > 8 * whole:
        pixels = pixels[: height // whole * whole, : width // whole * whole]
        once = (pixels.shape[1] // whole, pixels.shape[0] // whole)
        pixels = cast(RGB, cv2.resize(pixels, once, interpolation=cv2.INTER_AREA))
    return by_area(pixels, Size(*wanted))


def _over_white(pixels: RGB, alpha: Grey) -> RGB:
    share = alpha[..., None].astype(np.uint16)
    return ((pixels * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)
