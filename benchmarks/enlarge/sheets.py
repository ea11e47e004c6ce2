"""Pictures to be looked at, pixel for pixel: Lanczos, the net, the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.random import default_rng
from PIL import Image

from enlarge.engines import LANCZOS, NET, Enlarge
from enlarge.letters import Line
from enlarge.pictures import SEED, Held, Truth, spread
from packshot.image.types import RGB
from packshot.training.upscaler import WAYS, by_area, jpeg

TILE = 256
ROWS = 4
"""Of a sheet: it is to be looked at, not leafed through."""
GREY = 128


def draw(held: Held, lines: Sequence[Line], engines: Mapping[str, Enlarge], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets(held, lines, engines):
        Image.fromarray(np.vstack(rows)).save(folder / f"{name}.png")


def sheets(
    held: Held, lines: Sequence[Line], engines: Mapping[str, Enlarge]
) -> Iterator[tuple[str, list[RGB]]]:
    pair = [engines[LANCZOS], engines[NET]]
    kinds = dict.fromkeys(truth.kind for truth in held.truths)
    for kind in kinds:
        for way, scale in (("area", 2), ("spoilt", 2), ("area", 4)):
            some = spread(held.of(kind), ROWS)
            yield f"{kind}-{way}-x{scale}", [against(truth, way, scale, pair) for truth in some]
    mixed = [truth for kind in kinds for truth in spread(held.of(kind), 2)]
    yield "mended-jpeg40", [mended(truth.pixels, engines[NET]) for truth in mixed]
    yield "as-they-came-x2", [as_came(photo, pair) for photo in spread(held.photos, 2 * ROWS)]
    for language in dict.fromkeys(one.language for one in lines):
        printed_so = [one for one in lines if one.language == language]
        yield f"lines-{language}-x2", [printed(one, pair) for one in spread(printed_so, 6 * ROWS)]


def against(truth: Truth, way: str, scale: int, pair: Sequence[Enlarge]) -> RGB:
    small = WAYS[way](default_rng(SEED), truth.pixels, scale)
    return side_by_side([*(engine(small, scale) for engine in pair), truth.pixels])


def mended(truth: RGB, engine: Enlarge) -> RGB:
    """As saved, mended, the truth."""
    saved = jpeg(default_rng(SEED), truth, 40, 41)
    return side_by_side([saved, engine(saved, 1), truth])


def as_came(photo: RGB, pair: Sequence[Enlarge]) -> RGB:
    """The upper middle of a photo, where people's faces are; its truth nobody knows."""
    h, w = photo.shape[:2]
    small = np.ascontiguousarray(
        photo[h // 16 : h // 16 + TILE // 2, w // 2 - TILE // 4 : w // 2 + TILE // 4]
    )
    return side_by_side([engine(small, 2) for engine in pair])


def printed(line: Line, pair: Sequence[Enlarge]) -> RGB:
    small = by_area(default_rng(SEED), line.truth, 2)
    rows = [*(engine(small, 2) for engine in pair), line.truth]
    return side_by_side(
        [np.asarray(row[row.shape[0] // 6 : -row.shape[0] // 6], np.uint8) for row in rows], tall=32
    )


def side_by_side(pictures: Sequence[RGB], tall: int = TILE) -> RGB:
    return np.hstack([middle(picture, tall) for picture in pictures])


def middle(picture: RGB, tall: int) -> RGB:
    """Its middle, on grey where it is smaller than the tile."""
    top, left = max(0, (picture.shape[0] - tall) // 2), max(0, (picture.shape[1] - TILE) // 2)
    cut = picture[top : top + tall, left : left + TILE]
    missing = (tall - cut.shape[0], TILE - cut.shape[1])
    made = cv2.copyMakeBorder(cut, 0, missing[0], 0, missing[1], cv2.BORDER_CONSTANT, value=(GREY,) * 3)
    return np.asarray(made, np.uint8)
