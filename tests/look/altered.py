"""A drawn product photo, and what sellers do to one."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.types import RGB


def shirt(colour: tuple[int, int, int] = (40, 70, 150), seed: int = 1) -> RGB:
    """A garment with a print of its own, on white."""
    pixels = np.full((800, 600, 3), 255, np.uint8)
    outline = np.array(
        [(180, 140), (420, 140), (540, 290), (470, 350), (430, 300), (430, 660), (170, 660), (170, 300),
         (130, 350), (60, 290)]
    )  # fmt: skip
    cv2.fillPoly(pixels, [outline], colour, cv2.LINE_AA)
    rng = np.random.default_rng(seed)
    for _ in range(14):
        at = int(rng.integers(200, 400)), int(rng.integers(190, 620))
        tone = tuple(int(level) for level in rng.integers(0, 256, 3))
        cv2.circle(pixels, at, int(rng.integers(8, 28)), tone, -1, cv2.LINE_AA)
    return pixels


def recompressed(pixels: RGB) -> RGB:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 40])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def smaller(pixels: RGB) -> RGB:
    return np.asarray(cv2.resize(pixels, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA), np.uint8)


def cut(pixels: RGB) -> RGB:
    return pixels[20:-40, 30:-10]


def cut_into_the_goods(pixels: RGB) -> RGB:
    return pixels[170:, :510]


def framed(pixels: RGB) -> RGB:
    made = pixels.copy()
    cv2.rectangle(made, (0, 0), (599, 799), (200, 20, 90), 36)
    return made


def widened(pixels: RGB) -> RGB:
    return np.asarray(cv2.copyMakeBorder(pixels, 60, 140, 200, 90, 0, value=(255, 255, 255)), np.uint8)


def with_a_sticker(pixels: RGB) -> RGB:
    made = pixels.copy()
    cv2.circle(made, (510, 90), 80, (230, 30, 30), -1, cv2.LINE_AA)
    cv2.putText(made, "-30%", (445, 105), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (255, 255, 255), 4, cv2.LINE_AA)
    return made


def with_words(pixels: RGB) -> RGB:
    made = pixels.copy()
    cv2.putText(made, "NEW PRICE", (60, 760), cv2.FONT_HERSHEY_SIMPLEX, 2.6, (0, 120, 0), 7, cv2.LINE_AA)
    return made
