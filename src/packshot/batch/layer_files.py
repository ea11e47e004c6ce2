"""The layers of a picture as PNGs that lie exactly over it: backdrop, then shadow, then cut-out."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from packshot.image.types import Box, Grey, Size, size_of

if TYPE_CHECKING:
    from packshot.retouch.layers import Layers


def layer_pictures(layers: Layers, keep: Collection[str], *, ai_made: str = "") -> dict[str, bytes]:
    """`cutout` and `shadow` as RGBA, `mask` as grey, each of canvas size; empty where there is none.

    `ai_made`: the mark of a generated picture, which stays with its cut-out as it stays with its variants.
    """
    pictures: dict[str, bytes] = {}
    if "cutout" in keep or "mask" in keep:
        cutout = _cutout(layers)
        if "cutout" in keep:
            pictures["cutout"] = _png(cutout, ai_made)
        if "mask" in keep:
            pictures["mask"] = _png(np.repeat(cutout[..., 3:], 3, axis=2))
    if "shadow" in keep:
        pictures["shadow"] = _png(_shadow(layers))
    return pictures


def _cutout(layers: Layers) -> NDArray[np.uint8]:
    from packshot.retouch.start import corner_of

    assert layers.placement is not None
    canvas = _empty(layers.placement.canvas)
    if layers.product is not None:
        here, there = _meeting(
            layers.placement.canvas, layers.product.alpha, *corner_of(layers.product, layers.placement)
        )
        canvas[here.slices][..., :3] = layers.product.colours[there.slices]
        canvas[here.slices][..., 3] = layers.product.alpha[there.slices]
    return canvas


def _shadow(layers: Layers) -> NDArray[np.uint8]:
    """All shadows in one, the later over the earlier, as `flatten` lays them at strength 1."""
    assert layers.placement is not None
    colours = np.zeros((layers.placement.canvas.height, layers.placement.canvas.width, 3), np.float32)
    alpha = np.zeros(colours.shape[:2], np.float32)
    for shadow in layers.shadows:
        here, there = _meeting(layers.placement.canvas, shadow.opacity, shadow.left, shadow.top)
        over = shadow.opacity[there.slices].astype(np.float32) / 255
        under = alpha[here.slices] * (1 - over)
        own = np.array(shadow.colour) if shadow.colours is None else shadow.colours[there.slices]
        whole = over + under
        mixed = own * over[..., None] + colours[here.slices] * under[..., None]
        colours[here.slices] = mixed / np.maximum(whole, 1e-6)[..., None]
        alpha[here.slices] = whole
    return np.dstack([colours.round(), (alpha * 255).round()]).astype(np.uint8)


def _empty(canvas: Size) -> NDArray[np.uint8]:
    return np.zeros((canvas.height, canvas.width, 4), np.uint8)


def _meeting(canvas: Size, layer: Grey, left: int, top: int) -> tuple[Box, Box]:
    here = Box.whole(size_of(layer)).moved(left, top).inside(canvas)
    return here, here.moved(-left, -top)


def _png(pixels: NDArray[np.uint8], ai_made: str = "") -> bytes:
    from packshot.image.encode import Encoding, encode

    alpha = np.ascontiguousarray(pixels[..., 3]) if pixels.shape[2] == 4 else None
    return encode(np.ascontiguousarray(pixels[..., :3]), alpha, Encoding("png"), ai_made=ai_made).data
