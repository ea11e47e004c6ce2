"""Finds lines of text with our own network: at any angle, on curved labels, in small print.

The network answers at half the picture's size, four numbers a place: is this the core of a line, how tall is
the line here, and which way is it read. A core is the middle half of its line, so that neighbours stay apart;
its middle and the height that the network tells give the outline back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.engines import cards, onnx
from packshot.engines.base import FoundText, engine
from packshot.image.pieces import pieces
from packshot.image.types import RGB, Box, Float, size_of

SHAPES = ((640, 640), (640, 480), (480, 640))
"""Height and width of what the network sees; a photo takes the one that holds it largest."""
HALF = 2
"""Pixels of the picture to a place of the map, each way."""
UNIT_PX = 8
"""The map tells heights as log2(height / this)."""
CORE = 0.5
"""Of a line's height; as much is cut from its two ends together, or half its length where that is less."""

INK = 0.4
LEAST_CORE = 0.6
"""Mean chance of a core; weaker ones are no line."""
LEAST_CONFIDENCE = 0.75
"""97 % of 254 lines of drawn dev pages reach it, and 22 % of 74 finds on dev photos on which nobody wrote,
some of them real print."""
LEAST_HEIGHT_PX = 4.0
"""Of the picture as the network sees it: nobody reads smaller letters."""
LEAST_CELLS = 2
PLAIN = 1.2
"""A core so many heights long shows itself where its line runs; of a shorter one the network says."""
LONG = 2.0
"""In heights: only longer lines can be seen to bend, to climb, or to grow."""
BENT = 0.12
"""Of its height: a line whose middle lies so far from the chord is curved."""
ALONG = 17
"""Points on each long edge of a curved line's outline: round most of a circle, chords still keep to it."""

Points: TypeAlias = NDArray[np.float64]
"""n × 2: x, y."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    outline: Points
    """As FoundText's, in pixels of the picture that the network saw."""
    confidence: float


