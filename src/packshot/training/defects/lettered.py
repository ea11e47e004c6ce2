"""Words on a card: laid over it by a designer, in tags and badges, or printed on the goods."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.image.types import Box
from packshot.training.defects.cards import Card, Floats, grey
from packshot.training.lettering import LOUD, LUMA, Font, Fonts, Look, drawn, laid

Ink = tuple[float, float, float]

RUSSIAN = (
    "Скидка", "Новинка", "Хит продаж", "Акция", "Распродажа", "Лучшая цена", "Гарантия 1 год", "В наличии",
    "Бесплатная доставка", "Подарок", "Суперцена", "Только сегодня", "100% хлопок", "Высокое качество",
    "Оригинал", "Размеры 42–54", "Сделано в России", "Новая коллекция", "Выгодно", "Звоните!", "Под заказ",
    "Мягкая ткань", "Прочный корпус", "Для дома и дачи", "Удобно и легко", "Не требует глажки", "Осень 2026",
)  # fmt: skip
ENGLISH = (
    "SALE", "New", "Best seller", "Free shipping", "Top quality", "100% cotton", "Original", "Hot price",
    "Limited edition", "Special offer", "Made in Italy", "New collection", "Only today", "Premium",
    "In stock", "Size M–XXL", "Buy now", "Gift inside", "Call us", "Eco friendly", "Waterproof",
    "2 years warranty",
)  # fmt: skip
SYLLABLES = ("lu", "mo", "ra", "ve", "ti", "no", "ka", "zo", "be", "di", "fe", "go", "pi", "su", "xa", "yo")


# --- words -------------------------------------------------------------------------------------------------


def text_ru(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    _phrases(card, fonts, rng, grade, RUSSIAN, "text_ru")


def text_en(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    _phrases(card, fonts, rng, grade, ENGLISH, "text_en")


def _phrases(card: Card, fonts: Fonts, rng: Generator, grade: int, among: tuple[str, ...], kind: str) -> None:
    """Mild: one small line beside the goods; gross: headlines that may lie on them."""
    short = card.size.short_side
    count = (1, int(rng.integers(1, 3)), int(rng.integers(2, 4)))[grade]
    spots = list({y: (x, y) for x, y in places(card, rng, prefer_free=grade < 2)[::-1]}.values())[::-1]
    font = fonts.pick(rng, among[0])
    for at in range(count):
        text = str(rng.choice(among))
        text = text.upper() if rng.random() < 0.35 else text
        tall = short * float(rng.uniform(*((0.032, 0.045), (0.045, 0.075), (0.065, 0.12))[grade]))
        plated = rng.random() < (0.15, 0.3, 0.5)[grade]
        write(card, fonts, rng, text, spots[at % len(spots)], max(15.0, tall), kind, font=font, plated=plated)


def price_tag(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    price = int(np.exp(rng.uniform(np.log(90), np.log(40000))))
    text = f"{price:,}".replace(",", " ") + str(
        rng.choice([" ₽", " руб.", "₽", " р.", "$"], p=[0.5, 0.2, 0.1, 0.1, 0.1])
    )
    tall = card.size.short_side * float(rng.uniform(*((0.035, 0.05), (0.055, 0.08), (0.09, 0.13))[grade]))
    place = places(card, rng, prefer_free=grade < 2)[0]
    box = write(
        card, fonts, rng, text, place, max(15.0, tall), "price_tag", plated=rng.random() < 0.85, loud=True
    )
    if box is not None and rng.random() < 0.4:  # the old price, struck out
        old = f"{round(price * rng.uniform(1.2, 2)):,}".replace(",", " ")
        below = (box.centre[0], box.bottom + 0.9 * tall)
        struck = write(card, fonts, rng, old, below, max(12.0, 0.6 * tall), "price_tag", plated=False)
        if struck is not None:
            y = round((struck.top + struck.bottom) / 2)
            colour = card.picture[struck.slices].reshape(-1, 3).min(0)
            card.picture[y - 1 : y + 1, struck.left : struck.right] = colour


def discount_badge(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    size = round(
        card.size.short_side * float(rng.uniform(*((0.11, 0.15), (0.16, 0.22), (0.24, 0.34))[grade]))
    )
    text = f"-{int(rng.choice([10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90]))}%"
    if rng.random() < 0.3:
        text = str(rng.choice(["ХИТ", "SALE", "NEW", "ТОП", "1+1", "АКЦИЯ", "-1000₽"]))
    colour = np.array(LOUD[int(rng.integers(len(LOUD)))]) + rng.normal(0, 10, 3)
    badge = _plate(rng, size, colour)
    x, y = places(card, rng, prefer_free=grade < 2, reach=0.62 * size / card.size.short_side)[0]
    box = card.lay(badge, round(x - size / 2), round(y - size / 2))
    card.truth.mark("discount_badge", box)
    ink = (255.0, 255.0, 255.0) if colour @ (0.3, 0.59, 0.11) < 170 else (20.0, 20.0, 20.0)
    tall = min(0.34 * size, 1.25 * size / max(2, len(text)))
    write(
        card,
        fonts,
        rng,
        text,
        (x, y),
        tall,
        "discount_badge",
        ink=ink,
        width=0.86 * size,
        plated=False,
        boxed=False,
    )


def logo(card: Card, fonts: Fonts, rng: Generator, grade: int) -> None:
    """A shop's sign: an emblem with a made-up word."""
    size = round(card.size.short_side * float(rng.uniform(*((0.08, 0.1), (0.11, 0.16), (0.18, 0.26))[grade])))
    colour = rng.uniform(0, 190, 3)
    x, y = places(card, rng, prefer_free=grade < 2, reach=0.09)[0]
    y = max(y, 1.1 * size)
    sign = emblem(rng, size, colour)
    card.truth.mark("logo", card.lay(sign, round(x - size / 2), round(y - size)))
    word = "".join(rng.choice(SYLLABLES, int(rng.integers(2, 4)))).capitalize()
    write(
        card,
        fonts,
        rng,
        word,
        (x, y + 0.28 * size),
        max(15.0, 0.34 * size),
        "logo",
        ink=tuple(colour),
        plated=False,
    )


