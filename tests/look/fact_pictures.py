"""Photos and cut-outs drawn by code, so that the truth of each fact is known."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.photo import Photo, Source
from packshot.image.types import RGB, Box, Colour, Grey, box_of, size_of
from packshot.look.subject import Cutout, Origin
from packshot.words import Words

WHITE: Colour = (255, 255, 255)
RED: Colour = (200, 30, 40)
BLUE: Colour = (40, 70, 160)

FONT = cv2.FontFace("sans")
"""Lies inside OpenCV and knows Cyrillic, so tests draw the same letters everywhere."""


def photo_of(pixels: RGB, *, scale: float = 1.0, name: str = "drawn") -> Photo:
    pixels = np.ascontiguousarray(pixels)
    size = size_of(pixels) if scale == 1 else size_of(pixels).scaled(1 / scale)
    return Photo(pixels, None, scale, Source(name, "0" * 64, "array", pixels.nbytes, size))


def cutout_of(pixels: RGB, mask: Grey) -> Cutout:
    """The cut-out that a perfect segmenter would hand over."""
    box = box_of(mask >= 128)
    if box is None:
        return no_product()
    part = mask[box.slices].copy()
    return Cutout(
        box, pixels[box.slices].copy(), part, None, 0.25, 0.95, Origin.STUDIO, "studio", None, Words("")
    )


def no_product() -> Cutout:
    return Cutout(
        Box(0, 0, 0, 0),
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((0, 0), np.uint8),
        None,
        0.25,
        0.0,
        Origin.NONE,
        "studio",
        None,
        Words(""),
    )


def ground(width: int = 600, height: int = 600, colour: Colour = WHITE) -> RGB:
    return np.full((height, width, 3), colour, np.uint8)


def write(pixels: RGB, words: str, at: tuple[int, int], colour: Colour, px: int, weight: int = 600) -> None:
    """Letters of `px` height; `at` is the left end of the line they stand on."""
    cv2.putText(pixels, words, at, colour, FONT, px, weight)


def mug(
    width: int = 600, height: int = 600, colour: Colour = BLUE, under: Colour = WHITE
) -> tuple[RGB, Grey]:
    """A rounded thing with a handle, soft shading and some texture; and its mask."""
    big = 4
    mask = np.zeros((height * big, width * big), np.uint8)
    x, y = width * big, height * big
    cv2.rectangle(mask, (x * 3 // 10, y // 4), (x * 6 // 10, y * 3 // 4), 255, -1)
    cv2.ellipse(mask, (x * 6 // 10, y // 2), (x // 8, y // 7), 0, 0, 360, 255, x // 30)
    mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
    light = 0.75 + 0.3 * np.sin(np.linspace(0.3, 2.9, width, dtype=np.float32))[None, :, None]
    skin = np.clip(np.float32(colour) * light, 0, 255) * np.ones((height, 1, 1), np.float32)
    for at in range(height * 3 // 10, height * 7 // 10, max(4, height // 20)):
        skin[at : at + max(1, height // 100)] *= 0.6
    share = mask[..., None].astype(np.float32) / 255
    pixels = skin * share + np.float32(under) * (1 - share)
    return np.round(pixels).astype(np.uint8), mask


def photo_and_cutout(pixels: RGB, mask: Grey) -> tuple[Photo, Cutout]:
    return photo_of(pixels), cutout_of(pixels, mask)


def textures(side: int = 512) -> dict[str, RGB]:
    """Contents that differ in everything but sharpness: cloth, print, leaves, a plain thing."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:side, :side]
    weave = 128 + 50 * np.sign(np.sin(x / 3.1)) * np.sign(np.sin(y / 3.7))
    leaves = np.zeros((side, side), np.uint8)
    for _ in range(900):
        at = rng.integers(0, side, 2).tolist()
        axes = rng.integers(3, 24, 2).tolist()
        shade = int(rng.integers(20, 235))
        cv2.ellipse(leaves, at, axes, float(rng.integers(180)), 0, 360, shade, -1, cv2.LINE_AA)
    letters = np.full((side, side, 3), 235, np.uint8)
    for line in range(30, side, 40):
        write(letters, "Состав: хлопок 95 %, эластан 5 %", (8, line), (30, 30, 40), 22)
    plain, _ = mug(side, side)
    return {
        "weave": np.repeat(weave[..., None], 3, axis=2).astype(np.uint8),
        "leaves": np.repeat(leaves[..., None], 3, axis=2),
        "letters": letters,
        "mug": plain,
    }


def blurred(pixels: RGB, sigma: float) -> RGB:
    return cv2.GaussianBlur(pixels, (0, 0), sigma) if sigma > 0 else pixels


def noisy(pixels: RGB, sigma: float, seed: int = 1) -> RGB:
    """Luma noise of a known strength."""
    rng = np.random.default_rng(seed)
    grain = rng.normal(0, sigma, pixels.shape[:2])[..., None]
    return np.clip(np.round(pixels + grain), 0, 255).astype(np.uint8)


def jpeg(pixels: RGB, quality: int) -> RGB:
    done, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def odd_photos() -> dict[str, RGB]:
    """What a fact must survive with a sane answer."""
    rng = np.random.default_rng(3)
    return {
        "one pixel": ground(1, 1, (12, 200, 90)),
        "eight": rng.integers(0, 256, (8, 8, 3), dtype=np.uint8),
        "flat": ground(300, 200, (120, 120, 120)),
        "white": ground(300, 200),
        "black": ground(300, 200, (0, 0, 0)),
        "noise": rng.integers(0, 256, (240, 260, 3), dtype=np.uint8),
        "strip": ground(1500, 2, (10, 90, 200)),
        "pole": rng.integers(0, 256, (900, 1, 3), dtype=np.uint8),
    }


def whole(pixels: RGB) -> Cutout:
    return cutout_of(pixels, np.full(pixels.shape[:2], 255, np.uint8))
