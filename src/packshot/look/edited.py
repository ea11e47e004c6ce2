"""A cut-out as a person wants it: their alpha, and our own fine rim wherever they left it alone.

A mask is edited at a working size, coarser than the photo. Where it still says what ours said there, ours
stays to the pixel, so that a touch at the handle does not soften the outline of the whole jug.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.photo import Photo
from packshot.image.resample import resize
from packshot.image.types import RGB, Box, Grey, Size, box_of, size_of
from packshot.look import matte, studio
from packshot.look.mask import grown
from packshot.look.subject import Cutout, Origin
from packshot.words import say

SAME = 24
"""Levels below which two masks say the same; a stroke that can be seen is above."""
AROUND = 3
"""Pixels of the mask around a stroke in which it decides: so far its soft edge goes on."""
SEEN_AROUND = 16
"""Pixels around a stroke that tell the colours in it."""
SOLID, FAINT = 128, 8
"""Alpha of what is product, and of what is anything at all."""
MARGIN = 4


def cut(photo: Photo, mask: Grey, ours: Cutout) -> Cutout | None:
    """`mask` shows the whole photo at any size. None: it holds no product."""
    if mask.shape[1] > photo.size.width:
        mask = resize(mask, photo.size)
    if not (mask >= SOLID).any():
        return None
    touched = _touched(photo.size, mask, ours)
    found = _redrawn(photo, mask, ours, touched) if touched.any() else ours
    return replace(
        found,
        confidence=1.0,
        origin=Origin.PERSON,
        engine="person",
        agreement=None,
        reason=say("A person drew the cut-out."),
    )


def alpha_of(cutout: Cutout, size: Size) -> Grey:
    """On the whole photo."""
    whole = np.zeros((size.height, size.width), np.uint8)
    whole[cutout.box.slices] = cutout.alpha
    return whole


def _touched(size: Size, mask: Grey, ours: Cutout) -> Grey:
    """1 where the person says something else, in the photo's pixels."""
    was = resize(alpha_of(ours, size), size_of(mask))
    differs = (cv2.absdiff(mask, was) > SAME).astype(np.uint8)
    near = grown(differs, AROUND)
    return np.asarray(cv2.resize(near, (size.width, size.height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _redrawn(photo: Photo, mask: Grey, ours: Cutout, touched: Grey) -> Cutout:
    alpha = np.where(touched > 0, resize(mask, photo.size), alpha_of(ours, photo.size))
    colours = _colours(photo, alpha, ours, touched)
    shadow = _shadow(photo, alpha) if photo.alpha is None else None
    box = _box_of(alpha >= FAINT).grown(MARGIN, within=photo.size)
    return replace(
        ours,
        box=box,
        colours=np.ascontiguousarray(colours[box.slices]),
        alpha=np.ascontiguousarray(alpha[box.slices]),
        shadow=shadow,
        shadow_scale=shadow.shape[1] / photo.size.width if shadow is not None else 1.0,
        exact=None,
    )


def _colours(photo: Photo, alpha: Grey, ours: Cutout, touched: Grey) -> RGB:
    """The product's own, of the whole photo. What the person added comes from the photo itself."""
    colours = photo.pixels.copy()
    colours[ours.box.slices] = ours.colours
    place = _box_of(touched > 0).grown(SEEN_AROUND, within=photo.size).slices
    own = photo.pixels[place]
    if photo.alpha is None:
        own = matte.unmixed(own, alpha[place])
    colours[place] = np.where(touched[place][..., None] > 0, own, colours[place])
    return colours


def _box_of(mask: NDArray[np.bool_]) -> Box:
    return box_of(mask) or Box(0, 0, 0, 0)


def _shadow(photo: Photo, alpha: Grey) -> Grey | None:
    """The source's own, seen anew: what was taken for goods may be shadow, and the other way round."""
    small = studio.shrunk(photo.pixels)
    found = studio.scene(small)
    if found.evenness <= 0.5:
        return None
    chance = resize(alpha, size_of(small))
    mask = (chance >= SOLID).astype(np.uint8)
    return studio.shadow(studio.Draft(small, found, (chance / np.float32(255)).astype(np.float32), mask))