def print_on_goods(card: Card, fonts: Fonts, rng: Generator) -> bool:
    """Words of the maker on the goods: shaded with them, bent with them. A clean card; False without room."""
    box = card.goods_box
    text = (
        str(rng.choice(ENGLISH + RUSSIAN))
        if rng.random() < 0.5
        else "".join(rng.choice(SYLLABLES, 3)).upper()
    )
    font = fonts.pick(rng, text)
    if font is None:
        return False
    mask = drawn(rng, font_case(font, text), font, 48)
    wide = box.width * rng.uniform(0.25, 0.42)
    scale = wide / max(1, mask.shape[1])
    tall = mask.shape[0] * scale
    if min(mask.shape) < 4 or not 10 < tall < 0.3 * box.height:
        return False
    x, y = box.centre[0] + rng.normal(0, 0.04) * box.width, box.top + box.height * rng.uniform(0.35, 0.55)
    turn = cv2.getRotationMatrix2D((mask.shape[1] / 2, mask.shape[0] / 2), rng.normal(0, 4), scale)
    turn[:, 2] += np.array([x, y]) - (mask.shape[1] / 2, mask.shape[0] / 2)
    cover: Floats = cv2.warpAffine(
        mask, turn, (card.size.width, card.size.height), None, cv2.INTER_AREA
    ).astype(np.float32)
    cover = cv2.GaussianBlur(cover / 255, (0, 0), 0.7)
    there = cover > 0.3
    if not there.any() or float(card.goods[there].mean()) < 0.97:
        return False
    light = card.picture.mean(2)
    shade = cv2.GaussianBlur(light, (0, 0), 1.2)
    base = float(np.median(shade[there]))
    ink = (
        np.array(LOUD[int(rng.integers(len(LOUD)))])
        if rng.random() < 0.4
        else np.full(3, 25.0 if base > 110 else 235.0)
    )
    if abs(float(ink.mean()) - base) < 50:
        ink = np.full(3, 25.0 if base > 110 else 235.0)
    lit = ink * (0.35 + 0.65 * shade[..., None] / max(20.0, base)) + (card.picture - shade[..., None]) * 0.5
    part = (cover * rng.uniform(0.8, 0.95))[..., None]
    card.picture = np.clip(lit * part + card.picture * (1 - part), 0, 255).astype(np.float32)
    ys, xs = np.nonzero(there)
    _say(
        card,
        font_case(font, text),
        Box(int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1),
        "print",
    )
    return True


