"""A product card under the brush: goods put on a ground, then drawn over, then seen by a camera.

Whoever adds to a card writes down what was added: the truth grows with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.image.types import Box, Grey, Size, box_of
from packshot.training.compose import boxed
from packshot.training.defects.goods import Good, Stock
from packshot.training.grounds import cloud
from packshot.training.sources import RGBA

Floats = NDArray[Any]
"""Colours 0…255, or shares 0…1, as any float: OpenCV's types are wider than its answers."""
SHAPES = ((1.0, 0.45), (3 / 4, 0.3), (4 / 5, 0.1), (2 / 3, 0.07), (4 / 3, 0.08))
"""Width over height, and how often."""
SIDES = (512, 1000)
ENLARGED = 1.45
"""Most that a source is enlarged for the sake of a larger card: beyond it the card itself would be soft."""
OPAQUE = 128


@dataclass(slots=True)
class Truth:
    """What is wrong with a card, and where."""

    kinds: dict[str, str] = field(default_factory=dict)
    """Defect → mild, clear or gross."""
    boxes: dict[str, list[Box]] = field(default_factory=dict)
    words: list[dict[str, object]] = field(default_factory=list)
    """Text that was laid: text, box, defect (or "print" for what is printed on goods)."""
    crop: dict[str, float] = field(default_factory=dict)
    """Side → share of the product's extent that the frame cuts off."""
    count: int = 1
    """How many times the product is seen."""
    looks_like: str = ""
    """A clean card that may be taken for a defect: what it is."""
    enlarged: float = 1.0

    def mark(self, kind: str, *boxes: Box | None) -> None:
        self.boxes.setdefault(kind, []).extend(box for box in boxes if box is not None and not box.is_empty)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A thing in the scene: where its middle is (px), how long its longer side is, turned by how much."""

    good: Good
    x: float
    y: float
    side: float
    angle: float = 0.0
    mirrored: bool = False
    kind: str = ""
    """The defect that it is; empty for the goods that are sold."""


@dataclass(slots=True, eq=False)
class Scene:
    size: Size
    ground: Floats
    pieces: list[Piece]
    """Farthest first."""
    shade: float
    """Strength of all shadows, 0 for none."""
    truth: Truth
    free: bool = True
    """The product's place is still as a clean card has it: a further defect may move it."""

    @property
    def main(self) -> Piece:
        return next(piece for piece in self.pieces if not piece.kind)

    def change(self, piece: Piece, **new: object) -> Piece:
        fresh = replace(piece, **new)  # type: ignore[arg-type]
        self.pieces[self.pieces.index(piece)] = fresh
        return fresh


@dataclass(slots=True, eq=False)
class Card:
    picture: Floats
    goods: Floats
    """Alpha of what is sold."""
    truth: Truth
    boxes: list[Box]
    """Of the goods that are sold, as far as the frame shows them."""
    quality: int = 90
    """Of the JPEG at the end."""

    @property
    def size(self) -> Size:
        return Size(self.picture.shape[1], self.picture.shape[0])

    @property
    def goods_box(self) -> Box:
        return Box.around(self.boxes) or Box.whole(self.size)

    def lay(self, rgba: Floats | RGBA, left: int, top: int) -> Box:
        """A drawing (colours, alpha 0…255) on the picture; the answer is where it lies within the frame."""
        box = Box(left, top, left + rgba.shape[1], top + rgba.shape[0])
        seen = box.inside(self.size)
        if seen.is_empty:
            return seen
        part = rgba[seen.moved(-left, -top).slices].astype(np.float32)
        alpha = part[..., 3:] / 255
        self.picture[seen.slices] = part[..., :3] * alpha + self.picture[seen.slices] * (1 - alpha)
        return seen


def scene(stock: Stock, rng: Generator, good: Good | None = None) -> Scene:
    """As a careful seller would have it: whole, in the middle, on a light even ground."""
    good = good or stock.good(rng)
    size = _size(rng, good)
    piece = Piece(good, size.width / 2, size.height / 2, 1.0)
    wide, tall = extent(good)
    fill = rng.uniform(0.7, 0.9)
    piece = replace(piece, side=fit(wide, tall, size, fill))
    drift = rng.normal(0, 0.012, 2) * (size.width, size.height)
    piece = replace(piece, x=piece.x + drift[0], y=piece.y + drift[1])
    angle = rng.normal(0, 2.0) if good.shadow is None and not good.worn else 0.0
    made = Scene(size, light_ground(rng, size), [replace(piece, angle=angle)], _shade(rng), Truth())
    made.truth.enlarged = round(piece.side / max(wide, tall), 2)
    return made


def light_ground(rng: Generator, size: Size) -> Floats:
    """White, nearly white or light grey paper, lit as evenly as a good studio does."""
    roll = rng.random()
    colour = np.full(3, 255.0) if roll < 0.5 else np.full(3, rng.uniform(238, 254)) + rng.normal(0, 0.8, 3)
    out = np.broadcast_to(colour.astype(np.float32), (size.height, size.width, 3)).copy()
    if roll > 0.7:
        out += (cloud(rng, size.long_side)[: size.height, : size.width, None] * rng.uniform(0.5, 1.5)).astype(
            np.float32
        )
    return np.clip(out, 0, 255)


