"""What was laid over the photo beside the goods is not measured as goods; a part of a set is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from fact_pictures import cutout_of, ground, mug, photo_of, write
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from packshot.image.codec import open_photo
from packshot.image.types import RGB, Box, Grey
from packshot.journey.examine import look_at
from packshot.look.stickers import Laid
from packshot.look.subject import Subject, measure

ROOT = Path(__file__).parents[2]
MUG = Box(150, 125, 371, 375)
"""Of a drawn mug 500 px wide."""


def scene() -> tuple[RGB, Grey]:
    return mug(500, 500, under=(250, 250, 250))


def told(pixels: RGB, mask: Grey, laid: Laid) -> Subject:
    photo = photo_of(pixels)
    return measure(photo, photo, cutout_of(pixels, mask), lambda: laid)


def with_badge() -> tuple[RGB, Grey, Laid]:
    pixels, mask = scene()
    cv2.rectangle(pixels, (0, 0), (140, 70), (220, 20, 40), -1)
    cv2.rectangle(mask, (0, 0), (140, 70), 255, -1)
    write(pixels, "-30 %", (20, 50), (255, 255, 255), 40, 700)
    return pixels, mask, Laid(lines=(Box(18, 14, 126, 56),))


def test_a_badge_is_left_out_of_the_box_and_touches_nothing() -> None:
    plain = told(*scene(), Laid())
    pixels, mask, laid = with_badge()
    goods = told(pixels, mask, laid)
    assert goods.box == plain.box
    assert goods.coverage == pytest.approx(plain.coverage)
    assert goods.touches.largest == 0
    assert [part.laid_over for part in goods.components] == [False, True]
    assert told(pixels, mask, Laid()).box.top == 0


def test_letters_beside_the_goods_are_left_out() -> None:
    pixels, mask = scene()
    for at, letter in enumerate("SALE"):
        for picture in (pixels, mask):
            cv2.putText(picture, letter, (30 + 36 * at, 90), cv2.FONT_HERSHEY_DUPLEX, 1.4, (255, 255, 255), 3)
    assert told(pixels, mask, Laid()).box.left < 40
    assert told(pixels, mask, Laid(lines=(Box(24, 54, 176, 96),))).box == told(*scene(), Laid()).box


def test_a_sticker_with_a_code_is_left_out() -> None:
    pixels, mask = scene()
    mask[400:490, 400:490] = 255
    pixels[400:490, 400:490] = 255
    laid = Laid(codes=(Box(412, 412, 478, 478),))
    assert told(pixels, mask, laid).box == told(*scene(), Laid()).box


def test_a_part_of_the_set_stays_whatever_is_written_over_it() -> None:
    pixels, mask = scene()
    light = np.linspace(240, 120, 90, dtype=np.uint8)[None, :, None]
    pixels[400:480, 20:110], mask[400:480, 20:110] = light, 255
    over = Laid(lines=(Box(30, 420, 100, 445),))
    assert told(pixels, mask, over).box.left == 20
    assert told(pixels, mask, Laid()).box.left == 20


def test_large_parts_are_never_stickers() -> None:
    pixels, mask = ground(600, 400), np.zeros((400, 600), np.uint8)
    for left in (40, 340):
        pixels[100:300, left : left + 200], mask[100:300, left : left + 200] = (30, 90, 200), 255
    over = Laid(lines=(Box(30, 90, 560, 310),), codes=(Box(30, 90, 560, 310),))
    assert told(pixels, mask, over).box == Box(40, 100, 540, 300)


def test_nobody_is_asked_where_the_goods_are_one_piece() -> None:
    def asked() -> Laid:
        raise AssertionError("asked for nothing")

    pixels, mask = scene()
    photo = photo_of(pixels)
    assert measure(photo, photo, cutout_of(pixels, mask), asked).box == MUG


boxes = st.builds(
    lambda left, top, width, height: Box(left, top, left + width, top + height),
    *(st.integers(-20, 480), st.integers(-20, 480), st.integers(0, 300), st.integers(0, 300)),
)


@given(st.lists(boxes, max_size=4), st.lists(boxes, max_size=2))
def test_the_goods_stay_whatever_is_said_to_lie_over_them(lines: list[Box], codes: list[Box]) -> None:
    pixels, mask, _ = with_badge()
    goods = told(pixels[::2, ::2], mask[::2, ::2], Laid(tuple(lines), tuple(codes)))
    assert goods.found
    assert goods.box.meet(MUG.scaled(0.5)).area >= 0.95 * MUG.scaled(0.5).area


def test_a_sample_with_badges_is_measured_by_its_goods() -> None:
    with Image.open(ROOT / "examples/truth/sale_badge.webp") as truth:
        left, top, right, bottom = truth.getchannel("A").point(lambda level: 255 * (level >= 128)).getbbox()
    facts = look_at(open_photo(ROOT / "examples/photos/sale_badge.jpg", name="sale_badge.jpg"))
    box = facts.subject.box
    assert max(abs(box.left - left), abs(box.top - top), abs(box.right - right)) <= 3
    assert abs(box.bottom - bottom) <= 9  # its shadow
    assert sum(part.laid_over for part in facts.subject.components) == 2
