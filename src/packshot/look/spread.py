"""Fills what is unknown from what is known around it, smoothly: a ground under goods, a light in shadow."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.types import RGB, Float


def spread(values: Float, weight: Float, steps: int = 12) -> Float:
    """Known values stay (as far as their weight says), others come from the nearest known ones.

    Push and pull over a pyramid (Gortler et al., "The Lumigraph", 1996): linear time, any hole size.
    """
    if steps == 0 or min(values.shape[:2]) < 4 or float(weight.min()) > 0.999:
        return values
    w = weight[..., None] if values.ndim == 3 else weight
    small_size = ((values.shape[1] + 1) // 2, (values.shape[0] + 1) // 2)
    small_weight = cv2.resize(weight, small_size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(values * w, small_size, interpolation=cv2.INTER_AREA)
    divisor = np.maximum(small_weight, 1e-6)
    small /= divisor[..., None] if values.ndim == 3 else divisor
    # Four times: a coarser pixel is as sure as one known pixel among its four.
    below = spread(small, np.minimum(small_weight * 4, 1), steps - 1)
    pulled = cv2.resize(below, values.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    filled: Float = pulled + w * (values - pulled)
    return filled


def ground_around(small: RGB, chance: Float) -> RGB:
    """The ground behind a product on any ground: what lies around it, spread inward."""
    near = cv2.dilate((chance >= 0.2).astype(np.uint8), np.ones((5, 5), np.uint8))
    seen = (near == 0).astype(np.float32)
    behind = spread(small.astype(np.float32), seen)
    return np.clip(behind + 0.5, 0, 255).astype(np.uint8)
