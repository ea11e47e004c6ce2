"""The print on the product is read before and after: the same place, the same words, or a person looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packshot.engines.base import FoundText, ReadText
from packshot.image.photo import Photo, Source
from packshot.image.types import RGB, Box, Size, size_of
from packshot.journey.guards import Expected, spelling
from packshot.look.facts import Facts
from packshot.look.letters import misread
from packshot.look.reading import MOST_SURE
from packshot.look.subject import Cutout, Origin
from packshot.look.text import Text, TextBox
from packshot.profiles.profile import GuardBounds
from packshot.retouch.layers import Layers, Placement
from packshot.retouch.start import layers_of
from packshot.words import Words

BOUNDS = GuardBounds()
LABELS = {"молоко": (200, 40, 40), "кефир": (40, 160, 60), "сметана": (40, 60, 200)}
"""What a label says is told by its colour to a reader that knows nothing else."""


class ByColour:
    name = "by colour"

    def __init__(self, sure: float = 0.97) -> None:
        self.sure = sure
        self.asked = 0

    def read(self, pixels: RGB, lines: Sequence[FoundText]) -> tuple[ReadText, ...]:
        self.asked += len(lines)
        return tuple(ReadText(self._said(pixels, line), self.sure) for line in lines)

    def _said(self, pixels: RGB, line: FoundText) -> str:
        by_outline, frame = Box(*map(round, place_of(line))), Box.whole(size_of(pixels))
        assert by_outline == line.box == by_outline.meet(frame), "both say the same place, and it is there"
        seen = np.median(pixels[by_outline.slices].reshape(-1, 3), axis=0)
        return min(LABELS, key=lambda word: float(np.abs(seen - LABELS[word]).sum()))


def place_of(line: FoundText) -> tuple[float, float, float, float]:
    """The outline's own box: what a reader unrolls."""
    xs, ys = zip(*line.outline, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


PLACES = {
    "молоко": Box(240, 200, 360, 230),
    "кефир": Box(240, 300, 360, 330),
    "сметана": Box(240, 400, 360, 430),
}


def photo_of_a_carton(scale: float = 1.0) -> Photo:
    pixels = np.full((600, 600, 3), 250, np.uint8)
    pixels[120:520, 200:400] = 225
    for word, box in PLACES.items():
        pixels[box.slices] = LABELS[word]
    size = Size(600, 600).scaled(1 / scale)
    return Photo(pixels, None, scale, Source("carton", "0" * 64, "array", pixels.nbytes, size))


def facts_of(photo: Photo, reader: ByColour | None, *, over: bool = False) -> Facts:
    facts = Facts(photo, text_reader=reader)
    mask = np.full((400, 200), 255, np.uint8)
    box = Box(200, 120, 400, 520)
    facts.known["cutout"] = Cutout(
        box, photo.pixels[box.slices].copy(), mask, None, 0.2, 0.95, Origin.STUDIO, "studio", None, Words("")
    )
    lines = [photo.to_source(place) for place in PLACES.values()]
    facts.known["text"] = Text(
        tuple(TextBox(line, 0.9, 0.0 if over else 1.0, 0.1, 0.0, corners(line)) for line in lines), True, 1.0
    )
    return facts


def corners(box: Box) -> tuple[tuple[float, float], ...]:
    left, top, right, bottom = map(float, (box.left, box.top, box.right, box.bottom))
    return (left, top), (right, top), (right, bottom), (left, bottom)


def placed(facts: Facts, at: tuple[int, int]) -> Layers:
    layers = layers_of(facts)
    assert layers.product is not None
    box = layers.product.box
    where = Box(at[0], at[1], at[0] + box.width, at[1] + box.height)
    return replace(layers, placement=Placement(Size(700, 800), where, scale=1.0, rule="other"))


def written(expected: Expected) -> RGB:
    canvas = np.full((800, 700, 3), 245, np.uint8)
    canvas[expected.box.slices] = expected.pixels
    return canvas


@pytest.mark.parametrize("scale", [1.0, 0.5])
@pytest.mark.parametrize("at", [(0, 0), (310, 170), (500, 400)])
def test_an_unharmed_label_reads_as_before_wherever_it_was_put(scale: float, at: tuple[int, int]) -> None:
    facts = facts_of(photo_of_a_carton(scale), ByColour())
    layers = placed(facts, at)
    expected = Expected.of(facts.photo, layers)
    told = spelling(written(expected), facts, layers, expected, BOUNDS)
    assert told is not None
    assert told.passed
    assert told.measured == 0


@pytest.mark.parametrize("word", LABELS)
def test_a_label_that_reads_otherwise_is_told_with_both_readings(word: str) -> None:
    facts = facts_of(photo_of_a_carton(), ByColour())
    layers = placed(facts, (310, 170))
    expected = Expected.of(facts.photo, layers)
    picture = written(expected)
    other = next(name for name in LABELS if name != word)
    harmed = PLACES[word].moved(310 - 200, 170 - 120)
    picture[harmed.slices] = LABELS[other]
    told = spelling(picture, facts, layers, expected, BOUNDS)
    assert told is not None
    assert not told.passed
    assert f"“{word}” reads “{other}”" in str(told.message)


def test_what_the_canvas_alone_makes_unreadable_is_no_harm() -> None:
    """The honest resampling reads as the written picture does: nothing was done to the label."""
    facts = facts_of(photo_of_a_carton(), ByColour())
    assert facts.reading.lines
    layers = placed(facts, (100, 100))
    expected = Expected.of(facts.photo, layers)
    smudged = replace(expected, pixels=np.full_like(expected.pixels, LABELS["кефир"]))
    told = spelling(written(smudged), facts, layers, smudged, BOUNDS)
    assert told is not None
    assert told.passed


def test_there_is_nothing_to_say_without_a_reader_a_label_or_a_sure_reading() -> None:
    for facts in (
        facts_of(photo_of_a_carton(), None),
        facts_of(photo_of_a_carton(), ByColour(), over=True),
        facts_of(photo_of_a_carton(), ByColour(sure=0.6)),
    ):
        layers = placed(facts, (0, 0))
        expected = Expected.of(facts.photo, layers)
        assert spelling(written(expected), facts, layers, expected, BOUNDS) is None


def test_a_label_of_sixty_lines_is_not_read_through() -> None:
    facts = facts_of(photo_of_a_carton(), reader := ByColour())
    facts.known["text"] = replace(facts.text, boxes=facts.text.boxes * 20)
    layers = placed(facts, (0, 0))
    expected = Expected.of(facts.photo, layers)
    before = len(facts.reading.lines)
    spelling(written(expected), facts, layers, expected, BOUNDS)
    assert reader.asked - before <= MOST_SURE


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_share_of_letters_and_none_for_the_same_text(was: str, now: str) -> None:
    assert 0 <= misread(was, now) <= 1
    assert misread(was, was) == 0
    assert misread(was, now) == misread(now, was)


def test_blanks_signs_and_look_alikes_are_no_change() -> None:
    assert misread("МОЛОКО 3,2 %", "мoлoкo  32%") == 0
    assert misread("молоко", "молоки") == pytest.approx(1 / 6)
