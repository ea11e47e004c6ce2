"""Colours as the eye tells them apart: linear light, CIE Lab, ΔE."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import Colour, Float

_Any = NDArray[np.floating[Any]]

_CHUNK = 1 << 15
"""Pixels that ΔE00 works on at a time: its twenty intermediate arrays then stay in the cache."""


def linear(pixels: NDArray[np.uint8]) -> Float:
    """sRGB levels as linear light, 0…1."""
    return cv2.LUT(np.ascontiguousarray(pixels), _to_linear())  # type: ignore[return-value]


def srgb(light: Float) -> NDArray[np.uint8]:
    """Linear light 0…1 as sRGB levels, rounded."""
    return _to_levels()[(np.clip(light, 0, 1) * np.float32(65535) + np.float32(0.5)).astype(np.uint16)]


def lab(pixels: NDArray[np.uint8]) -> Float:
    """CIE L*a*b* (D65) of sRGB pixels; H×W×3, or N×3, or one colour of three."""
    shape = pixels.shape
    rows = pixels if pixels.ndim == 3 else pixels.reshape(-1, 1, 3)
    return cv2.cvtColor(linear(rows), cv2.COLOR_LRGB2Lab).reshape(shape)  # type: ignore[return-value]


def lab_of(colour: Colour) -> Float:
    """The three numbers of one colour."""
    return lab(np.array(colour, np.uint8))


def delta_e_76(a: Float, b: Float) -> Float:
    """Straight distance in Lab: fast, and good enough where colours are pale or near one another."""
    difference = np.subtract(a, b, dtype=np.float32)
    return np.sqrt(np.einsum("...i,...i->...", difference, difference))  # type: ignore[no-any-return]


def delta_e(a: Float, b: Float) -> Float:
    """CIEDE2000 of Lab colours; the last axis holds L*, a*, b*, the others are broadcast.

    Sharma, Wu, Dalal: The CIEDE2000 color-difference formula, 2005.
    """
    a, b = np.asarray(a), np.asarray(b)
    shape = np.broadcast_shapes(a.shape, b.shape)[:-1]
    count = int(np.prod(shape))
    if count <= _CHUNK:
        return _delta_e(*_planes(a), *_planes(b)).reshape(shape)
    left = np.broadcast_to(a, (*shape, 3)).reshape(-1, 3) if a.ndim > 1 else a
    right = np.broadcast_to(b, (*shape, 3)).reshape(-1, 3) if b.ndim > 1 else b
    out = np.empty(count, np.result_type(a, b, np.float32))
    for start in range(0, count, _CHUNK):
        part = slice(start, start + _CHUNK)
        out[part] = _delta_e(
            *_planes(left[part] if left.ndim > 1 else left),
            *_planes(right[part] if right.ndim > 1 else right),
        )
    return out.reshape(shape)


def _planes(colours: Float) -> tuple[Float, Float, Float]:
    return colours[..., 0], colours[..., 1], colours[..., 2]


def _delta_e(l1: _Any, a1: _Any, b1: _Any, l2: _Any, a2: _Any, b2: _Any) -> Float:
    stretch = 1.5 - 0.5 * _share((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2)
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    turn = 2 * np.pi
    h1, h2 = np.arctan2(b1, a1), np.arctan2(b2, a2)
    h1, h2 = np.where(h1 < 0, h1 + turn, h1), np.where(h2 < 0, h2 + turn, h2)
    grey = c1 * c2 == 0

    dh = h2 - h1
    # Grey has no hue: its difference is none, and the mean is the other's.
    dh = np.where(dh > np.pi, dh - turn, np.where(dh < -np.pi, dh + turn, dh))
    dh = np.where(grey, dh * 0, dh)
    hue = np.where(grey, h1 + h2, h1 + dh / 2)

    dl, dc = l2 - l1, c2 - c1
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(dh / 2)
    l50 = ((l1 + l2) / 2 - 50) ** 2
    chroma = (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(hue - np.pi / 6)
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.pi / 30)
        - 0.20 * np.cos(4 * hue - 63 * np.pi / 180)
    )
    degrees = np.mod(hue, turn) * (180 / np.pi)
    twist = 60 * np.pi / 180 * np.exp(-(((degrees - 275) / 25) ** 2))
    rotation = -2 * _share(chroma) * np.sin(twist)
    part_l = dl / (1 + 0.015 * l50 / np.sqrt(20 + l50))
    part_c = dc / (1 + 0.045 * chroma)
    part_h = d_hue / (1 + 0.015 * chroma * t)
    total = part_l**2 + part_c**2 + part_h**2 + rotation * part_c * part_h
    return np.sqrt(np.maximum(total, 0))  # type: ignore[no-any-return]


def _share(chroma: _Any) -> _Any:
    """√(C⁷ / (C⁷ + 25⁷)), by products: a power of 7 in float takes ten times as long."""
    ratio = chroma * np.float32(1 / 25)
    squared = ratio * ratio
    seventh = squared * squared * squared * ratio
    return np.sqrt(seventh / (seventh + 1))  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _to_linear() -> Float:
    level = np.arange(256) / 255
    light = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)


@lru_cache(maxsize=1)
def _to_levels() -> NDArray[np.uint8]:
    light = np.arange(65536) / 65535
    level = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return (level * 255 + 0.5).astype(np.uint8)
