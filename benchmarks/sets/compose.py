"""Lays a product on a drawn ground, with its shadow, as a camera and a JPEG would leave it; keeps the truth.

Light is taken away by shadows in linear light. Product and ground meet in sRGB, as every editor, marketplace and
packshot itself lays pictures over one another: so the alpha of the truth is the alpha that a perfect cut-out has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sets.layer import Layer, blurred

Colour = tuple[float, float, float]
Floats = NDArray[np.float32]

GROUNDS = ("even", "graded", "vignetted", "noisy")
SHADOWS = ("own", "cast", "two", "reflection", "none")


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo and the truth about it."""

    name: str
    set: str
    product: str
    pixels: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    """RGBA, straight colours; all zero where there is no product."""
    ground: str
    shadow: str
    quality: int
    """Of the JPEG; 0 is stored without loss."""
    own: bool = False
    see_through: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What is drawn around the product, and what the camera adds."""

    ground: str
    colour: Colour
    shadow: str = "own"
    strength: float = 0.8
    """Of the shadow: 1 takes as much light as the layer says."""
    canvas: tuple[int, int] | None = None
    """Width, height; at least the layer's. None: the layer's own."""
    noise: float = 0.6
    """Standard deviation in levels."""
    blur: float = 0.0
    quality: int = 90


def picture(layer: Layer, around: Around, set_name: str, name: str, rng: np.random.Generator) -> Picture:
    placed = on_canvas(blurred(layer, around.blur), around.canvas, rng)
    height, width = placed.rgba.shape[:2]
    floor = ground(around.ground, around.colour, (width, height), rng)
    light = 1 - np.clip(around.strength * shadow_of(placed, around.shadow, rng), 0, 0.97)
    behind = srgb(linear(floor) * light[..., None])
    if around.shadow == "reflection":
        behind = mirrored(placed, behind, rng)
    alpha = placed.alpha[..., None]
    out = behind * (1 - alpha) + placed.rgba[..., :3] * alpha
    out += grain(out.shape, rng.uniform(2.0, 4.5) if around.ground == "noisy" else around.noise, rng)
    truth = placed.rgba * (placed.rgba[..., 3:] > 0)
    return Picture(
        name, set_name, layer.product, np.clip(out + 0.5, 0, 255).astype(np.uint8), truth,
        around.ground, around.shadow, around.quality, layer.own, layer.see_through,
    )  # fmt: skip


# --- grounds ----------------------------------------------------------------------------------------------------


def ground(kind: str, colour: Colour, size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """sRGB levels as floats. A noisy ground is a graded one: its grain lies on the whole photo."""
    width, height = size
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    floor = np.empty((height, width, 3), np.float32)
    floor[:] = colour
    if kind in ("graded", "noisy"):
        turn, steep = rng.uniform(0, 2 * np.pi), rng.uniform(5, 22)
        slope = steep * (np.cos(turn) * x + np.sin(turn) * y + rng.uniform(0, 0.5) * (y * y - 0.5))
        floor += slope[..., None] * (1 + rng.normal(0, 0.06, 3)).astype(np.float32)
    if kind == "vignetted":
        floor *= (1 - rng.uniform(0.05, 0.2) * ((x * x + y * y) / 2) ** rng.uniform(0.8, 1.6))[..., None]
    return np.clip(floor, 0, 255)


def studio_colour(rng: np.random.Generator) -> Colour:
    """Mostly light and nearly grey, sometimes coloured, sometimes dark."""
    pick = rng.random()
    if pick < 0.6:
        return shade(rng.uniform(205, 252), 3, rng)
    return shade(rng.uniform(110, 225), 28, rng) if pick < 0.85 else shade(rng.uniform(35, 90), 8, rng)


def white(rng: np.random.Generator) -> Colour:
    return shade(rng.uniform(244, 255), 1.2, rng)


def shade(level: float, tint: float, rng: np.random.Generator) -> Colour:
    red, green, blue = np.clip(level + rng.normal(0, tint, 3), 0, 255)
    return float(red), float(green), float(blue)


def far_from(layer: Layer, rng: np.random.Generator) -> Colour:
    """Of ten studio colours the one farthest from the product's: there an old ground's rim shows most."""
    solid = layer.rgba[..., 3] > 200
    product = lab(layer.rgba[..., :3][solid].mean(0))
    offers = [shade(rng.uniform(30, 252), 30, rng) for _ in range(10)]
    return max(offers, key=lambda offer: float(np.linalg.norm(lab(np.array(offer)) - product)))


def lab(colour: NDArray[np.floating]) -> Floats:
    return cv2.cvtColor((np.asarray(colour, np.float32) / 255).reshape(1, 1, 3), cv2.COLOR_RGB2Lab)[0, 0]


# --- placing ------------------------------------------------------------------------------------------------------


def on_canvas(layer: Layer, canvas: tuple[int, int] | None, rng: np.random.Generator) -> Layer:
    """The layer on a larger frame, unscaled, so that its truth stays exact."""
    height, width = layer.rgba.shape[:2]
    shadow = cv2.resize(layer.shadow, (width, height), interpolation=cv2.INTER_LINEAR)
    if canvas is None or canvas == (width, height):
        return replace(layer, shadow=shadow)
    wide, high = max(canvas[0], width), max(canvas[1], height)
    left = int(rng.integers(0, wide - width + 1))
    top = int(rng.integers((high - height) // 3, high - height + 1))
    rgba = np.zeros((high, wide, 4), np.uint8)
    rgba[top : top + height, left : left + width] = layer.rgba
    taken = np.zeros((high, wide), np.uint8)
    taken[top : top + height, left : left + width] = shadow * faded(height, width)
    return replace(layer, rgba=rgba, shadow=taken)


def faded(height: int, width: int, share: float = 0.14) -> Floats:
    """1 in the middle, 0 at the frame: a shadow that ran out of the layer's frame ends softly."""
    y, x = (np.clip(np.minimum(np.arange(n), np.arange(n)[::-1]) / (share * n), 0, 1) for n in (height, width))
    ease = lambda t: t * t * (3 - 2 * t)  # noqa: E731
    return (ease(y)[:, None] * ease(x)[None]).astype(np.float32)


