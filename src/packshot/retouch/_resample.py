"""Resampling of colours that have an alpha: the ground under the rim must not leak in."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.engines.base import Upscaler
from packshot.image.types import RGB, Grey, Size


def down(colours: RGB, alpha: Grey, size: Size) -> tuple[RGB, Grey]:
    """Smaller by area averages, colours weighted by their alpha."""
    return _bled(colours, alpha, size, cv2.INTER_AREA)


def up(colours: RGB, alpha: Grey, size: Size, upscaler: Upscaler) -> tuple[RGB, Grey]:
    factor = size.width / alpha.shape[1]
    larger = upscaler.upscale(colours, factor)
    if larger.shape[:2] != (size.height, size.width):
        larger = _sized(larger, size, cv2.INTER_LINEAR)
    return larger, _sized(alpha, size, cv2.INTER_CUBIC)


def _sized(pixels: NDArray[np.uint8], size: Size, how: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(pixels, (size.width, size.height), interpolation=how), np.uint8)


def _bled(colours: RGB, alpha: Grey, size: Size, how: int) -> tuple[RGB, Grey]:
    to = (size.width, size.height)
    small, straight = _sized(alpha, size, how), _sized(colours, size, how)
    weight = alpha.astype(np.float32) * (1 / 255)
    premultiplied = cv2.resize(colours * weight[..., None], to, interpolation=how)
    share = cv2.resize(weight, to, interpolation=how)
    rim = (small > 0) & (small < 255)
    straight[rim] = np.clip(premultiplied[rim] / share[rim][:, None] + 0.5, 0, 255).astype(np.uint8)
    return straight, small
