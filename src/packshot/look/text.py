"""Is there text, and does it lie on the product or on the ground?"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.engines.base import FoundText, TextFinder
from packshot.image.photo import Photo
from packshot.image.types import Box
from packshot.look.small import Small, product_mask, shrunk, small
from packshot.look.stickers import APART_AREA, Laid, is_sticker
from packshot.look.subject import Cutout
from packshot.look.text_overlay import overlaid, own_sharpness
from packshot.look.text_signs import signs as signs_of

Outline = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class TextBox:
    box: Box
    """In upright source pixels."""
    confidence: float
    on_product: float
    """Share of the box that is product: 1 is a label, 0 is text on the ground."""
    overlaid: float
    """0…1: how much it looks drawn over the photo (flat colour, razor edges) and not printed on goods."""
    angle: float = 0.0
    """Degrees; 0 reads left to right."""
    outline: Outline = ()
    """As the finder gave it, for the reader, in upright source pixels; empty where only the box is known."""

    @property
    def laid_over(self) -> bool:
        """On the ground, or drawn over the goods and not printed on them."""
        if self.on_product < HALF:
            return True
        return self.overlaid >= (DRAWN_ON_GOODS if self.on_product >= WHOLLY else DRAWN_PARTLY)


HALF = 0.5
WHOLLY = 0.9
DRAWN_PARTLY = 0.6
"""Three quarters of drawn words that lie half over goods reach it; 95 % of 217 printed lines stay under."""
DRAWN_ON_GOODS = 0.8
"""Flat labels on smooth goods reach 0.7 (our own samples); drawn words over goods 0.9."""


@dataclass(frozen=True, slots=True)
class Text:
    boxes: tuple[TextBox, ...]
    looked: bool
    """False where no cheap sign of text was seen, so that no finder was run."""
    signs: float
    """0…1: the cheap signs of text."""


ENOUGH_SIGNS = 0.25
"""Of 200 packshots with a drawn word (letters 14…60 px high in 672) 99 % reach it; of 200 without, 29 % do,
most for the print on their cloth. Those cost the finder's 40 ms and nothing else. A higher bar would lose
badges with two digits."""


def measure(photo: Photo, cutout: Cutout, text_finder: TextFinder | None) -> Text:
    whole = small(photo)
    signs = signs_of(whole.pixels)
    if text_finder is None or signs < ENOUGH_SIGNS:
        return Text((), looked=False, signs=signs)
    step = max(1.0, photo.size.long_side / text_finder.longest_side)
    lines = text_finder.find(shrunk(photo.pixels, step))
    if not lines:
        return Text((), looked=True, signs=signs)
    boxes = [line.box.scaled(step, within=photo.size) for line in lines]
    goods = _goods(cutout, whole, [line.scaled(1 / whole.step, within=whole.size) for line in boxes])
    photos_own = own_sharpness(photo.pixels, boxes)
    found = [
        _text_box(photo, whole, goods, line, box, photos_own, step)
        for line, box in zip(lines, boxes, strict=True)
        if not box.is_empty
    ]
    return Text(tuple(found), looked=True, signs=signs)


def _text_box(
    photo: Photo,
    whole: Small,
    goods: NDArray[np.bool_],
    line: FoundText,
    box: Box,
    photos_own: float | None,
    step: float,
) -> TextBox:
    place = box.scaled(1 / whole.step, within=whole.size)
    part = goods[place.slices]
    return TextBox(
        box=photo.to_source(box),
        confidence=line.confidence,
        on_product=float(part.mean()) if part.size else 0.0,
        overlaid=overlaid(photo.pixels[box.slices], line.angle, photos_own),
        angle=line.angle,
        outline=tuple(
            (round(x * step / photo.scale, 1), round(y * step / photo.scale, 1)) for x, y in line.outline
        ),
    )


# --- what of the alpha is goods ----------------------------------------------------------------------------


def _goods(cutout: Cutout, whole: Small, lines: list[Box]) -> NDArray[np.bool_]:
    """The product's mask without letters and badges: to whoever cut it out, a sticker is a thing as well."""
    mask, laid = product_mask(cutout, whole) >= 128, Laid(tuple(lines))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 2:
        return mask
    areas = np.asarray(stats)[:, cv2.CC_STAT_AREA]
    largest = int(areas[1:].max())
    for at in range(1, count):
        left, top, width, height, area = (int(side) for side in np.asarray(stats)[at])
        if area > APART_AREA * largest:
            continue
        box = Box(left, top, left + width, top + height)
        part = np.asarray(labels)[box.slices] == at
        if is_sticker(box, part, whole.pixels[box.slices], laid):
            mask[box.slices] &= ~part
    return mask
