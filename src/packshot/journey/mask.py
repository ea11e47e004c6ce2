"""A mask that a person hands in: opened as carefully as a photo, and held against the photo it is for."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.errors import BadOption, BadPhoto
from packshot.image.codec import PhotoLike, open_photo
from packshot.image.photo import Photo
from packshot.image.types import Grey, Size
from packshot.look import edited
from packshot.look.subject import Cutout
from packshot.words import say

GREY = 4
"""Levels by which the channels of a grey picture may differ: JPEG and colour profiles leave as much."""
ENOUGH = 2400
"""Long side: larger masks are shrunk as they are opened."""
CURE = say("Give a grey PNG of the photo's shape: white is the product, black the ground.")


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    levels: Grey
    """255: product."""
    size: Size
    """As it came, upright."""
    sha256: str
    """Of the bytes as they came."""


def open_mask(mask: PhotoLike) -> Mask:
    """Grey levels; of a picture with transparency, how solid it is. Raises BadOption."""
    try:
        opened = open_photo(mask, name="mask", want=ENOUGH)
    except BadPhoto as error:
        raise BadOption(say("The mask cannot be opened: {why}", why=error.message), CURE) from error
    if opened.alpha is not None:
        return Mask(opened.alpha, opened.source.size, opened.source.sha256)
    red, green, blue = cv2.split(opened.pixels)
    if max(cv2.absdiff(red, green).max(), cv2.absdiff(green, blue).max()) > GREY:
        raise BadOption(say("The mask is a picture with colours."), CURE)
    return Mask(np.asarray(green, np.uint8), opened.source.size, opened.source.sha256)


def cut_by(mask: Mask, photo: Photo, ours: Cutout) -> Cutout:
    """The person's cut-out of this photo. Raises BadOption where the mask does not fit it, or is empty."""
    must_fit(mask, photo.source.size)
    found = edited.cut(photo, mask.levels, ours)
    if found is None:
        raise _empty()
    return found


def must_fit(mask: Mask, photo: Size) -> None:
    """Without the photo's pixels: all that can be said of the mask before anybody waits for a picture."""
    if not _of_one_shape(mask.size, photo):
        raise BadOption(
            say("The mask is {size} px, the photo {photo} px: their shapes differ.",
                size=str(mask.size), photo=str(photo)),
            say("Give the mask in the photo's size, or both sides smaller by the same factor."),
        )  # fmt: skip
    if not (mask.levels >= edited.SOLID).any():
        raise _empty()


def _empty() -> BadOption:
    return BadOption(say("The mask is empty: nothing in it is product."), CURE)


def _of_one_shape(size: Size, photo: Size) -> bool:
    """Within the pixel that rounding costs."""
    down = abs(size.width * photo.height / photo.width - size.height)
    across = abs(size.height * photo.width / photo.height - size.width)
    return min(down, across) <= 1
