"""Floats to whole levels without bands."""

from __future__ import annotations

import numpy as np

from packshot.image.types import Float, Grey

BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 + 1 / 32
"""Thresholds of an ordered dither: few levels over many rows show no bands, and JPEG drops the pattern."""


def dithered(levels: Float) -> Grey:
    """0…255 with fractions → whole levels whose local mean is the same; 0 stays 0."""
    height, width = levels.shape
    thresholds = np.tile(BAYER, (-(-height // 4), -(-width // 4)))[:height, :width]
    return (levels + thresholds).clip(0, 255).astype(np.uint8)
