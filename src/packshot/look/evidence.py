"""Product, or ground in shadow? What each pixel that is not plain ground can say about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import Float
from packshot.look.channels import largest, summed
from packshot.look.walk import walk

Mask = NDArray[np.bool_]

CRISP_LEVELS = (0.7, 1.5, 3.0, 6.0)
"""Barriers of these heights are tried: what is the lowest one that keeps the open ground out?"""
DARKEST = 0.3
"""Share of the ground's sRGB level left in the darkest broad shadow: 7 % of the light."""
LIGHT_GROUND = 110
BROAD = 13
"""Pixels; contact shadows are narrower."""
WIRE = 18.0
"""Levels from the ground on both sides that make a line a wire; noise comes on top."""
OPEN_AROUND = 0.4
"""Share of open ground around a wire; beside goods a thin dark line is their contact with the floor."""
REGION_LEVELS = (0.7, 2.0)
CLUES = 15
LOOKS = ("any first", "any second", "white first", "white second")
SURE = 8.0
"""Log-odds beyond which nothing more is said."""
CHUNK = 8192
"""Lines judged at a time: what the cache holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """A pixel as the ground under some light, and what that leaves unsaid."""

    left: Float
    """Share of the ground's light that is left, by least squares over the channels."""
    drift: Float
    """Levels: what no light on this ground can explain."""
    away: Float
    """Levels: largest channel difference to the ground."""


def lit(small: Float, surface: Float) -> Light:
    left = summed(cv2.multiply(small, surface)) / np.maximum(summed(cv2.multiply(surface, surface)), 1)
    explained = cv2.multiply(surface, cv2.merge([left, left, left]))
    return Light(left, largest(cv2.absdiff(small, explained)), largest(cv2.absdiff(small, surface)))


