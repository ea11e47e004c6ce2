"""What stands behind the product: a colour, a gradient or a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

import cv2
import numpy as np

from packshot.image.types import RGB, Colour, Size, colour_of, size_of
from packshot.look.facts import Facts
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Backdrop as Behind
from packshot.retouch.layers import Layers

EVERY = "*"
"""Stands in `layers.backdrops` for all variants."""
TEXTURE_SIDE = 512
"""A picture whose sides are all at most this is a texture: it is tiled and not stretched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop(Wish):
    kind: Literal["colour", "gradient", "picture"] = "colour"
    colour: str = ""
    """As `#F5F4F2`; the upper end of a gradient. Empty: what each variant says."""
    bottom_colour: str = ""
    """The lower end of a gradient."""
    picture: str = ""
    """Path of a picture, which covers the canvas, or of a small texture, which is tiled."""


class Variant(Protocol):
    """What a profile says of one variant's ground."""

    @property
    def name(self) -> str: ...
    @property
    def colour(self) -> Colour: ...
    @property
    def bottom_colour(self) -> Colour | None: ...
    @property
    def picture(self) -> str: ...
    @property
    def shadow_strength(self) -> float: ...


@stage("backdrop")
def apply(layers: Layers, wish: Backdrop, facts: Facts) -> Layers:
    """Lays one ground behind all variants in place of their own; says nothing where none was asked for."""
    ground = _asked(wish, layers)
    if ground is None or wish.skip:
        return layers
    return replace(layers, backdrops=MappingProxyType({**layers.backdrops, EVERY: ground}))


def backdrops_for(variants: Iterable[Variant], canvas: Size) -> Mapping[str, Behind]:
    """What the profile wants behind each variant."""
    return MappingProxyType(
        {
            variant.name: Behind(
                variant.colour,
                variant.bottom_colour,
                covering(opened(variant.picture), canvas) if variant.picture else None,
                variant.shadow_strength,
            )
            for variant in variants
        }
    )


def behind(layers: Layers, variant: str) -> Behind:
    """What stands behind this variant; its shadow keeps its own strength whatever the ground."""
    own = layers.backdrops.get(variant)
    every = layers.backdrops.get(EVERY)
    if every is None:
        return layers.backdrops[variant]
    return replace(every, shadow_strength=own.shadow_strength) if own else every


def covering(picture: RGB, canvas: Size) -> RGB:
    """A texture is tiled; a picture is scaled until it covers the canvas, and its middle is kept."""
    size = size_of(picture)
    if size.long_side <= TEXTURE_SIDE and (size.width < canvas.width or size.height < canvas.height):
        down, across = -(-canvas.height // size.height), -(-canvas.width // size.width)
        return np.ascontiguousarray(np.tile(picture, (down, across, 1))[: canvas.height, : canvas.width])
    factor = max(canvas.width / size.width, canvas.height / size.height)
    to = (max(canvas.width, round(size.width * factor)), max(canvas.height, round(size.height * factor)))
    scaled = cv2.resize(picture, to, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    top, left = (to[1] - canvas.height) // 2, (to[0] - canvas.width) // 2
    return np.ascontiguousarray(scaled[top : top + canvas.height, left : left + canvas.width])


def opened(path: str) -> RGB:
    return _opened(path, Path(path).stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _opened(path: str, changed: int) -> RGB:
    """A batch has one backdrop for a million photos; `changed` makes a new file a new picture."""
    from packshot.image.codec import open_photo

    pixels: RGB = open_photo(path).pixels
    return pixels


def _asked(wish: Backdrop, layers: Layers) -> Behind | None:
    if not (wish.colour or wish.bottom_colour or wish.picture):
        return None
    colour = colour_of(wish.colour) if wish.colour else (255, 255, 255)
    if wish.kind == "picture" and layers.placement is not None:
        return Behind(colour, picture=covering(opened(wish.picture), layers.placement.canvas))
    if wish.kind == "gradient":
        return Behind(colour, colour_of(wish.bottom_colour or wish.colour))
    return Behind(colour)
