"""Grounds to put products on: cloth, floors, rooms, card, gradients, patterns, and plain colours."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.training.sources import GROUND, PHOTO, Example

Picture = NDArray[np.float32]
"""Height × width × 3, 0…255."""

KINDS = {
    "surface": 0.22, "scene": 0.16, "shelf": 0.05, "floor": 0.14, "room": 0.11, "plain": 0.26, "pattern": 0.06
}  # fmt: skip
"""How often each kind of ground comes."""


class Grounds:
    """Makes one ground a call; everything comes from the generator that is handed in."""

    def __init__(self, examples: list[Example], size: int) -> None:
        self.size = size
        self.stored = {
            kind: [e.rgba[..., :3] for e in examples if e.kind == GROUND and e.source == kind]
            for kind in ("surface", "scene", "shelf")
        }
        self.stored["floor"] = [strip for e in examples if e.kind == PHOTO for strip in _empty_strips(e.rgba)]

    def make(self, rng: Generator, near: Picture | None = None) -> Picture:
        """`near` is the product's mean colour: now and then the ground is much like it."""
        chances = np.array(list(KINDS.values()))
        kind = list(KINDS)[int(rng.choice(len(KINDS), p=chances / chances.sum()))]
        ground = self.of(kind, rng, near)
        if near is not None and rng.random() < 0.08:
            ground += (near - ground.mean((0, 1))) * rng.uniform(0.6, 1)
        return np.clip(ground, 0, 255)

    def of(self, kind: str, rng: Generator, near: Picture | None) -> Picture:
        if kind == "room":
            return self._room(rng)
        if kind == "plain":
            return self._plain(rng, near)
        if kind == "pattern":
            return self._pattern(rng)
        return self._stored(rng, kind)

    def _stored(self, rng: Generator, kind: str) -> Picture:
        if not self.stored[kind]:
            return self._plain(rng, None)
        picture = self.stored[kind][rng.integers(len(self.stored[kind]))]
        h, w = picture.shape[:2]
        if kind == "shelf" and rng.random() < 0.7:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(1, 6))
        target = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * self.size
        part = rng.uniform(0.35, 1.0) * min(h, w)
        if kind == "surface" and rng.random() < 0.3:
            part *= rng.uniform(1, 3)
        corner = rng.uniform(0, 1, 2) * np.maximum(0, np.array([w, h]) - part)
        source = corner + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * part
        if kind in ("surface", "floor"):
            source = _turned(rng, source, part)
        matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target)
        out = cv2.warpPerspective(
            picture, matrix, (self.size, self.size), None, cv2.INTER_LINEAR, cv2.BORDER_REFLECT
        )
        if rng.random() < 0.5:
            out = out[:, ::-1]
        return _recoloured(rng, out.astype(np.float32), strong=kind == "surface")

    def _plain(self, rng: Generator, near: Picture | None) -> Picture:
        """Card and paper: white, grey, black, coloured, the product's own colour; even or graded."""
        roll = rng.random()
        if roll < 0.45:
            colour = np.full(3, rng.uniform(205, 255)) + rng.normal(0, 4, 3)
        elif roll < 0.55:
            colour = np.full(3, rng.uniform(0, 45)) + rng.normal(0, 4, 3)
        elif roll < 0.75 and near is not None:
            colour = near + rng.normal(0, 14, 3)
        else:
            colour = _any_colour(rng)
        out = np.broadcast_to(colour.astype(np.float32), (self.size, self.size, 3)).copy()
        if rng.random() < 0.5:
            out += self._ramp(rng) * rng.uniform(5, 60) * (1 if rng.random() < 0.5 else rng.uniform(-1, 1, 3))
        if rng.random() < 0.2:
            out += cloud(rng, self.size)[..., None] * rng.uniform(2, 14)
        return out

    def _room(self, rng: Generator) -> Picture:
        """A floor or table in perspective before a wall."""
        wall, floor = self._half(rng), self._half(rng)
        line = int(self.size * rng.uniform(0.2, 0.85))
        slope = rng.normal(0, 0.04) * self.size if rng.random() < 0.4 else 0.0
        ys, xs = np.mgrid[0 : self.size, 0 : self.size]
        soft = rng.choice([0.7, 1.5, 10.0, 30.0])
        below = np.clip((ys - line - slope * (xs / self.size - 0.5)) / soft + 0.5, 0, 1)[..., None]
        far = np.clip((ys - line) / max(1, self.size - line), 0, 1)[..., None]
        floor = floor * (1 - rng.uniform(0, 0.25) * (1 - far))
        return (wall * (1 - below) + floor * below).astype(np.float32)

    def _half(self, rng: Generator) -> Picture:
        return self._plain(rng, None) if rng.random() < 0.4 else self._stored(rng, "surface")

    def _pattern(self, rng: Generator) -> Picture:
        """Stripes, checks and dots: bedspreads, tiles, carpets."""
        ys, xs = np.mgrid[0 : self.size, 0 : self.size].astype(np.float32)
        angle, step = rng.uniform(0, np.pi), self.size / rng.uniform(3, 40)
        u, v = xs * np.cos(angle) + ys * np.sin(angle), ys * np.cos(angle) - xs * np.sin(angle)
        stripes, across = np.sin(u * 2 * np.pi / step), np.sin(v * 2 * np.pi / step)
        wave = [stripes, np.sign(stripes) * np.sign(across), stripes * across, np.maximum(stripes, across)][
            rng.integers(4)
        ]
        share = np.clip(wave * rng.uniform(1, 8) * 0.5 + 0.5, 0, 1)[..., None]
        return (_any_colour(rng) * share + _any_colour(rng) * (1 - share)).astype(np.float32)

    def _ramp(self, rng: Generator) -> Picture:
        """-1…1 across the picture, or round a bright spot."""
        ys, xs = np.mgrid[0 : self.size, 0 : self.size].astype(np.float32) / self.size - 0.5
        if rng.random() < 0.5:
            angle = rng.uniform(0, 2 * np.pi)
            return ((xs * np.cos(angle) + ys * np.sin(angle)) * 2)[..., None]
        x, y = rng.uniform(-0.4, 0.4, 2)
        return (1 - 2.5 * np.hypot(xs - x, ys - y))[..., None].astype(np.float32)


