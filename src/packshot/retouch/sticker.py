"""A logo or a short text where it covers no product."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from packshot.errors import BadOption
from packshot.image.types import RGB, Box, Grey, Size, colour_of, size_of
from packshot.look.facts import Facts
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers, Placement, Product, StickerLayer
from packshot.retouch.start import corner_of
from packshot.words import say

CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")
CLEAR_PX = 8
"""At least this far from the product: nearer a logo seems to belong to the goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticker(Wish):
    text: str = ""
    picture: str = ""
    """Path of a logo; its own alpha counts. Wins over `text`."""
    position: Literal["top_left", "top_right", "bottom_left", "bottom_right", "auto"] = "auto"
    """auto: the first corner where it covers no product; else that corner or none."""
    width_share: float = 0.2
    """Of the canvas' width."""
    margin_px: int = 24
    """To the canvas' edges."""
    colour: str = "#222222"
    """Of the text."""
    font: str = ""
    """Path of a TrueType font; empty: the one that comes with Pillow, which knows Latin letters only."""


@stage("sticker")
def apply(layers: Layers, wish: Sticker, facts: Facts) -> Layers:
    """Lays a logo or a short text into a corner; where every corner holds product it stays away.

    Most marketplaces forbid anything drawn on a main photo: this is for your own shop.
    """
    placement = layers.placement
    if placement is None or wish.skip or not (wish.text or wish.picture):
        return layers
    width = max(1, round(wish.width_share * placement.canvas.width))
    colours, alpha = _logo(wish.picture, width) if wish.picture else _written(wish, width)
    for corner in CORNERS if wish.position == "auto" else (wish.position,):
        box = _in_corner(corner, size_of(alpha), placement.canvas, wish.margin_px)
        if _is_free(box, placement, layers.product, layers.stickers):
            laid = StickerLayer(colours, alpha, box.left, box.top)
            return replace(layers, stickers=(*layers.stickers, laid))
    return replace(layers, notes=(*layers.notes, say("The sticker found no corner that is free of product.")))


def _in_corner(corner: str, size: Size, canvas: Size, margin: int) -> Box:
    left = margin if corner.endswith("left") else canvas.width - margin - size.width
    top = margin if corner.startswith("top") else canvas.height - margin - size.height
    return Box(left, top, left + size.width, top + size.height)


def _is_free(box: Box, placement: Placement, product: Product | None, others: Iterable[StickerLayer]) -> bool:
    if box.inside(placement.canvas) != box:
        return False
    for other in others:
        if not box.meet(Box.whole(size_of(other.alpha)).moved(other.left, other.top)).is_empty:
            return False
    if product is None:
        return True
    left, top = corner_of(product, placement)
    there = box.grown(CLEAR_PX, placement.canvas).moved(-left, -top).inside(size_of(product.alpha))
    return there.is_empty or not bool(product.alpha[there.slices].any())


def _logo(path: str, width: int) -> tuple[RGB, Grey]:
    from packshot.image.codec import open_photo
    from packshot.image.resample import resize_with_alpha

    photo = open_photo(path)
    alpha = np.full(photo.pixels.shape[:2], 255, np.uint8) if photo.alpha is None else photo.alpha
    size = Size(width, max(1, round(width * photo.size.height / photo.size.width)))
    return resize_with_alpha(photo.pixels, alpha, size)


def _written(wish: Sticker, width: int) -> tuple[RGB, Grey]:
    from PIL import Image, ImageDraw, ImageFont

    def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        if not wish.font:
            return ImageFont.load_default(size)
        if not Path(wish.font).is_file():
            raise BadOption(say("There is no font at {path}.", path=wish.font))
        return ImageFont.truetype(wish.font, size)

    _check_letters(wish.text, font(32))
    at_100 = font(100).getbbox(wish.text)
    size = max(6.0, 100 * width / max(1.0, at_100[2] - at_100[0]))
    left, top, right, bottom = font(size).getbbox(wish.text)
    picture = Image.new("L", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(picture).text((-left, -top), wish.text, fill=255, font=font(size))
    alpha = np.asarray(picture, np.uint8)
    return np.full((*alpha.shape, 3), colour_of(wish.colour), np.uint8), alpha


def _check_letters(text: str, font: object) -> None:
    """A font draws the same box for every letter that it does not know."""
    unknown = bytes(font.getmask("\uffff"))  # type: ignore[attr-defined]
    missing = [letter for letter in text if not letter.isspace() and bytes(font.getmask(letter)) == unknown]  # type: ignore[attr-defined]
    if missing:
        raise BadOption(
            say("The font has no letter {letter}.", letter=missing[0]),
            say('Name a TrueType font that has it: font = "…/DejaVuSans.ttf".'),
        )