def write(
    card: Card, fonts: Fonts, rng: Generator, text: str, middle: tuple[float, float], tall: float, kind: str,
    *, font: Font | None = None, ink: Ink | None = None, plated: bool, loud: bool = False, angle: float = 0.0,
    width: float = 0.0, boxed: bool = True,
) -> Box | None:  # fmt: skip
    """A line round this middle, moved and made smaller until it lies within the frame; where it lies."""
    if font is None or not font.knows(text):
        font = fonts.pick(rng, text)
    if font is None:
        return None
    size = card.size
    mask = drawn(np.random.default_rng(0), font_case(font, text), font, 48, plain=True)
    if min(mask.shape) < 2:
        return None
    most = min(width or size.width, 0.92 * size.width)
    tall = min(tall, most / (1.15 * mask.shape[1] / mask.shape[0]))
    wide = 1.2 * tall * mask.shape[1] / mask.shape[0]
    x = float(np.clip(middle[0], wide / 2 + tall, max(wide / 2 + tall, size.width - wide / 2 - tall)))
    x = x if wide / 2 + tall < size.width / 2 else size.width / 2
    y = float(np.clip(middle[1], 1.3 * tall, size.height - 1.3 * tall))
    around = _around(card, Box(round(x - wide / 2), round(y - tall), round(x + wide / 2), round(y + tall)))
    plate: Ink | None = None
    if plated:
        plate = colour_on(rng, around if ink is None else np.array(ink), 30 if ink is None else 90, loud=True)
    ink = ink or colour_on(rng, np.array(plate) if plate else around, 90, loud=loud and not plate)
    how = Look(
        ink,
        angle=angle,
        badge=plate,
        badge_form=str(rng.choice(["box", "round"])),
        shadow=0.4 * (rng.random() < 0.1),
    )
    picture = grey(card.picture / 255)
    for k in range(4):
        found = laid(rng, picture, text, font, max(9, round(tall * 0.8**k)), how=how, at=(x, y))
        if found is not None:
            card.picture = found.picture.astype(np.float32)
            box = _box(found.outline)
            _say(card, found.text, box, kind)
            if boxed:
                card.truth.mark(kind, _box(found.badge) if found.badge else box)
            return box
    return None


def font_case(font: Font, text: str) -> str:
    return text.upper() if font.one_case else text


def _say(card: Card, text: str, box: Box, kind: str) -> None:
    card.truth.words.append({"text": text, "box": [box.left, box.top, box.right, box.bottom], "of": kind})


def _box(points: tuple[tuple[float, float], ...]) -> Box:
    xs, ys = zip(*points, strict=True)
    return Box(int(min(xs)), int(min(ys)), int(np.ceil(max(xs))), int(np.ceil(max(ys))))


# --- where, in what colour ---------------------------------------------------------------------------------


def places(
    card: Card, rng: Generator, *, prefer_free: bool, reach: float = 0.07
) -> list[tuple[float, float]]:
    """Corners and edges' middles; those with least of the goods come first where they should stay free."""
    size, short = card.size, card.size.short_side
    near_x, near_y = (max(reach, 0.05) * short * rng.uniform(1.0, 1.25) for _ in range(2))
    xs = (near_x, size.width / 2, size.width - near_x)
    ys = (near_y, size.height / 2, size.height - near_y)
    spots = [(x, y) for x in xs for y in ys if (x, y) != (size.width / 2, size.height / 2)]
    spots = [spots[at] for at in rng.permutation(len(spots))]
    if not prefer_free:
        return spots
    side = round(reach * short)

    def covered(spot: tuple[float, float]) -> float:
        x, y = round(spot[0]), round(spot[1])
        part = card.goods[max(0, y - side) : y + side, max(0, x - 2 * side) : x + 2 * side]
        return round(float(part.mean()), 1) if part.size else 1.0

    return sorted(spots, key=covered)


