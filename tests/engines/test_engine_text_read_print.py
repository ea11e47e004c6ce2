"""The shipped text reader on print, level, turned, long and hostile."""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from packshot.engines.base import ENGINES, FoundText
from packshot.engines.text_read import TextRead
from packshot.image.types import RGB, Box

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def printed(text: str, size: int = 40, pad: int = 30) -> tuple[RGB, tuple[tuple[float, float], ...]]:
    """Black on white in the font that Pillow brings, and the four corners of the ink."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text)
    picture = Image.new("RGB", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad), WHITE)
    ImageDraw.Draw(picture).text((pad - left, pad - top), text, BLACK, font)
    wide, tall = right - left, bottom - top
    return np.asarray(picture), (
        (pad, pad), (pad + wide, pad), (pad + wide, pad + tall), (pad, pad + tall)
    )  # fmt: skip


def found(outline: tuple[tuple[float, float], ...], angle: float = 0.0) -> FoundText:
    points = np.array(outline)
    (left, top), (right, bottom) = np.floor(points.min(0)).astype(int), np.ceil(points.max(0)).astype(int)
    return FoundText(Box(int(left), int(top), int(right), int(bottom)), 0.9, angle, outline)


@pytest.fixture(scope="module")
def net() -> TextRead:
    made = ENGINES["text_read"].make()
    assert isinstance(made, TextRead)
    return made


PRINT = ("SALE 50%", "Free shipping", "www.zaroka.com", "12 990", "Model X-200")


@pytest.mark.parametrize("text", PRINT)
def test_clean_print_is_read(net: TextRead, text: str) -> None:
    pixels, outline = printed(text)
    (read,) = net.read(pixels, [found(outline)])
    assert read.text == text
    assert read.confidence > 0.3


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_print_is_read(net: TextRead, quarters: int) -> None:
    """Lines that stand or hang upside down: the outline tells the way only for some finders."""
    pixels, outline = printed("Free shipping")
    h, w = pixels.shape[:2]
    points = np.array(outline)
    for _ in range(quarters):
        pixels, points = np.rot90(pixels), np.c_[points[:, 1], w - points[:, 0]]
        h, w = w, h
    blind = FoundText(found(tuple(map(tuple, points.tolist()))).box, 0.9)
    (read,) = net.read(np.ascontiguousarray(pixels), [blind])
    assert read.text == "Free shipping"


def test_a_long_line_is_read_in_pieces(net: TextRead) -> None:
    text = "Hand wash only, do not bleach, keep away from children, store in a dry place"
    pixels, outline = printed(text)
    (read,) = net.read(pixels, [found(outline)])
    assert SequenceMatcher(None, read.text, text).ratio() >= 0.9


def test_every_line_has_an_answer_in_order_whatever_it_is(net: TextRead) -> None:
    pixels, outline = printed("Bestseller")
    far = ((900.0, 900.0), (1000.0, 900.0), (1000.0, 930.0), (900.0, 930.0))
    thin = ((5.0, 5.0), (300.0, 5.0), (300.0, 5.1), (5.0, 5.1))
    broken = ((float("nan"), 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    read = net.read(pixels, [found(outline), found(far), FoundText(Box(0, 0, 0, 0), 0.1, 0.0, thin),
                             FoundText(Box(0, 0, 0, 0), 0.1, 0.0, broken), found(outline)])  # fmt: skip
    assert len(read) == 5
    assert read[0] == read[4]
    assert read[0].text == "Bestseller"
    assert all(0 <= line.confidence <= 1 for line in read)
    assert net.read(pixels, []) == ()


def test_empty_paper_is_not_read_with_confidence(net: TextRead) -> None:
    paper = np.full((80, 400, 3), 250, np.uint8)
    (read,) = net.read(paper, [FoundText(Box(20, 20, 380, 60), 0.9)])
    assert read.text == "" or read.confidence < 0.3
