"""One training picture from a number: a real photo seen anew, products put on a ground, or an empty ground.

The same number and seed give the same picture, whoever asks and in whatever order.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.image.types import Grey
from packshot.training.drawn import drawn_product
from packshot.training.grounds import Grounds, Picture, cloud
from packshot.training.sources import CUTOUT, PHOTO, RGBA, Example

PHOTOS, EMPTY = 0.34, 0.06
"""Shares of real photos and of empty grounds; the rest is composed."""
SOURCES = {
    "renders": 0.48, "glass": 0.06, "drawn": 0.13, "clothes": 0.13, "people": 0.08, "fashion": 0.14,
    "groceries": 0.04,
}  # fmt: skip
"""How often each source gives the product of a composed picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A product placed in the picture's frame."""

    colours: Picture
    alpha: NDArray[np.float32]
    shadow: NDArray[np.float32] | None


class Composer:
    def __init__(
        self,
        examples: list[Example],
        size: int,
        seed: int = 0,
        photos: float = PHOTOS,
        lettered: float = 0.1,
    ) -> None:
        """`lettered`: how often the ground bears words, which are no goods; empty ones thrice as often."""
        self.size, self.seed, self.share, self.lettered = size, seed, photos, lettered
        self.photos = [e for e in examples if e.kind == PHOTO]
        self.products = {
            source: [e for e in examples if e.kind in (CUTOUT, PHOTO) and e.source == source]
            for source in SOURCES
        }
        self.products["drawn"] = []
        own = [e for e in self.photos if e.source not in SOURCES]
        if own:
            self.products["own"] = own
        self.grounds = Grounds(examples, size)
        side = max(512, size)
        self.noise = np.random.default_rng(seed).normal(0, 1, (side, side, 3)).astype(np.float32)

    def __call__(self, number: int) -> tuple[NDArray[np.uint8], Grey]:
        """Colours and truth, `size` × `size`."""
        rng = np.random.default_rng((self.seed, number))
        picture, alpha = self.scene(rng)
        picture = self.through_a_camera(rng, picture)
        return _bytes(picture), _bytes(alpha * 255)

    def scene(self, rng: Generator) -> tuple[Picture, NDArray[np.float32]]:
        """What stands before the camera, and its alpha."""
        roll = rng.random()
        if roll < self.share and self.photos:
            return self._photo(rng)
        if roll < 1 - EMPTY:
            return self.composed(rng)
        return self._empty(rng)

    def _photo(self, rng: Generator) -> tuple[Picture, NDArray[np.float32]]:
        rgba = self.photos[rng.integers(len(self.photos))].rgba
        seen = cv2.warpAffine(
            rgba, _window(rng, rgba, self.size), (self.size, self.size), None,
            cv2.INTER_AREA if rng.random() < 0.5 else cv2.INTER_LINEAR, cv2.BORDER_REFLECT_101,
        )  # fmt: skip
        if rng.random() < 0.5:
            seen = seen[:, ::-1]
        return seen[..., :3].astype(np.float32), seen[..., 3].astype(np.float32) / 255

    def composed(self, rng: Generator) -> tuple[Picture, NDArray[np.float32]]:
        several = rng.random() < 0.13
        rgba, shadow, flat = self._product(rng)
        near = _mean_colour(rgba)
        ground = self.grounds.make(rng, near)
        if rng.random() < self.lettered:
            ground = _lettered(rng, ground)
        alpha = np.zeros((self.size, self.size), np.float32)
        picture = ground
        for place in _places(rng, several):
            if alpha.any() and rng.random() < 0.75:
                rgba, shadow, flat = self._product(rng)
            item = self._placed(rng, rgba, shadow, flat, place)
            seen = picture * (1 - self._shade(rng, item))
            if rng.random() < 0.07:
                seen = _mirrored(rng, seen, item)
            picture = item.colours * item.alpha[..., None] + seen * (1 - item.alpha[..., None])
            alpha = np.maximum(alpha, item.alpha)
        return picture, alpha

    def _empty(self, rng: Generator) -> tuple[Picture, NDArray[np.float32]]:
        ground = self.grounds.make(rng)
        if rng.random() < 0.5:  # the shadow of something outside the frame
            ground = ground * (1 - rng.uniform(0.1, 0.5) * np.clip(cloud(rng, self.size), 0, 1)[..., None])
        if rng.random() < 3 * self.lettered:
            ground = _lettered(rng, ground)
        return ground, np.zeros((self.size, self.size), np.float32)

    def _product(self, rng: Generator) -> tuple[RGBA, Grey | None, bool]:
        """A product cut to its box, with its shadow, and whether it lies flat (so that it may be turned)."""
        there = [source for source in self.products if self.products[source] or source == "drawn"]
        chances = np.array([SOURCES.get(source, 0.4) for source in there])
        source = there[int(rng.choice(len(there), p=chances / chances.sum()))]
        if source == "drawn":
            return drawn_product(rng, self.size), None, True
        example = self.products[source][rng.integers(len(self.products[source]))]
        rgba = example.rgba
        if example.kind == PHOTO:  # drafted and hand-drawn outlines lie a little outside
            inner = cv2.erode(rgba[..., 3], np.ones((3, 3), np.uint8), borderValue=255)
            rgba = np.dstack([rgba[..., :3], inner])
        if example.shadow is None:
            rgba = boxed(rgba)
        rgba = repainted(rng, rgba)
        if source == "renders" and rng.random() < 0.04:
            rgba = _made_of_glass(rng, rgba)
        return rgba, example.shadow, source in ("clothes", "own")

    def _placed(self, rng: Generator, rgba: RGBA, shadow: Grey | None, flat: bool, place: Place) -> Item:
        box = _box(rgba[..., 3])
        middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        scale = place.side * self.size / max(1.0, box[2] - box[0], box[3] - box[1])
        angle = rng.uniform(-180, 180) if flat and rng.random() < 0.4 else rng.normal(0, 7)
        stretch = np.exp(rng.normal(0, 0.12))
        matrix = cv2.getRotationMatrix2D(middle, angle, scale)
        matrix[0] *= stretch * (-1 if rng.random() < 0.5 else 1)
        matrix[:, 2] += np.array([place.x, place.y]) * self.size - matrix @ [*middle, 1]
        frame = (self.size, self.size)
        how = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR
        if scale < 0.5:
            rgba = cv2.GaussianBlur(rgba, (0, 0), 0.35 / scale)
        opaque = rgba[..., 3:] / np.float32(255)
        weighed = np.dstack([rgba[..., :3].astype(np.float32) * opaque, rgba[..., 3]])
        seen = cv2.warpAffine(weighed, matrix, frame, None, how)
        alpha = np.clip(seen[..., 3] / 255, 0, 1)
        colours = seen[..., :3] / np.maximum(alpha, 1e-3)[..., None]
        cast = None
        if shadow is not None:
            full = cv2.resize(shadow, (rgba.shape[1], rgba.shape[0]), interpolation=cv2.INTER_LINEAR)
            cast = cv2.warpAffine(full, matrix, frame).astype(np.float32) / 255
        return Item(colours, alpha, cast)

    def _shade(self, rng: Generator, item: Item) -> Picture:
        """The share of light that the product takes from its ground, with a tint."""
        if item.shadow is not None:
            share = item.shadow * rng.uniform(0.4, 1.05)
        elif rng.random() < 0.6:
            offset = rng.normal(0, 0.02, 2) * self.size
            move = np.array([[1, 0, offset[0]], [0, 1, offset[1]]])
            moved = cv2.warpAffine(item.alpha, move, (self.size, self.size))
            soft = cv2.GaussianBlur(moved, (0, 0), rng.uniform(0.004, 0.05) * self.size)
            share = soft * rng.uniform(0.1, 0.75)
        else:
            return np.zeros((1, 1, 3), np.float32)
        return np.clip(share[..., None] * (1 + rng.normal(0, 0.05, 3)), 0, 0.97).astype(np.float32)

    def through_a_camera(self, rng: Generator, picture: Picture) -> Picture:
        """Light from a side, exposure, a cast, softness, noise and JPEG: what lies between goods and file."""
        if rng.random() < 0.3:
            picture = picture * (1 + rng.uniform(0.05, 0.3) * np.tanh(cloud(rng, self.size))[..., None])
        if rng.random() < 0.5:
            picture = 255 * np.power(np.clip(picture / 255, 0, 1), np.exp(rng.normal(0, 0.2)))
        if rng.random() < 0.5:
            picture = picture * np.exp(rng.normal(0, 0.06, 3)) * rng.uniform(0.75, 1.15)
        if rng.random() < 0.08:
            picture = np.repeat(picture.mean(2, keepdims=True), 3, 2)
        if rng.random() < 0.3:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.3))
        if rng.random() < 0.4:
            y, x = rng.integers(0, 512 - self.size, 2) if self.size < 512 else (0, 0)
            picture = picture + self.noise[y : y + self.size, x : x + self.size] * rng.uniform(1, 9)
        picture = np.clip(picture, 0, 255).astype(np.float32)
        if rng.random() < 0.4:
            way = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))]
            data = cv2.imencode(".jpg", picture.astype(np.uint8), way)[1]
            picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.float32)
        return picture