def seen(made: Scene, rng: Generator) -> Card:
    """Flattened: each thing shades its ground and hides what lies behind it."""
    picture: Floats = made.ground.astype(np.float32).copy()
    goods = np.zeros(picture.shape[:2], np.float32)
    boxes = []
    soft, move = rng.uniform(0.008, 0.03), rng.normal((0, 0.012), 0.008)
    for piece in made.pieces:
        colours, alpha, shadow = placed(piece, made.size)
        share = _cast(alpha, shadow, soft, move, made.size) * made.shade
        picture = picture * (1 - np.clip(share, 0, 0.9)[..., None])
        picture = colours * alpha[..., None] + picture * (1 - alpha[..., None])
        goods *= 1 - alpha
        box = box_of(alpha * 255 >= OPAQUE)
        if piece.kind:
            made.truth.mark(piece.kind, box)
        elif box is not None:
            goods = np.maximum(goods, alpha)
            boxes.append(box)
    return Card(picture, goods, made.truth, boxes, quality=int(rng.integers(84, 96)))


def photographed(card: Card, rng: Generator) -> Card:
    """A little softness, grain and light of its own: what any camera leaves."""
    if rng.random() < 0.4:
        card.picture = cv2.GaussianBlur(card.picture, (0, 0), rng.uniform(0.3, 0.6))
    if rng.random() < 0.6:
        card.picture = card.picture + rng.normal(0, rng.uniform(0.3, 2.0), card.picture.shape)
    card.picture = np.clip(card.picture, 0, 255).astype(np.float32)
    return card


def placed(piece: Piece, size: Size) -> tuple[Floats, Floats, Floats | None]:
    """Colours, alpha and shadow in the card's frame."""
    rgba = piece.good.rgba
    box = box_of(rgba[..., 3] >= OPAQUE) or Box(0, 0, rgba.shape[1], rgba.shape[0])
    scale = piece.side / max(box.width, box.height)
    middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    matrix: Floats = cv2.getRotationMatrix2D(middle, piece.angle, scale)
    if piece.mirrored:
        matrix[0] = -matrix[0]
    matrix[:, 2] += np.array([piece.x, piece.y]) - matrix @ [*middle, 1]
    frame = (size.width, size.height)
    if scale < 0.6:
        rgba = np.asarray(cv2.GaussianBlur(rgba, (0, 0), 0.35 / scale), np.uint8)
    opaque = rgba[..., 3:] / np.float32(255)
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR
    weighed = cv2.warpAffine(np.dstack([rgba[..., :3] * opaque, opaque]), matrix, frame, None, how)
    alpha = np.clip(weighed[..., 3], 0, 1)
    colours = np.clip(weighed[..., :3] / np.maximum(alpha, 1e-3)[..., None], 0, 255)
    if piece.good.shadow is None:
        return colours, alpha, None
    full = cv2.resize(piece.good.shadow, (rgba.shape[1], rgba.shape[0]), interpolation=cv2.INTER_LINEAR)
    faded = full * _window(*full.shape) / 255  # a render's shadow may run out of its picture
    return colours, alpha, cv2.warpAffine(faded, matrix, frame)


@lru_cache(8)
def _window(height: int, width: int) -> Floats:
    """1 within, falling to 0 at the rim."""
    rim = [np.clip(np.minimum(np.arange(n), np.arange(n)[::-1]) / (0.12 * n), 0, 1) for n in (height, width)]
    return (rim[0][:, None] * rim[1][None]).astype(np.float32)


def extent(good: Good) -> tuple[int, int]:
    """Width and height of what is there, px of the source."""
    box = box_of(good.rgba[..., 3] >= OPAQUE)
    return (box.width, box.height) if box else (1, 1)


def fit(wide: float, tall: float, size: Size, fill: float) -> float:
    """The longer side of a thing that fills so much of the frame one way, and no more the other."""
    return fill * min(size.width / wide, size.height / tall) * max(wide, tall)


def repainted(good: Good, colours: Floats) -> Good:
    return replace(good, rgba=np.dstack([np.clip(colours, 0, 255).astype(np.uint8), good.rgba[..., 3]]))


def cut_to_box(good: Good) -> Good:
    """Without its own shadow: where many lie side by side, shadows of other lights would tell."""
    return replace(good, rgba=boxed(good.rgba), shadow=None)


def _cast(alpha: Floats, shadow: Floats | None, soft: float, move: Floats, size: Size) -> Floats:
    if shadow is not None:
        return shadow
    by = np.array([[1, 0, move[0] * size.width], [0, 1, move[1] * size.height]])
    moved = cv2.warpAffine(alpha, by, (size.width, size.height))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), soft * size.short_side) * 0.45, np.float32)


def _shade(rng: Generator) -> float:
    return float(rng.uniform(0.25, 0.8)) if rng.random() < 0.65 else 0.0


def _size(rng: Generator, good: Good) -> Size:
    """As large as the source allows, so that a clean card is a sharp one."""
    chances = np.array([often for _, often in SHAPES])
    ratio = SHAPES[int(rng.choice(len(SHAPES), p=chances / chances.sum()))][0]
    longest = np.clip(max(extent(good)) * ENLARGED / 0.8, SIDES[0], SIDES[1])
    long_side = int(rng.uniform(SIDES[0], longest))
    long_side = max(long_side, round(SIDES[0] * max(ratio, 1 / ratio)))
    short = round(long_side * min(ratio, 1 / ratio))
    return Size(short, long_side) if ratio <= 1 else Size(long_side, short)


def grey(mask: Floats) -> Grey:
    return np.asarray(np.clip(mask * 255 + 0.5, 0, 255), np.uint8)