def barriers(small: Float, surface: Float, noise: float) -> tuple[Float, Float]:
    """How crisp the picture is at each pixel, and how steep, the ground's own shading divided out.

    Outlines are narrow ridges of the gradient, penumbras are broad: the white top-hat keeps the first.
    """
    even = cv2.GaussianBlur(cv2.divide(small, np.maximum(surface, 20), scale=220), (0, 0), 0.7)
    across = cv2.Sobel(even, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(even, cv2.CV_32F, 0, 1, scale=0.125)
    steep = np.sqrt(largest(cv2.multiply(across, across) + cv2.multiply(down, down)))
    ridge = cv2.morphologyEx(steep, cv2.MORPH_TOPHAT, np.ones((9, 9), np.uint8))
    scale = np.float32(1 / (0.6 + 0.8 * noise))
    return ridge * scale, steep * scale


@dataclass(frozen=True, slots=True)
class Eye:
    """How finely the ground is read, and which weights were measured so."""

    name: str
    plain: float
    """Levels from the surface that are still plain ground, noise on top."""
    quiet: float
    """Levels that mean as much without noise as two sigma of it: JPEG's own rounding."""


EVERYDAY = Eye("any", plain=2.0, quiet=3.0)
ON_WHITE = Eye("white", plain=1.0, quiet=1.5)
WHITE = 242
"""Least channel of a ground that is read as white paper."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the evidence is weighed."""

    eyes: tuple[tuple[Eye, float], ...]
    """With their shares of the word."""
    towards: float
    """Log-odds in favour of the product: a lost part is worse than a little shadow too much."""

    @property
    def plain(self) -> float:
        return min(eye.plain for eye, _ in self.eyes)


EVERYDAY_READING = Reading(((EVERYDAY, 1.0),), towards=0.5)
WHITE_READING = Reading(((EVERYDAY, 0.6), (ON_WHITE, 0.4)), towards=1.7)
"""White goods on white paper differ from it by few levels (val, IoU): the everyday eye alone finds 0.92 of
them, the white one 0.96 but loses drawn shapes without texture; both together 0.96 and few losses."""


def reading_for(surface: Float) -> Reading:
    white = float(np.median(surface[::8, ::8].min(axis=2))) >= WHITE
    return WHITE_READING if white else EVERYDAY_READING


def clues(light: Light, noise: float, crisp: Float, steep: Float, flat: Mask, eye: Eye) -> tuple[Float, ...]:
    """CLUES planes, each made so that a number means the same in every photo."""
    scale = np.float32(1 / (2 * noise + eye.quiet))
    drift = light.drift * scale
    detail = np.abs(light.left - cv2.GaussianBlur(light.left, (0, 0), 3)) * (255 * scale)
    coloured = np.minimum(drift, 8)
    return (
        np.clip(light.left, 0, 1.3),
        np.log1p(drift),
        np.clip((light.left - 1) * (255 * scale), 0, 6),
        np.log1p(light.away * scale),
        np.log1p(crisp),
        np.log1p(steep),
        np.log1p(cv2.blur(crisp, (9, 9))),
        np.log1p(cv2.blur(crisp, (31, 31))),
        np.log1p(cv2.blur(detail, (9, 9))),
        np.log1p(cv2.blur(coloured, (9, 9))),
        np.log1p(cv2.blur(coloured, (41, 41))),
        kept_out(crisp, flat),
        walked(crisp, first_lean(light.left, drift, noise, flat)),
        cv2.blur(flat.astype(np.float32), (21, 21)),
        np.full(crisp.shape, min(noise, 10) / 5, np.float32),
    )


def first_lean(light: Float, drift: Float, noise: float, flat: Mask) -> Float:
    """What colour alone can say: another hue, or lighter than the ground, or too dark for a shadow."""
    bearable = 1.3 + 4 * np.clip(1 - light, 0, 1)
    lean = 0.5 * np.clip(drift / bearable - 1, 0, 2)
    lean += 0.4 * np.clip((light - 1) * 255 / (3 * noise + 4) - 1, 0, 2)
    lean += 0.5 * np.clip((0.35 - light) / 0.15, 0, 1)
    lean = np.where(lean == 0, np.float32(0.0001), lean)
    return np.where(flat, np.float32(-2), lean).astype(np.float32)


def kept_out(crisp: Float, flat: Mask) -> Float:
    """0…1: the share of the barrier heights that already keep the open ground from coming here."""
    out = np.zeros(crisp.shape, np.float32)
    for level in CRISP_LEVELS:
        passable = (crisp < level).astype(np.uint8)
        # A gap of one pixel in an outline is no door.
        passable = cv2.erode(passable, np.ones((3, 3), np.uint8), borderValue=1) | flat
        count, labels = cv2.connectedComponents(passable.astype(np.uint8), connectivity=4)
        opened = np.zeros(count, bool)
        opened[labels[flat]] = True
        opened[0] = False
        reached = cv2.dilate(opened[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
        out += 1 - reached
    return out / len(CRISP_LEVELS)


def walked(crisp: Float, lean: Float) -> Float:
    """A random walk on a quarter of the size, with what colour alone can say."""
    h, w = lean.shape
    size = ((w + 3) // 4, (h + 3) // 4)
    high = cv2.dilate(crisp, np.ones((4, 4), np.uint8))
    high = cv2.resize(high, size, interpolation=cv2.INTER_NEAREST)
    small = cv2.resize(lean, size, interpolation=cv2.INTER_AREA) * 16
    chance: Float = cv2.resize(walk(high, small), (w, h), interpolation=cv2.INTER_LINEAR)
    return chance


def odds(clues: tuple[Float, ...], crisp: Float, flat: Mask, eye: Eye) -> Float:
    """Log-odds for product, looked at twice: alone, then knowing what the neighbours said."""
    places = np.flatnonzero(~flat)
    alone = _plane(judged(clues, places, f"{eye.name} first"), places, flat.shape)
    seconds = clues + neighbours(alone, crisp, flat)
    return _plane(judged(seconds, places, f"{eye.name} second"), places, flat.shape)


def wires(light: Light, noise: float, flat: Mask) -> Mask:
    """Thin dark or light lines with open ground on both sides: shadows that thin would be blurred away."""
    square = np.ones((5, 5), np.uint8)
    dark = cv2.morphologyEx(light.left, cv2.MORPH_BLACKHAT, square)
    bright = cv2.morphologyEx(light.left, cv2.MORPH_TOPHAT, square)
    alone = cv2.blur(flat.astype(np.float32), (21, 21)) > OPEN_AROUND
    clear: Mask = cv2.max(dark, bright) > (WIRE + 5 * noise) / 255
    return clear & alone & ~flat


def too_dark(light: Light, surface: Float) -> Mask:
    """Broad places darker than any cast shadow on a light ground; only narrow contact shadows get there."""
    dark = (light.left < DARKEST) & (largest(surface) > LIGHT_GROUND)
    broad = np.ones((BROAD, BROAD), np.uint8)
    opened = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, broad)
    too: Mask = opened > 0
    return too


def neighbours(alone: Float, crisp: Float, flat: Mask) -> tuple[Float, ...]:
    """What was said around: near, wider, on each side (a shadow lies below or beside), and walked."""
    tall, wide = (9, 41), (41, 9)
    return (
        alone,
        cv2.blur(alone, (9, 9)),
        cv2.blur(alone, (31, 31)),
        _blur(alone, tall, (4, 40)),
        _blur(alone, tall, (4, 0)),
        _blur(alone, wide, (40, 4)),
        _blur(alone, wide, (0, 4)),
        walked(crisp, np.where(flat, np.float32(-2), np.float32(0.02) * alone)),
        *(regional(alone, crisp, level) for level in REGION_LEVELS),
    )


def regional(alone: Float, crisp: Float, level: float) -> Float:
    """The mean of what was said inside each patch that no edge crosses."""
    inside = cv2.erode((crisp < level).astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    count, labels = cv2.connectedComponents(inside, connectivity=4)
    flat_labels = labels.ravel()
    size = np.bincount(flat_labels, minlength=count)
    total = np.bincount(flat_labels, weights=alone.ravel(), minlength=count)
    mean = (total / np.maximum(size, 1)).astype(np.float32)
    return np.where(inside > 0, mean[labels], alone)


def judged(clues: tuple[Float, ...], places: NDArray[np.intp], look: str) -> Float:
    """Log-odds at some places: a small network measured by benchmarks/cutout_learn.py."""
    said = np.empty(len(places), np.float32)
    for start in range(0, len(places), CHUNK):
        piece = places[start : start + CHUNK]
        lines = np.stack([plane.ravel()[piece] for plane in clues], axis=1)
        said[start : start + CHUNK] = _forward(lines, _weights()[look])
    return np.clip(said, -SURE, SURE)


def _plane(said: Float, places: NDArray[np.intp], shape: tuple[int, ...]) -> Float:
    plane = np.full(shape, -SURE, np.float32)
    plane.ravel()[places] = said
    return plane


def _blur(plane: Float, size: tuple[int, int], anchor: tuple[int, int]) -> Float:
    return cv2.blur(plane, size, anchor=anchor)  # type: ignore[return-value]


def _forward(lines: Float, weights: tuple[Float, ...]) -> Float:
    """OpenCV's product: numpy's wakes a second thread for nothing (23 ms instead of 2, 50 000 lines)."""
    first, first_bias, second, second_bias, third, third_bias = weights
    hidden = cv2.gemm(lines, first, 1, None, 0)
    hidden += first_bias
    np.maximum(hidden, 0, out=hidden)
    hidden = cv2.gemm(hidden, second, 1, None, 0)
    hidden += second_bias
    np.maximum(hidden, 0, out=hidden)
    said: Float = cv2.gemm(hidden, third, 1, None, 0)[:, 0] + third_bias
    return said


@lru_cache
def _weights() -> dict[str, tuple[Float, ...]]:
    """Six arrays for each of the two looks, everyday and on white."""
    with np.load(Path(__file__).with_name("evidence.npz")) as held:
        arrays = [held[f"arr_{i}"].astype(np.float32) for i in range(24)]
    return {look: tuple(arrays[6 * i : 6 * i + 6]) for i, look in enumerate(LOOKS)}
