"""Is there text, and does it lie on the product or on the ground?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.engines.base import FoundText, TextFinder
from packshot.image.photo import Photo
from packshot.image.pieces import pieces
from packshot.image.types import Box, Float
from packshot.look.sharp_edges import own_sharpness
from packshot.look.small import Small, product_mask, shrunk, small
from packshot.look.stickers import APART_AREA, Laid, is_sticker
from packshot.look.subject import Cutout
from packshot.look.text_drawn import clues, judged
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
        return self.on_product < HALF or self.overlaid >= DRAWN


HALF = 0.5
"""Text belongs to that on which more than half of it lies."""
DRAWN = 0.5
"""Of 234 laid lines of dev cards 96 % reach it, of 650 prints 0.8 % (benchmarks/drawn_learn.py)."""


@dataclass(frozen=True, slots=True)
class Text:
    boxes: tuple[TextBox, ...]
    looked: bool
    """False where no cheap sign of text was seen, so that no finder was run."""
    signs: float
    """0…1: the cheap signs of text."""


ENOUGH_SIGNS = 0.25
"""Of 200 packshots with a drawn word (letters 14…60 px high in 672) 99 % reach it; of 200 without, 29 % do,
most for the print on their cloth. Those cost the finder's time and nothing else. A higher bar would lose
badges with two digits."""


def measure(photo: Photo, cutout: Cutout, text_finder: TextFinder | None) -> Text:
    signs = signs_of(small(photo).pixels)
    if text_finder is None or signs < ENOUGH_SIGNS:
        return Text((), looked=False, signs=signs)
    found = _found(photo, cutout, text_finder)
    drawn = judged(np.array([line.clues for line in found])).tolist() if found else []
    boxes = [_text_box(photo, line, chance) for line, chance in zip(found, drawn, strict=True)]
    return Text(tuple(boxes), looked=True, signs=signs)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """In pixels of the photo, before it is judged."""

    told: FoundText
    box: Box
    outline: NDArray[np.float64]
    on_product: float
    clues: Float


def clues_of(photo: Photo, cutout: Cutout, text_finder: TextFinder) -> Iterator[tuple[Box, float, Float]]:
    """What `text_drawn` learns from: each line's box, how much of it lies on the goods, and its clues."""
    for line in _found(photo, cutout, text_finder):
        yield photo.to_source(line.box), line.on_product, line.clues


def _found(photo: Photo, cutout: Cutout, text_finder: TextFinder) -> list[Line]:
    whole = small(photo)
    step = max(1.0, photo.size.long_side / text_finder.longest_side)
    told = text_finder.find(shrunk(photo.pixels, step))
    boxes = [line.box.scaled(step, within=photo.size) for line in told]
    known = [(line, box) for line, box in zip(told, boxes, strict=True) if not box.is_empty]
    if not known:
        return []
    places = [box.scaled(1 / whole.step, within=whole.size) for _, box in known]
    goods = _goods(cutout, whole, places)
    photos_own = own_sharpness(photo.pixels, boxes)
    lines = []
    for (line, box), place in zip(known, places, strict=True):
        part = goods[place.slices]
        on_product = float(part.mean()) if part.size else 0.0
        outline = np.array(line.outline, np.float64).reshape(-1, 2) * step
        seen = clues(photo.pixels, box, outline, line.angle, on_product, photos_own)
        lines.append(Line(line, box, outline, on_product, seen))
    return lines


def _text_box(photo: Photo, line: Line, drawn: float) -> TextBox:
    return TextBox(
        box=photo.to_source(line.box),
        confidence=line.told.confidence,
        on_product=line.on_product,
        overlaid=drawn,
        angle=line.told.angle,
        outline=tuple((round(x, 1), round(y, 1)) for x, y in (line.outline / photo.scale).tolist()),
    )


# --- what of the alpha is goods ----------------------------------------------------------------------------


def _goods(cutout: Cutout, whole: Small, lines: list[Box]) -> NDArray[np.bool_]:
    """The product's mask without letters and badges: to whoever cut it out, a sticker is a thing as well."""
    mask, laid = product_mask(cutout, whole) >= 128, Laid(tuple(lines))
    count, labels, stats = pieces(mask.astype(np.uint8))
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
