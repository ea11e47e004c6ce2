"""One photo is known again whatever was done to it; another one of the same kind is not taken for it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from altered import (
    cut,
    cut_into_the_goods,
    framed,
    recompressed,
    shirt,
    smaller,
    widened,
    with_a_sticker,
    with_words,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from packshot.image.types import RGB
from packshot.look.double import alike, content_of, imprint, mirrored_signs, thumb

SAME = 0.75


def likeness(one: RGB, other: RGB, *, mirrored: bool = False) -> float:
    second = thumb(imprint(np.ascontiguousarray(other)))
    return alike(thumb(imprint(one)), second.mirrored if mirrored else second)


@pytest.mark.parametrize(
    "change",
    [recompressed, smaller, cut, cut_into_the_goods, framed, widened, with_a_sticker, with_words],
    ids=lambda change: change.__name__,
)
def test_a_changed_photo_is_still_that_photo(change) -> None:  # type: ignore[no-untyped-def]
    assert likeness(shirt(), change(shirt())) >= SAME


def test_a_mirrored_photo_is_known_when_it_is_turned_back() -> None:
    turned = shirt()[:, ::-1]
    assert likeness(shirt(), turned, mirrored=True) > 0.95
    assert likeness(shirt(), turned) < SAME


@pytest.mark.parametrize(
    "other",
    [shirt(seed=2), shirt((150, 40, 60)), shirt((46, 64, 120), seed=2)],
    ids=["another print", "another colour", "a near colour, another print"],
)
def test_goods_of_one_cut_are_not_one_photo(other: RGB) -> None:
    assert likeness(shirt(), other) < SAME


def test_blank_photos_show_nothing_that_could_be_the_same() -> None:
    blank = np.full((300, 300, 3), 255, np.uint8)
    assert likeness(blank, blank) == 0
    assert likeness(blank, shirt()) == 0


def test_a_frame_and_the_ground_within_are_no_content() -> None:
    plain, ground = content_of(smaller(shirt()))
    inner, inner_ground = content_of(smaller(framed(shirt())))
    assert np.abs(np.array([plain.left - inner.left, plain.bottom - inner.bottom])).max() <= 4
    assert ground.min() > 245
    assert inner_ground.min() > 245


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(40, 300), st.integers(40, 300))
def test_signs_of_the_mirror_image_need_no_second_look(seed: int, width: int, height: int) -> None:
    rng = np.random.default_rng(seed)
    rough = rng.integers(0, 256, (6, 5, 3), np.uint8)
    pixels = np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    straight, turned = imprint(pixels), imprint(np.ascontiguousarray(pixels[:, ::-1]))
    differ = np.bitwise_count(mirrored_signs(straight["whole"]) ^ turned["whole"]).sum()
    assert differ < 40  # waves near zero fall as they like; up to 56 make a candidate


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 255))
def test_any_picture_leaves_an_imprint(width: int, height: int, level: int) -> None:
    pixels = np.full((height, width, 3), level, np.uint8)
    pixels[: height // 2, : width // 3] = 255 - level
    record = imprint(pixels)
    left, top, right, bottom = thumb(record).box
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    assert 0 <= alike(thumb(record), thumb(record)) <= 1
