"""Goods with known truth are found whole, with their holes, without their shadow."""

from __future__ import annotations

import cv2
import drawn_goods as goods
import numpy as np
import pytest

from packshot.engines.base import Opinion
from packshot.image.types import Box
from packshot.look import subject
from packshot.look.subject import Care, Origin

SHAPES = {s.__name__: s for s in (goods.disc, goods.ring, goods.blob, goods.two, goods.mug)}
GROUNDS = {"flat": goods.flat, "sloped": goods.sloped}


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("noise", [0.0, 3.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_goods_are_cut_out_exactly(shape, ground, noise):
    alpha = goods.shape(SHAPES[shape])
    drawn = goods.laid(alpha, GROUNDS[ground](), noise=noise, shadow=goods.shade_below(alpha))
    found = subject.cut(drawn.photo, None)
    cut = goods.whole_alpha(found, alpha.shape)
    assert goods.iou(cut, alpha) >= 0.98
    assert np.abs(cut - alpha).mean() <= 0.006
    assert found.confidence >= 0.8
    assert found.origin is Origin.STUDIO


@pytest.mark.parametrize("colour", [(60, 60, 62), (20, 20, 20), (30, 90, 160), (250, 200, 40)])
def test_goods_of_any_colour_are_told_from_their_shadow(colour):
    alpha = goods.shape(goods.blob)
    ground = goods.flat((225, 225, 225))
    drawn = goods.laid(alpha, ground, colour, shadow=goods.shade_below(alpha, 0.45))
    cut = goods.whole_alpha(subject.cut(drawn.photo, None), alpha.shape)
    assert goods.iou(cut, alpha) >= 0.97


@pytest.mark.parametrize("ground", [(255, 255, 255), (248, 248, 247)])
def test_white_goods_on_white_are_found_by_their_shading(ground):
    alpha = goods.shape(goods.blob)
    white = goods.shaded(alpha, (240, 240, 238), depth=0.2)
    drawn = goods.laid(alpha, goods.flat(ground), white, shadow=goods.shade_below(alpha, 0.2))
    cut = goods.whole_alpha(subject.cut(drawn.photo, None), alpha.shape)
    assert goods.iou(cut, alpha) >= 0.95


def test_thin_parts_stay_whole():
    alpha = goods.shape(goods.cross)
    drawn = goods.laid(alpha, goods.sloped(), (40, 40, 60), noise=1.5)
    found = subject.cut(drawn.photo, None)
    cut = goods.whole_alpha(found, alpha.shape)
    assert goods.iou(cut, alpha) >= 0.93
    assert len(subject.measure(drawn.photo, drawn.photo, found).components) == 1


def test_a_wire_of_two_pixels_of_2000_is_not_lost():
    pixels = np.full((2000, 2000, 3), 240, np.uint8)
    cv2.rectangle(pixels, (700, 900), (1300, 1500), (50, 90, 60), -1)
    cv2.line(pixels, (1000, 900), (1000, 300), (30, 30, 30), 2)
    cut = goods.whole_alpha(subject.cut(goods.photo_of(pixels), None), pixels.shape)
    assert (cut[320:880, 996:1004].max(axis=1) > 0.5).mean() > 0.98


def test_holes_show_the_ground_even_in_shadow():
    alpha = goods.shape(goods.mug)
    drawn = goods.laid(alpha, goods.flat(), shadow=goods.shade_below(alpha, 0.4))
    found = subject.cut(drawn.photo, None)
    cut = goods.whole_alpha(found, alpha.shape)
    hole = (alpha < 0.01)[180:240, 262:305]
    assert cut[180:240, 262:305][hole].mean() < 0.03
    assert subject.measure(drawn.photo, drawn.photo, found).holes == 1


def test_a_product_that_touches_one_side_is_cut_there():
    alpha = goods.shape(goods.at_left)
    drawn = goods.laid(alpha, goods.sloped(), noise=1.0)
    found = subject.cut(drawn.photo, None)
    told = subject.measure(drawn.photo, drawn.photo, found)
    assert goods.iou(goods.whole_alpha(found, alpha.shape), alpha) >= 0.98
    assert told.touches.left == pytest.approx(0.3, abs=0.02)
    assert told.touches.right == told.touches.top == told.touches.bottom == 0


def test_all_items_of_a_set_are_kept_and_counted():
    alpha = goods.shape(goods.two)
    drawn = goods.laid(alpha, goods.flat())
    told = subject.measure(drawn.photo, drawn.photo, subject.cut(drawn.photo, None))
    assert len(told.components) == 2
    assert told.far_apart
    assert told.components[0].share == pytest.approx(0.546, abs=0.02)


def test_no_rim_of_the_old_ground_shows_on_a_new_one():
    """Red goods from a bright green ground, laid on black: no pixel of the rim is greenish."""
    alpha = goods.shape(goods.disc)
    found = subject.cut(goods.laid(alpha, goods.flat((60, 220, 60)), (190, 30, 30)).photo, None)
    rim = (found.alpha > 20) & (found.alpha < 250)
    worst = found.colours[rim].astype(int) - (190, 30, 30)
    assert np.abs(worst).max(axis=1).mean() < 6
    assert np.percentile(np.abs(worst).max(axis=1), 95) < 25


def test_the_shadow_is_kept_apart():
    alpha = goods.shape(goods.disc)
    taken = goods.shade_below(alpha, 0.4)
    found = subject.cut(goods.laid(alpha, goods.flat(), shadow=taken).photo, None)
    assert found.shadow is not None
    size = (goods.SIDE, goods.SIDE)
    seen = cv2.resize(found.shadow, size, interpolation=cv2.INTER_LINEAR) / 255
    outside = cv2.dilate(alpha, np.ones((9, 9))) == 0
    assert np.abs(seen - taken)[outside].mean() < 0.012
    assert found.shadow_scale == pytest.approx(found.shadow.shape[1] / goods.SIDE)


def empty_grounds() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    side = goods.SIDE
    texture = cv2.GaussianBlur(rng.normal(0, 60, (side, side)).astype(np.float32), (0, 0), 2)
    grain = np.sin(np.arange(side) / 3)[:, None] * 9 + rng.normal(0, 3, (side, side))
    return {
        "white": goods.flat((255, 255, 255)),
        "grey": goods.flat((128, 128, 128)),
        "black": goods.flat((0, 0, 0)),
        "sloped": goods.sloped(),
        "noise": goods.flat() + rng.normal(0, 6, (side, side, 3)),
        "strong noise": rng.uniform(0, 255, (side, side, 3)),
        "texture": goods.flat((180, 170, 150)) + texture[..., None],
        "grain": goods.flat((150, 110, 70)) + grain[..., None],
        "vignette": goods.flat()
        * (1 - 0.3 * goods.shade_below(np.ones((side, side), np.float32))[..., None]),
    }


@pytest.mark.parametrize("name", list(empty_grounds()))
def test_an_empty_ground_is_no_product(name):
    pixels = np.clip(empty_grounds()[name], 0, 255).astype(np.uint8)
    found = subject.cut(goods.photo_of(pixels), None)
    told = subject.measure(goods.photo_of(pixels), goods.photo_of(pixels), found)
    assert not told.found
    assert told.origin is Origin.NONE
    assert found.confidence < subject.LEAST
    assert told.box.is_empty


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (7, 7), (40, 16), (33, 1000)])
def test_tiny_and_narrow_photos_get_an_answer(size):
    pixels = np.random.default_rng(0).integers(0, 255, (*size, 3)).astype(np.uint8)
    photo = goods.photo_of(pixels)
    subject.measure(photo, photo, subject.cut(photo, None))


