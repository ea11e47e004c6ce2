"""Colours, sizes and blends, each against its slow and certain twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from image_files import noise, slopes

from packshot.image.blend import over
from packshot.image.colour import delta_e, delta_e_76, lab, lab_of, linear, srgb
from packshot.image.resample import resize, resize_with_alpha
from packshot.image.types import Size

# Sharma, Wu, Dalal 2005, table 1: L a b, L a b, ΔE00.
SHARMA = np.loadtxt(
    """
    50 2.6772 -79.7751 50 0 -82.7485 2.0425
    50 3.1571 -77.2803 50 0 -82.7485 2.8615
    50 2.8361 -74.0200 50 0 -82.7485 3.4412
    50 -1.3802 -84.2814 50 0 -82.7485 1.0000
    50 -1.1848 -84.8006 50 0 -82.7485 1.0000
    50 -0.9009 -85.5211 50 0 -82.7485 1.0000
    50 0 0 50 -1 2 2.3669
    50 -1 2 50 0 0 2.3669
    50 2.4900 -0.0010 50 -2.4900 0.0009 7.1792
    50 2.4900 -0.0010 50 -2.4900 0.0010 7.1792
    50 2.4900 -0.0010 50 -2.4900 0.0011 7.2195
    50 2.4900 -0.0010 50 -2.4900 0.0012 7.2195
    50 -0.0010 2.4900 50 0.0009 -2.4900 4.8045
    50 -0.0010 2.4900 50 0.0010 -2.4900 4.8045
    50 -0.0010 2.4900 50 0.0011 -2.4900 4.7461
    50 2.5 0 50 0 -2.5 4.3065
    50 2.5 0 73 25 -18 27.1492
    50 2.5 0 61 -5 29 22.8977
    50 2.5 0 56 -27 -3 31.9030
    50 2.5 0 58 24 15 19.4535
    50 2.5 0 50 3.1736 0.5854 1.0000
    50 2.5 0 50 3.2972 0 1.0000
    50 2.5 0 50 1.8634 0.5757 1.0000
    50 2.5 0 50 3.2592 0.3350 1.0000
    60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
    63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
    61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
    35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
    22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
    36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
    90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
    90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
    6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
    2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
    """.strip().splitlines()
)


def test_ciede2000_agrees_with_all_published_pairs():
    first, second, expected = SHARMA[:, :3], SHARMA[:, 3:6], SHARMA[:, 6]
    assert np.abs(delta_e(first, second) - expected).max() < 1e-4
    assert np.abs(delta_e(second, first) - expected).max() < 1e-4


def test_ciede2000_in_single_precision_is_near_enough():
    first, second = SHARMA[:, :3].astype(np.float32), SHARMA[:, 3:6].astype(np.float32)
    found = delta_e(first, second)
    assert found.dtype == np.float32
    # Pairs 10 to 15 stand on the edge where the mean hue jumps to the other side: either side is right.
    edge = np.zeros(34, bool)
    edge[8:15] = True
    assert np.abs(found - SHARMA[:, 6])[~edge].max() < 1e-3
    assert np.abs(found - SHARMA[:, 6]).max() < 0.07


def test_large_pictures_are_measured_in_parts_alike():
    picture, other = lab(noise(300, 250)), lab(noise(300, 250, seed=1))
    whole = delta_e(picture, other)
    assert whole.shape == (250, 300)
    assert np.allclose(whole[200:203], delta_e(picture[200:203], other[200:203]), atol=1e-4)
    one = delta_e(picture, other[0, 0])
    assert np.allclose(one[7], delta_e(picture[7], np.tile(other[0, 0], (300, 1))), atol=1e-4)
    assert delta_e(other[0, 0], other[0, 0]).shape == ()


@given(arrays(np.uint8, (6, 3)), arrays(np.uint8, (6, 3)))
def test_differences_are_symmetric_and_none_for_equals(a, b):
    first, second = lab(a), lab(b)
    assert np.isfinite(delta_e(first, second)).all()
    assert np.allclose(delta_e(first, second), delta_e(second, first), atol=0.02)
    assert (delta_e(first, first) == 0).all()
    assert np.allclose(delta_e_76(first, second), np.linalg.norm(first - second, axis=1), atol=1e-3)


def test_lab_agrees_with_the_textbook():
    pixels = noise(100, 100)
    share = pixels / 255.0
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    matrix = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = light @ matrix.T / matrix.sum(axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    expected = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
    assert np.abs(lab(pixels) - expected).max() < 0.05


def test_lab_takes_pictures_lists_and_single_colours():
    assert lab_of((255, 255, 255)) == pytest.approx((100, 0, 0), abs=0.01)
    assert lab_of((0, 0, 0)) == pytest.approx((0, 0, 0), abs=0.01)
    assert lab(noise(5, 4)).shape == (4, 5, 3)
    assert lab(noise(5, 4).reshape(-1, 3)).shape == (20, 3)
    assert lab(noise(5, 4)[:, ::2]).dtype == np.float32


def test_levels_survive_linear_light_and_back():
    levels = np.arange(256, dtype=np.uint8)[None]
    assert np.array_equal(srgb(linear(levels)), levels)
    assert linear(levels)[0, -1] == 1
    assert srgb(np.array([[-1.0, 2.0]], np.float32)).tolist() == [[0, 255]]


# Sizes ----------------------------------------------------------------------------------------------


@given(
    was=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    to=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    colour=st.tuples(*[st.integers(0, 255)] * 3),
)
@settings(deadline=None)
def test_a_flat_picture_stays_flat_at_any_size(was, to, colour):
    pixels = np.full((was[1], was[0], 3), colour, np.uint8)
    out = resize(pixels, Size(*to))
    assert out.shape == (to[1], to[0], 3)
    assert (out == colour).all()


def test_shrinking_by_a_whole_factor_is_the_mean():
    pixels = noise(60, 40)
    means = pixels.reshape(10, 4, 15, 4, 3).mean(axis=(1, 3))
    assert np.abs(resize(pixels, Size(15, 10)) - means).max() <= 0.51
    assert resize(pixels, Size(60, 40)) is pixels


@pytest.mark.parametrize("side", [7, 20, 50, 90, 200])
def test_no_rim_darkens_when_a_cutout_changes_size(side):
    rng = np.random.default_rng(side)
    alpha = np.zeros((64, 64), np.uint8)
    alpha[16:48, 16:48] = 255
    alpha[20:40, 48:56] = rng.integers(1, 255, (20, 8))
    colours = np.zeros((64, 64, 3), np.uint8)
    colours[alpha > 0] = (180, 90, 40)
    out, small = resize_with_alpha(colours, alpha, Size(side, side))
    seen = small > 8
    assert seen.any()
    assert np.abs(out[seen].astype(int) - (180, 90, 40)).max() <= 2
    assert np.array_equal(small, resize(alpha, Size(side, side)))


def test_an_opaque_cutout_changes_size_like_a_picture():
    pixels, alpha = slopes(64, 64), np.full((64, 64), 255, np.uint8)
    for side in (20, 90):
        out, seen = resize_with_alpha(pixels, alpha, Size(side, side))
        assert np.array_equal(out, resize(pixels, Size(side, side)))
        assert (seen == 255).all()


# Blends ---------------------------------------------------------------------------------------------


@given(arrays(np.uint8, (3, 70, 3)), arrays(np.uint8, (3, 70)), arrays(np.uint8, (3, 70, 3)))
@settings(deadline=None)
def test_blending_is_rightly_rounded(product, alpha, ground):
    share = alpha[:, :, None] / 255
    exact = product * share + ground * (1 - share)
    found = over(product, alpha, ground)
    assert np.abs(found - exact).max() <= 0.5 + 1e-5
    assert np.array_equal(found[alpha == 255], product[alpha == 255])
    assert np.array_equal(found[alpha == 0], ground[alpha == 0])
    assert np.array_equal(over(ground, alpha, ground), ground)


def test_blending_takes_tall_pictures_and_views():
    product, ground, alpha = noise(50, 300), noise(50, 300, seed=1), noise(50, 300, seed=2, channels=1)
    whole = over(product, alpha, ground)
    assert np.array_equal(
        over(product[10:250, 5:40], alpha[10:250, 5:40], ground[10:250, 5:40]), whole[10:250, 5:40]
    )
