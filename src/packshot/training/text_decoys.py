"""What only looks like text: codes, keys, meshes, seams, lone shapes. Drawn on pages, asked for nowhere."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.image.types import RGB, Grey


def _barcode(rng: Generator, picture: RGB) -> None:
    widths = rng.integers(1, 4, 60)
    bars = np.repeat(np.arange(60) % 2, widths)[None].astype(np.uint8) * 255
    _stamp(rng, picture, np.repeat(bars, int(rng.integers(12, 50)), 0))


def _matrix_code(rng: Generator, picture: RGB) -> None:
    side = int(rng.integers(17, 30))
    code = np.pad(rng.integers(0, 2, (side, side)).astype(np.uint8) * 255, 2, constant_values=255)
    _stamp(rng, picture, np.kron(code, np.ones((4, 4), np.uint8)))


def _rows(rng: Generator, picture: RGB) -> None:
    """Buttons, keys, windows, rivets, ticks of a ruler: one small shape again and again."""
    cell, high = int(rng.integers(6, 24)), int(rng.integers(6, 24))
    part = np.full((high, cell), 255, np.uint8)
    roll = rng.random()
    inner = rng.uniform(0.15, 0.45)
    if roll < 0.4:
        cv2.circle(part, (cell // 2, high // 2), max(1, int(inner * min(cell, high))), 0, -1, cv2.LINE_AA)
    elif roll < 0.8:
        x, y = int(inner * cell / 2), int(inner * high / 2)
        cv2.rectangle(part, (x, y), (cell - 1 - x, high - 1 - y), 0, -1 if rng.random() < 0.6 else 1)
    else:
        cv2.line(part, (cell // 2, 0), (cell // 2, int(high * rng.uniform(0.3, 1))), 0, 1)
    rows = 1 if rng.random() < 0.5 else int(rng.integers(2, 8))
    _stamp(rng, picture, np.tile(part, (rows, int(rng.integers(3, 14)))))


def _mesh(rng: Generator, picture: RGB) -> None:
    """Lace, nets, grilles, woven cloth."""
    step, side = rng.uniform(4, 20), 160
    ys, xs = np.mgrid[0:side, 0:side] * (2 * np.pi / step)
    waves = np.sin(xs + rng.uniform(0, 3) * np.sin(ys)) * (
        1 if rng.random() < 0.3 else np.sin(ys * rng.uniform(0.5, 1))
    )
    _stamp(rng, picture, as_bytes(127 + 400 * (waves - rng.uniform(-0.3, 0.3))))


def _strokes(rng: Generator, picture: RGB) -> None:
    """Seams, scratches, leaves, cables: curves without letters."""
    colour = tuple(int(v) for v in rng.integers(0, 256, 3))
    for _ in range(int(rng.integers(1, 12))):
        middle, axes = rng.uniform(0, 1, 2) * len(picture), rng.uniform(2, 0.2 * len(picture), 2)
        start = rng.uniform(0, 360)
        cv2.ellipse(
            picture, [int(v) for v in middle], [int(v) for v in axes], rng.uniform(0, 360), start,
            start + rng.uniform(20, 360), colour, int(rng.integers(1, 4)), cv2.LINE_AA,
        )  # fmt: skip


def _lone(rng: Generator, picture: RGB) -> None:
    """One dark shape on a plain field: to a finder of letters it looks like one huge letter."""
    side = len(picture)
    colour = tuple(int(v) for v in rng.integers(0, 256, 3))
    points = (rng.uniform(0.1, 0.9, (int(rng.integers(3, 8)), 2)) * side * rng.uniform(0.1, 0.6)).astype(
        np.int32
    )
    points += rng.integers(0, max(1, side // 2), 2)
    if rng.random() < 0.5:
        cv2.fillPoly(picture, [cv2.convexHull(points)], colour, cv2.LINE_AA)
    else:
        cv2.polylines(picture, [points], False, colour, int(rng.integers(3, side // 16 + 4)), cv2.LINE_AA)


DECOYS: tuple[Callable[[Generator, RGB], None], ...] = (
    _barcode,
    _matrix_code,
    _rows,
    _rows,
    _mesh,
    _strokes,
    _lone,
)


def _stamp(rng: Generator, picture: RGB, pattern: Grey) -> None:
    """The pattern in two colours, of any size, turned and in perspective."""
    size = len(picture)
    tall, wide = pattern.shape
    corners = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float64)
    angle = rng.normal(0, 0.15) if rng.random() < 0.6 else rng.uniform(-np.pi, np.pi)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    scale = rng.uniform(0.15, 0.8) * size / max(wide, tall)
    seen = (corners - (wide / 2, tall / 2)) * scale @ turn + rng.normal(0, 0.03, (4, 2)) * min(
        wide, tall
    ) * scale
    matrix = cv2.getPerspectiveTransform(
        corners.astype(np.float32), (seen + rng.uniform(0.2, 0.8, 2) * size).astype(np.float32)
    )
    ink = cv2.warpPerspective(pattern, matrix, (size, size), flags=cv2.INTER_LINEAR)[..., None] / np.float32(
        255
    )
    cover = cv2.warpPerspective(np.full_like(pattern, 255), matrix, (size, size))[..., None] / np.float32(255)
    bright, dark = rng.uniform(120, 255, 3), rng.uniform(0, 140, 3)
    if rng.random() < 0.3:
        bright, dark = dark, bright
    if rng.random() < 0.4:  # only the ink, on whatever lies there
        cover = cover * (1 - ink)
    picture[:] = as_bytes((bright * ink + dark * (1 - ink)) * cover + picture * (1 - cover))


def as_bytes(levels: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(levels + 0.5, 0, 255), np.uint8)