def test_own_alpha_is_believed():
    alpha = (goods.shape(goods.ring) * 255).astype(np.uint8)
    pixels = np.full((*alpha.shape, 3), 255, np.uint8)
    found = subject.cut(goods.photo_of(pixels, alpha), None)
    assert found.origin is Origin.ALPHA
    assert (found.alpha == alpha[found.box.slices]).all()


def test_an_alpha_that_says_nothing_is_not_believed():
    drawn = goods.laid(goods.shape(goods.disc), goods.flat())
    full = np.full(drawn.alpha.shape, 255, np.uint8)
    assert subject.cut(goods.photo_of(drawn.pixels, full), None).origin is Origin.STUDIO


def test_boxes_are_told_in_source_pixels():
    drawn = goods.laid(goods.shape(goods.disc), goods.flat())
    photo = goods.photo_of(drawn.pixels, scale=0.5)
    told = subject.measure(photo, photo, subject.cut(photo, None))
    quarter = 2 * goods.SIDE / 4
    box = told.box
    assert max(abs(box.left - quarter), abs(box.top - quarter), abs(box.right - 3 * quarter)) <= 4


def test_the_box_is_refined_on_the_full_photo():
    alpha = goods.shape(goods.disc)
    drawn = goods.laid(alpha, goods.flat())
    full = cv2.resize(drawn.pixels, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)
    small = goods.photo_of(drawn.pixels, scale=0.5)
    told = subject.measure(small, goods.photo_of(full), subject.cut(small, None))
    truth = Box(210, 210, 631, 631)
    assert max(abs(a - b) for a, b in zip(corners(told.box), corners(truth), strict=True)) <= 1


