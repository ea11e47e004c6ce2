"""How sharp are edges: of one line of text, and of the photo around it?"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from packshot.image.types import RGB, Box, Grey, size_of

LEAST_RISE = 40
"""Levels; only clear edges tell how sharp they are."""


def own_sharpness(pixels: RGB, lines: list[Box]) -> float | None:
    """Of the photo's edges outside all lines of text; None where there are too few."""
    size = size_of(pixels)
    side = 128
    grey = cast(Grey, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    every = max(1, size.short_side // 400)
    coarse = cv2.resize(grey[::every, ::every], (32, 32), interpolation=cv2.INTER_AREA)
    life = np.abs(np.asarray(cv2.Laplacian(coarse, cv2.CV_32F)))
    found: list[float] = []
    for at in np.argsort(-life, axis=None, kind="stable")[:40]:
        row, column = divmod(int(at), 32)
        x, y = int((column + 0.5) * size.width / 32), int((row + 0.5) * size.height / 32)
        tile = Box(x - side // 2, y - side // 2, x + side // 2, y + side // 2).inside(size)
        if any(not tile.meet(line).is_empty for line in lines):
            continue
        value = edge_sharpness(grey[tile.slices])
        if value is not None:
            found.append(value)
        if len(found) == 4:
            break
    return max(found) if found else None


def edge_sharpness(grey: Grey) -> float | None:
    """Share of an edge's rise within one pixel, of the sharpest tenth."""
    if min(grey.shape) < 5:
        return None
    window = np.ones((9, 9), np.uint8)
    rise = np.asarray(cv2.subtract(cv2.dilate(grey, window), cv2.erode(grey, window)))[:-1, :-1]
    across, down = cv2.absdiff(grey[:-1, 1:], grey[:-1, :-1]), cv2.absdiff(grey[1:, :-1], grey[:-1, :-1])
    step = np.maximum(across, down)
    clear = (rise >= LEAST_RISE) & (step >= LEAST_RISE // 4)
    if int(clear.sum()) < 30:
        return None
    return float(np.percentile(step[clear] / rise[clear], 90))
