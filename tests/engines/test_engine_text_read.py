"""The text reader: lines unrolled from pictures, and the network's answers turned into text."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray

from packshot.engines import text_read as reader
from packshot.engines.base import FoundText
from packshot.engines.text_read import ALPHABET, TALL, WIDTHS
from packshot.image.types import RGB, Box

BLACK = (0, 0, 0)


def answers(*letters: str, chance: float = 0.9) -> NDArray[np.float32]:
    """One row a letter; the empty one is none."""
    out = np.full((len(letters), len(ALPHABET) + 1), (1 - chance) / len(ALPHABET), np.float32)
    for row, letter in enumerate(letters):
        out[row, ALPHABET.index(letter) + 1 if letter else 0] = chance
    return out


# ── answers into text ───────────────────────────────────────────────────────────────────────────────────────


def test_twin_letters_need_an_answer_of_none_between_them() -> None:
    assert reader.decoded(answers("o", "o", "", "o", "f")).text == "oof"


def test_nothing_named_is_nothing_read() -> None:
    read = reader.decoded(answers("", "", ""))
    assert (read.text, read.confidence) == ("", 0.0)


def test_the_more_letters_are_doubtful_the_less_the_line_is_trusted() -> None:
    sure, doubtful = (
        reader.decoded(answers("a", "b", chance=0.99)),
        reader.decoded(answers("a", "b", chance=0.6)),
    )
    assert 1 >= sure.confidence > doubtful.confidence > 0
    assert reader.decoded(answers("a", chance=0.6)).confidence > doubtful.confidence


@pytest.mark.parametrize(
    ("mixed", "whole"),
    [
        ("CКИДКA", "СКИДКА"),  # a Latin C and A
        ("САLЕ", "CALE"),  # a Russian С, А and Е
        ("Hoвинка 2 шт", "Новинка 2 шт"),
        ("XXL футболка", "ХХL футболка".replace("ХХL", "XXL")),
    ],
)
def test_letters_that_look_alike_follow_their_word(mixed: str, whole: str) -> None:
    assert reader.one_script(mixed) == whole


@given(some.text(alphabet=list(ALPHABET)))
def test_a_word_is_never_longer_nor_changed_twice(text: str) -> None:
    once = reader.one_script(text)
    assert len(once) == len(text)
    assert reader.one_script(once) == once


@given(wide=some.integers(1, 2500))
@settings(deadline=None)
def test_pieces_cover_the_strip_and_give_one_row_of_answers(wide: int) -> None:
    strip = np.zeros((TALL, wide, 3), np.uint8)
    parts = reader.pieces(strip)
    assert all(1 <= part.shape[1] <= WIDTHS[-1] for _, part in parts)
    if wide > WIDTHS[-1] * reader.SQUEEZE:
        assert parts[0][0] == 0
        assert parts[-1][0] + parts[-1][1].shape[1] >= wide - reader.STEP
        rows = [
            (
                start // reader.STEP,
                np.arange(start // reader.STEP, (start + part.shape[1]) // reader.STEP)[:, None],
            )
            for start, part in parts
        ]
        whole = reader.joined([(start, row.astype(np.float32)) for start, row in rows])
        assert whole[:, 0].tolist() == list(range(len(whole)))  # each column once, in order


# ── lines into strips ───────────────────────────────────────────────────────────────────────────────────────


def bars(wide: int = 400, tall: int = 60) -> RGB:
    """Columns of rising brightness: where a strip was taken from can be read off it."""
    ramp = np.tile(np.linspace(0, 255, wide)[None, :, None], (tall, 1, 3))
    return ramp.astype(np.uint8)


@given(angle=some.floats(-180, 180), tall=some.floats(10, 80), long=some.floats(2, 9))
@settings(deadline=None, max_examples=40)
def test_a_turned_line_unrolls_to_the_strip_of_the_level_one(angle: float, tall: float, long: float) -> None:
    ramp = bars(round(tall * long), round(tall))
    h, w = ramp.shape[:2]
    side = int(1.5 * (w + h)) + 8
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1.0)
    turn[:, 2] += side / 2 - np.array([w, h]) / 2
    turned = cv2.warpAffine(ramp, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64)
    strip = reader.straightened(np.asarray(turned, np.uint8), corners @ turn[:, :2].T + turn[:, 2])
    middle = strip[TALL // 2, :, 0].astype(int)
    inner = middle[TALL // 2 : -TALL // 2]
    assert strip.shape[0] == TALL
    assert (np.diff(inner) >= -4).all()  # from left to right, whatever the angle
    assert inner[-1] - inner[0] > 100


def test_a_line_round_a_bottle_unrolls_straight() -> None:
    """A dark stripe along a drooping curve comes out level."""
    picture = np.full((300, 500, 3), 255, np.uint8)
    x = np.linspace(60, 440, 40)
    y = 120 + 90 * (1 - ((x - 250) / 190) ** 2)
    cv2.polylines(picture, [np.c_[x, y + 20].astype(np.int32)], False, BLACK, 5)
    outline = np.r_[np.c_[x, y], np.c_[x, y + 40][::-1]]
    strip = reader.straightened(picture, outline)
    rows = strip[..., 0].argmin(0)[30:-30]
    assert abs(rows - TALL / 2).max() <= 3


def test_a_line_without_an_outline_is_read_from_its_box_and_a_standing_one_from_below() -> None:
    level = reader.outline_of(FoundText(Box(10, 20, 110, 40), 0.9))
    standing = reader.outline_of(FoundText(Box(10, 20, 30, 120), 0.9))
    assert level is not None
    assert level[0].tolist() == [10, 20]
    assert standing is not None
    assert standing[0].tolist() == [10, 120]  # the lower left corner: read upwards
    assert reader.outline_of(FoundText(Box(10, 20, 10, 20), 0.9)) is None
