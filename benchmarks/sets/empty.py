"""Photos with nothing for sale in them: grounds, grain, textures, shadows of things outside the frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from sets.compose import Floats, Picture, grain, ground, linear, shade, srgb, studio_colour

NAME = "nothing"
SIZES = ((448, 448), (600, 800), (900, 900), (800, 600), (1200, 900), (1600, 1600), (1600, 2133))

Draw = Callable[[tuple[int, int], np.random.Generator], Floats]


def flat(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    return ground("even", studio_colour(rng), size, rng)


def gradient(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    return ground("graded", studio_colour(rng), size, rng)


def two_colours(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """A steep run from one colour to another, as templates of shops have."""
    way = np.linspace(0, 1, size[1], dtype=np.float32)[:, None, None]
    top, low = np.array(shade(rng.uniform(150, 250), 30, rng)), np.array(shade(rng.uniform(60, 230), 30, rng))
    return np.broadcast_to(top * (1 - way) + low * way, (size[1], size[0], 3)).astype(np.float32)


def vignette(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    return ground("vignetted", studio_colour(rng), size, rng)


def lit_spot(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """A backdrop with a lamp on its middle: bright there, dark outside, and no thing in it."""
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j].astype(np.float32)
    away = (x - rng.uniform(-0.2, 0.2)) ** 2 + (y - rng.uniform(-0.2, 0.2)) ** 2
    glow = rng.uniform(0.25, 0.6) * np.exp(-away / rng.uniform(0.25, 0.7)) + 0.45
    return srgb(linear(ground("even", shade(rng.uniform(190, 250), 6, rng), size, rng)) * glow[..., None])


def paper_on_table(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Wall above, table below, a soft line between: the studio before the product came."""
    wall, table = shade(rng.uniform(170, 250), 5, rng), shade(rng.uniform(120, 240), 12, rng)
    line, soft = rng.uniform(0.45, 0.75), rng.uniform(0.004, 0.06)
    way = 1 / (1 + np.exp(-(np.linspace(0, 1, size[1]) - line) / soft))
    floor = np.array(wall) * (1 - way[:, None]) + np.array(table) * way[:, None]
    return np.repeat(floor[:, None], size[0], 1).astype(np.float32)


def noise(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    return gradient(size, rng) + grain((size[1], size[0], 3), rng.uniform(4, 12), rng)


def cloudy(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """A painted backdrop: large soft blotches."""
    blotches = sum(rng.uniform(0.3, 1) * _clouds(size, 2**k, rng) for k in range(1, 5))
    return np.clip(np.array(shade(rng.uniform(90, 220), 15, rng)) + 14 * blotches[..., None], 0, 255).astype(np.float32)


def creased(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """A sheet with folds: thin light and dark lines."""
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j].astype(np.float32)
    floor = vignette(size, rng)
    for _ in range(int(rng.integers(2, 5))):
        turn = rng.uniform(0, np.pi)
        away = np.cos(turn) * x + np.sin(turn) * y - rng.uniform(-0.6, 0.6)
        floor += (rng.uniform(3, 9) * np.tanh(away / 0.006) * np.exp(-np.abs(away) / 0.08))[..., None].astype(np.float32)
    return floor


def shadow_from_outside(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Something stands out of the frame; its shadow falls into it."""
    width, height = size
    shape = np.zeros((height, width), np.float32)
    kind = rng.integers(3)
    if kind == 0:  # the photographer
        centre = (int(rng.uniform(0.1, 0.9) * width), height)
        cv2.ellipse(shape, centre, (int(0.16 * width), int(0.5 * height)), 0, 0, 360, 1.0, -1)
        cv2.circle(shape, (centre[0], int(0.42 * height)), int(0.09 * width), 1.0, -1)
    elif kind == 1:  # a window's bars
        for k in range(4):
            left = int((0.05 + 0.28 * k) * width)
            cv2.line(shape, (left, 0), (left - int(0.3 * width), height), 1.0, max(3, width // 40))
        cv2.line(shape, (0, int(0.3 * height)), (width, int(0.5 * height)), 1.0, max(3, width // 40))
    else:  # leaves of a plant at the side
        for _ in range(9):
            at = (int(rng.uniform(-0.1, 0.3) * width), int(rng.uniform(0, 0.7) * height))
            cv2.ellipse(shape, at, (int(0.2 * width), int(0.035 * width)), rng.uniform(-40, 60), 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(shape, (0, 0), rng.uniform(0.004, 0.03) * width)
    return srgb(linear(gradient(size, rng)) * (1 - rng.uniform(0.25, 0.6) * soft)[..., None])


def _clouds(size: tuple[int, int], count: int, rng: np.random.Generator) -> Floats:
    small = rng.standard_normal((count + 2, count + 2)).astype(np.float32)
    return cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)


DRAWN: tuple[tuple[Draw, int], ...] = (
    (flat, 5), (gradient, 5), (two_colours, 4), (vignette, 4), (lit_spot, 4), (paper_on_table, 4),
    (noise, 4), (cloudy, 4), (creased, 4), (shadow_from_outside, 9),
)  # fmt: skip

SURFACES = (
    "carpet_005", "concrete_027", "cork_001", "fabric_020", "granite_008", "grass_000", "marble_015",
    "paper_003", "plaster_002", "wallpaper_003", "wood_058", "woodfloor_027", "bricks_013",
)  # fmt: skip
SCENES = (
    "render_00_marble_concrete", "render_02_fabric_concrete", "render_06_granite_paper",
    "render_09_woodfloor_concrete", "noon_grass_y000_p38", "brown_photostudio_06_y000_p38",
)  # fmt: skip


def drawn(seed: int, share: float = 0) -> Iterator[Picture]:
    """Every kind as often as the table says; or about `share` in all, in the table's proportions."""
    whole = sum(count for _, count in DRAWN)
    for draw, count in DRAWN:
        for k in range(round(count * share / whole) if share else count):
            name = f"{draw.__name__}_{k}"
            rng = np.random.default_rng([seed, *name.encode()])
            size = SIZES[int(rng.integers(len(SIZES)))]
            yield _picture(name, draw.__name__, draw(size, rng), rng)


def pictures(seed: int, data: Path | None) -> Iterator[Picture]:
    yield from drawn(seed)
    for group, names in (("surface", SURFACES), ("scene", SCENES)):
        for name in names:
            file = data / "textures" / group / f"{name}.webp" if data else None
            if file is not None and file.exists():
                rng = np.random.default_rng([seed, *name.encode()])
                yield _picture(name, group, np.asarray(Image.open(file).convert("RGB")).astype(np.float32), rng)


def _picture(name: str, kind: str, floor: Floats, rng: np.random.Generator) -> Picture:
    quality = 0 if rng.random() < 0.15 else int(rng.integers(60, 96))
    pixels = np.clip(floor + grain(floor.shape, rng.uniform(0, 1.5), rng) + 0.5, 0, 255).astype(np.uint8)
    truth = np.zeros((*pixels.shape[:2], 4), np.uint8)
    return Picture(name, NAME, name, pixels, truth, kind, "none", quality)
