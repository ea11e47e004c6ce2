"""Cut one product out: RGBA at the photo's own upright size."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from packshot.image.codec import PhotoLike, open_photo, shrunk
from packshot.image.resample import resize
from packshot.image.types import RGB, Box, Grey, Size
from packshot.journey.examine import DEFAULT_SIDE, care_of, second_opinion, segmenter
from packshot.look import edited, subject
from packshot.look.subject import Origin
from packshot.words import Words

if TYPE_CHECKING:
    from PIL.Image import Image

    from packshot.image.photo import Photo


@dataclass(frozen=True)
class CutProduct:
    """What `packshot.cutout` gives: arrays at the photo's upright size."""

    photo: Photo
    cut: subject.Cutout

    @property
    def confidence(self) -> float:
        return self.cut.confidence

    @property
    def found(self) -> bool:
        return self.cut.origin is not Origin.NONE

    @property
    def origin(self) -> Origin:
        return self.cut.origin

    @property
    def reason(self) -> Words:
        return self.cut.reason

    @cached_property
    def rgba(self) -> NDArray[np.uint8]:
        """H×W×4, straight colours; under alpha 0 the photo's own pixels are wiped."""
        whole = np.zeros((*self.photo.pixels.shape[:2], 4), np.uint8)
        if not self.cut.box.is_empty:
            inside = whole[self.cut.box.slices]
            inside[..., :3] = self.cut.colours
            inside[..., 3] = self.cut.alpha
            inside[self.cut.alpha == 0] = 0
        return whole

    @cached_property
    def mask(self) -> Grey:
        return np.ascontiguousarray(self.rgba[..., 3])

    @property
    def box(self) -> Box:
        """Of the product in upright source pixels."""
        return self.photo.to_source(self.cut.box)

    @property
    def image(self) -> Image:
        from PIL import Image

        return Image.fromarray(self.rgba)


def cutout(
    photo: PhotoLike, *, engine: str | None = None, quality: str = "normal", name: str = ""
) -> CutProduct:
    """Raises BadPhoto for bytes that are no photo; an empty ground gives `found == False`.

    `engine` names the second opinion; `quality`: fast asks it only where the studio path
    doubts, best asks it more than once.
    """
    opened = open_photo(photo, name=name)
    return _cut(opened, engine, quality)


def _cut(opened: Photo, engine: str | None, quality: str) -> CutProduct:
    asked = segmenter(engine) if engine else second_opinion()
    return CutProduct(opened, subject.cut(opened, asked, care_of(quality)))


EDITED_SIDE = 1600
"""Longest side at which a person edits a mask."""


@dataclass(frozen=True, slots=True, eq=False)
class Editable:
    """What a mask editor shows; the mask lies over the picture pixel by pixel."""

    picture: RGB
    mask: Grey
    """255: product. All ground where none was found."""

    @property
    def mask_png(self) -> bytes:
        return grey_png(self.mask)


def editable(photo: PhotoLike, *, quality: str = "normal", name: str = "") -> Editable:
    """The mask that `fix` takes by itself, at a size for editing; handed back as it is it changes nothing."""
    opened = open_photo(photo, name=name, want=DEFAULT_SIDE)
    small = shrunk(opened, EDITED_SIDE)
    return Editable(small.pixels, outline(_cut(opened, None, quality).cut, opened.size))


def outline(cut: subject.Cutout, size: Size) -> Grey:
    """The mask of a cut-out at a size for editing; `size` is of the pixels that the cut-out lies in."""
    factor = min(1.0, EDITED_SIDE / size.long_side)
    return resize(edited.alpha_of(cut, size), size.scaled(factor))


def grey_png(mask: Grey) -> bytes:
    from PIL.Image import fromarray

    written = io.BytesIO()
    fromarray(mask).save(written, "PNG", compress_level=1)
    return written.getvalue()
