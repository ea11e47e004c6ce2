"""A small world to learn: bright rings on striped cloth, and a network that is taught in a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.training.segmenter import Recipe
from packshot.training.sources import CUTOUT, GROUND, PHOTO, Example

RECIPE = replace(
    Recipe(),
    steps=20,
    size=64,
    small=32,
    batch=4,
    workers=0,
    warm=5,
    widths=(8, 8, 16, 16, 16),
    depths=(1, 1, 1, 1),
    attention=1,
)


ORANGE, GREEN = (250, 150, 30), (60, 200, 90)


def ring(number: int, colour: tuple[int, int, int] = ORANGE, side: int = 96) -> NDArray[np.uint8]:
    """A ring on stripes, its alpha beside the colours."""
    rng = np.random.default_rng(number)
    stripes = (np.arange(side) // 6 % 2 * 70 + 40)[:, None, None] + rng.integers(0, 30, (side, side, 3))
    colours = np.ascontiguousarray(stripes.astype(np.uint8))
    mask = np.zeros((side, side), np.uint8)
    x, y = (int(v) for v in rng.integers(40, 56, 2))
    cv2.circle(mask, (x, y), int(rng.integers(18, 30)), 255, 12, cv2.LINE_AA)
    cv2.circle(colours, (x, y), int(rng.integers(4, 8)), (90, 90, 200), -1)
    share = mask[..., None] / 255
    colours = (colours * (1 - share) + np.array(colour) * share).astype(np.uint8)
    return np.dstack([colours, mask])


def photos(count: int, colour: tuple[int, int, int] = ORANGE) -> list[Example]:
    return [Example(PHOTO, "own", f"ring {number}", ring(number, colour)) for number in range(count)]


def one_of_each() -> list[Example]:
    shadow = np.full((40, 40), 60, np.uint8)
    return [
        Example(PHOTO, "clothes", "coat", ring(1)),
        Example(CUTOUT, "renders", "vase", ring(2), shadow),
        Example(GROUND, "surface", "oak", ring(3)),
    ]


def pairs(folder: Path, count: int) -> Path:
    """As a shop has them: photos/NAME.jpg and masks/NAME.png."""
    (folder / "photos").mkdir(parents=True)
    (folder / "masks").mkdir()
    for number in range(count):
        rgba = ring(number)
        cv2.imwrite(str(folder / "photos" / f"ring {number}.jpg"), rgba[..., 2::-1])
        cv2.imwrite(str(folder / "masks" / f"ring {number}.png"), rgba[..., 3])
    return folder
