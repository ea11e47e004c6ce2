"""Pictures of what went wrong, to be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sets.measure import RGBA, laid

BEHIND = (120, 190, 120)
"""No product of the sets has this green: what is missing or left over shows."""


@dataclass(frozen=True, slots=True)
class Line:
    words: str
    photo: NDArray[np.uint8]
    truth: RGBA
    found: RGBA


def sheet(lines: Iterable[Line], tile: int = 400) -> NDArray[np.uint8]:
    """One line a picture: photo, truth and cut-out on green, what is missing (red) and too much (blue)."""
    return np.vstack([_drawn(line, tile) for line in lines])


def _drawn(line: Line, tile: int) -> NDArray[np.uint8]:
    missing = line.truth[..., 3].astype(int) - line.found[..., 3]
    wrong = np.full((*missing.shape, 3), 255, np.uint8)
    wrong[..., 1:] -= np.clip(missing, 0, 255).astype(np.uint8)[..., None]
    wrong[..., :2] -= np.clip(-missing, 0, 255).astype(np.uint8)[..., None]
    tiles = [line.photo, laid(line.truth, BEHIND), laid(line.found, BEHIND), wrong]
    drawn = np.hstack([_fitted(pixels, tile) for pixels in tiles])
    cv2.putText(drawn, line.words, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 0, 120), 1, cv2.LINE_AA)
    return drawn


def _fitted(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    factor = side / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    out = np.full((side, side, 3), 90, np.uint8)
    out[: small.shape[0], : small.shape[1]] = small[:side, :side]
    return out