@engine("text_finder", "text_find")
class TextFind:
    """Text in Russian and Latin letters and digits: it finds, it does not read."""

    name = "text_find"
    longest_side = 640

    def __init__(self) -> None:
        onnx.runtime()
        self._card = cards.read(cards.CARDS / "text_find.toml")
        cards.weights(self._card)

    def find(self, pixels: RGB) -> tuple[FoundText, ...]:
        size = size_of(pixels)
        height, width = min(SHAPES, key=lambda shape: (-_scale(pixels, shape), shape[0] * shape[1]))
        scale = _scale(pixels, (height, width))
        network = onnx.session(cards.weights(self._card), (1, 3, height, width))
        seen = (max(1, round(size.width * scale)), max(1, round(size.height * scale)))
        maps = network(self._tensor(pixels, seen, (height, width)))[0][0]
        stretch = np.array([size.width, size.height]) / seen
        found = [
            _found(line, stretch, Box.whole(size), Box(0, 0, *seen))
            for line in lines(maps[:, : -(-seen[1] // HALF), : -(-seen[0] // HALF)])
            if line.confidence >= LEAST_CONFIDENCE
        ]
        return tuple(sorted((text for text in found if text), key=lambda text: (text.box.top, text.box.left)))

    def _tensor(self, pixels: RGB, seen: tuple[int, int], shape: tuple[int, int]) -> Float:
        """The picture in the upper left corner; beside it its last pixels go on, for a rim looks like ink."""
        if seen != (pixels.shape[1], pixels.shape[0]):
            pixels = cast(RGB, cv2.resize(pixels, seen, interpolation=cv2.INTER_AREA))
        below, beside = shape[0] - seen[1], shape[1] - seen[0]
        whole = cv2.copyMakeBorder(pixels, 0, below, 0, beside, cv2.BORDER_REPLICATE)
        tensor = np.ascontiguousarray(whole.transpose(2, 0, 1)[None]).astype(np.float32)
        spread, mean = (
            np.array(of, np.float32)[:, None, None] for of in (self._card.spread, self._card.mean)
        )
        tensor *= 1 / (255 * spread)
        tensor -= mean / spread
        return tensor


def _scale(pixels: RGB, shape: tuple[int, int]) -> float:
    return float(min(1.0, shape[0] / pixels.shape[0], shape[1] / pixels.shape[1]))


def _found(line: Line, stretch: Points, whole: Box, seen: Box) -> FoundText | None:
    """In pixels of the photo; None where nothing of it lies inside."""
    inside = np.clip(line.outline, 0, (seen.right, seen.bottom)) * stretch
    left, top = np.floor(inside.min(0) + 0.01).astype(int)
    right, bottom = np.ceil(inside.max(0) - 0.01).astype(int)
    box = Box(int(left), int(top), int(right), int(bottom)).meet(whole)
    if box.is_empty:
        return None
    along = inside[len(inside) // 2 - 1] - inside[0]
    angle = float(np.degrees(np.arctan2(along[1], along[0])))
    return FoundText(box, line.confidence, angle, tuple((float(x), float(y)) for x, y in inside))


# ── from the map to outlines ────────────────────────────────────────────────────────────────────────────────


def lines(maps: Float) -> list[Line]:
    """`maps`: 4 × H × W: chance of a core, log2(height / UNIT_PX), cosine and sine of the way it is read."""
    cores = (maps[0] > INK).astype(np.uint8)
    _, labels, stats = pieces(cores, connectivity=4)
    found = (
        _line(maps, np.asarray(labels), at, Box(left, top, left + width, top + height))
        for at, (left, top, width, height, cells) in enumerate(np.asarray(stats).tolist())
        if at and cells >= LEAST_CELLS
    )
    return [line for line in found if line is not None]


def _line(maps: Float, labels: NDArray[np.int32], at: int, box: Box) -> Line | None:
    part = maps[:, *box.slices]
    ys, xs = np.nonzero(labels[box.slices] == at)
    chance, told, cosine, sine = part[:, ys, xs].astype(np.float64)
    confidence = float(chance.mean())
    heights = UNIT_PX * np.exp2(np.clip(told, -2, 7))
    if confidence < LEAST_CORE or float(np.median(heights)) < LEAST_HEIGHT_PX:
        return None
    points = (np.c_[xs, ys] + (box.left, box.top) + 0.5) * HALF
    return Line(_outline(points, heights, np.array([cosine.mean(), sine.mean()])), confidence)


def _outline(points: Points, heights: Points, read: Points) -> Points:
    """Round the core's points: half a height above their middle and half a height below."""
    height = float(np.median(heights))
    frame = _frame(points, height, read)
    u, v = frame.of(points)
    start, end = _ends(u, height)
    level = _fitted(u, v, 4 if frame.curved else 1, long=end - start > LONG * height)
    tall = _fitted(u, heights, 1, long=end - start > LONG * height)
    at = np.linspace(start, end, ALONG if frame.curved else 2)
    middle, half = level(at), np.clip(tall(at), height / 2, height * 2) / 2
    return np.vstack([frame.back(at, middle - half), frame.back(at, middle + half)[::-1]])


def _ends(u: Points, height: float) -> tuple[float, float]:
    """Where the line begins and ends, from where its core does: see CORE."""
    low, high = float(u.min()) - HALF / 2, float(u.max()) + HALF / 2
    cut = min(CORE * height, high - low) / 2
    return low - cut, high + cut


def _fitted(u: Points, values: Points, degree: int, *, long: bool) -> np.polynomial.Polynomial:
    """Short lines are level: there is too little of them to tell a slope from chance."""
    if not long or np.ptp(u) < 2 * degree * HALF:
        return np.polynomial.Polynomial([float(np.mean(values))])
    return np.polynomial.Polynomial.fit(u, values, degree)


# ── along a line: straight, or round a centre ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """`u` runs along the line as it is read, `v` from its upper edge to the lower one."""

    origin: Points
    """Of a straight line its middle, of a curved one the centre of its circle."""
    along: Points
    radius: float = 0.0
    """0 of a straight line; below 0 where the centre lies above the line."""

    @property
    def curved(self) -> bool:
        return self.radius != 0

    @property
    def down(self) -> Points:
        return np.array([-self.along[1], self.along[0]])

    def of(self, points: Points) -> tuple[Points, Points]:
        x, y = (points - self.origin) @ self.along, (points - self.origin) @ self.down
        if not self.curved:
            return x, y
        side = np.sign(self.radius)
        return np.abs(self.radius) * np.arctan2(x, -side * y), self.radius - side * np.hypot(x, y)

    def back(self, u: Points, v: Points) -> Points:
        if not self.curved:
            return self.origin + u[:, None] * self.along + v[:, None] * self.down
        turn, reach = u / np.abs(self.radius), np.abs(self.radius - v)
        x, y = reach * np.sin(turn), -np.sign(self.radius) * reach * np.cos(turn)
        return np.asarray(self.origin + x[:, None] * self.along + y[:, None] * self.down)


def _frame(points: Points, height: float, read: Points) -> Frame:
    middle = points.mean(0)
    straight = Frame(middle, _along(points - middle, height, read))
    u, v = straight.of(points)
    length = float(np.ptp(u))
    if length < LONG * height:
        return straight
    bend = float(np.polynomial.Polynomial.fit(u, v, 2, domain=[-1, 1]).coef[2])
    if abs(bend) * length**2 / 4 < BENT * height:
        return straight
    return _round(points, straight, 1 / (2 * bend)) or straight


def _along(points: Points, height: float, read: Points) -> Points:
    """Which way the line runs, and from which end it is read."""
    longest = np.linalg.eigh(points.T @ points)[1][:, 1]
    if np.ptp(points @ longest) < PLAIN * height and np.hypot(*read) > 0.1:
        return np.asarray(read / np.hypot(*read))
    return np.asarray(longest if read @ longest >= 0 else -longest)


def _round(points: Points, straight: Frame, radius: float) -> Frame | None:
    """The circle nearest to the points, begun from the bend of a parabola; None where there is none."""
    some = points[:: max(1, len(points) // 400)]
    centre = straight.origin + radius * straight.down
    for _ in range(8):
        away = some - centre
        reach = np.hypot(*away.T)
        slope = np.c_[-away / np.maximum(reach, 1e-6)[:, None], -np.ones(len(some))]
        step = np.linalg.lstsq(slope, abs(radius) - reach, rcond=None)[0]
        centre, radius = centre + step[:2], np.sign(radius) * (abs(radius) + step[2])
    if not np.isfinite(radius) or not 1 < abs(radius) < 1e5:
        return None
    down = (centre - straight.origin) * np.sign(radius)
    down = down / max(1e-9, np.hypot(*down))
    return Frame(centre, np.array([down[1], -down[0]]), float(radius))
