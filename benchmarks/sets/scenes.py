"""Lays products on pictures of real grounds, as a camera and a JPEG would leave them; keeps the truth.

Cloth, floors and rooms from pictures, seen from above or in perspective; slopes of light; even paper. Written apart from
the pictures that training makes: else the measure would only ask how well a network knows our own drawings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sets.compose import Floats, faded, grain, ground, linear, shade, srgb, studio_colour
from sets.layer import Layer, blurred, scaled

FRAMES = ((448, 448), (448, 448), (448, 597), (597, 448), (640, 640))
"""Width, height for renders of 448 px; own renders of 1600 px fill a frame of their own size."""
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo and its truth: RGBA, straight colours, all zero where there is no product."""

    name: str
    product: str
    ground: str
    pixels: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    quality: int
    see_through: bool = False


@dataclass(frozen=True)
class Grounds:
    """Makes floors. The files are those that training keeps for dev and never shows the network."""

    surfaces: Sequence[Path]
    scenes: Sequence[Path]

    def make(self, kind: str, size: Size, rng: np.random.Generator) -> Floats:
        if kind == "texture":
            return surface(pixels_of(self.surfaces, rng), size, rng)
        if kind == "room":
            return room(pixels_of(self.scenes, rng), size, rng)
        return ground(kind, studio_colour(rng), size, rng)


def pixels_of(files: Sequence[Path], rng: np.random.Generator) -> NDArray[np.uint8]:
    return np.asarray(Image.open(files[int(rng.integers(len(files)))]).convert("RGB"))


def surface(picture: NDArray[np.uint8], size: Size, rng: np.random.Generator) -> Floats:
    """Straight from above at any angle; or a table that runs away from the camera."""
    width, height = size
    high, wide = picture.shape[:2]
    across = min(high, wide) * rng.uniform(0.7, 1.8)
    far = rng.uniform(1.3, 2.4) if rng.random() < 0.4 else 1.0
    deep = across * height / width
    corners = np.array([[-far, -deep / across], [far, -deep / across], [1, deep / across], [-1, deep / across]])
    turn = rng.uniform(0, 2 * np.pi)
    spun = corners * across / 2 @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    source = spun + rng.uniform(0.3, 0.7, 2) * (wide, high)
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), frame.astype(np.float32))
    seen = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return lit(seen.astype(np.float32), rng)


def room(picture: NDArray[np.uint8], size: Size, rng: np.random.Generator) -> Floats:
    """A part of the scene, level, often a little out of focus behind the product."""
    width, height = size
    high, wide = picture.shape[:2]
    factor = max(width / wide, height / high) * rng.uniform(1.0, 1.7)
    large = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    left, top = (int(rng.integers(0, many - few + 1)) for many, few in zip(large.shape[1::-1], size, strict=True))
    part = large[top : top + height, left : left + width].astype(np.float32)
    if rng.random() < 0.5:
        part = cv2.GaussianBlur(part, (0, 0), rng.uniform(0.002, 0.008) * width)
    return lit(part if rng.random() < 0.5 else part[:, ::-1], rng)


def lit(floor: Floats, rng: np.random.Generator) -> Floats:
    """Light falls off to one side."""
    height, width = floor.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    light = 1 + rng.uniform(0, 0.35) * (np.cos(turn) * x + np.sin(turn) * y) / 1.4
    return srgb(linear(np.clip(floor, 0, 255)) * light[..., None])


# --- placing ------------------------------------------------------------------------------------------------------


def photo(name: str, layers: Sequence[Layer], kind: str, grounds: Grounds, size: Size, rng: np.random.Generator) -> Shot:
    """The layers already fill a frame each; the first lies farthest back."""
    light = tint(rng)
    behind = np.clip(grounds.make(kind, size, rng), 0, 255) * light
    strength = rng.uniform(0.5, 1.0)
    truth, left = np.zeros((*behind.shape[:2], 4), np.float32), np.ones(behind.shape[:2], np.float32)
    for layer in layers:
        left *= 1 - strength * layer.shadow.astype(np.float32) / 255
        truth = over(np.dstack([np.clip(layer.rgba[..., :3] * light, 0, 255), layer.alpha]), truth)
    behind = srgb(linear(behind) * left[..., None])
    out = behind * (1 - truth[..., 3:]) + truth[..., :3] * truth[..., 3:]
    out = out + grain(out.shape, rng.uniform(0, 1.8), rng)
    truth[..., 3] *= 255
    exact = np.clip(truth + 0.5, 0, 255).astype(np.uint8)
    exact[exact[..., 3] == 0] = 0
    see_through = any(layer.see_through for layer in layers)
    product = "+".join(sorted({layer.product for layer in layers}))
    return Shot(name, product, kind, levels(out), exact, int(rng.integers(74, 96)), see_through)


def over(near: Floats, far: Floats) -> Floats:
    """One straight RGBA over another, alpha 0…1."""
    a, b = near[..., 3:], far[..., 3:] * (1 - near[..., 3:])
    colours = (near[..., :3] * a + far[..., :3] * b) / np.maximum(a + b, 1e-4)
    return np.dstack([colours, a + b]).astype(np.float32)


