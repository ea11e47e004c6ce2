"""Products drawn from nothing: the wires, rings, chains, racks and straps that photographed sets lack."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.training.sources import RGBA

FINE = 4
"""Bits of a pixel's fraction that OpenCV's lines understand."""


def drawn_product(rng: Generator, size: int) -> RGBA:
    """A thin or holed thing with shaded colours, `size` × `size`."""
    mask = np.zeros((size, size), np.uint8)
    for _ in range(int(rng.integers(1, 3))):
        MAKERS[int(rng.integers(len(MAKERS)))](rng, mask, size)
    return np.dstack([_shaded(rng, mask), mask])


def _wire(rng: Generator, mask: NDArray[np.uint8], size: int) -> None:
    """A cable, strap or thread: a smooth curve through a few points."""
    for _ in range(int(rng.integers(1, 4))):
        points = rng.uniform(0.08, 0.92, (int(rng.integers(3, 7)), 2)) * size
        _line(mask, _smooth(rng, points), _thin(rng, size))


def _chain(rng: Generator, mask: NDArray[np.uint8], size: int) -> None:
    """Links or beads along a curve: necklaces, bracelets."""
    way = _smooth(rng, rng.uniform(0.12, 0.88, (4, 2)) * size)
    radius = rng.uniform(0.008, 0.03) * size
    length = np.r_[0, np.cumsum(np.hypot(*np.diff(way, axis=0).T))]
    for at in np.arange(0, length[-1], radius * rng.uniform(1.6, 2.4)):
        x, y = np.interp(at, length, way[:, 0]), np.interp(at, length, way[:, 1])
        filled = -1 if radius < 2.5 or rng.random() < 0.2 else max(1, int(radius * 0.4))
        cv2.circle(mask, _fixed(x, y), int(radius * 2**FINE), 255, filled, cv2.LINE_AA, FINE)


def _rings(rng: Generator, mask: NDArray[np.uint8], size: int) -> None:
    """Rings, hoops, handles, frames."""
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(0.25, 0.75, 2) * size
        axes = rng.uniform(0.06, 0.24, 2) * size
        thick = max(1, int(rng.uniform(0.006, 0.04) * size))
        ends = (0, 360) if rng.random() < 0.7 else (rng.uniform(0, 180), rng.uniform(200, 360))
        grown = (int(axes[0] * 2**FINE), int(axes[1] * 2**FINE))
        cv2.ellipse(mask, _fixed(x, y), grown, rng.uniform(0, 180), *ends, 255, thick, cv2.LINE_AA, FINE)


def _rack(rng: Generator, mask: NDArray[np.uint8], size: int) -> None:
    """Grilles, baskets, shelves, combs: bars in a row, with a frame."""
    count, thick = int(rng.integers(4, 16)), max(1, int(rng.uniform(0.004, 0.02) * size))
    left, top = rng.uniform(0.1, 0.3), rng.uniform(0.1, 0.4)
    right, bottom = rng.uniform(0.6, 0.9), rng.uniform(0.6, 0.9)
    skew = rng.normal(0, 0.05)
    both = rng.random() < 0.4
    for k in np.linspace(0, 1, count):
        x = left + (right - left) * k
        _line(mask, np.array([[x, top], [x + skew, bottom]]) * size, thick)
        if both:
            y = top + (bottom - top) * k
            _line(mask, np.array([[left + skew * k, y], [right + skew * k, y]]) * size, thick)
    frame = [[left, top], [right, top], [right + skew, bottom], [left + skew, bottom], [left, top]]
    _line(mask, np.array(frame) * size, thick * int(rng.integers(1, 4)))


def _legs(rng: Generator, mask: NDArray[np.uint8], size: int) -> None:
    """Furniture and stands: a board on thin legs."""
    left, right = rng.uniform(0.1, 0.3) * size, rng.uniform(0.65, 0.9) * size
    top = rng.uniform(0.2, 0.5) * size
    foot = rng.uniform(0.75, 0.92) * size
    under = top + rng.uniform(0.02, 0.12) * size
    cv2.rectangle(mask, (int(left), int(top)), (int(right), int(under)), 255, -1)
    for k in (0.05, 0.3, 0.7, 0.95):
        x = left + (right - left) * k
        _line(mask, np.array([[x, top], [x + rng.normal(0, 0.03) * size, foot]]), _thin(rng, size))


def _blob(rng: Generator, mask: NDArray[np.uint8], size: int) -> None:
    """A body with a handle and holes."""
    angles = np.linspace(0, 2 * np.pi, 9)[:-1]
    middle, reach = rng.uniform(0.4, 0.6, 2), rng.uniform(0.12, 0.34, 8)
    points = (middle + np.c_[np.cos(angles), np.sin(angles)] * reach[:, None]) * size
    outline = _smooth(rng, np.r_[points, points[:2]])
    cv2.fillPoly(mask, [(outline * 2**FINE).astype(np.int32)], 255, cv2.LINE_AA, FINE)
    for _ in range(int(rng.integers(0, 4))):
        x, y = (middle + rng.normal(0, 0.08, 2)) * size
        radius = int(rng.uniform(0.01, 0.06) * size * 2**FINE)
        cv2.circle(mask, _fixed(x, y), radius, 0, -1, cv2.LINE_AA, FINE)
    _rings(rng, mask, size)


def _hoop(rng: Generator, mask: NDArray[np.uint8], size: int) -> None:
    """One large ring around much ground, plain or of links: bangles, bracelets, frames."""
    x, y = rng.uniform(0.42, 0.58, 2) * size
    wide, flat, turn = rng.uniform(0.2, 0.42) * size, rng.uniform(0.35, 1.0), rng.uniform(0, np.pi)
    angles = np.linspace(0, 2 * np.pi, 96)
    across, down = wide * np.cos(angles), wide * flat * np.sin(angles)
    way = np.c_[
        x + across * np.cos(turn) - down * np.sin(turn), y + across * np.sin(turn) + down * np.cos(turn)
    ]
    if rng.random() < 0.5:
        _line(mask, way, max(1, int(rng.uniform(0.006, 0.05) * size)))
        return
    radius = rng.uniform(0.012, 0.04) * size
    for link in way[:: max(1, int(rng.integers(1, 4)))]:
        thick = -1 if rng.random() < 0.3 else max(1, int(radius * 0.35))
        cv2.circle(mask, _fixed(*link), int(radius * 2**FINE), 255, thick, cv2.LINE_AA, FINE)


def _spectacles(rng: Generator, mask: NDArray[np.uint8], size: int) -> None:
    """Two rims, a bridge, two arms."""
    x, y, reach = 0.5 * size, rng.uniform(0.4, 0.6) * size, rng.uniform(0.09, 0.17) * size
    thick, tall = max(1, int(rng.uniform(0.005, 0.02) * size)), rng.uniform(0.7, 1.0)
    for side in (-1, 1):
        axes = (int(reach * 2**FINE), int(reach * tall * 2**FINE))
        cv2.ellipse(mask, _fixed(x + side * reach * 1.2, y), axes, 0, 0, 360, 255, thick, cv2.LINE_AA, FINE)
        end = np.array([x + side * reach * rng.uniform(1.5, 2.9), y - reach * rng.uniform(-0.6, 1.2)])
        _line(mask, np.array([[x + side * reach * 2.2, y - 0.3 * reach], end]), thick)
    _line(mask, np.array([[x - 0.2 * reach, y], [x + 0.2 * reach, y]]), thick)


def _basket(rng: Generator, mask: NDArray[np.uint8], size: int) -> None:
    """A body of bars or mesh, seen through, often with a handle."""
    left, right = rng.uniform(0.12, 0.3) * size, rng.uniform(0.7, 0.88) * size
    top, bottom = rng.uniform(0.35, 0.5) * size, rng.uniform(0.75, 0.92) * size
    narrow = rng.uniform(0, 0.12) * size
    thick = max(1, int(rng.uniform(0.004, 0.014) * size))
    for along in np.linspace(0, 1, int(rng.integers(6, 24))):
        above = left + (right - left) * along
        below = left + narrow + (right - left - 2 * narrow) * along
        _line(mask, np.array([[above, top], [below, bottom]]), thick)
    for down in np.linspace(0, 1, int(rng.integers(2, 14))):
        y, inset = top + (bottom - top) * down, narrow * down
        _line(mask, np.array([[left + inset, y], [right - inset, y]]), thick)
    if rng.random() < 0.7:
        angles = np.linspace(np.pi, 2 * np.pi, 40)
        middle, wide = (left + right) / 2, (right - left) / 2
        tall = rng.uniform(0.4, 1.0) * wide
        arc = np.c_[middle + wide * np.cos(angles), top + tall * np.sin(angles)]
        _line(mask, arc, thick * int(rng.integers(1, 5)))


MAKERS = (_wire, _chain, _rings, _rack, _legs, _blob, _hoop, _hoop, _spectacles, _basket)


def _shaded(rng: Generator, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A base colour, lit as if the thing were round, with a little grain."""
    coloured = rng.random() < 0.5
    base = rng.uniform(0, 255, 3) if coloured else np.full(3, rng.uniform(10, 250)) + rng.normal(0, 8, 3)
    depth = cv2.GaussianBlur(mask, (0, 0), max(1.0, 0.012 * mask.shape[0])).astype(np.float32) / 255
    angle = rng.uniform(0, 2 * np.pi)
    across, down = cv2.Sobel(depth, cv2.CV_32F, 1, 0), cv2.Sobel(depth, cv2.CV_32F, 0, 1)
    light = (across * np.cos(angle) + down * np.sin(angle)) * rng.uniform(0.3, 1.6)
    colours = base * (1 + light[..., None]) + rng.uniform(0, 90) * np.clip(light, 0, 1)[..., None]
    return np.clip(colours, 0, 255).astype(np.uint8)


def _smooth(rng: Generator, points: NDArray[np.floating], steps: int = 24) -> NDArray[np.floating]:
    """A Catmull-Rom curve through the points."""
    padded = np.r_[points[:1], points, points[-1:]]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    curves = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.concatenate(curves)


def _line(mask: NDArray[np.uint8], points: NDArray[np.floating], thick: int) -> None:
    cv2.polylines(mask, [np.round(points * 2**FINE).astype(np.int32)], False, 255, thick, cv2.LINE_AA, FINE)


def _thin(rng: Generator, size: int) -> int:
    return max(1, int(np.exp(rng.uniform(np.log(0.004), np.log(0.05))) * size))


def _fixed(x: float, y: float) -> tuple[int, int]:
    return int(x * 2**FINE), int(y * 2**FINE)