def corners(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.right, box.bottom


def test_the_same_photo_gives_the_same_cut():
    drawn = goods.laid(goods.shape(goods.blob), goods.sloped(), noise=2)
    one, other = subject.cut(drawn.photo, None), subject.cut(drawn.photo, None)
    assert (one.alpha == other.alpha).all()
    assert (one.colours == other.colours).all()
    assert one.confidence == other.confidence


def test_a_drawn_badge_apart_from_the_goods_looks_drawn():
    alpha = goods.shape(goods.blob)
    drawn = goods.laid(alpha, goods.flat((255, 255, 255)), goods.shaded(alpha, (120, 80, 60), 0.5), noise=1)
    pixels = drawn.pixels.copy()
    cv2.rectangle(pixels, (20, 20), (90, 60), (230, 20, 30), -1)
    photo = goods.photo_of(pixels)
    told = subject.measure(photo, photo, subject.cut(photo, None))
    assert len(told.components) == 2
    assert told.components[0].overlay == 0
    assert told.components[1].overlay > 0.7


class Half:
    """An engine that says: the left half, surely."""

    name = "half"
    longest_side = 100

    def segment(self, pixels):
        alpha = np.zeros(pixels.shape[:2], np.uint8)
        alpha[:, : alpha.shape[1] // 2] = 255
        return Opinion(alpha, 0.9)


def test_an_even_ground_needs_no_second_opinion():
    drawn = goods.laid(goods.shape(goods.disc), goods.flat())
    found = subject.cut(drawn.photo, Half(), Care.FAST)
    assert found.origin is Origin.STUDIO
    assert found.agreement is None


def test_a_cluttered_ground_is_left_to_the_second_opinion():
    noise = np.random.default_rng(0).integers(0, 255, (30, 30, 3)).astype(np.uint8)
    pixels = cv2.resize(noise, (300, 300), interpolation=cv2.INTER_CUBIC)
    found = subject.cut(goods.photo_of(pixels), Half())
    assert found.origin is Origin.ENGINE
    assert found.engine == "half"
    assert str(found.reason)


def test_goods_in_the_grounds_own_colour_are_no_glass():
    alpha = goods.shape(goods.blob)
    grey = goods.shaded(alpha, (214, 214, 212), depth=0.2)
    drawn = goods.laid(alpha, goods.flat((205, 205, 203)), grey)
    told = subject.measure(drawn.photo, drawn.photo, subject.cut(drawn.photo, None))
    assert told.see_through < 0.05
