"""Exposure, contrast, burnt parts and the colour of the light."""

from __future__ import annotations

import numpy as np
import pytest
from fact_pictures import cutout_of, ground, mug, no_product, noisy, odd_photos, photo_of, whole

from packshot.image.colour import linear, srgb
from packshot.image.types import RGB, Colour, Grey
from packshot.look.tone import Tone, measure


def tone(pixels: RGB, mask: Grey | None = None) -> Tone:
    return measure(photo_of(pixels), no_product() if mask is None else cutout_of(pixels, mask))


def under_light(pixels: RGB, red: float, green: float, blue: float) -> RGB:
    """The same goods under a coloured lamp."""
    return srgb(linear(pixels) * np.float32([red, green, blue]))


def with_label(colour: Colour, under: Colour, label: Colour = (238, 238, 238)) -> tuple[RGB, Grey]:
    """A mug with a white label: something that is grey in white light."""
    pixels, mask = mug(600, 600, colour, under)
    pixels[280:360, 210:330] = label
    return pixels, mask


LAMP = (1.0, 0.8, 0.5)
SKY = (0.75, 0.9, 1.0)


def test_a_yellow_lamp_is_a_warm_cast() -> None:
    pixels, mask = with_label((60, 90, 150), (235, 235, 235))
    found = tone(noisy(under_light(pixels, *LAMP), 2), mask)
    assert found.cast_b > 12
    assert found.cast_confidence >= 0.6


def test_blue_light_from_the_sky_is_a_cool_cast() -> None:
    pixels, mask = with_label((150, 60, 60), (225, 225, 225))
    found = tone(under_light(pixels, *SKY), mask)
    assert found.cast_b < -5
    assert found.cast_confidence >= 0.6


@pytest.mark.parametrize("colour", [(60, 90, 150), (200, 160, 30), (40, 40, 40)])
def test_white_light_on_white_paper_is_no_cast_whatever_the_product(colour: Colour) -> None:
    found = tone(*mug(500, 500, colour, (243, 243, 242)))
    assert abs(found.cast_a) < 1
    assert abs(found.cast_b) < 1.5
    assert found.cast_confidence >= 0.8


def test_beige_paper_in_white_light_is_no_sure_cast() -> None:
    pixels, mask = with_label((60, 90, 150), (228, 214, 190))
    found = tone(pixels, mask)
    assert found.cast_confidence <= 0.4
    assert abs(found.cast_b) < 3, "the white label tells the light"


def test_beige_paper_and_nothing_grey_stays_doubtful() -> None:
    found = tone(*mug(500, 500, (30, 90, 180), (228, 214, 190)))
    assert found.cast_confidence <= 0.4


def test_a_strong_ground_colour_is_a_choice() -> None:
    found = tone(*mug(500, 500, (30, 90, 180), (240, 120, 60)))
    assert found.cast_confidence <= 0.4
    assert abs(found.cast_b) < 15


def test_exposure_follows_the_light() -> None:
    pixels, mask = mug(500, 500, (120, 120, 120))
    found = [tone(under_light(pixels, *[gain] * 3), mask).median_l for gain in (0.1, 0.4, 0.8, 1.6)]
    assert found == sorted(found)
    assert found[0] < 25


def test_contrast_is_that_of_the_product_alone() -> None:
    flat = ground(400, 400, (255, 255, 255))
    flat[100:300, 100:300] = (120, 120, 120)
    mask = np.zeros((400, 400), np.uint8)
    mask[100:300, 100:300] = 255
    assert tone(flat, mask).contrast == pytest.approx(0, abs=0.5)
    flat[100:200, 100:300] = (20, 20, 20)
    assert tone(flat, mask).contrast > 35


def test_burnt_and_black_parts_are_counted() -> None:
    pixels, mask = ground(400, 400, (128, 128, 128)), np.zeros((400, 400), np.uint8)
    mask[100:300, 100:300] = 255
    pixels[100:150, 100:300] = 255
    pixels[250:300, 100:200] = 0
    found = tone(pixels, mask)
    assert found.clipped_light == pytest.approx(0.25, abs=0.02)
    assert found.clipped_dark == pytest.approx(0.125, abs=0.02)


def test_a_white_ground_is_not_counted_as_burnt_product() -> None:
    assert tone(*mug(500, 500)).clipped_light < 0.01


@pytest.mark.parametrize("name", odd_photos())
@pytest.mark.parametrize("found", [True, False])
def test_odd_photos_have_sane_tone(name: str, found: bool) -> None:
    pixels = odd_photos()[name]
    answer = measure(photo_of(pixels), whole(pixels) if found else no_product())
    assert 0 <= answer.median_l <= 100.1
    assert 0 <= answer.contrast <= 100.1
    assert 0 <= answer.clipped_light <= 1
    assert 0 <= answer.cast_confidence <= 1
    assert np.isfinite([answer.cast_a, answer.cast_b]).all()


def test_a_black_bag_on_white_paper_is_no_dark_photo_and_a_dim_one_is() -> None:
    pixels, mask = ground(400, 400, (250, 250, 250)), np.zeros((400, 400), np.uint8)
    pixels[100:300, 100:300] = (14, 14, 16)
    mask[100:300, 100:300] = 255
    assert tone(pixels, mask).brightest > 95
    assert tone((pixels * 0.4).astype(np.uint8), mask).brightest < 50


def test_a_channel_at_its_end_is_burnt_where_the_place_is_light() -> None:
    pixels, mask = ground(400, 400, (200, 200, 200)), np.zeros((400, 400), np.uint8)
    mask[100:300, 100:300] = 255
    pixels[100:200, 100:300] = (255, 240, 190)
    pixels[200:300, 100:300] = (255, 0, 0)  # as red as screens can show: a colour, no burn
    assert tone(pixels, mask).clipped_light == pytest.approx(0.5, abs=0.02)