def _empty_strips(rgba: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The parts of a photo beside its product: real floors, sheets, doors, streets."""
    ys, xs = np.nonzero(rgba[..., 3] > 4)
    if not len(ys):
        return [rgba[..., :3]]
    top, bottom, left, right = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
    around = [rgba[: top - 2], rgba[bottom + 2 :], rgba[:, : max(0, left - 2)], rgba[:, right + 2 :]]
    return [strip[..., :3] for strip in around if min(strip.shape[:2]) >= 48]


def _turned(rng: Generator, corners: NDArray[np.floating], part: float) -> NDArray[np.floating]:
    """Seen from any angle, sometimes in perspective."""
    middle = corners.mean(0)
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    spread = corners + (rng.uniform(-0.25, 0.25, (4, 2)) * part if rng.random() < 0.5 else 0)
    return (spread - middle) @ turn + middle


def _recoloured(rng: Generator, picture: Picture, strong: bool) -> Picture:
    if rng.random() < 0.5:
        picture = picture * rng.uniform(0.6, 1.3) + rng.uniform(-25, 25)
    if strong and rng.random() < 0.5:
        grey = picture.mean(2, keepdims=True)
        picture = grey + (picture - grey) * rng.uniform(0, 1.5) + rng.normal(0, 18, 3)
    if strong and rng.random() < 0.15:
        picture = picture.mean((0, 1)) + (picture - picture.mean((0, 1))) * rng.uniform(0.1, 0.6)
    return picture.astype(np.float32)


def _any_colour(rng: Generator) -> Picture:
    hsv = np.array([[[rng.integers(180), 255 * rng.beta(1.2, 2), rng.uniform(20, 255)]]], np.uint8)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32)


def cloud(rng: Generator, size: int) -> NDArray[np.float32]:
    """Soft unevenness: folds, stains, light through leaves."""
    coarse = rng.normal(0, 1, tuple(rng.integers(2, 9, 2))).astype(np.float32)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
