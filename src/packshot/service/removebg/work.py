"""The work on one photo: cut it out, compose what was asked for. Meant for a worker process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import NoReturn

import numpy as np

from packshot.errors import PackshotError
from packshot.image.codec import open_photo, shrunk
from packshot.image.limits import Limits
from packshot.image.photo import Photo
from packshot.image.types import Box, Size
from packshot.journey.cutout import CutProduct
from packshot.journey.examine import care_of, second_opinion
from packshot.look import subject
from packshot.service.removebg import errors
from packshot.service.removebg.compose import LIMITS, Answer, bounds_of, compose, form_of
from packshot.service.removebg.geometry import region
from packshot.service.removebg.wish import MOST_MEGAPIXELS, Wish

COMFORT = 2.0
"""Megapixels at which a cut-out is made at least, however small the result: thin parts want them."""


def make(data: bytes, wish: Wish, background: bytes | None = None, *, name: str = "") -> Answer:
    """Raises `Refusal` and nothing else on purpose."""
    try:
        side = _side(measure(data, name), wish, form_of(wish, background))
        photo = shrunk(open_photo(data, name=name, want=side, limits=LIMITS), side)
        return compose(_cut(photo, wish), wish, background)
    except PackshotError as exc:
        raise errors.of(exc) from exc


def measure(data: bytes, name: str = "") -> Size:
    """How large the photo says that it is; refused where it is none, or too large. No pixel is decoded."""
    try:
        open_photo(data, name=name, limits=_Asking(size_bytes=LIMITS.size_bytes, pixels=LIMITS.pixels))
    except _Measured as found:
        return found.size
    except PackshotError as exc:
        raise errors.of(exc) from exc
    raise AssertionError("a decoder asked no limits")


def megapixels(size: Size) -> int:
    """What a photo counts in the rate limit."""
    return max(1, round(size.area / 1e6))


class _Measured(Exception):
    def __init__(self, size: Size) -> None:
        super().__init__(size)
        self.size = size


@dataclass(frozen=True, slots=True)
class _Asking(Limits):
    """Every decoder asks the limits before it decodes: here the question itself ends the way."""

    def check_size(self, size: Size, name: str) -> NoReturn:
        # No `super()`: with slots the class is made anew and it would look in the old one.
        Limits.check_size(self, size, name)
        raise _Measured(size)


def _side(photo: Size, wish: Wish, form: str) -> int:
    """Longer side of the photo to work on. What a crop or a scale may magnify is worked on in full."""
    magnified = wish.crop or wish.scale is not None
    most = MOST_MEGAPIXELS if magnified else max(COMFORT, bounds_of(wish.megapixels, form).megapixels)
    return ceil(photo.long_side * min(1.0, sqrt(most * 1e6 / photo.area)))


def _cut(photo: Photo, wish: Wish) -> CutProduct:
    """Of the region of interest alone; what lies outside is ground whatever it shows."""
    box = region(photo.source.size, wish).scaled(photo.scale, within=photo.size)
    if box.is_empty:
        raise errors.unknown_foreground()
    part = photo
    if box != Box.whole(photo.size):
        own = None if photo.alpha is None else np.ascontiguousarray(photo.alpha[box.slices])
        part = replace(photo, pixels=np.ascontiguousarray(photo.pixels[box.slices]), alpha=own)
    cut = subject.cut(part, second_opinion(), care_of("normal"))
    if not cut.box.is_empty:
        cut = replace(cut, box=cut.box.moved(box.left, box.top), shadow=None, exact=None)
    return CutProduct(photo, cut)
