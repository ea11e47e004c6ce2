"""Text is found, placed, and told from print on the goods."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from fact_pictures import (
    blurred,
    cutout_of,
    ground,
    jpeg,
    mug,
    no_product,
    noisy,
    odd_photos,
    photo_of,
    whole,
    write,
)

from packshot.engines.base import FoundText
from packshot.engines.text_find import TextFind
from packshot.image.types import RGB, Box, Grey
from packshot.look.text import Text, measure
from packshot.look.text_signs import signs


@pytest.fixture(scope="module")
def finder() -> TextFind:
    return TextFind()


class Untouched:
    """A finder that must not be asked."""

    name = "untouched"
    longest_side = 640

    def find(self, pixels: RGB) -> tuple[FoundText, ...]:
        raise AssertionError("asked without any sign of text")


def printed_mug() -> tuple[RGB, Grey]:
    """«МОЛОКО» on a carton, as a camera sees it: shaded, softened, a little noisy."""
    pixels, mask = ground(800, 1000, (238, 238, 236)), np.zeros((1000, 800), np.uint8)
    cv2.rectangle(mask, (200, 150), (600, 900), 255, -1)
    face = ground(800, 1000, (225, 228, 230))
    write(face, "МОЛОКО", (250, 420), (30, 70, 170), 80, 700)
    write(face, "3,2 % жирности", (255, 520), (60, 60, 60), 40, 500)
    light = np.linspace(1.0, 0.55, 800)[None, :, None] * np.linspace(1.0, 0.85, 1000)[:, None, None]
    lit = np.clip(face * light, 0, 255).astype(np.uint8)
    pixels[mask > 0] = lit[mask > 0]
    return noisy(blurred(pixels, 1.3), 2.5), mask


def on_white(words: str = "СКИДКА −50%", px: int = 56) -> tuple[RGB, Grey]:
    pixels, mask = mug(800, 800, under=(250, 250, 250))
    pixels = noisy(blurred(pixels, 1.0), 1.5)
    write(pixels, words, (60, 120), (210, 20, 30), px, 700)
    return jpeg(pixels, 90), mask


def text(pixels: RGB, mask: Grey, finder: object) -> Text:
    return measure(photo_of(pixels), cutout_of(pixels, mask), finder)  # type: ignore[arg-type]


def test_drawn_words_lie_on_the_ground_and_look_drawn(finder: TextFind) -> None:
    found = text(*on_white(), finder)
    assert found.looked
    for line in found.boxes:
        assert line.on_product < 0.1
        assert line.overlaid > 0.65
    around = Box.around([line.box for line in found.boxes])
    assert around is not None
    assert around.meet(Box(60, 70, 440, 130)).area > 0.8 * Box(60, 70, 440, 120).area


def test_letters_that_the_cutout_took_for_goods_still_lie_on_the_ground(finder: TextFind) -> None:
    pixels, mask = on_white()
    mask[:140][pixels[:140].min(axis=2) < 180] = 255
    assert all(line.on_product < 0.1 for line in text(pixels, mask, finder).boxes)


def test_a_badge_that_the_cutout_took_for_goods_is_no_product(finder: TextFind) -> None:
    pixels, mask = on_white("", 10)
    cv2.circle(pixels, (680, 120), 95, (220, 30, 40), -1, cv2.LINE_AA)
    cv2.circle(mask, (680, 120), 95, 255, -1)
    write(pixels, "−30 %", (612, 138), (255, 255, 255), 44, 800)
    lines = text(pixels, mask, finder).boxes
    assert lines
    assert all(line.on_product < 0.2 and line.overlaid > 0.65 for line in lines)


def test_print_on_a_carton_is_part_of_the_goods(finder: TextFind) -> None:
    lines = text(*printed_mug(), finder).boxes
    assert len(lines) >= 2
    assert all(line.on_product > 0.95 for line in lines)
    assert all(line.overlaid < 0.6 for line in lines)


def test_words_drawn_across_the_goods_look_drawn(finder: TextFind) -> None:
    pixels, mask = printed_mug()
    write(pixels, "АКЦИЯ НЕДЕЛИ", (90, 780), (220, 20, 20), 84, 800)
    drawn = [line for line in text(jpeg(pixels, 92), mask, finder).boxes if line.box.top > 650]
    assert drawn
    assert all(line.overlaid > 0.65 for line in drawn)


def test_a_small_bottle_in_a_set_keeps_its_label(finder: TextFind) -> None:
    pixels, mask = printed_mug()
    pixels, mask = (
        cv2.copyMakeBorder(pixels, 0, 0, 0, 500, cv2.BORDER_REPLICATE),
        np.pad(mask, ((0, 0), (0, 500))),
    )
    slope = np.linspace(200, 120, 220)[None, :, None] * np.float32([0.5, 0.8, 1.0])
    small = np.repeat(slope, 420, axis=0).astype(np.uint8)
    write(small, "Крем", (30, 220), (20, 20, 30), 64, 700)
    pixels[480:900, 800:1020] = noisy(blurred(small, 1.3), 2)
    mask[480:900, 800:1020] = 255
    lines = [line for line in text(pixels, mask, finder).boxes if line.box.left > 780]
    assert lines
    assert all(line.on_product > 0.9 for line in lines)


def test_boxes_are_in_source_pixels(finder: TextFind) -> None:
    pixels, mask = on_white()
    full = text(pixels, mask, finder).boxes[0].box
    shrunk = measure(photo_of(pixels, scale=0.5), cutout_of(pixels, mask), finder).boxes[0].box
    assert shrunk == full.scaled(2)


def test_without_signs_no_finder_is_run() -> None:
    found = text(*mug(700, 700), Untouched())
    assert not found.looked
    assert found.boxes == ()


def test_without_a_finder_only_the_signs_are_told() -> None:
    found = text(*on_white(), None)
    assert not found.looked
    assert found.signs > 0.9


@pytest.mark.parametrize("words", ["СКИДКА −50%", "Новинка", "SALE", "100% хлопок", "www.shop.ru"])
@pytest.mark.parametrize("px", [14, 22, 40, 60])
def test_words_of_any_size_give_signs(words: str, px: int) -> None:
    pixels = ground(512, 512, (240, 240, 240))
    write(pixels, words, (20, 200), (200, 30, 30), px)
    assert signs(pixels) >= 0.4


@pytest.mark.parametrize("name", ["one pixel", "eight", "flat", "white", "black", "strip"])
def test_blank_photos_give_none(name: str) -> None:
    assert signs(odd_photos()[name]) == 0


@pytest.mark.parametrize("name", odd_photos())
@pytest.mark.parametrize("found", [True, False])
def test_odd_photos_hold_no_text(name: str, found: bool, finder: TextFind) -> None:
    pixels = odd_photos()[name]
    answer = measure(photo_of(pixels), whole(pixels) if found else no_product(), finder)
    assert answer.boxes == ()
    assert 0 <= answer.signs <= 1
