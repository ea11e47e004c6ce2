"""Cards with known defects: picture `n` of a seed is the same, asked for alone or among thousands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from packshot.errors import Refused
from packshot.image.files import write_whole
from packshot.image.types import Box, Grey, Size
from packshot.training.defects.cards import (
    Card,
    Floats,
    Scene,
    Truth,
    cut_to_box,
    extent,
    fit,
    grey,
    light_ground,
    photographed,
    repainted,
    scene,
    seen,
)
from packshot.training.defects.filmed import FILMED, tinted
from packshot.training.defects.goods import Good, Split, Stock
from packshot.training.defects.lettered import print_on_goods
from packshot.training.defects.overlaid import LAID
from packshot.training.defects.staged import STAGED, abreast
from packshot.training.lettering import Fonts
from packshot.words import say

GRADES = ("mild", "clear", "gross")
KINDS = (*STAGED, "collage", *LAID, *FILMED)
TROUBLE = ("print", "pair", "set", "white_on_white", "shadow", "floating")
"""Clean cards that may be taken for defects."""
CLEAN = 10
"""Plain clean cards in a round; a round holds one card of every kind and of every trouble besides."""
ROUND = len(KINDS) + len(TROUBLE) + CLEAN
SECOND = 0.15
"""Share of cards with a further defect."""
LIGHT = 110
"""Level of a good's middle tone from which too much light burns it."""
TRUTH = "truth.jsonl"


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    jpeg: bytes
    mask: Grey
    """What is sold."""
    line: dict[str, object]
    """Of truth.jsonl."""