def tint(rng: np.random.Generator) -> Floats:
    """The camera's white balance and exposure, a little off."""
    return (rng.uniform(0.9, 1.05) * (1 + rng.normal(0, 0.025, 3))).astype(np.float32)


def framed(layer: Layer, size: Size, share: float, centre: tuple[float, float]) -> Layer:
    """The layer in a frame: its product's longer side is `share` of the frame's shorter one; it is never enlarged."""
    width, height = size
    ys, xs = np.nonzero(layer.rgba[..., 3] > 8)
    box = max(np.ptp(ys), np.ptp(xs)) + 1
    made = scaled(layer, min(1.0, share * min(size) / box))
    ys, xs = np.nonzero(made.rgba[..., 3] > 8)
    left = round(centre[0] * width - (xs.min() + xs.max()) / 2)
    top = round(centre[1] * height - (ys.min() + ys.max()) / 2)
    high, wide = made.rgba.shape[:2]
    shadow = cv2.resize(made.shadow, (wide, high), interpolation=cv2.INTER_LINEAR)
    if size != (wide, high) or left or top:
        shadow = (shadow * faded(high, wide)).astype(np.uint8)
    move = np.array([[1, 0, left], [0, 1, top]], np.float32)
    rgba, shadow = (cv2.warpAffine(part, move, size, flags=cv2.INTER_NEAREST) for part in (made.rgba, shadow))
    return Layer(layer.name, layer.product, rgba, shadow, layer.own, layer.see_through, layer.softness, layer.elevation)


def single(layer: Layer, size: Size, rng: np.random.Generator) -> Layer:
    """One product, anywhere near the middle; one in twelve is cut by the frame."""
    share = rng.uniform(0.5, 0.95)
    free = (1 - share) / 2
    centre = 0.5 + rng.uniform(-free, free, 2)
    if rng.random() < 1 / 12:
        centre = centre + rng.choice((-1, 1)) * np.array([0.35, 0]) * rng.uniform(0.6, 1)
    sharp = blurred(layer, rng.choice((0.0, 0.0, 0.5)) * min(size) / 448)
    return framed(sharp, size, share, (float(centre[0]), float(centre[1])))


def several(layers: Sequence[Layer], size: Size, rng: np.random.Generator) -> list[Layer]:
    """Side by side with some ground between, some a little nearer: the things of one set."""
    cell = 1 / len(layers)
    room_for = cell * size[0] / min(size)
    made = []
    for k, layer in enumerate(layers):
        centre = (cell * (k + 0.5) + rng.uniform(-0.06, 0.06) * cell, rng.uniform(0.42, 0.6))
        made.append((centre[1], framed(layer, size, rng.uniform(0.65, 0.9) * room_for, centre)))
    return [layer for _, layer in sorted(made, key=lambda pair: pair[0])]


# --- nothing to sell ----------------------------------------------------------------------------------------------

WORDS = ("SALE", "-50%", "NEW", "1 490", "best price", "order now", "10:45", "IMG_2041", "www.shop", "24 pcs")


def bare(name: str, kind: str, grounds: Grounds, size: Size, shadow: Layer | None, words: int, rng: np.random.Generator) -> Shot:
    """A ground alone: a shadow may fall in from outside, letters may stand on it."""
    floor = np.clip(grounds.make(kind, size, rng), 0, 255) * tint(rng)
    if shadow is not None:
        floor = srgb(linear(floor) * (1 - rng.uniform(0.4, 0.9) * fallen(shadow, size, rng))[..., None])
    out = levels(floor + grain(floor.shape, rng.uniform(0, 2.5), rng))
    for _ in range(words):
        lettered(out, rng)
    told = kind + ("_shadow" if shadow is not None else "") + ("_text" if words else "")
    return Shot(name, name, told, out, np.zeros((*out.shape[:2], 4), np.uint8), int(rng.integers(60, 96)))


def fallen(layer: Layer, size: Size, rng: np.random.Generator) -> Floats:
    """The product stands outside: its outline falls in over one side, wide and soft."""
    width, height = size
    outline = cv2.resize(layer.rgba[..., 3], size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    side = rng.choice((-1, 1)) * rng.uniform(0.35, 0.6) * width
    lean = np.array([[rng.uniform(1, 1.6), rng.uniform(-0.6, 0.6), side], [0, rng.uniform(0.9, 1.5), rng.uniform(-0.3, 0.2) * height]])
    thrown = cv2.warpAffine(outline, lean, size)
    return cv2.GaussianBlur(thrown, (0, 0), rng.uniform(0.004, 0.03) * width)


def lettered(pixels: NDArray[np.uint8], rng: np.random.Generator) -> None:
    height, width = pixels.shape[:2]
    at = int(rng.uniform(0.05, 0.6) * width), int(rng.uniform(0.12, 0.95) * height)
    size = rng.uniform(0.6, 2.4) * width / 640
    colour = shade(rng.choice((20.0, 128.0, 240.0)), 60, rng)
    cv2.putText(pixels, str(rng.choice(WORDS)), at, int(rng.integers(0, 8)), size, colour, max(1, round(size * 2)), cv2.LINE_AA)


def levels(picture: Floats) -> NDArray[np.uint8]:
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)
