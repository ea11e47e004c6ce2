"""A shadow that sets the product on its ground."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import cos, radians, sin
from typing import Literal

import cv2
import numpy as np

from packshot.image.types import Box, Float, Size, box_of
from packshot.look.facts import Facts
from packshot.retouch._dither import dithered
from packshot.retouch._floor import Thing, cast, contact, small_alpha, things
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers, Placement, Product, ShadowLayer
from packshot.retouch.start import corner_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow(Wish):
    """All lengths are shares of the product's height."""

    kind: Literal["none", "contact", "drop", "contact_drop", "mirror", "source"] = "contact_drop"
    opacity: float = 0.5
    """Of a single shadow: `drop` or `contact` alone."""
    blur: float = 0.04
    """How soft the shadow is at its far end; at the product it is sharper."""
    offset_down: float = 0.10
    """How far the shadow of the product's top falls towards the viewer."""
    offset_right: float = 0.05
    length: float = 0.0
    """Of a cast shadow, in place of the two offsets; 0: the offsets count."""
    direction: float = 0.0
    """Of a cast shadow with a length, in degrees: 0 towards the viewer, 90 to the right, 180 away."""
    contact_opacity: float = 0.6
    """Of the dark line under the product where there are two layers."""
    soft_opacity: float = 0.3
    """Of the wide layer where there are two."""
    mirror_opacity: float = 0.25
    mirror_fade: float = 0.35
    """How far down the reflection is seen."""
    strength: float = 1.0
    """Multiplies every opacity."""
    see_through_softening: float = 0.5
    """How much of the shadow light takes away where the product is see-through; 0: as if it were solid."""


SHRINK = 4
"""Shadows are soft: they are made at a quarter of the canvas' size."""
RING = tuple((np.sin(a), np.cos(a)) for a in np.linspace(0, 2 * np.pi, 8, endpoint=False))
"""Light from all round, which is what a room gives."""
MIRROR_CONTACT = 0.3
"""Opacity of the line under a product that stands on glass: without it a gap seems to be left."""
TAIL = 1.2 / 255
"""Opacity that nobody sees; it is taken off, so that the ground far from the product is exact."""


@stage("shadow")
def apply(layers: Layers, wish: Shadow, facts: Facts) -> Layers:
    """Draws what ties the product to its ground: without it goods look pasted on.

    contact: a dark line that hugs what stands on the floor. drop: the product's shadow on that floor.
    contact_drop: both, the second one wide and pale. mirror: a reflection as on glass. source: the photo's
    own shadow, moved with the product. Goods that hang or lie flat are better without: `none`.
    """
    product, placement = layers.product, layers.placement
    if product is None or placement is None or wish.skip or wish.kind == "none":
        return layers
    strength = wish.strength * (1 - wish.see_through_softening * facts.subject.see_through)
    if wish.kind == "mirror":
        made = _mirrored(product, placement, wish, strength)
    elif wish.kind == "source":
        made = _from_photo(layers, product, placement, strength)
    else:
        made = _drawn(product, placement, wish, strength)
    return replace(layers, shadows=(*layers.shadows, *(shadow for shadow in made if shadow is not None)))


def _drawn(
    product: Product, placement: Placement, wish: Shadow, strength: float
) -> Iterable[ShadowLayer | None]:
    height = product.box.height / SHRINK
    light = _light(wish, height)
    pad = int(max(abs(light[0]), abs(light[1])) + (0.2 + 3 * wish.blur) * height) + 8
    standing = tuple(things(small_alpha(product.alpha, SHRINK, (pad, 8, pad, pad))))
    left, top = corner_of(product, placement)
    corner = (left - pad * SHRINK, top - 8 * SHRINK)
    two = wish.kind == "contact_drop"
    if wish.kind != "contact":
        casts = _together((_from_room if two else _from_lamp)(thing, wish, light) for thing in standing)
        opacity = (wish.soft_opacity if two else wish.opacity) * strength
        yield _layer("drop", casts * opacity, corner, placement.canvas)
    if wish.kind != "drop":
        lines = _together(_touching(thing) for thing in standing)
        opacity = (wish.contact_opacity if two else wish.opacity) * strength
        yield _layer("contact", lines * opacity, corner, placement.canvas)


def _light(wish: Shadow, height: float) -> tuple[float, float]:
    """Where the shadow of the product's top falls, from its foot: to the right and down."""
    if wish.length:
        angle = radians(wish.direction)
        return wish.length * height * sin(angle), wish.length * height * cos(angle)
    return wish.offset_right * height, wish.offset_down * height


def _touching(thing: Thing) -> Float:
    return contact(thing, 0.006 * thing.span + 0.4, 0.022 * thing.span + 0.8)


def _from_lamp(thing: Thing, wish: Shadow, light: tuple[float, float]) -> Float:
    """One light: a shadow with a direction."""
    far = max(0.5, wish.blur * thing.box.height)
    return cast(thing, [light], near=max(0.4, 0.15 * far), far=far)


def _from_room(thing: Thing, wish: Shadow, light: tuple[float, float]) -> Float:
    """One wide light and the room's own: no outline is left, only a breath on the floor."""
    far = max(1.0, wish.blur * thing.box.height)
    length = 0.14 * thing.box.height
    ring = [(aside * length, down * 0.5 * length) for aside, down in RING]
    main = cast(thing, [light], near=0.4 * far, far=1.6 * far)
    return np.asarray((main + cast(thing, ring, near=0.4 * far, far=far)) / 2, np.float32)


