"""Lines are read where the finder saw them, at the worked size; letters that look alike count as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from fact_pictures import cutout_of, ground, photo_of, write
from hypothesis import given
from hypothesis import strategies as st

from packshot.engines.base import FoundText, ReadText
from packshot.image.types import RGB, Box
from packshot.look import text as text_look
from packshot.look.letters import ALIKE, edits, one_edit, shape, shorter_by_one, with_digits, words
from packshot.look.reading import MOST_LETTERS, MOST_LINES, measure
from packshot.look.text import Text, TextBox


class Echo:
    """Says how many dark pixels it sees in the place, and notes what it was given."""

    name = "echo"

    def __init__(self, says: str = "") -> None:
        self.says = says
        self.given: list[FoundText] = []

    def read(self, pixels: RGB, lines: Sequence[FoundText]) -> tuple[ReadText, ...]:
        self.given += lines
        return tuple(
            ReadText(self.says or str(int((pixels[line.box.slices] < 128).any(axis=2).sum())), 0.9)
            for line in lines
        )


def lines(*boxes: Box, on_product: float = 0.0) -> Text:
    return Text(tuple(TextBox(box, 0.9, on_product, 0.9) for box in boxes), looked=True, signs=1.0)


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.37])
def test_the_place_in_the_source_is_read_in_the_worked_pixels(scale: float) -> None:
    pixels = ground(600, 400)
    pixels[100:140, 200:300] = 0
    photo = photo_of(pixels, scale=scale)
    (read,) = measure(photo, lines(photo.to_source(Box(190, 90, 310, 150))), Echo()).lines
    assert read.text == "4000"
    assert read.box == photo.to_source(Box(190, 90, 310, 150))


def test_the_finders_outline_comes_back_to_the_reader() -> None:
    """Through shrinking for the finder and through the source's own size."""
    corners = ((30.0, 40.0), (90.0, 52.0), (86.0, 70.0), (26.0, 58.0))

    class Tilted:
        name = "tilted"
        longest_side = 300

        def find(self, pixels: RGB) -> tuple[FoundText, ...]:
            assert max(pixels.shape) == 300
            return (FoundText(Box(26, 40, 90, 70), 0.9, 11.0, corners),)

    pixels = ground(600, 600)
    write(pixels, "СКИДКА 50", (60, 120), (200, 0, 0), 40)
    photo = photo_of(pixels, scale=0.4)
    found = text_look.measure(photo, cutout_of(pixels, np.zeros((600, 600), np.uint8)), Tilted())
    reader = Echo()
    measure(photo, found, reader)
    (given_line,) = reader.given
    assert given_line.angle == 11.0
    assert np.allclose(given_line.outline, np.array(corners) * 2, atol=0.1)
    assert given_line.box == Box(52, 80, 180, 140)


def test_without_a_reader_nothing_is_read() -> None:
    reading = measure(photo_of(ground()), lines(Box(0, 0, 50, 20)), None)
    assert not reading.looked
    assert reading.lines == ()


def test_what_lies_over_the_photo_is_read_before_small_print() -> None:
    print_ = [TextBox(Box(0, 10 * i, 200, 10 * i + 9), 0.9, 1.0, 0.1) for i in range(60)]
    over = TextBox(Box(500, 500, 540, 510), 0.9, 0.0, 0.9)
    reading = measure(photo_of(ground()), Text((*print_, over), True, 1.0), Echo())
    assert len(reading.lines) == MOST_LINES
    assert reading.unread == 61 - MOST_LINES
    assert over in [line.found for line in reading.lines]
    tops = [line.box.top for line in reading.lines]
    assert tops == sorted(tops)


@given(st.text(max_size=400))
def test_whatever_a_reader_says_is_one_printable_line(said: str) -> None:
    (line,) = measure(photo_of(ground(40, 40)), lines(Box(0, 0, 20, 20)), Echo(said or "a")).lines
    assert line.text.isprintable()
    assert len(line.text) <= MOST_LETTERS


# --- letters -----------------------------------------------------------------------------------------------

LETTERS = st.text(st.sampled_from("абвгдежзийклмнопрстуфхцчшщъыьэюяabcdefghijklmnopqrstuvwxyz0123456789"))


@given(LETTERS, st.randoms(use_true_random=False))
def test_swapped_look_alikes_keep_the_shape(word: str, dice: object) -> None:
    groups = {letter: group for group in ALIKE for letter in group}
    swapped = "".join(dice.choice(groups.get(letter, letter)) for letter in word)  # type: ignore[attr-defined]
    assert shape(swapped) == shape(word)
    assert shape(swapped.upper()) == shape(word) or "|" in swapped


def test_no_letter_has_two_shapes() -> None:
    letters = "".join(ALIKE)
    assert len(set(letters)) == len(letters)


@given(LETTERS, LETTERS)
def test_words_one_edit_apart_share_a_key(first: str, second: str) -> None:
    if one_edit(first, second):
        assert shorter_by_one(first) & shorter_by_one(second)
    assert edits(first, second) == edits(second, first)
    assert (edits(first, second) == 0) == (first == second)


@given(LETTERS.filter(bool), st.data())
def test_one_changed_letter_is_one_edit(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    for changed in (
        word[:at] + word[at + 1 :],
        word[:at] + "ж" + word[at:],
        word[:at] + "ж" + word[at + 1 :],
    ):
        assert one_edit(word, changed)


def test_spaced_letters_are_a_word() -> None:
    assert list(words("С К И Д К А до 5 %")) == ["скидка", "до", "5"]
    assert list(words("XL и М")) == ["xl", "и", "м"]


def test_letters_in_numbers_are_digits() -> None:
    assert with_digits("−5O %") == "-50 %"
    assert with_digits("1 2l9 ₽") == "1 219 ₽"
    assert with_digits("Ёлка, 3 бусины") == "елка, 3 бусины"
