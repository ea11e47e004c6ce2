"""Was this piece drawn over the photo? Badges, stickers and letters are flat in colour and razor-edged."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.types import RGB, Float, Grey

NEAR = 12.0
"""Levels within which colours count as one; JPEG moves flat colours by up to 8 around letters."""
COLOURS = 3
"""A badge has a plate, letters and perhaps a rim."""


def drawn_over(colours: RGB, alpha: Grey) -> float:
    """0…1 for one piece; `alpha` is that piece's alone. Goods in one plain colour can look drawn too."""
    return _flat(colours, alpha) * _razor(alpha)


def _flat(colours: RGB, alpha: Grey) -> float:
    """Share of the inside that a few exact colours explain, from 75 % on."""
    inside = cv2.erode((alpha >= 250).astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0)
    if not inside.any():
        inside = (alpha >= 128).astype(np.uint8)
    rest: Float = colours[inside > 0].astype(np.float32)
    if rest.size == 0:
        return 0.0
    rest = rest[:: max(1, len(rest) // 4000)]
    whole = len(rest)
    for _ in range(COLOURS):
        cells = (rest / NEAR).astype(np.int64) @ np.array([1, 32, 1024])
        fullest = rest[cells == np.bincount(cells).argmax()].mean(axis=0)
        rest = rest[np.abs(rest - fullest).max(axis=1) > NEAR]
        if len(rest) == 0:
            return 1.0
    return float(np.clip((1 - len(rest) / whole - 0.75) / 0.2, 0, 1))


def _razor(alpha: Grey) -> float:
    """Drawn edges are soft for one pixel at most, camera edges for two or more."""
    solid = (alpha >= 128).astype(np.uint8)
    outline = solid - cv2.erode(solid, np.ones((3, 3), np.uint8), borderValue=0)
    soft = np.count_nonzero((alpha > 16) & (alpha < 240))
    width = soft / max(1, int(np.count_nonzero(outline)))
    return float(np.clip((2.2 - width) / 0.8, 0, 1))
