"""Colours, their shares and what people call them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from fact_pictures import cutout_of, ground, mug, no_product, noisy, odd_photos, whole
from hypothesis import given, settings
from hypothesis import strategies as st

from packshot.image.colour import delta_e, lab_of
from packshot.image.types import RGB, Colour, colour_of
from packshot.look.colour_names import NAMES, name_of
from packshot.look.palette import measure


def patches(*colours: Colour, shares: tuple[int, ...]) -> RGB:
    rows = [ground(200, height, colour) for colour, height in zip(colours, shares, strict=True)]
    return np.concatenate(rows)


def test_flat_patches_keep_their_colours_and_shares() -> None:
    drawn = ((200, 30, 40), (20, 40, 120), (240, 240, 235))
    pixels = patches(*drawn, shares=(300, 180, 120))
    swatches = measure(whole(pixels)).swatches
    assert [s.colour for s in swatches] == [pytest.approx(c, abs=2) for c in drawn]
    assert [s.share for s in swatches] == pytest.approx([0.5, 0.3, 0.2], abs=0.02)


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_shares_add_up_and_swatches_are_told_apart(one: Colour, other: Colour) -> None:
    swatches = measure(whole(noisy(patches(one, other, shares=(90, 60)), 2))).swatches
    assert 1 <= len(swatches) <= 5
    assert 0.9 <= sum(s.share for s in swatches) <= 1.0001
    assert [s.share for s in swatches] == sorted((s.share for s in swatches), reverse=True)


def test_light_and_shade_on_one_cloth_are_one_colour() -> None:
    light = np.linspace(0.75, 1.1, 300)[None, :, None]
    pixels = np.clip(np.full((300, 300, 3), (180, 120, 60)) * light, 0, 255).astype(np.uint8)
    swatches = measure(whole(pixels)).swatches
    assert len(swatches) == 1


def test_a_small_print_in_another_colour_is_seen() -> None:
    pixels = ground(400, 400, (25, 25, 28))
    pixels[150:230, 150:250] = (240, 200, 30)
    names = [s.name_en for s in measure(whole(pixels)).swatches]
    assert names == ["black", "yellow"] or names == ["black", "amber"]


def test_the_old_ground_has_no_say() -> None:
    pixels, mask = mug(500, 500, (200, 30, 40), under=(0, 255, 0))
    swatches = measure(cutout_of(pixels, mask)).swatches
    assert all("green" not in s.name_en for s in swatches)
    assert swatches[0].name_ru in ("красный", "тёмно-красный", "кирпичный")


def test_the_answer_is_the_same_each_time() -> None:
    cutout = whole(odd_photos()["noise"])
    assert measure(cutout) == measure(cutout)


def test_a_thin_chain_has_a_colour_too() -> None:
    pixels, mask = ground(300, 300), np.zeros((300, 300), np.uint8)
    mask[::, 150] = 255
    pixels[:, 150] = (201, 162, 39)
    assert measure(cutout_of(pixels, mask)).swatches[0].name_ru == "золотистый"


@pytest.mark.parametrize(
    ("code", "english", "russian"),
    [
        ("#FFFFFF", "white", "белый"),
        ("#050505", "black", "чёрный"),
        ("#16204A", "dark blue", "тёмно-синий"),
        ("#DDC9A5", "beige", "бежевый"),
        ("#E03030", "red", "красный"),
        ("#FFD9E0", "light pink", "светло-розовый"),
        ("#7A5230", "brown", "коричневый"),
        ("#2E8B45", "green", "зелёный"),
        ("#909090", "grey", "серый"),
        ("#D6D6D6", "light grey", "светло-серый"),
        ("#FF8A10", "orange", "оранжевый"),
        ("#7D3C98", "purple", "фиолетовый"),
    ],
)
def test_common_colours_have_their_common_names(code: str, english: str, russian: str) -> None:
    found = name_of(colour_of(code))
    assert found == (english, russian) or found[1] == russian


def test_the_list_is_well_kept() -> None:
    english_of: dict[str, str] = {}
    for code, english, russian in NAMES:
        assert name_of(colour_of(code))[0] == english
        assert re.fullmatch(r"[a-z]+( [a-z]+)*", english)
        assert re.fullmatch(r"[а-яё]+([ -][а-яё]+)*", russian)
        assert english_of.setdefault(english, russian) == russian, "one English word, one Russian word"
    assert 50 <= len(english_of) <= 75


@settings(max_examples=200, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_colour_has_a_name_near_it(colour: Colour) -> None:
    english, _ = name_of(colour)
    near = min(float(delta_e(lab_of(colour), lab_of(colour_of(c)))) for c, e, _ in NAMES if e == english)
    assert near < 26


def test_no_product_has_no_colours() -> None:
    assert measure(no_product()).swatches == ()


@pytest.mark.parametrize("name", odd_photos())
def test_odd_photos_have_sane_colours(name: str) -> None:
    swatches = measure(whole(odd_photos()[name])).swatches
    assert 1 <= len(swatches) <= 5