def colour_on(rng: Generator, ground: NDArray[np.floating], least: float, *, loud: bool) -> Ink:
    """Black, white or a loud one, at least so many levels from what lies below."""
    for _ in range(12):
        if loud or rng.random() < 0.25:
            colour = np.array(LOUD[int(rng.integers(len(LOUD)))]) + rng.normal(0, 12, 3)
        else:
            colour = np.full(3, rng.uniform(0, 60) if rng.random() < 0.6 else rng.uniform(225, 255))
        apart = colour - ground
        if np.abs(apart).max() >= least and abs(float(apart @ LUMA)) >= 0.7 * least:
            r, g, b = (float(v) for v in np.clip(colour, 0, 255))
            return r, g, b
    return (20.0, 20.0, 20.0) if float(ground.mean()) > 127 else (245.0, 245.0, 245.0)


def emblem(rng: Generator, size: int, colour: NDArray[np.floating]) -> NDArray[np.float32]:
    """A simple sign: rings, a drop, a star, a tick, stripes in a shield."""
    fine = 4 * size
    mask = np.zeros((fine, fine), np.uint8)
    middle, thick = (fine // 2, fine // 2), max(4, fine // 14)
    roll = int(rng.integers(5))
    if roll == 0:
        for radius in (0.46, 0.3, 0.12):
            cv2.circle(mask, middle, int(radius * fine), 255, thick)
    elif roll == 1:
        points = int(rng.integers(4, 9))
        angles = np.arange(2 * points) * np.pi / points - np.pi / 2
        reach = np.where(np.arange(2 * points) % 2, rng.uniform(0.2, 0.34), 0.47) * fine
        star = np.c_[np.cos(angles), np.sin(angles)] * reach[:, None] + fine / 2
        cv2.fillPoly(mask, [star.astype(np.int32)], 255)
    elif roll == 2:
        cv2.circle(mask, middle, int(0.46 * fine), 255, thick)
        tick = np.array([[0.28, 0.52], [0.44, 0.68], [0.74, 0.34]]) * fine
        cv2.polylines(mask, [tick.astype(np.int32)], False, 255, int(1.4 * thick))
    elif roll == 3:
        shield = np.array([[0.1, 0.06], [0.9, 0.06], [0.86, 0.6], [0.5, 0.96], [0.14, 0.6]]) * fine
        cv2.fillPoly(mask, [shield.astype(np.int32)], 255)
        for x in (0.3, 0.5, 0.7):
            cv2.line(mask, (int(x * fine), 0), (int(x * fine), fine), 0, thick)
    else:
        cv2.ellipse(
            mask, middle, (int(0.46 * fine), int(0.22 * fine)), rng.uniform(0, 180), 0, 360, 255, thick
        )
        cv2.circle(mask, middle, int(0.16 * fine), 255, -1)
    small = cv2.resize(mask, (size, size), interpolation=cv2.INTER_AREA)
    return np.dstack([np.broadcast_to(colour, (size, size, 3)), small]).astype(np.float32)


def _plate(rng: Generator, size: int, colour: NDArray[np.floating]) -> NDArray[np.float32]:
    """A round, a burst, or a box with soft corners; flat or lit from above."""
    fine = 4 * size
    mask: Floats = np.zeros((fine, fine), np.uint8)
    roll = rng.random()
    if roll < 0.5:
        cv2.circle(mask, (fine // 2, fine // 2), fine // 2 - 4, 255, -1)
    elif roll < 0.75:
        points = int(rng.integers(10, 20))
        angles = np.arange(2 * points) * np.pi / points
        reach = np.where(np.arange(2 * points) % 2, 0.42, 0.49) * fine
        burst = np.c_[np.cos(angles), np.sin(angles)] * reach[:, None] + fine / 2
        cv2.fillPoly(mask, [burst.astype(np.int32)], 255)
    else:
        mask[int(0.2 * fine) : int(0.8 * fine), 4:-4] = 255
        mask = cv2.GaussianBlur(mask, (0, 0), 0.03 * fine)
        mask = np.asarray((mask > 127) * 255, np.uint8)
    small = cv2.resize(mask, (size, size), interpolation=cv2.INTER_AREA)
    tone = np.broadcast_to(colour, (size, size, 3)).astype(np.float32)
    if rng.random() < 0.3:
        tone = tone * np.linspace(1.12, 0.85, size, dtype=np.float32)[:, None, None]
    return np.dstack([np.clip(tone, 0, 255), small]).astype(np.float32)


def _around(card: Card, box: Box) -> NDArray[np.floating]:
    part = card.picture[box.inside(card.size).slices]
    return part.reshape(-1, 3).mean(0) if part.size else np.full(3, 255.0)
