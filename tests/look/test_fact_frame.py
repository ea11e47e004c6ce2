"""Borders found to the pixel; collages told from horizons and from plain grounds."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from fact_pictures import (
    BLUE,
    RED,
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
)
from hypothesis import given, settings
from hypothesis import strategies as st

from packshot.image.types import RGB, Colour, Grey
from packshot.look.frame import Frame, measure
from packshot.look.sides import Sides


def framed(
    pixels: RGB, mask: Grey, left: int, top: int, right: int, bottom: int, colour: Colour
) -> tuple[RGB, Grey]:
    edges = (top, bottom, left, right)
    return (
        cv2.copyMakeBorder(pixels, *edges, cv2.BORDER_CONSTANT, value=colour),
        cv2.copyMakeBorder(mask, *edges, cv2.BORDER_CONSTANT, value=0),
    )


def frame_of(pixels: RGB, mask: Grey | None = None) -> Frame:
    return measure(photo_of(pixels), no_product() if mask is None else cutout_of(pixels, mask))


@settings(max_examples=40, deadline=None)
@given(
    left=st.integers(1, 60),
    top=st.integers(1, 60),
    right=st.integers(1, 60),
    bottom=st.integers(1, 60),
    colour=st.sampled_from([(0, 0, 0), (255, 255, 255), (200, 30, 40), (120, 120, 120)]),
)
def test_each_side_is_found_to_the_pixel(
    left: int, top: int, right: int, bottom: int, colour: Colour
) -> None:
    pixels, mask = framed(*mug(400, 500, under=(226, 226, 220)), left, top, right, bottom, colour)
    frame = frame_of(pixels, mask)
    assert frame.border == Sides(left, top, right, bottom)
    assert frame.border_colour == colour


@pytest.mark.parametrize("quality", [95, 75, 50])
def test_compression_moves_no_border(quality: int) -> None:
    pixels, mask = framed(*mug(700, 700, under=(235, 235, 235)), 21, 21, 21, 21, (20, 40, 90))
    assert frame_of(jpeg(pixels, quality), mask).border == Sides(21, 21, 21, 21)


def test_bars_above_and_below_only() -> None:
    pixels, mask = framed(*mug(600, 400, under=(190, 200, 205)), 0, 100, 0, 100, (255, 255, 255))
    assert frame_of(noisy(pixels, 1), mask).border == Sides(0, 100, 0, 100)


def test_a_thin_line_set_in_from_the_rim_counts_up_to_its_inner_side() -> None:
    pixels, mask = framed(*mug(500, 500, under=(250, 250, 250)), 4, 4, 4, 4, (0, 0, 0))
    pixels, mask = framed(pixels, mask, 30, 30, 30, 30, (250, 250, 250))
    frame = frame_of(pixels, mask)
    assert frame.border == Sides(34, 34, 34, 34)
    assert frame.border_colour == (0, 0, 0)


def test_a_photo_shrunk_while_decoding_answers_in_source_pixels() -> None:
    pixels, mask = framed(*mug(400, 400, under=(220, 220, 220)), 10, 20, 10, 20, (0, 0, 0))
    frame = measure(photo_of(pixels, scale=0.5), cutout_of(pixels, mask))
    assert frame.border == Sides(20, 40, 20, 40)


def gradient(width: int, height: int, low: int, high: int, *, down: bool = True) -> RGB:
    line = np.linspace(low, high, height if down else width)
    grid = np.repeat(line[:, None], width, axis=1) if down else np.repeat(line[None], height, axis=0)
    return np.round(grid)[..., None].repeat(3, axis=2).astype(np.uint8)


def over(ground_pixels: RGB) -> tuple[RGB, Grey]:
    height, width = ground_pixels.shape[:2]
    pixels, mask = mug(width, height)
    pixels = np.where(mask[..., None] > 127, pixels, ground_pixels)
    return pixels, mask


def innocent() -> dict[str, tuple[RGB, Grey]]:
    horizon = ground(600, 700, (235, 235, 232))
    horizon[480:] = (180, 160, 140)
    vignette = gradient(600, 600, 255, 200)
    vignette = np.minimum(vignette, gradient(600, 600, 200, 255, down=False))
    touching = mug(600, 600)
    shifted = (np.roll(touching[0], 150, axis=0), np.roll(touching[1], 150, axis=0))
    return {
        "plain": mug(),
        "gradient down": over(gradient(600, 600, 255, 120)),
        "gradient across": over(gradient(600, 600, 60, 250, down=False)),
        "steep gradient": over(gradient(300, 300, 0, 255)),
        "vignette": over(vignette),
        "table": over(blurred(horizon, 3)),
        "noise": over(noisy(ground(600, 600, (200, 200, 200)), 8)),
        "cut by the frame": shifted,
    }


@pytest.mark.parametrize("name", innocent())
def test_plain_grounds_have_neither_border_nor_collage(name: str) -> None:
    frame = frame_of(*innocent()[name])
    assert frame.border == Sides()
    assert frame.border_colour is None
    assert frame.panels == ()


def test_a_book_from_the_front_is_no_border() -> None:
    pixels = ground(600, 800)
    pixels[80:720, 60:540] = RED
    pixels[200:300, 150:450] = BLUE
    mask = np.zeros((800, 600), np.uint8)
    mask[80:720, 60:540] = 255
    assert frame_of(pixels, mask).border == Sides()


def two(upright: bool = True, gutter: int = 0) -> tuple[RGB, Grey]:
    one, other = mug(400, 400, under=(240, 240, 240)), mug(400, 400, RED, (70, 80, 90))
    axis = 1 if upright else 0
    between = ground(gutter, 400) if upright else ground(400, gutter)
    pixels = np.concatenate([one[0], between, other[0]], axis=axis)
    mask = np.concatenate([one[1], between[..., 0] * 0, other[1]], axis=axis)
    return pixels, mask


@pytest.mark.parametrize("upright", [True, False])
@pytest.mark.parametrize("gutter", [0, 12])
def test_two_pictures_side_by_side(upright: bool, gutter: int) -> None:
    pixels, mask = two(upright, gutter)
    frame = frame_of(jpeg(pixels, 85), mask)
    assert len(frame.panels) == 2
    assert frame.collage_confidence > 0.8
    for panel in frame.panels:
        assert abs(panel.width - 400) <= 6
        assert abs(panel.height - 400) <= 6


def test_four_pictures_in_a_grid() -> None:
    one, other = two(), two()
    pixels = np.concatenate([one[0], other[0][:, ::-1]], axis=0)
    mask = np.concatenate([one[1], other[1][:, ::-1]], axis=0)
    big = cv2.resize(pixels, (1900, 1900), interpolation=cv2.INTER_AREA)
    frame = frame_of(big, cv2.resize(mask, (1900, 1900)))
    assert len(frame.panels) == 4
    assert all(abs(panel.width - 950) < 12 for panel in frame.panels)


def test_the_joint_of_a_table_top_is_no_sure_collage() -> None:
    one = mug(400, 400, under=(235, 225, 210))
    pixels, mask = np.concatenate([one[0], one[0]], axis=1), np.concatenate([one[1], one[1]], axis=1)
    pixels[:, 399:402] = (90, 80, 70)
    assert frame_of(pixels, mask).collage_confidence <= 0.5


def test_a_thing_in_front_of_a_sharp_horizon_is_no_collage() -> None:
    pixels = ground(600, 600, (230, 228, 220))
    pixels[420:] = (150, 120, 90)
    assert frame_of(*over(pixels)).panels == ()


def test_a_long_straight_side_of_the_goods_is_no_seam() -> None:
    pixels, mask = ground(400, 600), np.zeros((600, 400), np.uint8)
    mask[0:570, 130:270] = 255
    pixels[mask > 0] = BLUE
    assert frame_of(pixels, mask).panels == ()


def test_a_striped_cloth_is_no_collage() -> None:
    stripes = np.where(np.arange(600) // 20 % 2 == 0, 240, 60).astype(np.uint8)
    pixels = np.repeat(stripes[None, :, None], 600, axis=0).repeat(3, axis=2)
    assert frame_of(pixels, np.full((600, 600), 255, np.uint8)).panels == ()


@pytest.mark.parametrize("name", odd_photos())
@pytest.mark.parametrize("found", [True, False])
def test_odd_photos_have_no_frame(name: str, found: bool) -> None:
    pixels = odd_photos()[name]
    frame = measure(photo_of(pixels), whole(pixels) if found else no_product())
    assert frame.border == Sides()
    assert frame.panels == ()


@pytest.mark.parametrize("px", [6, 20, 50])
def test_a_frame_round_a_packshot_is_told_though_its_paper_was_taken_for_goods(px: int) -> None:
    pixels, _ = framed(*mug(400, 500, under=(250, 250, 248)), px, px, px, px, (120, 20, 160))
    mask = np.zeros(pixels.shape[:2], np.uint8)
    mask[px:-px, px:-px] = 255
    assert frame_of(pixels, mask).border == Sides(px, px, px, px)


def close_up(pixels: RGB, mask: Grey, shape: str, *, like_goods: bool = True) -> tuple[RGB, Grey]:
    """A part of the mug, enlarged, in a round or a box at the upper left; or a striped plate there."""
    light = np.where(mask > 0, np.linspace(0, 4, pixels.shape[1]) % 0.7 + 0.3, 1.0)  # folds
    pixels = np.clip(pixels * light[..., None], 0, 255).astype(np.uint8)
    out, grown = pixels.copy(), mask.copy()
    ys, xs = np.nonzero(mask)
    y, x = int(ys.mean()), int(xs.min())
    near = cv2.resize(
        noisy(pixels, 6)[y - 70 : y + 70, x + 5 : x + 145], (140, 140), interpolation=cv2.INTER_CUBIC
    )
    if not like_goods:
        near = noisy(ground(140, 140, (60, 140, 60)), 25)
    hole = np.zeros((140, 140), np.uint8)
    if shape == "round":
        cv2.circle(hole, (70, 70), 66, 255, -1)
    else:
        hole[4:-4, 4:-4] = 255
    place = (slice(10, 150), slice(10, 150))
    out[place][hole > 0] = near[hole > 0]
    grown[place] = np.maximum(grown[place], hole)
    return out, grown


@pytest.mark.parametrize("shape", ["round", "box"])
def test_a_close_up_beside_the_goods_is_a_picture_in_the_picture(shape: str) -> None:
    frame = frame_of(*close_up(*mug(600, 600), shape))
    assert frame.collage_confidence >= 0.6
    assert [abs(panel.left - 14) <= 2 for panel in frame.panels] == [True]


@pytest.mark.parametrize("shape", ["round", "box"])
def test_a_plate_beside_the_goods_is_no_close_up_of_them(shape: str) -> None:
    assert frame_of(*close_up(*mug(600, 600), shape, like_goods=False)).panels == ()
