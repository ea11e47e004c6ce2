"""A stage as a picture, for people who want to see where it went wrong."""

from __future__ import annotations

import numpy as np

from packshot.image.blend import over
from packshot.image.types import RGB
from packshot.retouch.flatten import flatten
from packshot.retouch.layers import Layers

SQUARE_PX = 16


def preview(layers: Layers) -> RGB:
    """The layers as they stand: on a checkerboard until there is a canvas."""
    if layers.placement is not None and layers.backdrops and layers.placement.scale == 1:
        return flatten(layers, next(iter(layers.backdrops)))
    if layers.product is None:
        return np.full((64, 64, 3), 255, np.uint8)
    height, width = layers.product.alpha.shape
    return over(layers.product.colours, layers.product.alpha, checkerboard(width, height))


def checkerboard(width: int, height: int) -> RGB:
    rows, columns = np.ogrid[:height, :width]
    dark = ((rows // SQUARE_PX + columns // SQUARE_PX) % 2).astype(np.uint8)
    return np.repeat((255 - 40 * dark)[..., None], 3, axis=2)
