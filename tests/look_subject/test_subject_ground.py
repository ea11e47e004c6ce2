"""What is told about the rim and the ground."""

from __future__ import annotations

import cv2
import drawn_goods as goods
import numpy as np
import pytest

from packshot.look import background, border, subject


def told(drawn: goods.Drawn) -> background.Background:
    return background.measure(drawn.photo, drawn.photo, subject.cut(drawn.photo, None))


def test_a_flat_ground_is_its_colour_and_nothing_else():
    seen = told(goods.laid(goods.shape(goods.disc), goods.flat((245, 244, 242))))
    assert seen.colour == (245, 244, 242)
    assert seen.evenness == seen.span == 0
    assert seen.exact_share == seen.near_share == 1
    assert seen.white_share == seen.pure_white_share == 0
    assert seen.clutter < 0.03
    assert 0.6 < seen.seen_share < 0.85


def test_white_is_counted_as_marketplaces_count_it():
    alpha = goods.shape(goods.disc)
    assert told(goods.laid(alpha, goods.flat((255, 255, 255)))).pure_white_share == 1
    nearly = told(goods.laid(alpha, goods.flat((251, 252, 250))))
    assert nearly.white_share == 1
    assert nearly.pure_white_share == 0


def test_shadows_are_no_part_of_the_ground():
    alpha = goods.shape(goods.disc)
    drawn = goods.laid(alpha, goods.flat((250, 250, 250)), shadow=goods.shade_below(alpha, 0.4))
    seen = told(drawn)
    assert seen.colour == (250, 250, 250)
    assert seen.near_share > 0.85


def test_a_slope_has_a_span_and_a_median():
    seen = told(goods.laid(goods.shape(goods.disc), goods.sloped()))
    assert 5 < seen.span < 25
    assert seen.evenness > 3
    assert seen.exact_share < 0.2


def test_clutter_is_seen():
    rng = np.random.default_rng(0)
    blocks = cv2.resize(rng.integers(90, 220, (40, 40, 3)).astype(np.uint8), (goods.SIDE, goods.SIDE))
    assert told(goods.laid(goods.shape(goods.disc), blocks.astype(np.float32))).clutter > 0.4


def test_a_photo_that_is_all_product_has_no_ground():
    pixels = np.full((50, 50, 3), 80, np.uint8)
    alpha = np.full((50, 50), 255, np.uint8)
    alpha[0, 0] = alpha[0, 1] = alpha[0, 2] = alpha[1, 0] = alpha[1, 1] = alpha[2, 0] = 0
    photo = goods.photo_of(pixels, alpha)
    seen = background.measure(photo, photo, subject.cut(photo, None))
    assert seen.seen_share == 0


@pytest.mark.parametrize("ground", [goods.flat, goods.sloped])
def test_an_even_rim_is_told_even(ground):
    seen = border.measure(goods.laid(goods.shape(goods.disc), ground()).photo)
    assert seen.even_share > 0.97
    assert seen.roughness < 1
    assert seen.broken.largest < 0.05


def test_a_product_at_the_left_breaks_the_left_side():
    seen = border.measure(goods.laid(goods.shape(goods.at_left), goods.flat()).photo)
    assert seen.broken.left == pytest.approx(0.3, abs=0.05)
    assert max(seen.broken.right, seen.broken.top) < 0.1
    assert seen.colour == (238, 238, 236)


def test_a_rough_rim_is_told_rough():
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3)).astype(np.uint8)
    seen = border.measure(goods.photo_of(noise))
    assert seen.even_share < 0.5
