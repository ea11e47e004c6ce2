"""A larger picture is held against the photo: what was moved, oversharpened, softened, misread is told."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from packshot.engines.base import ENGINES, FoundText, ReadText
from packshot.image.types import RGB, Box
from packshot.look import enlarged
from packshot.look.enlarged import truer, truth
from packshot.look.reading import ReadLine
from packshot.look.text import TextBox


def drawn(side: int = 160) -> RGB:
    large = np.full((4 * side, 4 * side, 3), (236, 230, 224), np.uint8)
    cv2.circle(large, (2 * side, 2 * side), side, (40, 90, 160), -1, cv2.LINE_AA)
    cv2.putText(large, "MILK", (side, 2 * side), 0, 5, (250, 250, 250), 14, cv2.LINE_AA)
    return np.asarray(cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


SMALL = drawn()
PLAIN = ENGINES["upscale_lanczos"].make().upscale(SMALL, 2.0)


def harmed(how: str) -> RGB:
    if how == "moved":
        return np.roll(PLAIN, 4, 1)
    if how == "too dark":
        return cv2.convertScaleAbs(PLAIN, alpha=0.95)
    if how == "a letter more":
        other = PLAIN.copy()
        cv2.putText(other, "x", (60, 200), 0, 1, (0, 0, 0), 2, cv2.LINE_AA)
        return other
    soft = cv2.GaussianBlur(PLAIN, (0, 0), 2.5)
    return np.asarray(soft if how == "softened" else cv2.addWeighted(PLAIN, 3.0, soft, -2.0, 0), np.uint8)


@pytest.mark.parametrize("how", ["moved", "too dark", "a letter more", "softened", "sharpened"])
def test_what_is_not_the_photo_is_told(how: str) -> None:
    assert truer(SMALL, harmed(how), PLAIN) is not None


def test_the_plain_filter_and_our_networks_are_true() -> None:
    assert truer(SMALL, PLAIN, PLAIN) is None
    assert truer(SMALL, ENGINES["upscale_net"].make().upscale(SMALL, 2.0), PLAIN) is None


def test_a_picture_that_says_nothing_is_true_to_itself() -> None:
    flat = np.full((30, 40, 3), 200, np.uint8)
    assert truer(flat, np.full((60, 80, 3), 200, np.uint8), np.full((60, 80, 3), 200, np.uint8)) is None
    assert truth(flat, flat).steepness == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2)])
def test_a_row_of_pixels_is_held_against_itself_too(size: tuple[int, int]) -> None:
    small = np.full((*size, 3), 90, np.uint8)
    assert truer(small, small, small) is None
    assert truer(small, 255 - small, small) is not None


def test_bands_tell_what_the_whole_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tall picture is measured strip by strip: nearly the same sums, and no harm goes unseen."""
    whole = truth(SMALL, harmed("sharpened"))
    monkeypatch.setattr(enlarged, "BAND_PX", 9000)
    strips = truth(SMALL, harmed("sharpened"))
    for name in ("drift", "ringing", "steepness"):
        assert getattr(strips, name) == pytest.approx(getattr(whole, name), rel=0.1)
    assert truer(SMALL, harmed("a letter more"), PLAIN) is not None


class Reader:
    """Says of each picture what it was told to, and keeps where it was asked to look."""

    name = "told"

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.places: list[FoundText] = []

    def read(self, pixels: RGB, lines: Sequence[FoundText]) -> tuple[ReadText, ...]:
        self.places += lines
        return tuple(ReadText(self.answers.pop(0), 1.0) for _ in lines)


def line(text: str, confidence: float = 0.99) -> ReadLine:
    box = Box(40, 60, 120, 90)
    outline = ((40.0, 60.0), (120.0, 60.0), (120.0, 90.0), (40.0, 90.0))
    found = TextBox(box, 1.0, 1.0, 0.0, outline=outline)
    return ReadLine(text, confidence, found)


def test_print_that_reads_otherwise_is_told_with_both_words() -> None:
    why = truer(SMALL, PLAIN, PLAIN, [line("МОЛОКО")], Reader("МОЛОТО", "МОЛОКО"))
    assert why is not None
    assert "МОЛОКО" in why.in_("ru")
    assert "МОЛОТО" in why.in_("ru")
    assert truer(SMALL, PLAIN, PLAIN, [line("МОЛОКО")], Reader("МОЛОКО", "МОЛОТО")) is None


def test_print_that_neither_can_read_is_no_reason_nor_is_what_was_never_surely_read() -> None:
    assert truer(SMALL, PLAIN, PLAIN, [line("МОЛОКО")], Reader("М", "М")) is None
    assert truer(SMALL, PLAIN, PLAIN, [line("МОЛОКО", 0.5)], Reader()) is None
    assert truer(SMALL, PLAIN, PLAIN, [line("ab")], Reader()) is None


def test_lines_are_sought_where_they_lie_in_the_larger_picture() -> None:
    reader = Reader("MILK", "MILK")
    truer(SMALL, PLAIN, PLAIN, [line("MILK")], reader)
    assert reader.places[0].box == Box(80, 120, 240, 180)
    reader = Reader("MILK", "MILK")
    truer(SMALL, PLAIN, PLAIN, [line("MILK")], reader, scale=3.0, corner=(30.0, 60.0))
    assert reader.places[0].box == Box(90, 120, 330, 210)
    assert reader.places[0].outline[0] == (90.0, 120.0)
