"""Are letters what they were? Our own reader reads enlarged lines of print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from judge.tables import table
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from enlarge.engines import LANCZOS, NET, Enlarge
from enlarge.measure import told_share
from enlarge.pictures import SEED, Held
from packshot.engines.base import FoundText
from packshot.engines.text_read import LATIN, RUSSIAN, TextRead, one_script
from packshot.image.types import RGB, Box, size_of
from packshot.training import lettering
from packshot.training.text_read import distance
from packshot.training.upscaler import by_area, jpeg

HEIGHTS = (8, 10, 12, 16)
"""Of the ink of a line in the small picture: from the top of its highest letter to the foot of its lowest."""
LETTERS = {"ru": RUSSIAN, "en": LATIN}
FEWEST, LONGEST = 4, 24
QUALITY = 75
SMALL, TRUTH = "small", "truth"
SHARP = 2
"""Lines are drawn so many times larger than the truth, then shrunk by area."""
ROOM = 64
"""Grounds are multiples of it, so that the runtime sees few shapes."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    language: str
    height_px: int
    text: str
    truth: RGB
    outline: NDArray[np.float64]
    """In the truth's pixels."""


@dataclass(frozen=True, slots=True)
class Read:
    language: str
    height_px: int
    way: str
    version: str
    """small, an engine, truth."""
    letters: int
    right: int


def lines(held: Held, count: int, heights: Sequence[int] = HEIGHTS, longest: int = LONGEST) -> Iterator[Line]:
    for language in LETTERS:
        for height in heights:
            for number in range(count):
                yield line(
                    default_rng((SEED, height, number, language == "ru")), held, language, height, longest
                )


def line(rng: Generator, held: Held, language: str, height: int, longest: int) -> Line:
    for _ in range(100):
        text = lettering.phrase(rng, language, held.lexicon, longest)
        font = held.fonts.pick(rng, text)
        if font is None or sum(letter in LETTERS[language] for letter in text) < FEWEST:
            continue
        tall = 2 * SHARP * height
        ground = grounded(rng, held, int(tall * (2 + 0.8 * len(text))), 3 * tall)
        how = lettering.look(rng, ground, turned=0, bent=0)
        middle = (ground.shape[1] / 2, ground.shape[0] / 2)
        laid = lettering.laid(rng, ground, text, font, tall, how=how, at=middle)
        if laid:
            return Line(
                language, height, laid.text, by_area(rng, laid.picture, SHARP), np.array(laid.outline) / SHARP
            )
    raise ArithmeticError(f"no line of {height} px can be drawn with these fonts")


def grounded(rng: Generator, held: Held, width: int, height: int) -> RGB:
    """Paper of one colour, or a piece of a photo."""
    size = (ROOM * ceil(width / ROOM), ROOM * ceil(height / ROOM))
    if rng.random() < 0.5:
        return np.full(
            (size[1], size[0], 3), rng.uniform(60, 255, 3) if rng.random() < 0.4 else 244, np.uint8
        )
    photos = held.of("clothes") + held.of("people")
    picture = photos[int(rng.integers(len(photos)))].pixels
    top, left = (int(rng.integers(0, side // 2)) for side in picture.shape[:2])
    part = picture[top : top + picture.shape[0] // 2, left : left + picture.shape[1] // 2]
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def read(some: Iterator[Line], engines: Mapping[str, Enlarge]) -> Iterator[Read]:
    reader = TextRead()
    for number, one in enumerate(some):
        clean = by_area(default_rng(0), one.truth, 2)
        known = right(reader, one.truth, one.outline, one.text)
        for way, small in {
            CLEAN: clean,
            JPEG: jpeg(default_rng(number), clean, QUALITY, QUALITY + 1),
        }.items():
            told = {SMALL: right(reader, small, one.outline / 2, one.text), TRUTH: known}
            told |= {
                name: right(reader, engine(small, 2), one.outline, one.text)
                for name, engine in engines.items()
            }
            for version, count in told.items():
                yield Read(one.language, one.height_px, way, version, len(one.text), count)


CLEAN, JPEG = "clean", f"JPEG {QUALITY}"


def right(reader: TextRead, picture: RGB, outline: NDArray[np.float64], text: str) -> int:
    """Letters, by edit distance; those that look alike in both alphabets are folded."""
    found = FoundText(Box.whole(size_of(picture)), 1.0, 0.0, tuple(map(tuple, outline.tolist())))
    said = reader.read(picture, [found])[0].text
    return max(0, len(text) - distance(one_script(said), one_script(text)))


def letters_table(reads: Sequence[Read]) -> str:
    versions = [SMALL, *dict.fromkeys(r.version for r in reads if r.version not in (SMALL, TRUTH)), TRUTH]
    titles = (
        "language",
        "height",
        "saved",
        "n",
        "letters",
        *(f"{v}, %" for v in versions),
        "net − Lanczos, points",
    )
    keys = dict.fromkeys((r.language, f"{r.height_px} px", r.way) for r in reads)
    whole = [*dict.fromkeys((language, "all", way) for language, _, way in keys), ("both", "all", "both")]
    return table(titles, ([*key, *cells(chosen(reads, *key), versions)] for key in (*keys, *whole)))


def chosen(reads: Sequence[Read], language: str, height: str, way: str) -> list[Read]:
    return [
        r for r in reads
        if language in (r.language, "both")
        and height in (f"{r.height_px} px", "all")
        and way in (r.way, "both")
    ]  # fmt: skip


def cells(some: Sequence[Read], versions: Sequence[str]) -> list[str]:
    counts = {version: [r.right for r in some if r.version == version] for version in versions}
    letters = [r.letters for r in some if r.version == TRUTH]
    shares = [f"{100 * sum(counts[version]) / sum(letters):.1f}" for version in versions]
    return [
        str(len(letters)),
        str(sum(letters)),
        *shares,
        told_share((counts[LANCZOS], counts[NET]), letters),
    ]
