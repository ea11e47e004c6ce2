"""Defects of light, lens and file: how a camera and a messenger spoil a good scene."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.training.defects.cards import Card, Floats

Span = tuple[float, float]
Filming = Callable[[Card, Generator, int], None]
"""Changes the picture; the number is the grade: 0 mild, 1 clear, 2 gross."""


def within(rng: Generator, *grades: Span) -> Callable[[int], float]:
    return lambda grade: float(rng.uniform(*grades[grade]))


def tinted(light: float, chroma: float, hue: float) -> NDArray[np.float32]:
    lab = np.array([[[light, chroma * np.cos(hue), chroma * np.sin(hue)]]], np.float32)
    return np.asarray(np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)[0, 0] * 255, 0, 255), np.float32)


def blur(card: Card, rng: Generator, grade: int) -> None:
    sigma = within(rng, (0.0036, 0.0045), (0.005, 0.008), (0.009, 0.014))(grade) * card.size.short_side
    if rng.random() < 0.4:  # a shaken hand
        length = max(3, round(4 * sigma)) | 1
        kernel: Floats = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1 / length
        turn = cv2.getRotationMatrix2D((length // 2, length // 2), rng.uniform(0, 180), 1)
        kernel = cv2.warpAffine(kernel, turn, (length, length))
        card.picture = cv2.filter2D(card.picture, -1, kernel / kernel.sum())
        sigma *= 0.6
    card.picture = cv2.GaussianBlur(card.picture, (0, 0), sigma)


def upscaled(card: Card, rng: Generator, grade: int) -> None:
    factor = within(rng, (0.33, 0.4), (0.24, 0.32), (0.14, 0.22))(grade)
    size = card.size
    small = cv2.resize(card.picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    how = cv2.INTER_CUBIC if rng.random() < 0.6 else cv2.INTER_LINEAR
    card.picture = cv2.resize(small, (size.width, size.height), interpolation=how)


def jpeg(card: Card, rng: Generator, grade: int) -> None:
    card.quality = round(within(rng, (40, 60), (22, 38), (8, 20))(grade))


def jpeg_twice(card: Card, rng: Generator, grade: int) -> None:
    """Squeezed once by a messenger, then saved well: the tables of the file know nothing of it."""
    quality = round(within(rng, (20, 30), (12, 19), (5, 11))(grade))
    picture: Floats = np.ascontiguousarray(np.clip(card.picture, 0, 255).astype(np.uint8)[..., ::-1])
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    card.picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.float32)[..., ::-1]


def colour_cast(card: Card, rng: Generator, grade: int) -> None:
    strength = within(rng, (11, 15), (17, 26), (28, 42))(grade)
    hue = rng.choice([90.0, 90, 90, 75, 270, 270, 255, 0, 180]) + rng.normal(0, 8)
    card.picture = card.picture * (tinted(94, strength, np.radians(hue)) / 255).astype(np.float32)


def too_dark(card: Card, rng: Generator, grade: int) -> None:
    _exposed(card, within(rng, (0.2, 0.28), (0.09, 0.16), (0.03, 0.07))(grade))


def too_bright(card: Card, rng: Generator, grade: int) -> None:
    _exposed(card, within(rng, (2.2, 2.8), (3.2, 4.5), (5.5, 9))(grade))


def _exposed(card: Card, gain: float) -> None:
    """More or less light, by the eye's own curve."""
    linear = np.power(np.clip(card.picture / 255, 0, 1), 2.2) * gain
    card.picture = (255 * np.power(np.clip(linear, 0, 1), 1 / 2.2)).astype(np.float32)


FILMED: dict[str, Filming] = {
    "blur": blur,
    "upscaled": upscaled,
    "jpeg": jpeg,
    "jpeg_twice": jpeg_twice,
    "colour_cast": colour_cast,
    "too_dark": too_dark,
    "too_bright": too_bright,
}
