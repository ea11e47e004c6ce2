"""Finds lines of text with the detector that lies in rapidocr's wheel.

Only the network is taken from there, never its code: rapidocr's own class pulls omegaconf, shapely and
pyclipper, sets up a logger of its own and may fetch files. Reading the network's answer takes forty lines,
so this engine starts in half a second, is silent and never touches the net. Fixed 640×640 input, one thread:
31 ms a photo where the CPU knows bf16, 55 ms where it does not (openvino 2026.4, one core).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from packshot.engines import onnx
from packshot.engines.base import FoundText, engine
from packshot.errors import WeightsMissing
from packshot.image.types import RGB, Box, Float, size_of
from packshot.words import say

SIDE = 640
INK = 0.3
"""From here on the network's map counts as text; rapidocr's own value."""
LEAST_CONFIDENCE = 0.5
UNCLIP = 1.6
"""The network paints the core of a line; its outline lies area × this / perimeter further out."""
TALLEST_LINE = 0.3
"""Of the photo's shorter side. A lone thing on a plain ground looks like one huge character to the network:
so it did on 26 of 200 packshots without a letter on the ground."""
LEAST_CORE_PX = 3
"""Thinner cores are specks."""


@engine("text_finder", "rapidocr")
class RapidOcr:
    """Text of any script, Cyrillic among them: it finds, it does not read."""

    name = "rapidocr"
    longest_side = SIDE

    def __init__(self, side: int = SIDE) -> None:
        """`side` of the square that the network sees: a multiple of 32."""
        onnx.runtime()
        self._weights, self._side = _weights(), side

    def find(self, pixels: RGB) -> tuple[FoundText, ...]:
        size = size_of(pixels)
        side = self._side
        shrink = min(1.0, side / size.long_side)
        network = onnx.session(self._weights, (1, 3, side, side))
        ink = network(_tensor(pixels, shrink, side))[0][0, 0, : round(size.height * shrink) + 1]
        tallest = TALLEST_LINE * size.short_side * shrink
        return tuple(
            FoundText(box.scaled(1 / shrink, within=size), confidence, angle)
            for box, confidence, angle in _lines(ink, tallest)
            if not box.scaled(1 / shrink, within=size).is_empty
        )


def _tensor(pixels: RGB, shrink: float, side: int) -> Float:
    """The picture in the upper left corner of a square, −1…1, blue first: as the network was trained.

    The rest of the square goes on with the photo's last pixels: padded with grey, a blank photo looks like a
    white card, and its rim was taken for text.
    """
    if shrink < 1:
        inside = (max(1, round(pixels.shape[1] * shrink)), max(1, round(pixels.shape[0] * shrink)))
        pixels = cast(RGB, cv2.resize(pixels, inside, interpolation=cv2.INTER_AREA))
    below, beside = side - pixels.shape[0], side - pixels.shape[1]
    square = cv2.copyMakeBorder(pixels, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    tensor = square[:, :, ::-1].transpose(2, 0, 1)[None] * np.float32(2 / 255) - np.float32(1)
    return np.ascontiguousarray(tensor)


def _lines(ink: Float, tallest: float) -> list[tuple[Box, float, float]]:
    """Box, confidence and angle of each line, from the map of how much each pixel looks like text."""
    cores = cv2.dilate((ink > INK).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(cores, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    lines = []
    for outline in outlines:
        centre, sides, turn = cv2.minAreaRect(outline)
        if min(sides) < LEAST_CORE_PX:
            continue
        corners = cast(Float, cv2.boxPoints((centre, sides, turn)))
        confidence = _mean_within(ink, corners)
        if confidence < LEAST_CONFIDENCE:
            continue
        rim = sides[0] * sides[1] * UNCLIP / (2 * (sides[0] + sides[1]))
        grown = (sides[0] + 2 * rim, sides[1] + 2 * rim)
        if min(grown) > tallest:
            continue
        corners = cast(Float, cv2.boxPoints((centre, grown, turn)))
        left, top = np.floor(corners.min(axis=0)).astype(int)
        right, bottom = np.ceil(corners.max(axis=0)).astype(int)
        box = Box(max(0, int(left)), max(0, int(top)), int(right), int(bottom))
        lines.append((box, confidence, _reading_angle(grown, turn)))
    return sorted(lines, key=lambda line: (line[0].top, line[0].left))


def _mean_within(ink: Float, corners: Float) -> float:
    left, top, width, height = cv2.boundingRect(corners)
    left, top = max(0, left), max(0, top)
    part = ink[top : top + height, left : left + width]
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(corners - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(part, inside)[0])


def _reading_angle(sides: tuple[float, float], turn: float) -> float:
    """Of the longer side, −90…90: OpenCV turns the rectangle so that either side may come first."""
    angle = turn if sides[0] >= sides[1] else turn + 90
    return float((angle + 90) % 180 - 90)


def _weights() -> Path:
    spec = find_spec("rapidocr")
    homes = list(spec.submodule_search_locations or ()) if spec else []
    found = sorted(path for home in homes for path in Path(home, "models").glob("*det*.onnx"))
    if not found:
        raise WeightsMissing(
            say("The text finder takes its network from rapidocr's wheel, which is not here."),
            say('Install it: pip install "rapidocr>=3.4"'),
        )
    return found[-1]
