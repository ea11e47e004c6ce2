"""Where exactly does the product end? A box found on a smaller copy, made exact on the full photo."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.photo import Photo
from packshot.image.types import RGB, Box, Grey, box_of
from packshot.look import edges
from packshot.look.spread import ground_around
from packshot.look.studio import shrunk

REACH = 3
"""Pixels of the small copy in which an edge is looked for."""


def extent(photo: Photo, full: Photo, box: Box, alpha: Grey) -> Box:
    """`box`: where the product lies in `photo`, to a pixel; `alpha`: of the whole `photo`.
    The answer is in pixels of `full`, where it is to a pixel again."""
    size = full.size
    ratio = size.long_side / photo.size.long_side
    rough = box.scaled(ratio, within=size)
    if ratio < 1.05:
        return rough
    small = shrunk(photo.pixels)
    h, w = small.shape[:2]
    little = cv2.resize(alpha, (w, h), interpolation=cv2.INTER_AREA)
    behind = ground_around(small, little.astype(np.float32) / 255)
    reach = round(REACH * ratio) + 1
    left, top, right, bottom = rough.left, rough.top, rough.right, rough.bottom
    lying = rough.grown(reach, within=size)
    strips = (
        Box(lying.left, lying.top, left + reach, lying.bottom),
        Box(lying.left, lying.top, lying.right, top + reach),
        Box(right - reach, lying.top, lying.right, lying.bottom),
        Box(lying.left, bottom - reach, lying.right, lying.bottom),
    )
    found = [_solid(full.pixels, strip.inside(size), alpha, behind, ratio) for strip in strips]
    first, second, third, fourth = found
    return Box(
        first.left if first else left,
        second.top if second else top,
        third.right if third else right,
        fourth.bottom if fourth else bottom,
    )


def _solid(pixels: RGB, strip: Box, alpha: Grey, behind: RGB, ratio: float) -> Box | None:
    if strip.is_empty:
        return None
    held = box_of(edges.alpha_of(pixels, strip, alpha, behind, ratio) >= 128)
    return held.moved(strip.left, strip.top) if held else None