@dataclass(frozen=True, slots=True)
class Place:
    side: float
    """The product's longer side, in the frame's."""
    x: float
    y: float


def _places(rng: Generator, several: bool) -> list[Place]:
    if not several:
        side = rng.uniform(0.3, 0.95) if rng.random() < 0.85 else rng.uniform(0.9, 1.5)
        return [Place(side, *(0.5 + rng.normal(0, 0.5, 2) * max(0.04, (1 - side) / 2)))]
    count = int(rng.integers(2, 5))
    side = rng.uniform(0.25, 0.75) / np.sqrt(count / 2)
    xs = (np.arange(count) + 0.5) / count + rng.normal(0, 0.04, count)
    return [Place(side * rng.uniform(0.7, 1.2), float(x), float(rng.uniform(0.35, 0.65))) for x in xs]


def _bytes(levels: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.clip(levels + 0.5, 0, 255).astype(np.uint8)


def _window(rng: Generator, rgba: RGBA, size: int) -> NDArray[np.float64]:
    """From the photo to the frame: the whole squeezed, as at work, or a turned part of it."""
    h, w = rgba.shape[:2]
    part = 1.0 if rng.random() < 0.5 else rng.uniform(0.55, 1.0)
    squeeze = np.exp(rng.normal(0, 0.1)) if part < 1 else 1.0
    wide, tall = w * part, min(h, h * part * squeeze)
    left, top = rng.uniform(0, 1) * (w - wide), rng.uniform(0, 1) * (h - tall)
    across, down = [size / wide, 0, -left * size / wide], [0, size / tall, -top * size / tall]
    matrix = np.array([across, down, [0, 0, 1]])
    if rng.random() < 0.3:
        turn = np.eye(3)
        turn[:2] = cv2.getRotationMatrix2D((size / 2, size / 2), rng.normal(0, 12), 1.0)
        matrix = turn @ matrix
    return matrix[:2]


def _box(alpha: Grey) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is there."""
    ys, xs = np.nonzero(alpha > 8)
    if not len(ys):
        return 0, 0, alpha.shape[1], alpha.shape[0]
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def boxed(rgba: RGBA) -> RGBA:
    left, top, right, bottom = _box(rgba[..., 3])
    return rgba[top:bottom, left:right]


def _mean_colour(rgba: RGBA) -> Picture:
    weight = rgba[..., 3].astype(np.float32)
    return (rgba[..., :3] * weight[..., None]).sum((0, 1)) / max(1.0, float(weight.sum()))


def repainted(rng: Generator, rgba: RGBA) -> RGBA:
    """The same product in another colour: lighter, darker, greyer, another hue."""
    roll = rng.random()
    if roll < 0.45:
        return rgba
    colours = rgba[..., :3].astype(np.float32)
    if roll < 0.6:
        hsv = cv2.cvtColor(rgba[..., :3], cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(np.int32) + int(rng.integers(180))) % 180
        colours = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)
    elif roll < 0.72:  # towards white goods and black goods
        end = 255.0 if rng.random() < 0.6 else 0.0
        colours = colours + (end - colours) * rng.uniform(0.3, 0.85)
    else:
        colours = colours * rng.uniform(0.6, 1.35) + rng.normal(0, 10, 3)
    return np.dstack([np.clip(colours, 0, 255).astype(np.uint8), rgba[..., 3]])


def _made_of_glass(rng: Generator, rgba: RGBA) -> RGBA:
    """Clear in the middle, whiter and darker at the edges."""
    alpha = rgba[..., 3].astype(np.float32) / 255
    depth = cv2.GaussianBlur(alpha, (0, 0), max(2.0, 0.03 * max(alpha.shape)))
    rim = np.clip(2 * (1 - depth), 0, 1)
    grey = rgba[..., :3].mean(2, keepdims=True)
    shine = np.clip((grey - np.percentile(grey, 85)) / 60, 0, 1)[..., 0]
    clear = rng.uniform(0.05, 0.35)
    seen = alpha * np.clip(clear + rng.uniform(0.2, 0.7) * rim + 0.8 * shine, 0, 1)
    return np.dstack([np.repeat(grey, 3, 2).astype(np.uint8), (seen * 255).astype(np.uint8)])


def _mirrored(rng: Generator, picture: Picture, item: Item) -> Picture:
    """A glossy table: the product once more, upside down and fading."""
    _, top, _, bottom = _box((item.alpha * 255).astype(np.uint8))
    size = picture.shape[0]
    tall = min(bottom - top, size - bottom)
    if tall < 4:
        return picture
    fade = (rng.uniform(0.15, 0.6) * np.linspace(1, rng.uniform(0, 0.5), tall))[:, None, None]
    share = item.alpha[bottom - tall : bottom][::-1][..., None] * fade
    out = picture.copy()
    below = slice(bottom, bottom + tall)
    out[below] = item.colours[bottom - tall : bottom][::-1] * share + out[below] * (1 - share)
    return out


WORDS = (
    "SALE", "-50%", "NEW", "HIT", "1+1", "100% cotton", "Best price", "499", "XL", "TOP", "www.shop.com",
    "5 years",
)  # fmt: skip


def _lettered(rng: Generator, ground: Picture) -> Picture:
    """Words and badges printed on the ground: no product, however bold."""
    out = np.ascontiguousarray(np.clip(ground, 0, 255).astype(np.uint8))
    size = out.shape[0]
    for _ in range(int(rng.integers(1, 5))):
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        x, y = (int(v) for v in rng.uniform(0, 0.9, 2) * size)
        roll = rng.random()
        if roll < 0.25:
            cv2.circle(out, (x, y), int(rng.uniform(0.04, 0.12) * size), colour, -1, cv2.LINE_AA)
        elif roll < 0.5:
            wide, tall = int(rng.uniform(0.1, 0.4) * size), int(rng.uniform(0.04, 0.1) * size)
            cv2.rectangle(out, (x, y), (x + wide, y + tall), colour, -1)
        word, font = str(rng.choice(WORDS)), int(rng.integers(0, 8))
        ink = tuple(int(v) for v in rng.integers(0, 256, 3))
        scale, thick = rng.uniform(0.3, 1.4) * size / 256, int(rng.integers(1, 4))
        cv2.putText(out, word, (x, y + 8), font, scale, ink, thick, cv2.LINE_AA)
    return out.astype(np.float32)