# --- shadows ------------------------------------------------------------------------------------------------------


def shadow_of(layer: Layer, kind: str, rng: np.random.Generator) -> Floats:
    """Share of linear light taken away, at the size of the layer."""
    made = layer.shadow.astype(np.float32) / 255
    if kind == "none":
        return np.zeros_like(made)
    if kind == "own":
        return made
    if kind == "reflection":
        return 0.5 * made
    side = rng.choice((-1, 1))
    casts = [side * rng.uniform(0.5, 1.3)] if kind == "cast" else [rng.uniform(0.4, 1.1), -rng.uniform(0.4, 1.1)]
    light = 1 - 0.5 * cv2.GaussianBlur(made, (0, 0), 0.01 * made.shape[0])
    for lean in casts:
        light *= 1 - cast(layer.alpha, lean, rng.uniform(0.12, 0.4), rng.uniform(0.002, 0.02), rng.uniform(0.35, 0.7))
    return 1 - light


def cast(alpha: Floats, lean: float, rise: float, softness: float, strength: float) -> Floats:
    """The outline thrown on the floor: leaned to a side, pressed flat, softer the farther it falls."""
    height, width = alpha.shape
    foot = int(np.flatnonzero((alpha > 0.5).any(1)).max()) - 0.02 * height
    flat = np.array([[1, -lean, lean * foot], [0, rise, (1 - rise) * foot]], np.float32)
    thrown = cv2.warpAffine(alpha, flat, (width, height), flags=cv2.INTER_LINEAR)
    way = np.clip((foot - np.arange(height, dtype=np.float32)) / (rise * height), 0, 1)[:, None]
    near, far = (cv2.GaussianBlur(thrown, (0, 0), max(0.6, s * height)) for s in (softness, 3 * softness))
    return strength * (near * (1 - way) + far * way) * (1 - 0.4 * way)


def mirrored(layer: Layer, behind: Floats, rng: np.random.Generator) -> Floats:
    """A shining floor: the product upside down below its foot, fading and blurring with depth."""
    alpha = layer.alpha
    height = alpha.shape[0]
    rows = np.flatnonzero((alpha > 0.5).any(1))
    foot, tall = int(rows.max()), int(rows.max() - rows.min())
    depth = np.arange(height, dtype=np.float32) - foot
    source = np.clip(foot - depth, 0, height - 1).astype(int)
    below = (depth > 0) & (2 * foot - np.arange(height) >= 0)
    seen = np.where(below[:, None], alpha[source], 0).astype(np.float32)
    colour = layer.rgba[source, :, :3].astype(np.float32) * seen[..., None]
    sigma = rng.uniform(0.001, 0.008) * height
    seen, colour = cv2.GaussianBlur(seen, (0, 0), sigma), cv2.GaussianBlur(colour, (0, 0), sigma)
    fade = rng.uniform(0.2, 0.5) * np.exp(-np.clip(depth, 0, None) / (rng.uniform(0.2, 0.6) * tall))
    fade = np.where(depth > -2, fade, 0).astype(np.float32)[:, None, None]
    return behind * (1 - fade * seen[..., None]) + fade * colour


# --- camera -------------------------------------------------------------------------------------------------------


def grain(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> Floats:
    """Sensor noise as cameras leave it: a little wider than a pixel, mostly alike in all colours."""
    if sigma <= 0:
        return np.zeros(shape, np.float32)
    height, width = shape[:2]
    alike = rng.standard_normal((height, width, 1), np.float32)
    apart = rng.standard_normal((height, width, 3), np.float32)
    return cv2.GaussianBlur(0.85 * alike + 0.5 * apart, (0, 0), 0.6) * np.float32(1.9 * sigma)


def linear(levels: Floats) -> Floats:
    share = levels / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4).astype(np.float32)


def srgb(light: Floats) -> Floats:
    curve = 1.055 * np.power(np.maximum(light, 1e-7), 1 / 2.4) - 0.055
    return (255 * np.where(light <= 0.0031308, 12.92 * light, curve)).astype(np.float32)
