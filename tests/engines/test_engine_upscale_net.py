"""Our own enlargers: exact sizes, no seams, nothing where nothing is, nearer to the truth than a filter."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from packshot.engines import upscale_net
from packshot.engines.base import ENGINES
from packshot.engines.upscale_net import REACHES, Reach, tiles
from packshot.image.types import RGB, Size, size_of

NET = ENGINES["upscale_net"].make()
PLAIN = ENGINES["upscale_lanczos"].make()


def drawn(seed: int, width: int, height: int) -> RGB:
    """Print, stripes and discs at four times the size, so that what is shrunk of it is clean."""
    rng = np.random.default_rng(seed)
    large = np.full((4 * height, 4 * width, 3), rng.integers(150, 256, 3), np.uint8)
    for _ in range(width * height // 2500 + 4):
        x, y = (int(v) for v in rng.integers(0, [4 * width, 4 * height]))
        ink = tuple(int(v) for v in rng.integers(0, 160, 3))
        cv2.circle(large, (x, y), int(rng.integers(4, 60)), ink, int(rng.choice([-1, 10])), cv2.LINE_AA)
        cv2.putText(large, "Packshot 38", (y, x), 0, float(rng.uniform(2, 4)), ink, 9, cv2.LINE_AA)
    return np.asarray(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def decibels(made: RGB, truth: RGB) -> float:
    """Of the brightness."""
    off = (made.astype(float) - truth) @ np.array([0.299, 0.587, 0.114])
    return float(10 * np.log10(255**2 / max(1e-9, (off**2).mean())))


@settings(deadline=None, max_examples=20)
@given(some.integers(1, 90), some.integers(1, 90), some.sampled_from([1.0, 1.2, 1.5, 2.0, 2.3, 3.99, 4.0]))
def test_every_side_grows_by_the_factor_and_is_rounded(width: int, height: int, factor: float) -> None:
    made = NET.upscale(drawn(1, width, height), factor)
    assert size_of(made) == Size(width, height).scaled(factor)
    assert made.dtype == np.uint8


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_no_seams(scale: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tiles give what one large tile gives."""
    picture = drawn(2, 131, 117)
    whole = NET.upscale(picture, scale)
    reach = REACHES[scale]
    monkeypatch.setitem(upscale_net.REACHES, scale, Reach(40, reach.halo))
    tiled = NET.upscale(picture, scale)
    assert int(cv2.absdiff(whole, tiled).max()) <= 1


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_halo_is_as_wide_as_the_network_looks(scale: int) -> None:
    """What lies beyond it changes nothing."""
    halo = REACHES[scale].halo
    picture = drawn(3, 128, 128)
    other = picture.copy()
    other[:, 64 + halo + 1 :] = 255 - other[:, 64 + halo + 1 :]
    before, after = NET.upscale(picture, scale), NET.upscale(other, scale)
    assert int(cv2.absdiff(before[:, : 64 * scale], after[:, : 64 * scale]).max()) <= 1


@settings(deadline=None)
@given(some.integers(1, 3000), some.integers(1, 3000), some.sampled_from([64, 192, 576]))
def test_tiles_cover_all_once_and_none_is_too_large(width: int, height: int, most: int) -> None:
    seen = np.zeros((height, width), np.uint8)
    for tile in tiles(Size(width, height), most):
        assert not tile.is_empty
        assert max(tile.width, tile.height) <= most + 1
        assert tile.left % 2 == tile.top % 2 == 0
        seen[tile.slices] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_flat_picture_stays_flat(scale: int) -> None:
    flat = np.full((70, 60, 3), (245, 244, 242), np.uint8)
    assert (NET.upscale(flat, scale) == (245, 244, 242)).all()


@pytest.mark.parametrize("scale", [2, 4])
def test_nearer_to_the_truth_than_a_filter(scale: int) -> None:
    gains = []
    for seed in range(6):
        truth = drawn(10 + seed, 160, 160)
        small = cv2.resize(truth, (160 // scale, 160 // scale), interpolation=cv2.INTER_AREA)
        gains.append(
            decibels(NET.upscale(small, scale), truth) - decibels(PLAIN.upscale(small, scale), truth)
        )
    assert min(gains) > 0.2, gains
    assert np.mean(gains) > 0.6, gains


def test_jpeg_is_mended_and_a_clean_picture_hardly_touched() -> None:
    for seed in range(4):
        truth = drawn(20 + seed, 160, 160)
        _, data = cv2.imencode(".jpg", truth[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 40])
        spoilt = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)
        assert decibels(NET.upscale(spoilt, 1.0), truth) > decibels(spoilt, truth) + 0.5
        assert decibels(NET.upscale(truth, 1.0), truth) > 36


def test_colours_do_not_move() -> None:
    """The mean colour of the whole is what it was."""
    picture = drawn(30, 120, 120)
    for factor in (1.0, 2.0, 4.0):
        made = NET.upscale(picture, factor)
        assert np.abs(made.mean((0, 1)) - picture.mean((0, 1))).max() < 1.0