class Maker:
    def __init__(self, stock: Stock, fonts: Fonts, split: Split, seed: int = 0) -> None:
        self.stock, self.fonts, self.split, self.seed = stock, fonts, split, seed

    def __call__(self, number: int) -> Made:
        rng = np.random.default_rng([self.seed, number])
        round_, slot = divmod(number, ROUND)
        if slot < len(KINDS):
            wanted = {KINDS[slot]: (round_ + slot) % len(GRADES)}
            if rng.random() < SECOND:
                wanted |= _second(KINDS[slot], rng)
            made, card = self._defective(rng, wanted)
        else:
            trouble = TROUBLE[slot - len(KINDS)] if slot < len(KINDS) + len(TROUBLE) else ""
            made, card = self._clean(rng, trouble)
        return self._written(number, made, card)

    def _defective(self, rng: Generator, wanted: dict[str, int]) -> tuple[Scene, Card]:
        made = scene(self.stock, rng, self._light_good(rng) if "too_bright" in wanted else None)
        first = {kind: grade for kind, grade in wanted.items() if kind in STAGED}
        for kind, grade in first.items():
            STAGED[kind](made, self.stock, rng, grade)
        card = self._collage(rng, made, wanted["collage"]) if "collage" in wanted else seen(made, rng)
        later = {kind: grade for kind, grade in wanted.items() if kind not in first}
        for kind, grade in later.items():
            if kind in LAID:
                LAID[kind](card, self.fonts, rng, grade)
        card = photographed(card, rng)
        for kind, grade in later.items():
            if kind in FILMED:
                FILMED[kind](card, rng, grade)
        drawn = {
            kind: grade for kind, grade in wanted.items() if kind not in LAID or card.truth.boxes.get(kind)
        }
        card.truth.kinds = {kind: GRADES[grade] for kind, grade in drawn.items()}
        return made, card

    def _light_good(self, rng: Generator) -> Good:
        """Black goods take twice the light and are none the worse."""
        for _ in range(20):
            good = self.stock.good(rng)
            if float(np.median(good.rgba[..., :3][good.rgba[..., 3] > 127])) > LIGHT:
                break
        return good

    def _clean(self, rng: Generator, trouble: str) -> tuple[Scene, Card]:
        made = scene(self.stock, rng)
        told = not trouble or trouble == "print" or TROUBLES[trouble](made, self.stock, rng)
        card = seen(made, rng)
        if trouble == "print":
            told = any(print_on_goods(card, self.fonts, rng) for _ in range(6))
        card.truth.looks_like = trouble if told else ""
        return made, photographed(card, rng)

    def _collage(self, rng: Generator, made: Scene, grade: int) -> Card:
        """Views of one thing, each a picture of its own, with seams or gaps between them."""
        size = made.size
        grids = (((1, 2), (2, 1)), ((1, 2), (2, 1), (2, 2)), ((2, 2), (3, 1), (2, 3)))[grade]
        columns, rows = grids[int(rng.integers(len(grids)))]
        gap = round(size.short_side * rng.uniform(0.004, 0.02)) if grade == 0 or rng.random() < 0.5 else 0
        wide, tall = (size.width - gap * (columns - 1)) // columns, (size.height - gap * (rows - 1)) // rows
        picture = np.broadcast_to(_gap_colour(rng), (size.height, size.width, 3)).astype(np.float32).copy()
        goods, boxes = np.zeros(picture.shape[:2], np.float32), []
        for at in range(columns * rows):
            left, top = at % columns * (wide + gap), at // columns * (tall + gap)
            view = self._view(rng, replace(made, size=Size(wide, tall), truth=Truth()), at, grade)
            place = Box(left, top, left + wide, top + tall)
            picture[place.slices], goods[place.slices] = view.picture, view.goods
            boxes += [box.moved(left, top) for box in view.boxes]
            made.truth.mark("collage", place)
        made.truth.count = columns * rows
        return Card(picture, goods, made.truth, boxes, quality=int(rng.integers(84, 96)))

    def _view(self, rng: Generator, made: Scene, at: int, grade: int) -> Card:
        """Whole, mirrored, or from near; each on its own ground from the grade "clear" on."""
        good = cut_to_box(made.main.good)
        wide, tall = extent(good)
        near = at > 0 and rng.random() < 0.4
        fill = rng.uniform(1.3, 1.8) if near else rng.uniform(0.75, 0.9)
        piece = replace(
            made.main, good=good, x=made.size.width / 2, y=made.size.height / 2, mirrored=bool(at % 2),
            side=fit(wide, tall, made.size, fill),
        )  # fmt: skip
        ground = np.full((made.size.height, made.size.width, 3), 255.0, np.float32)
        tint = (
            tinted(rng.uniform(80, 97), rng.uniform(2, 14), rng.uniform(0, 6.28))
            if grade or at % 2
            else tinted(rng.uniform(84, 93), 1, 0)
        )
        return seen(replace(made, ground=ground * tint / 255, pieces=[piece]), rng)

    def _written(self, number: int, made: Scene, card: Card) -> Made:
        picture = grey(np.clip(card.picture / 255, 0, 1).astype(np.float32))
        data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, card.quality])[1]
        truth, good = card.truth, made.main.good
        line: dict[str, object] = {
            "file": f"photos/{name_of(number)}.jpg", "mask": f"masks/{name_of(number)}.png",
            "split": self.split, "number": number, "width": card.size.width, "height": card.size.height,
            "kinds": truth.kinds, "looks_like": truth.looks_like,
            "family": good.family, "source": good.source, "group": good.group, "goods": good.name,
            "worn": good.worn,
            "boxes": {kind: [_plain(box) for box in boxes] for kind, boxes in truth.boxes.items()},
            "goods_boxes": [_plain(box) for box in card.boxes],
            "words": truth.words, "crop": truth.crop, "count": truth.count, "enlarged": truth.enlarged,
        }  # fmt: skip
        return Made(data.tobytes(), grey(card.goods), line)


def name_of(number: int) -> str:
    return f"{number:06d}"


def write(maker: Maker, out: Path, count: int, advance: Callable[[], None] = lambda: None) -> Path:
    """`photos/`, `masks/`, and `truth.jsonl` with a line for each; other folders are left alone."""
    mine = (out / TRUTH).exists()
    if out.exists() and any(out.iterdir()) and not mine:
        what = say("{path} holds other files.", path=str(out))
        raise Refused(what, say("Name an empty folder, or one that this command has filled."))
    for part in ("photos", "masks"):
        (out / part).mkdir(parents=True, exist_ok=True)
    if mine:
        for old in read(out):
            (out / str(old["file"])).unlink(missing_ok=True)
            (out / str(old["mask"])).unlink(missing_ok=True)
    else:
        (out / TRUTH).touch()
    lines = []
    for number in range(count):
        made = maker(number)
        write_whole(out / str(made.line["file"]), made.jpeg)
        write_whole(out / str(made.line["mask"]), cv2.imencode(".png", made.mask)[1].tobytes())
        lines.append(json.dumps(made.line, ensure_ascii=False))
        advance()
    write_whole(out / TRUTH, ("\n".join(lines) + "\n").encode("utf8"))
    return out / TRUTH


