"""Goods drawn by code on drawn grounds: the true alpha, colours and shadow are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from packshot.image.photo import Photo, Source
from packshot.image.types import size_of
from packshot.look.subject import Cutout

FINER = 4
SIDE = 420


@dataclass(frozen=True)
class Drawn:
    pixels: np.ndarray
    alpha: np.ndarray
    """0…1."""

    @property
    def photo(self) -> Photo:
        return photo_of(self.pixels)


def photo_of(pixels: np.ndarray, alpha: np.ndarray | None = None, scale: float = 1.0) -> Photo:
    size = size_of(pixels).scaled(1 / scale)
    return Photo(pixels, alpha, scale, Source("drawn.png", "0" * 64, "png", 1, size))


def shape(draw: Callable[[np.ndarray], None], side: int = SIDE) -> np.ndarray:
    """Alpha of what `draw` paints with 255; it draws at four times the size, so edges are exact."""
    fine = np.zeros((side * FINER, side * FINER), np.uint8)
    draw(fine)
    small = cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


def at(*numbers: float) -> tuple[int, ...]:
    """Shares of the side as places for OpenCV's drawing."""
    return tuple(round(n * SIDE * FINER) for n in numbers)


def disc(fine: np.ndarray) -> None:
    cv2.circle(fine, at(0.5, 0.5), at(0.25)[0], 255, -1)


def ring(fine: np.ndarray) -> None:
    disc(fine)
    cv2.circle(fine, at(0.5, 0.5), at(0.15)[0], 0, -1)


def cross(fine: np.ndarray) -> None:
    """Thin: four pixels wide."""
    cv2.line(fine, at(0.2, 0.25), at(0.8, 0.75), 255, 4 * FINER)
    cv2.line(fine, at(0.8, 0.2), at(0.25, 0.8), 255, 4 * FINER)


def blob(fine: np.ndarray) -> None:
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    far = 0.22 + 0.05 * np.sin(3 * angle + 1) + 0.03 * np.cos(5 * angle)
    line = np.stack([0.5 + far * np.cos(angle), 0.5 + far * np.sin(angle)], axis=1)
    cv2.fillPoly(fine, [np.round(line * SIDE * FINER).astype(np.int32)], 255)


def two(fine: np.ndarray) -> None:
    cv2.rectangle(fine, at(0.12, 0.4), at(0.3, 0.7), 255, -1)
    cv2.circle(fine, at(0.75, 0.55), at(0.12)[0], 255, -1)


def mug(fine: np.ndarray) -> None:
    """A body and a handle with ground seen through."""
    cv2.ellipse(fine, at(0.66, 0.5), at(0.13, 0.14), 0, 0, 360, 255, -1)
    cv2.ellipse(fine, at(0.66, 0.5), at(0.08, 0.09), 0, 0, 360, 0, -1)
    cv2.rectangle(fine, at(0.3, 0.3), at(0.62, 0.72), 255, -1)


def at_left(fine: np.ndarray) -> None:
    cv2.rectangle(fine, (-10, at(0.35)[0]), at(0.5, 0.65), 255, -1)


def flat(colour: tuple[int, int, int] = (238, 238, 236), side: int = SIDE) -> np.ndarray:
    return np.broadcast_to(np.float32(colour), (side, side, 3)).copy()


def sloped(side: int = SIDE) -> np.ndarray:
    """A slope from corner to corner with a vignette over it."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    light = (1 + 0.09 * x + 0.07 * y) * (1 - 0.08 * (x * x + y * y))
    return np.float32((216, 220, 226)) * light[..., None]


def shade_below(alpha: np.ndarray, share: float = 0.35) -> np.ndarray:
    """A soft shadow that falls to the right and down; share of light taken."""
    h, w = alpha.shape
    move = np.float32([[1, 0, 0.06 * w], [0, 1, 0.05 * h]])
    fallen = cv2.warpAffine(alpha, move, (w, h))
    return share * cv2.GaussianBlur(fallen, (0, 0), 0.03 * w)


def laid(
    alpha: np.ndarray,
    ground: np.ndarray,
    colour: tuple[int, int, int] | np.ndarray = (170, 60, 40),
    *,
    shadow: np.ndarray | None = None,
    noise: float = 0.0,
    seed: int = 0,
) -> Drawn:
    behind = ground if shadow is None else ground * (1 - shadow[..., None])
    goods = np.broadcast_to(np.float32(colour), ground.shape)
    out = behind * (1 - alpha[..., None]) + goods * alpha[..., None]
    if noise:
        out = out + np.random.default_rng(seed).normal(0, noise, out.shape)
    return Drawn(np.clip(out + 0.5, 0, 255).astype(np.uint8), alpha)


def shaded(alpha: np.ndarray, colour: tuple[int, int, int], depth: float = 0.25) -> np.ndarray:
    """Goods with a round side: darker to the right."""
    w = alpha.shape[1]
    light = 1 - depth * np.linspace(0, 1, w, dtype=np.float32) ** 2
    return np.float32(colour) * np.broadcast_to(light[None, :, None], (*alpha.shape, 3))


def whole_alpha(cutout: Cutout, shape: tuple[int, ...]) -> np.ndarray:
    alpha = np.zeros(shape[:2], np.float32)
    alpha[cutout.box.slices] = cutout.alpha.astype(np.float32) / 255
    return alpha


def iou(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one >= 0.5, other >= 0.5
    union = int((one | other).sum())
    return float((one & other).sum()) / union if union else 1.0
