"""Cheap signs of text: marks of one height and colour that stand in a row, as letters do.

A text network takes twenty milliseconds a photo, this takes six; most packshots bear no letters and need no
network.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.pieces import pieces
from packshot.image.types import RGB, Grey, size_of

STROKE = 7
"""Pixels: what is thinner than this, and lighter or darker than all about it, may be a stroke of a letter."""
LEAST_CONTRAST = 40
"""Levels. Paler letters are left to `marks`."""
LEVELS = 2
"""At the size given, then at half of it for letters twice as bold."""
HEIGHTS = (5, 48)
MOST_MARKS = 300
"""A texture has thousands of marks; the largest are looked at."""


def signs(pixels: RGB) -> float:
    """0…1: 0.2 for two letters in a row, 0.4 for three, 1 for six."""
    grey = cast(Grey, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    longest = 0.0
    for _ in range(LEVELS):
        if size_of(grey).short_side < 2 * HEIGHTS[0]:
            break
        for darker_or_lighter in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT):
            thin = cv2.morphologyEx(grey, darker_or_lighter, np.ones((STROKE, STROKE), np.uint8))
            longest = max(longest, _longest_row((thin > LEAST_CONTRAST).astype(np.uint8)))
        grey = cast(Grey, cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return float(min(1.0, max(0.0, (longest - 1) / 5)))


def _longest_row(ink: Grey) -> float:
    """How many letters the longest row holds."""
    count, _, stats = pieces(ink)
    marks = np.asarray(stats)[1:count].astype(np.float32)
    marks = marks[_like_letters(marks)]
    if len(marks) == 0:
        return 0.0
    marks = marks[np.argsort(-marks[:, cv2.CC_STAT_AREA], kind="stable")[:MOST_MARKS]]
    marks = marks[np.argsort(marks[:, cv2.CC_STAT_LEFT], kind="stable")]
    follows = _follows(marks)
    letters = _letters_in(marks, ink)
    rows = letters.copy()
    for at in range(len(marks) - 2, -1, -1):
        after = np.flatnonzero(follows[at])
        if after.size:
            rows[at] = letters[at] + rows[after].max()
    return float(rows.max())


def _like_letters(marks: NDArray[np.float32]) -> NDArray[np.bool_]:
    """One letter, or a short word of letters that touch; neither a dot, a bar nor a full box."""
    _, _, width, height, area = marks.T
    share = area / (width * height)
    return np.asarray(
        (height >= HEIGHTS[0])
        & (height <= HEIGHTS[1])
        & (width >= 2)
        & (width <= 12 * height)
        & (share >= 0.18)
        & (share <= 0.9)
    )


def _letters_in(marks: NDArray[np.float32], ink: Grey) -> NDArray[np.float32]:
    """1, or for a wide mark as many as its strokes could make."""
    letters = np.ones(len(marks), np.float32)
    for at in np.flatnonzero(marks[:, cv2.CC_STAT_WIDTH] > 1.7 * marks[:, cv2.CC_STAT_HEIGHT]):
        left, top, width, height = (int(side) for side in marks[at, :4])
        part = ink[top : top + height, left : left + width]
        strokes = float(np.count_nonzero(part[:, 1:] != part[:, :-1])) / (2 * height)
        letters[at] = min(width / (0.7 * height), strokes / 1.5)
    return letters


def _follows(marks: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which mark may be the next letter of which: as tall, on the same line, close by on the right."""
    left, top, width, height, _ = marks.T
    foot, right = top + height, left + width
    taller = np.maximum(height[None], height[:, None])
    alike = np.minimum(height[None], height[:, None]) >= 0.62 * taller
    on_line = np.abs(foot[None] - foot[:, None]) <= 0.3 * taller
    gap = left[None] - right[:, None]
    close = (gap >= -0.15 * height[:, None]) & (gap <= 0.7 * height[:, None]) & (left[None] > left[:, None])
    return np.asarray(alike & on_line & close)
