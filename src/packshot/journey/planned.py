"""The product as it was placed: what the second report takes for the outline.

Looking for the product anew in a picture that we composed would only find out whether our own shadow confuses
the look. That the bytes truly hold the product where it was placed is what the colour guard reads.
"""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.photo import Photo
from packshot.image.types import Box, Grey, Size, box_of, size_of
from packshot.look.subject import Cutout, Origin
from packshot.retouch.layers import Layers
from packshot.retouch.start import corner_of
from packshot.words import say

SHADOW_SCALE = 0.25


def planned_cutout(layers: Layers, photo: Photo, confidence: float) -> Cutout:
    """In the worked pixels of `photo`, a copy of the canvas of whatever size."""
    product, placement = layers.product, layers.placement
    if product is None or placement is None:
        raise ValueError("nothing was placed")
    left, top = corner_of(product, placement)
    alpha = _on_canvas(product.alpha, left, top, placement.canvas)
    exact = box_of(alpha >= 128)
    alpha = np.asarray(cv2.resize(alpha, photo.pixels.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)
    seen = Box.whole(size_of(product.alpha)).moved(left, top).inside(placement.canvas)
    box = seen.scaled(photo.size.width / placement.canvas.width).grown(2, within=photo.size)
    return Cutout(
        box=box,
        colours=photo.pixels[box.slices],
        alpha=alpha[box.slices],
        shadow=_shade(layers, placement.canvas),
        shadow_scale=SHADOW_SCALE * placement.canvas.width / photo.size.width,
        confidence=confidence,
        origin=Origin.ALPHA,
        engine="placed",
        agreement=None,
        reason=say("The outline is where the retouch placed it."),
        exact=exact,
    )


def _shade(layers: Layers, canvas: Size) -> Grey | None:
    if not layers.shadows:
        return None
    size = canvas.scaled(SHADOW_SCALE)
    shade = np.zeros((size.height, size.width), np.uint8)
    for layer in layers.shadows:
        whole = _on_canvas(layer.opacity, layer.left, layer.top, canvas)
        small = cv2.resize(whole, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
        shade |= np.where(small > 0, np.uint8(255), np.uint8(0))
    # All or nothing, and a little beyond: a shadow's last faint pixel is no clean ground either.
    return np.asarray(cv2.dilate(shade, np.ones((7, 7), np.uint8)), np.uint8)


def _on_canvas(layer: Grey, left: int, top: int, canvas: Size) -> Grey:
    whole = np.zeros((canvas.height, canvas.width), np.uint8)
    here = Box.whole(size_of(layer)).moved(left, top).inside(canvas)
    whole[here.slices] = layer[here.moved(-left, -top).slices]
    return whole