def read(folder: Path) -> Iterator[dict[str, object]]:
    with (folder / TRUTH).open(encoding="utf8") as lines:
        for line in lines:
            yield json.loads(line)


# --- a further defect --------------------------------------------------------------------------------------

GROUND = ("coloured_ground", "cluttered_ground", "uneven_ground")
FURTHER = (
    *GROUND,
    "text_ru",
    "text_en",
    "price_tag",
    "discount_badge",
    "logo",
    "qr_code",
    "colour_cast",
    "jpeg",
)
"""Kinds that go with most others and hide none."""


def _second(first: str, rng: Generator) -> dict[str, int]:
    alike = GROUND if first in GROUND else (first,)
    fits = [kind for kind in FURTHER if kind not in alike and not (first in FILMED and kind in FILMED)]
    if first in ("watermark", "watermark_tiled", "collage", "frame", "too_bright", "too_dark", "colour_cast"):
        fits = [kind for kind in fits if kind not in GROUND]
    kind = str(rng.choice(fits))
    return {kind: int(rng.integers(len(GRADES)))}


# --- clean cards that look like trouble --------------------------------------------------------------------


def _pair(made: Scene, stock: Stock, rng: Generator) -> bool:
    """Two shoes that mirror one another, a little turned."""
    shoe = stock.shoe(rng)
    if shoe is None:
        return False
    one = replace(made.main, good=shoe, angle=float(rng.normal(0, 3)))
    abreast(made, rng, [one, replace(one, mirrored=True, angle=-one.angle)], [1.0, 1.0])
    made.truth.count, made.truth.enlarged = 2, round(made.pieces[0].side / max(extent(shoe)), 2)
    return True


def _set(made: Scene, stock: Stock, rng: Generator) -> bool:
    """Three of one kind, each smaller than the last: pots, boxes, bowls."""
    good = cut_to_box(stock.good(rng, "renders"))
    pieces = [replace(made.main, good=good, angle=0.0)] * 3
    abreast(made, rng, pieces, [1.0, float(rng.uniform(0.68, 0.74)), float(rng.uniform(0.46, 0.52))])
    made.truth.count = 3
    return True


def _white_on_white(made: Scene, stock: Stock, rng: Generator) -> bool:
    good = cut_to_box(stock.good(rng, "renders", "clothes"))
    wide, tall = extent(good)
    main = made.change(made.main, good=good, side=fit(wide, tall, made.size, rng.uniform(0.7, 0.9)))
    colours = main.good.rgba[..., :3].astype(np.float32)
    light = colours.mean(2, keepdims=True)
    top = np.percentile(light[main.good.rgba[..., 3] > 127], 97)
    pale = light / max(20.0, float(top)) * rng.uniform(243, 252)
    made.change(
        main, good=repainted(main.good, np.repeat(pale + (255 - pale) * rng.uniform(0.35, 0.6), 3, 2))
    )
    made.ground = np.full_like(made.ground, 255.0)
    made.shade = float(rng.uniform(0.3, 0.7))
    return True


def _shadow(made: Scene, stock: Stock, rng: Generator) -> bool:
    """Its own shadow, soft and deep."""
    good = stock.good(rng, "renders")
    wide, tall = extent(good)
    made.change(made.main, good=good, angle=0.0, side=fit(wide, tall, made.size, rng.uniform(0.65, 0.8)))
    made.ground, made.shade = light_ground(rng, made.size), float(rng.uniform(0.8, 1.0))
    return True


def _floating(made: Scene, stock: Stock, rng: Generator) -> bool:
    made.shade = 0.0
    made.ground = np.full_like(made.ground, 255.0)
    return True


TROUBLES: dict[str, Callable[[Scene, Stock, Generator], bool]] = {
    "pair": _pair,
    "set": _set,
    "white_on_white": _white_on_white,
    "shadow": _shadow,
    "floating": _floating,
}


def _gap_colour(rng: Generator) -> Floats:
    return np.full(3, 255.0 if rng.random() < 0.7 else rng.uniform(0, 60), np.float32)


def _plain(box: Box) -> list[int]:
    return [box.left, box.top, box.right, box.bottom]
