"""Sharpness, noise, JPEG blocks and true scale, each against drawn truth."""

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
    textures,
    whole,
)

from packshot.image.types import RGB
from packshot.look.quality import Quality, measure

CONTENTS = textures(640)


def quality(pixels: RGB, *, scale: float = 1.0) -> Quality:
    return measure(photo_of(pixels, scale=scale), no_product())


@pytest.mark.parametrize("name", CONTENTS)
def test_more_blur_is_always_less_sharp(name: str) -> None:
    found = [quality(blurred(CONTENTS[name], sigma)).sharpness for sigma in (0, 0.5, 1, 1.5, 2, 3)]
    assert found == sorted(found, reverse=True), found


@pytest.mark.parametrize("name", CONTENTS)
def test_crisp_is_above_40_and_blurred_is_about_10_whatever_the_content(name: str) -> None:
    assert quality(CONTENTS[name]).sharpness >= 40
    assert 6 <= quality(blurred(CONTENTS[name], 4)).sharpness <= 19


@pytest.mark.parametrize("factor", [0.3, 0.6])
def test_low_contrast_is_as_sharp_as_high_contrast(factor: float) -> None:
    pixels = blurred(CONTENTS["leaves"], 0.8)
    faint = np.round(128 + (pixels.astype(np.float32) - 128) * factor).astype(np.uint8)
    assert quality(faint).sharpness == pytest.approx(quality(pixels).sharpness, abs=8)


def test_noise_does_not_pass_for_sharpness() -> None:
    soft = blurred(CONTENTS["leaves"], 3)
    assert quality(noisy(soft, 8)).sharpness < 22


def test_only_the_product_is_judged() -> None:
    """A crisp print on the wall behind does not make a blurred mug sharp."""
    pixels, mask = mug(900, 900)
    crisp = CONTENTS["letters"][:300, :300]
    soft = blurred(pixels, 4)
    soft[590:890, 590:890] = crisp
    assert measure(photo_of(soft), cutout_of(soft, mask)).sharpness < 20


def test_a_plain_thing_says_that_its_sharpness_cannot_be_told() -> None:
    assert quality(noisy(ground(400, 400, (130, 130, 130)), 2)).sharpness_confidence < 0.1
    assert quality(CONTENTS["mug"]).sharpness_confidence == 1.0


@pytest.mark.parametrize("name", ["mug", "letters", "leaves"])
@pytest.mark.parametrize("sigma", [1.5, 3, 6, 12])
def test_noise_is_measured_as_strong_as_it_is(name: str, sigma: float) -> None:
    pixels = (CONTENTS[name].astype(np.float32) * 0.75 + 20).astype(np.uint8)
    if name == "leaves":
        pixels[:, :320] = 128
    assert quality(noisy(pixels, sigma)).noise == pytest.approx(sigma, rel=0.3)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_clean_drawing_has_hardly_any_noise(name: str) -> None:
    assert quality(blurred(CONTENTS[name], 1.5)).noise < 0.8


def test_a_gradient_is_no_noise() -> None:
    slope = np.repeat(np.linspace(40, 220, 500)[None, :, None], 500, axis=0).repeat(3, axis=2)
    assert quality(np.round(slope).astype(np.uint8)).noise < 0.5


def soft_photo() -> RGB:
    rng = np.random.default_rng(2)
    coarse = rng.uniform(60, 200, (20, 20, 3)).astype(np.float32)
    pixels = cv2.resize(coarse, (800, 800), interpolation=cv2.INTER_CUBIC)
    return noisy(np.clip(pixels, 0, 255).astype(np.uint8), 2)


def test_harder_compression_raises_blockiness() -> None:
    found = [quality(jpeg(soft_photo(), q)).blockiness for q in (95, 75, 50, 30, 15)]
    assert found == sorted(found), found
    assert found[0] < 0.2
    assert found[-2] > 1


def test_a_cropped_photo_keeps_its_grid() -> None:
    pixels = jpeg(soft_photo(), 30)[3:, 5:]
    assert quality(pixels).blockiness > 1


def test_stripes_of_eight_pixels_are_no_grid() -> None:
    stripes = np.where(np.arange(640) % 8 < 4, 120, 130)
    pixels = np.repeat(stripes[:, None], 640, axis=1)[..., None].repeat(3, axis=2).astype(np.uint8)
    assert quality(noisy(pixels, 1)).blockiness < 0.3


def test_a_photo_shrunk_while_decoding_has_no_grid_to_be_seen() -> None:
    assert quality(jpeg(soft_photo(), 20), scale=0.5).blockiness == 0


def enlarged(pixels: RGB, factor: float, how: int = cv2.INTER_CUBIC) -> RGB:
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how)


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("how", [cv2.INTER_CUBIC, cv2.INTER_LANCZOS4, cv2.INTER_LINEAR])
def test_enlarging_twice_halves_the_true_scale(name: str, how: int) -> None:
    assert quality(CONTENTS[name]).true_scale > 0.85
    assert quality(enlarged(CONTENTS[name], 2, how)).true_scale == pytest.approx(0.52, abs=0.14)


@pytest.mark.parametrize("name", CONTENTS)
def test_true_scale_falls_with_the_enlargement(name: str) -> None:
    found = [quality(enlarged(CONTENTS[name], factor)).true_scale for factor in (1, 1.5, 2, 3)]
    assert found == sorted(found, reverse=True), found


def test_noise_added_after_enlarging_does_not_hide_it() -> None:
    assert quality(noisy(enlarged(CONTENTS["leaves"], 2), 3)).true_scale < 0.65


def test_a_flat_photo_cannot_be_told() -> None:
    assert quality(ground(500, 500, (90, 90, 90))).true_scale == 1


@pytest.mark.parametrize("name", odd_photos())
@pytest.mark.parametrize("found", [True, False])
def test_odd_photos_have_sane_quality(name: str, found: bool) -> None:
    pixels = odd_photos()[name]
    answer = measure(photo_of(pixels), whole(pixels) if found else no_product())
    assert 0 <= answer.sharpness <= 100
    assert answer.noise >= 0
    assert answer.blockiness >= 0
    assert 0 < answer.true_scale <= 1
