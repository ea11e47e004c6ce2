"""Was a line of text drawn over the photo, or is it printed on what was photographed?

A print lives in the scene: light falls off across it, cloth and grain show through, the lens softens it as
much as all else, and it lies as the goods lie. Drawn letters have one colour, edges of their own and a level
line. Each of these signs fails by itself, so a small network weighs them; `benchmarks/drawn_learn.py` taught
it on lines laid over photos and on prints of real clothes and cartons.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Box, Float, Grey
from packshot.look.sharp_edges import edge_sharpness

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]

MOST_PX = 400
"""Of a line is enough; more is cut from its middle."""
PIECES = 6
"""Along the line: does the light on the letters follow the light between them?"""
LEAST = 12
"""Pixels from which a colour or a spread can be told."""


def clues(
    pixels: RGB, box: Box, outline: Points, angle: float, on_product: float, photos_own: float | None
) -> Float:
    """`outline` in the pixels, empty where only the box is known; `photos_own`: of its other edges."""
    height, width = pixels.shape[:2]
    shape = _shape(box, outline, angle)
    part, inside, around = _cut(pixels, box, outline, shape[1])
    ink, paper = _inks(part, inside)
    seen = [*_colours(part, ink, paper, around), *_shading(part, ink, paper, shape[0] >= shape[1])]
    grey = cast(Grey, cv2.cvtColor(part, cv2.COLOR_RGB2GRAY))
    own = edge_sharpness(grey)
    crisp = [own or 0.0, photos_own or 0.0, (own or 0.0) - (photos_own or 0.0)]
    crisp += [float(own is None), float(photos_own is None)]
    slant = min(abs(angle) % 90, 90 - abs(angle) % 90)
    x, y = box.centre
    place = [
        min(slant, 20) / 20, float(slant < 1.5), on_product, shape[1] / min(height, width), shape[0] / width,
        abs(2 * x / width - 1), 2 * y / height - 1,
    ]  # fmt: skip
    return np.array([*seen, *crisp, *place], np.float32)


def _shape(box: Box, outline: Points, angle: float) -> tuple[float, float]:
    """Length and height of the line."""
    if len(outline) >= 4:
        upper, lower = outline[: len(outline) // 2], outline[len(outline) // 2 :][::-1]
        return (
            float(np.hypot(*np.diff(upper, axis=0).T).sum()),
            float(np.median(np.hypot(*(lower - upper).T))),
        )
    sides = (box.width, box.height) if abs(angle) < 45 else (box.height, box.width)
    return float(sides[0]), float(max(1, sides[1]))


def _cut(pixels: RGB, box: Box, outline: Points, tall: float) -> tuple[RGB, Mask, Mask]:
    """The line with some room around it, which pixels are inside of it, and which around."""
    height, width = pixels.shape[:2]
    room = max(2, round(0.4 * tall))
    left, right = _held(box.left - room, box.right + room, width)
    top, bottom = _held(box.top - room, box.bottom + room, height)
    part = pixels[top:bottom, left:right]
    inside = np.zeros(part.shape[:2], np.uint8)
    if len(outline) >= 4:
        cv2.fillPoly(inside, [np.round(outline - (left, top)).astype(np.int32)], 1)
    else:
        inside[max(0, box.top - top) : box.bottom - top, max(0, box.left - left) : box.right - left] = 1
    return part, inside > 0, inside == 0


def _held(low: int, high: int, most: int) -> tuple[int, int]:
    low, high = max(0, low), min(most, high)
    if high - low > MOST_PX:
        low = (low + high - MOST_PX) // 2
        high = low + MOST_PX
    return low, max(low + 1, high)


def _inks(part: RGB, inside: Mask) -> tuple[Mask, Mask]:
    """Letters and what lies between them: Otsu's two sides, the smaller one is the ink."""
    grey = cast(Grey, cv2.cvtColor(part, cv2.COLOR_RGB2GRAY))
    levels = grey[inside]
    if levels.size < LEAST:
        return inside, inside
    bar, _ = cv2.threshold(levels.reshape(1, -1), 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = (grey <= bar) & inside
    light = inside & ~dark
    return (dark, light) if dark.sum() <= light.sum() else (light, dark)


def _colours(part: RGB, ink: Mask, paper: Mask, around: Mask) -> list[float]:
    """How flat letters, paper and surroundings are, and how far from each other."""
    whole = [_inner(mask) for mask in (ink, paper)]
    told = [_told(part, mask) for mask in (*whole, around)]
    (ink_at, ink_spread), (paper_at, paper_spread), (round_at, round_spread) = told
    return [
        *(float(np.log1p(spread)) / 4 for spread in (ink_spread, paper_spread, round_spread)),
        float(np.abs(ink_at - paper_at).max()) / 255,
        float(np.abs(paper_at - round_at).max()) / 255,
        float(ink_at.mean()) / 255, float(np.ptp(ink_at)) / 255,
        float(paper_at.mean()) / 255, float(np.ptp(paper_at)) / 255,
        float(min(np.abs(ink_at - edge).max() for edge in (0.0, 255.0))) / 255,
        float(ink.sum()) / max(1, int((ink | paper).sum())),
    ]  # fmt: skip


def _inner(mask: Mask) -> Mask:
    """Away from the soft edges, where there is an inside at all."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return inner if int(inner.sum()) >= LEAST else mask


def _told(part: RGB, mask: Mask) -> tuple[Float, float]:
    """Middle colour, and the levels between the 15th and 85th percentile."""
    if int(mask.sum()) < LEAST:
        return np.full(3, 128.0, np.float32), 0.0
    low, middle, high = np.percentile(part[mask], (15, 50, 85), axis=0)
    return middle.astype(np.float32), float((high - low).max())


def _shading(part: RGB, ink: Mask, paper: Mask, lies: bool) -> list[float]:
    """Piece by piece along the line: how much letters and paper change, and whether together."""
    light = part.mean(2, dtype=np.float32)
    inks, papers = [], []
    for at in np.array_split(np.arange(light.shape[1 if lies else 0]), PIECES):
        piece = (slice(None), slice(at[0], at[-1] + 1)) if lies else (slice(at[0], at[-1] + 1),)
        if len(at) and min(int(ink[piece].sum()), int(paper[piece].sum())) >= LEAST:
            inks.append(float(np.median(light[piece][ink[piece]])))
            papers.append(float(np.median(light[piece][paper[piece]])))
    if len(inks) < 2:
        return [0.0, 0.0, 0.0]
    a, b = np.array(inks), np.array(papers)
    follows = float(((a - a.mean()) * (b - b.mean())).mean() / (b.var() + 9))
    return [float(a.std()) / 40, float(b.std()) / 40, float(np.clip(follows, -2, 2))]


# ── the network that weighs them ────────────────────────────────────────────────────────────────────────────


def judged(lines: Float) -> Float:
    """Chances of one line of clues, or of many."""
    mean, spread, *layers = weights()
    x = (lines - mean) / spread
    for weight, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        x = np.maximum(x @ weight + bias, 0)
    odds = (x @ layers[-2] + layers[-1])[..., 0]
    return cast(Float, 1 / (1 + np.exp(-np.clip(odds, -30, 30))))


@lru_cache
def weights() -> list[Float]:
    with np.load(Path(__file__).with_name("text_drawn.npz")) as held:
        return [held[name].astype(np.float32) for name in held.files]
