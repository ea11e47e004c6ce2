"""Products drawn with a few strokes, so that the sets and their measures work with no renderer and no data at hand."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sets.layer import Layer, Ticket

FINE = 4
"""Drawn so much larger and shrunk: exact coverage for every pixel of a border."""

Grey = NDArray[np.float32]


def tickets(side: int = 240) -> list[Ticket]:
    """Two products for every set."""
    made = [
        ("white", "box", _layer("box", side, _box(side), (246, 245, 243))),
        ("white", "plate", _layer("plate", side, _disc(side), (238, 238, 240))),
        ("holes", "hoop", _layer("hoop", side, _hoop(side, 0.12), (176, 60, 40))),
        ("holes", "frame", _layer("frame", side, _box(side) - 0.999 * _box(side, 0.22), (60, 80, 150))),
        ("glass", "pane", _layer("pane", side, 0.35 * _box(side) + 0.5 * (_box(side) - _box(side, 0.18)), (200, 215, 210), clear=True)),
        ("glass", "lens", _layer("lens", side, 0.3 * _disc(side) + 0.55 * _hoop(side, 0.05), (190, 205, 215), clear=True)),
        ("fringe", "wire", _layer("wire", side, _wire(side), (30, 90, 40))),
        ("fringe", "thin_hoop", _layer("thin_hoop", side, _hoop(side, 0.018), (20, 20, 60))),
        ("shadows", "ball", _layer("ball", side, _disc(side), (190, 120, 30))),
        ("shadows", "crate", _layer("crate", side, _box(side), (30, 120, 130))),
    ]
    return [Ticket(f"{group}-{name}", f"drawn_{name}", lambda layer=layer: layer, group) for group, name, layer in made]


def _layer(name: str, side: int, alpha: Grey, colour: tuple[int, int, int], *, clear: bool = False) -> Layer:
    y = np.linspace(1.06, 0.9, side)[:, None, None]
    rgba = np.empty((side, side, 4), np.uint8)
    rgba[..., :3] = np.clip(np.array(colour) * y, 0, 255)
    rgba[..., 3] = np.clip(255 * alpha + 0.5, 0, 255)
    foot = np.zeros((side, side), np.float32)
    cv2.ellipse(foot, (side // 2, int(0.8 * side)), (int(0.3 * side), int(0.05 * side)), 0, 0, 360, 0.45, -1)
    foot = cv2.GaussianBlur(foot, (0, 0), 0.03 * side)[::2, ::2]
    return Layer(name, f"drawn_{name}", rgba, (255 * foot).astype(np.uint8), see_through=clear)


def _shrunk(mask: Grey, side: int) -> Grey:
    return cv2.resize(mask, (side, side), interpolation=cv2.INTER_AREA)


def _sheet(side: int) -> Grey:
    return np.zeros((side * FINE, side * FINE), np.float32)


def _box(side: int, inset: float = 0.0) -> Grey:
    sheet, n = _sheet(side), side * FINE
    low, high = (int(n * (0.25 + 0.5 * inset)), int(n * (0.2 + 0.5 * inset))), (int(n * (0.75 - 0.5 * inset)), int(n * (0.8 - 0.5 * inset)))
    cv2.rectangle(sheet, low, high, 1.0, -1)
    return _shrunk(sheet, side)


def _disc(side: int) -> Grey:
    sheet, n = _sheet(side), side * FINE
    cv2.circle(sheet, (n // 2, n // 2), int(0.3 * n), 1.0, -1)
    return _shrunk(sheet, side)


def _hoop(side: int, width: float) -> Grey:
    sheet, n = _sheet(side), side * FINE
    cv2.circle(sheet, (n // 2, n // 2), int((0.3 - width / 2) * n), 1.0, max(1, int(width * n)))
    return _shrunk(sheet, side)


def _wire(side: int) -> Grey:
    sheet, n = _sheet(side), side * FINE
    t = np.linspace(0, 1, 200)
    way = np.stack([0.2 + 0.6 * t, 0.5 + 0.25 * np.sin(9 * t)], 1) * n
    cv2.polylines(sheet, [way.astype(np.int32)], False, 1.0, max(2, int(0.02 * n)))
    return _shrunk(sheet, side)