def _together(shadows: Iterable[Float]) -> Float:
    """Several shadows on one floor: each takes its share of the light that the others leave."""
    light: Float | None = None
    for shadow in shadows:
        light = 1 - shadow if light is None else light * (1 - shadow)
    return np.zeros((1, 1), np.float32) if light is None else np.asarray(1 - light, np.float32)


def _layer(kind: str, share: Float, corner: tuple[int, int], canvas: Size) -> ShadowLayer | None:
    """A small map of opacity in full size, cut to what is seen on the canvas."""
    share = np.clip(share, 0, 1) - TAIL
    on_canvas = Box(
        max(0, -corner[0] // SHRINK),
        max(0, -corner[1] // SHRINK),
        -((corner[0] - canvas.width) // SHRINK),
        -((corner[1] - canvas.height) // SHRINK),
    ).inside(Size(share.shape[1], share.shape[0]))
    seen = None if on_canvas.is_empty else box_of(share[on_canvas.slices] > 0)
    if seen is None:
        return None
    box = seen.moved(on_canvas.left, on_canvas.top).grown(2, Size(share.shape[1], share.shape[0]))
    size = (box.width * SHRINK, box.height * SHRINK)
    # Below zero the tail goes on, so that it meets the ground in a curve and not in a step.
    full = cv2.resize(share[box.slices], size, interpolation=cv2.INTER_LINEAR)
    opacity = dithered(np.maximum(np.asarray(full, np.float32) * 255, 0))
    return ShadowLayer(kind, opacity, corner[0] + box.left * SHRINK, corner[1] + box.top * SHRINK)


def _from_photo(
    layers: Layers, product: Product, placement: Placement, strength: float
) -> Iterable[ShadowLayer | None]:
    """The photo's own shadow; where the photo ended it fades, for a cut shadow is a line."""
    shadow, box = layers.source_shadow, layers.source_shadow_box
    if shadow is None or box is None or box.is_empty:
        return
    size = (max(1, round(box.width / SHRINK)), max(1, round(box.height / SHRINK)))
    smaller = size[0] < shadow.shape[1]
    small = cv2.resize(shadow, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    share = np.asarray(small, np.float32) * (strength / 255) * _fading(size[1])[:, None] * _fading(size[0])
    left, top = corner_of(product, placement)
    yield _layer("source", share, (left + box.left, top + box.top), placement.canvas)


def _fading(length: int) -> Float:
    """0 at both ends, 1 inside."""
    ramp = np.clip(np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.08 * length + 1), 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)


def _mirrored(
    product: Product, placement: Placement, wish: Shadow, strength: float
) -> Iterable[ShadowLayer | None]:
    """Each thing upside down under its own floor line, fading, with a thin line where it stands."""
    left, top = corner_of(product, placement)
    depth = max(1, round(wish.mirror_fade * product.box.height))
    standing = tuple(things(small_alpha(product.alpha, SHRINK, (0, 0, 0, 0))))
    for thing in standing:
        yield _reflection(product, thing, depth, wish.mirror_opacity * strength, (left, top))
    pad = 8
    padded = things(small_alpha(product.alpha, SHRINK, (pad, pad, pad, pad)))
    lines = _together(_touching(thing) for thing in padded)
    corner = (left - pad * SHRINK, top - pad * SHRINK)
    yield _layer("contact", lines * (MIRROR_CONTACT * strength), corner, placement.canvas)


def _reflection(
    product: Product, thing: Thing, depth: int, opacity: float, corner: tuple[int, int]
) -> ShadowLayer | None:
    width = product.alpha.shape[1]
    columns = slice(thing.box.left * SHRINK, min(width, thing.box.right * SHRINK))
    small = (np.arange(columns.start, columns.stop) + 0.5) / SHRINK - 0.5
    floor = (np.interp(small, np.arange(thing.floor.size), thing.floor) * SHRINK).astype(np.float32)
    first, last = int(floor.min()), int(np.ceil(floor.max())) + depth
    rows = np.arange(first, last, dtype=np.float32)[:, None]
    below = rows - floor
    source = 2 * floor - 1 - rows
    across = np.broadcast_to(np.arange(columns.start, columns.stop, dtype=np.float32), source.shape)
    across = np.ascontiguousarray(across)
    colours = cv2.remap(product.colours, across, source, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.remap(product.alpha, across, source, cv2.INTER_LINEAR)
    own = cv2.resize(thing.alpha, (0, 0), fx=SHRINK, fy=SHRINK, interpolation=cv2.INTER_LINEAR)
    mask = cv2.remap(own, across, source, cv2.INTER_LINEAR) > 0
    fade = np.clip(1 - below / depth, 0, 1) ** 1.5 * (below >= -0.5) * mask
    share = np.asarray(alpha, np.float32) * fade * opacity
    return ShadowLayer(
        "mirror",
        dithered(np.asarray(share, np.float32)),
        corner[0] + columns.start,
        corner[1] + first,
        colours=np.asarray(colours, np.uint8),
    )
