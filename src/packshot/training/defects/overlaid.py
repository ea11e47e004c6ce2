"""What else a designer lays over a card: watermarks, frames, codes, insets, arrows and icons."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.image.types import Box
from packshot.training.defects.cards import Card, Floats
from packshot.training.defects.lettered import (
    RUSSIAN,
    SYLLABLES,
    Ink,
    colour_on,
    discount_badge,
    emblem,
    font_case,
    logo,
    places,
    price_tag,
    text_en,
    text_ru,
    write,
)
from packshot.training.lettering import Fonts, drawn

Overlay = Callable[[Card, Fonts, Generator, int], None]
"""Draws on the card; the number is the grade: 0 mild, 1 clear, 2 gross."""

FEATURES = (
    "Не мнётся", "Съёмный ремень", "Прочное дно", "Лёгкий уход", "Soft touch", "Easy clean", "Плотный шов",
    "Защита 24/7", "Дышащий материал", "Strong grip", "Удобная форма", "Широкая ручка",
)  # fmt: skip

# --- marks -------------------------------------------------------------------------------------------------


def watermark(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    """One pale word across the picture."""
    mask = _mark(card, fonts, rng, card.size.short_side * float(rng.uniform(0.07, 0.13)))
    if mask is None:
        return
    size = card.size
    layer = np.zeros((size.height, size.width), np.float32)
    spot = (size.width * rng.uniform(0.4, 0.6), size.height * rng.uniform(0.4, 0.65))
    if rng.random() < 0.3:
        spot = (size.width * rng.uniform(0.35, 0.65), size.height * rng.choice([0.08, 0.92]))
    _stamp(layer, mask, spot, float(rng.choice([0.0, -20, -30, -45])))
    _fade_in(card, layer, rng, grade, "watermark")
    ys, xs = np.nonzero(layer > 0.3)
    if len(ys):
        box = Box(int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
        card.truth.mark("watermark", box)


def watermark_tiled(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    tall = card.size.short_side * float(rng.uniform(0.03, 0.06))
    mask = _mark(card, fonts, rng, tall)
    if mask is None:
        return
    size = card.size
    layer = np.zeros((size.height, size.width), np.float32)
    step = (mask.shape[1] * rng.uniform(1.15, 1.5), max(2.5 * tall, mask.shape[1] * rng.uniform(0.4, 0.8)))
    turn = float(rng.choice([0.0, -20, -30, -45]))
    for row, y in enumerate(np.arange(-step[1], size.height + step[1], step[1])):
        for x in np.arange(-step[0], size.width + step[0], step[0]):
            _stamp(layer, mask, (x + (row % 2) * step[0] / 2, y), turn)
    _fade_in(card, layer, rng, grade, "watermark_tiled")
    card.truth.mark("watermark_tiled", Box.whole(size))


def _mark(card: Card, fonts: Fonts, rng: Generator, tall: float) -> NDArray[np.uint8] | None:
    word = "".join(rng.choice(SYLLABLES, int(rng.integers(2, 4))))
    text = str(
        rng.choice(
            [f"{word}.ru", f"{word}-shop.ru", f"© {word}", f"www.{word}.com", word.upper(), f"@{word}"]
        )
    )
    font = fonts.pick(rng, text)
    if font is None:
        text, font = word.upper(), fonts.pick(rng, word.upper())
    mask = None if font is None else drawn(rng, font_case(font, text), font, max(12, round(tall)))
    if mask is None or min(mask.shape) < 4:
        return None
    wide = 0.85 * card.size.short_side
    if mask.shape[1] > wide:
        k = wide / mask.shape[1]
        mask = np.asarray(cv2.resize(mask, None, fx=k, fy=k, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(mask, np.uint8)


def _stamp(layer: Floats, mask: NDArray[np.uint8], middle: tuple[float, float], angle: float) -> None:
    h, w = mask.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), -angle, 1.0)
    turn[:, 2] += np.array(middle) - (w / 2, h / 2)
    there = cv2.warpAffine(mask, turn, (layer.shape[1], layer.shape[0])).astype(np.float32) / 255
    np.maximum(layer, there, out=layer)


def _fade_in(card: Card, layer: Floats, rng: Generator, grade: int, kind: str) -> None:
    opacity = float(rng.uniform(*((0.1, 0.16), (0.18, 0.28), (0.32, 0.5))[grade]))
    below = float((card.picture.mean(2) * layer).sum() / max(1.0, float(layer.sum())))
    ink = np.full(3, rng.uniform(60, 110) if below > 150 else rng.uniform(215, 255))
    part = (layer * opacity)[..., None]
    card.picture = (card.picture * (1 - part) + ink * part).astype(np.float32)


def frame(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    """A border, a thin line a little way in, or bars at two sides."""
    size, h, w = card.size, card.size.height, card.size.width
    share = float(rng.uniform(*((0.006, 0.011), (0.014, 0.028), (0.035, 0.07))[grade]))
    px = max(3, round(share * size.short_side))
    rim = card.picture[[0, -1]].reshape(-1, 3).mean(0)
    colour = np.array(colour_on(rng, rim, 45, loud=rng.random() < 0.5))
    sides = np.zeros((h, w), bool)
    roll = rng.random()
    if roll < 0.25 and grade > 0:
        bars = max(px, round(0.05 * size.short_side))
        across = rng.random() < 0.6
        sides[: bars if across else h, : w if across else bars] = True
        sides[-bars if across else 0 :, 0 if across else -bars :] = True
        colour = np.full(3, 0.0) if rng.random() < 0.7 else colour
    else:
        inset = round(rng.uniform(0.008, 0.02) * size.short_side) if roll < 0.45 else 0
        sides[inset : h - inset, inset : w - inset] = True
        sides[inset + px : h - inset - px, inset + px : w - inset - px] = False
    card.picture[sides] = colour
    card.truth.mark("frame", Box.whole(size))


def qr_code(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    word = "".join(rng.choice(SYLLABLES, 3))
    modules = cv2.QRCodeEncoder.create().encode(f"https://{word}.example/{int(rng.integers(1_000_000))}")
    modules = cv2.copyMakeBorder(modules, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=255)
    size = round(
        card.size.short_side * float(rng.uniform(*((0.12, 0.15), (0.17, 0.23), (0.26, 0.36))[grade]))
    )
    code = cv2.resize(modules, (size, size), interpolation=cv2.INTER_NEAREST)
    if rng.random() < 0.3:
        ink = rng.uniform(0, 70, 3)
        tone = code[..., None] / 255 * (255 - ink) + ink
    else:
        tone = np.repeat(code[..., None], 3, 2).astype(np.float64)
    x, y = places(card, rng, prefer_free=grade < 2, reach=0.6 * size / card.size.short_side)[0]
    rgba = np.dstack([tone, np.full(code.shape, 255.0)]).astype(np.float32)
    card.truth.mark("qr_code", card.lay(rgba, round(x - size / 2), round(y - size / 2)))


def inset(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    """A close-up of the goods in a circle or a square, in a corner."""
    size = round(card.size.short_side * float(rng.uniform(*((0.2, 0.25), (0.27, 0.34), (0.36, 0.45))[grade])))
    goods = card.goods_box
    part = max(24, round(rng.uniform(0.45, 0.8) * size))
    left = int(
        np.clip(rng.uniform(goods.left, max(goods.left + 1, goods.right - part)), 0, card.size.width - part)
    )
    top = int(
        np.clip(rng.uniform(goods.top, max(goods.top + 1, goods.bottom - part)), 0, card.size.height - part)
    )
    near = card.picture[top : top + part, left : left + part]
    near = cv2.resize(near, (size, size), interpolation=cv2.INTER_CUBIC)
    mask = np.zeros((size, size), np.uint8)
    if rng.random() < 0.6:
        cv2.circle(mask, (size // 2, size // 2), size // 2 - 2, 255, -1, cv2.LINE_AA)
    else:
        mask[1:-1, 1:-1] = 255
    rim = max(2, round(0.02 * size))
    inner = cv2.erode(mask, np.ones((2 * rim + 1,) * 2, np.uint8))[..., None] / 255
    colour = np.array(colour_on(rng, card.picture[0].mean(0), 40, loud=rng.random() < 0.5))
    near = near * inner + colour * (1 - inner)
    x, y = places(card, rng, prefer_free=True, reach=0.55 * size / card.size.short_side)[0]
    rgba = np.dstack([near, mask]).astype(np.float32)
    card.truth.mark("inset", card.lay(rgba, round(x - size / 2), round(y - size / 2)))


# --- infographic -------------------------------------------------------------------------------------------


def infographic(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    """Mild: a size line; clear: callouts; gross: callouts, icons, and a headline."""
    ink = colour_on(rng, card.picture[0].mean(0), 110, loud=rng.random() < 0.4)
    if grade == 0 or rng.random() < 0.35:
        _size_line(card, fonts, rng, ink)
    if grade >= 1:
        for text in rng.choice(FEATURES, int(rng.integers(2, 4)) + (grade == 2), replace=False):
            _callout(card, fonts, rng, str(text), ink)
    if grade == 2:
        for _ in range(int(rng.integers(2, 4))):
            size = round(card.size.short_side * rng.uniform(0.08, 0.12))
            x, y = places(card, rng, prefer_free=True)[0]
            icon = emblem(rng, size, np.array(ink))
            card.truth.mark("infographic", card.lay(icon, round(x - size / 2), round(y - size / 2)))
        tall = card.size.short_side * 0.06
        place = (card.size.width / 2, 1.6 * tall)
        write(card, fonts, rng, str(rng.choice(RUSSIAN)), place, tall, "infographic", ink=ink, plated=False)


def _size_line(card: Card, fonts: Fonts, rng: Generator, ink: Ink) -> None:
    box, size = card.goods_box, card.size
    pen = _Pen(card, ink, max(1, round(0.003 * size.short_side)))
    tall = max(14.0, 0.035 * size.short_side)
    text = f"{int(rng.integers(5, 190))} {rng.choice(['см', 'мм', 'cm'])}"
    if rng.random() < 0.5 and box.left > 0.09 * size.width:
        x = box.left - 0.03 * size.width
        pen.double_arrow((x, box.top), (x, box.bottom))
        write(
            card,
            fonts,
            rng,
            text,
            (x, (box.top + box.bottom) / 2),
            tall,
            "infographic",
            ink=ink,
            plated=False,
            angle=-90,
        )
    else:
        y = min(size.height - 2.4 * tall, box.bottom + 0.02 * size.height)
        pen.double_arrow((box.left, y), (box.right, y))
        write(card, fonts, rng, text, (box.centre[0], y + tall), tall, "infographic", ink=ink, plated=False)
    card.truth.mark("infographic", pen.box())


def _callout(card: Card, fonts: Fonts, rng: Generator, text: str, ink: Ink) -> None:
    """A dot on the goods, a line from it, and words at its end."""
    box, size = card.goods_box, card.size
    tall = max(13.0, 0.03 * size.short_side)
    dot = (
        rng.uniform(box.left + 0.2 * box.width, box.right - 0.2 * box.width),
        rng.uniform(box.top + 0.1 * box.height, box.bottom - 0.1 * box.height),
    )
    left = rng.random() < 0.5
    end = (
        0.14 * size.width if left else 0.86 * size.width,
        float(np.clip(dot[1] + rng.normal(0, 0.08) * size.height, 3 * tall, size.height - 2 * tall)),
    )
    pen = _Pen(card, ink, max(1, round(0.0025 * size.short_side)))
    pen.dot(dot)
    pen.line(dot, end)
    card.truth.mark("infographic", pen.box())
    write(
        card,
        fonts,
        rng,
        text,
        (end[0], end[1] - 0.9 * tall),
        tall,
        "infographic",
        ink=ink,
        plated=rng.random() < 0.2,
        width=0.45 * size.width,
    )


class _Pen:
    """Draws with soft edges and remembers where."""

    def __init__(self, card: Card, ink: Ink, thick: int) -> None:
        self.card, self.ink, self.thick = card, ink, thick
        self.points: list[tuple[float, float]] = []

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.points += [start, end]
        self._paint(
            lambda mask: cv2.line(mask, _fixed(start), _fixed(end), 255, self.thick, cv2.LINE_AA, FINE)
        )

    def dot(self, at: tuple[float, float]) -> None:
        self.points.append(at)
        radius = int(2.2 * self.thick * 2**FINE)
        self._paint(lambda mask: cv2.circle(mask, _fixed(at), radius, 255, -1, cv2.LINE_AA, FINE))

    def double_arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.line(start, end)
        along = np.array(end) - start
        along = along / max(1.0, float(np.hypot(*along)))
        for tip, way in ((start, along), (end, -along)):
            for turn in (-0.5, 0.5):
                c, s = np.cos(turn), np.sin(turn)
                barb = np.array(tip) + 5 * self.thick * np.array(
                    [c * way[0] - s * way[1], s * way[0] + c * way[1]]
                )
                self.line(tip, (float(barb[0]), float(barb[1])))

    def box(self) -> Box:
        xs, ys = zip(*self.points, strict=True)
        room = 2 * self.thick
        found = Box(int(min(xs)) - room, int(min(ys)) - room, int(max(xs)) + room, int(max(ys)) + room)
        return found.inside(self.card.size)

    def _paint(self, draw: Callable[[NDArray[np.uint8]], object]) -> None:
        mask = np.zeros(self.card.picture.shape[:2], np.uint8)
        draw(mask)
        part = mask[..., None] / np.float32(255)
        self.card.picture = self.card.picture * (1 - part) + np.array(self.ink, np.float32) * part


FINE = 4
"""Bits of a pixel's fraction that OpenCV's lines understand."""


def _fixed(at: tuple[float, float]) -> tuple[int, int]:
    return int(at[0] * 2**FINE), int(at[1] * 2**FINE)


LAID: dict[str, Overlay] = {
    "text_ru": text_ru,
    "text_en": text_en,
    "price_tag": price_tag,
    "discount_badge": discount_badge,
    "logo": logo,
    "watermark": watermark,
    "watermark_tiled": watermark_tiled,
    "frame": frame,
    "qr_code": qr_code,
    "inset": inset,
    "infographic": infographic,
}
