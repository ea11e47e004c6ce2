"""Was a line of text drawn over the photo, or is it printed on what was photographed?

A print lives in the scene: light falls off across it, cloth and grain show through, the lens softens it as
much as all else, and it lies as the goods lie. Drawn letters have one colour, edges of their own and a level
line.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Box, Float, Grey, size_of

MOST_PX = 400
"""Of a line is enough; more is cut from its middle."""
LEVEL = 2.5
"""Degrees that a finder's angle may be off for a level line."""
LEAST_RISE = 40
"""Levels; only clear edges tell how sharp they are."""


def overlaid(part: RGB, angle: float, photos_own: float | None) -> float:
    """0…1; `photos_own` is how sharp the photo's other edges are, None where it has none.

    Of 217 lines on real clothes and cartons 95 % stay below 0.6; of lines drawn over photos of clothes, many
    of them across goods and ground, half reach 0.82, three quarters 0.59.
    """
    part = _middle(part)
    grey = cast(Grey, cv2.cvtColor(part, cv2.COLOR_RGB2GRAY))
    level = abs(angle) <= LEVEL or abs(abs(angle) - 90) <= LEVEL
    own = edge_sharpness(grey)
    crisper = 0.0 if own is None or photos_own is None else own - photos_own
    razor = float(np.clip(0.5 + crisper / 0.4, 0, 1))
    return (0.7 * _flatness(part, grey) + 0.3 * razor) * (1.0 if level else 0.6)


def own_sharpness(pixels: RGB, lines: list[Box]) -> float | None:
    """Of the photo's edges outside all lines of text; None where there are too few."""
    size = size_of(pixels)
    side = 128
    grey = cast(Grey, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    coarse = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)
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


def _middle(part: RGB) -> RGB:
    height, width = part.shape[:2]
    top, left = max(0, (height - MOST_PX) // 2), max(0, (width - MOST_PX) // 2)
    return part[top : top + MOST_PX, left : left + MOST_PX]


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


DRAWN = 3.0
SCENE = 12.0
"""Levels between the 15th and 85th percentile within the letters: JPEG alone gives 1…4."""


def _flatness(part: RGB, grey: Grey) -> float:
    """How much the letters, or what lies between them, have one colour: 1 drawn, 0 in a scene.

    Piece by piece along the line: a drawn line may lie half on the ground and half on the goods.
    """
    if min(grey.shape) < 6:
        return 0.5
    lines, columns = (part, grey) if grey.shape[1] >= grey.shape[0] else (part.swapaxes(0, 1), grey.T)
    pieces = max(1, round(columns.shape[1] / (2 * columns.shape[0])))
    found = [
        _flatness_of_piece(np.ascontiguousarray(colours), np.ascontiguousarray(light))
        for colours, light in zip(
            np.array_split(lines, pieces, axis=1), np.array_split(columns, pieces, axis=1), strict=True
        )
    ]
    return float(np.mean(found))


def _flatness_of_piece(part: RGB, grey: Grey) -> float:
    bar, dark = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if bar <= 0:
        return 0.5
    spreads = [_spread(part, mask) for mask in (np.asarray(dark) > 0, np.asarray(dark) == 0)]
    known = [spread for spread in spreads if spread is not None]
    if not known:
        return 0.5
    # Letters are the calmer side: they may be drawn over a lively photo.
    flat = float(np.clip((SCENE - min(known)) / (SCENE - DRAWN), 0, 1))
    return flat if len(known) == 2 else max(flat, 0.5)


def _spread(part: RGB, mask: NDArray[np.bool_]) -> float | None:
    """Of the colours inside, away from the soft edges; None where strokes are too thin to have an inside."""
    inside = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if int(inside.sum()) < 30:
        return None
    colours = cast(Float, part[inside].astype(np.float32))
    low, high = np.percentile(colours, (15, 85), axis=0)
    return float((high - low).max())
