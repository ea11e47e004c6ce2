"""All layers as one picture, for one variant."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.types import RGB, Box, Colour, Grey, Size, size_of
from packshot.retouch._dither import BAYER
from packshot.retouch._resample import weighed_by
from packshot.retouch.backdrop import behind
from packshot.retouch.layers import Backdrop, Layers, ShadowLayer
from packshot.retouch.start import corner_of


def flatten(layers: Layers, variant: str) -> RGB:
    """Ground, shadows, product, stickers. One new array of canvas size; all work is done in the boxes."""
    if layers.placement is None:
        raise ValueError("nothing to flatten: `place` has not run")
    ground = behind(layers, variant)
    canvas = painted(ground, layers.placement.canvas)
    for shadow in layers.shadows:
        _shade(canvas, shadow, ground.shadow_strength)
    if layers.product is not None:
        left, top = corner_of(layers.product, layers.placement)
        _over(canvas, layers.product.colours, layers.product.alpha, left, top)
    for sticker in layers.stickers:
        _over(canvas, sticker.colours, sticker.alpha, sticker.left, sticker.top)
    return canvas


def painted(ground: Backdrop, canvas: Size) -> RGB:
    """The ground alone, a new array."""
    if ground.picture is not None:
        return ground.picture.copy()
    if ground.bottom_colour is not None:
        return gradient(ground.colour, ground.bottom_colour, canvas)
    return flat(ground.colour, canvas)


def flat(colour: Colour, canvas: Size) -> RGB:
    out = np.empty((canvas.height, canvas.width * 3), np.uint8)
    out[:] = np.tile(np.array(colour, np.uint8), canvas.width)  # whole rows: 0.6 ms where pixels take 9
    return out.reshape(canvas.height, canvas.width, 3)


def gradient(top: Colour, bottom: Colour, canvas: Size) -> RGB:
    share = np.linspace(0, 1, canvas.height, dtype=np.float32)[:, None, None]
    rows = np.array(top, np.float32) * (1 - share) + np.array(bottom, np.float32) * share
    dither = np.tile(BAYER, (-(-canvas.height // 4), 1))[: canvas.height, :, None]
    cell = np.floor(rows + dither).clip(0, 255).astype(np.uint8)
    out = np.tile(cell, (1, -(-canvas.width // 4), 1))
    return np.ascontiguousarray(out[:, : canvas.width])


def _shade(canvas: RGB, shadow: ShadowLayer, strength: float) -> None:
    here, there = _meeting(canvas, shadow.opacity, shadow.left, shadow.top)
    if here.is_empty:
        return
    opacity = shadow.opacity[there.slices]
    if strength != 1:
        opacity = np.asarray(cv2.convertScaleAbs(opacity, alpha=strength), np.uint8)
    if shadow.colours is not None:
        _blend(canvas, here, weighed_by(shadow.colours[there.slices], opacity), opacity)
    elif shadow.colour == (0, 0, 0):
        _dim(canvas, here, opacity)
    else:
        _blend(canvas, here, weighed_by(flat(shadow.colour, here.size), opacity), opacity)


def _over(canvas: RGB, colours: RGB, alpha: Grey, left: int, top: int) -> None:
    here, there = _meeting(canvas, alpha, left, top)
    if not here.is_empty:
        alpha = alpha[there.slices]
        _blend(canvas, here, weighed_by(colours[there.slices], alpha), alpha)


def _blend(canvas: RGB, here: Box, weighed: RGB, alpha: Grey) -> None:
    """In bytes: exact where alpha is 0 or 255, within one level between; a sixth of the time of floats."""
    _dim(canvas, here, alpha)
    canvas[here.slices] += weighed


def _dim(canvas: RGB, here: Box, alpha: Grey) -> None:
    """Takes the share `alpha` of the light away."""
    canvas[here.slices] = weighed_by(canvas[here.slices], 255 - alpha)


def _meeting(canvas: RGB, layer: Grey, left: int, top: int) -> tuple[Box, Box]:
    """Where a layer meets the canvas: in the canvas' pixels and in its own."""
    here = Box.whole(size_of(layer)).moved(left, top).inside(size_of(canvas))
    return here, here.moved(-left, -top)
