"""Whole photos made larger: their size, their rim, what is refused, and who is believed."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import packshot
from packshot.engines.base import ENGINES, Engine
from packshot.errors import BadOption, BadPhoto, Refused
from packshot.image.metadata import xmp_packet
from packshot.image.types import RGB

PLAIN, NETWORK = "upscale_lanczos", "upscale_net"
SIDES = st.integers(1, 70)


def waves(width: int = 60, height: int = 45, seed: int = 0) -> RGB:
    """Soft colours: every filter that is worth its name keeps them."""
    few = np.random.default_rng(seed).integers(40, 216, (5, 7, 3), np.uint8)
    return np.asarray(cv2.resize(few, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def file_of(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, kind, **options)
    return written.getvalue()


def cut_disc(hidden: tuple[int, int, int], side: int = 48, over: int = 8) -> np.ndarray:
    """A red disc with a soft rim; `hidden` lies where nothing is seen."""
    large = np.zeros((side * over, side * over), np.uint8)
    cv2.circle(large, (side * over // 2, side * over // 2), round(side * over * 0.35), 255, -1)
    alpha = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    picture = np.empty((side, side, 4), np.uint8)
    picture[..., :3] = (180, 40, 30)
    picture[alpha == 0, :3] = hidden
    picture[..., 3] = alpha
    return picture


# ---- sizes -------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=120)
@given(SIDES, SIDES, st.integers(1, 240), st.integers(1, 240))
def test_a_photo_fits_into_the_size_and_touches_it_or_is_kept_or_refused(width, height, right, bottom):
    photo = waves(width, height)
    needed = min(right / width, bottom / height)
    if needed > 4:
        with pytest.raises(Refused):
            packshot.upscale(photo, to=(right, bottom), engine=PLAIN, read=False)
        return
    made = packshot.upscale(photo, to=(right, bottom), engine=PLAIN, read=False)
    if needed <= 1:
        assert made.kept
        assert np.array_equal(made.pixels, photo)
        return
    assert made.size.width <= right
    assert made.size.height <= bottom
    assert made.size.width == right or made.size.height == bottom
    assert abs(made.size.width - width * needed) <= 0.5
    assert abs(made.size.height - height * needed) <= 0.5


@settings(deadline=None, max_examples=40)
@given(SIDES, SIDES, st.floats(1.01, 4))
def test_a_factor_makes_each_side_longer_by_it(width, height, factor):
    made = packshot.upscale(waves(width, height), factor=factor, engine=PLAIN, read=False)
    assert (made.size.width, made.size.height) == (round(width * factor), round(height * factor))
    assert made.factor == factor


@settings(deadline=None, max_examples=8)
@given(SIDES, SIDES, st.sampled_from([1.3, 2.0, 2.7, 4.0]))
def test_the_networks_make_the_same_sizes(width, height, factor):
    made = packshot.upscale(waves(width, height), factor=factor, engine=NETWORK, read=False)
    assert (made.size.width, made.size.height) == (round(width * factor), round(height * factor))
    assert made.pixels.dtype == np.uint8


def test_twice_is_what_nobody_asked_for_and_a_little_is_no_work_for_a_network():
    assert packshot.upscale(waves()).size.width == 120
    assert packshot.upscale(waves(), to=(66, 66)).engine == PLAIN


def test_what_was_enlarged_shows_the_photo_once_it_is_shrunk_again():
    photo = waves()
    made = packshot.upscale(photo, factor=3, engine=PLAIN)
    back = cv2.resize(made.pixels, (60, 45), interpolation=cv2.INTER_AREA)
    assert np.abs(back.astype(int) - photo).mean() < 1


def test_a_photo_that_lies_on_its_side_is_measured_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = file_of(waves(60, 40), "PNG", exif=exif)
    made = packshot.upscale(lying, to=(80, 120), engine=PLAIN)
    assert (made.size.width, made.size.height) == (80, 120)


# ---- the rim -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [PLAIN, NETWORK])
def test_what_lies_hidden_under_the_alpha_changes_nothing(engine):
    green, blue = (
        packshot.upscale(cut_disc(hidden), factor=2, engine=engine) for hidden in ((0, 255, 0), (0, 0, 255))
    )
    assert np.array_equal(green.alpha, blue.alpha)
    assert np.array_equal(green.pixels, blue.pixels)


def test_a_cut_out_keeps_its_colour_and_outline_up_to_the_rim():
    made = packshot.upscale(cut_disc((0, 255, 0)), factor=2, engine=PLAIN)
    truth = cut_disc((0, 0, 0), side=96, over=4)
    inside, wanted = made.alpha >= 128, truth[..., 3] >= 128
    assert (inside & wanted).sum() / (inside | wanted).sum() > 0.985
    seen = made.pixels[made.alpha > 12].astype(int)
    assert np.abs(seen - (180, 40, 30)).max() <= 4
    assert not made.pixels[made.alpha == 0].any()


# ---- what is refused ---------------------------------------------------------------------------------------


def test_above_four_times_the_seller_is_asked_in_both_languages():
    with pytest.raises(Refused) as told:
        packshot.upscale(waves(), to=(1600, 1600))
    assert "60×45" in str(told.value.message)
    assert "26.67" in str(told.value.message)
    assert "Ask the seller" in str(told.value.cure)
    assert "продавц" in told.value.cure.in_("ru").lower()
    assert "26,67" in told.value.message.in_("ru")


def claiming(width: int, height: int) -> bytes:
    """A PNG whose header promises more than the file holds: whoever decodes it finds that out."""
    small = file_of(np.zeros((1, 1), np.uint8), "PNG")
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + small[24:29]
    return small[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small[33:]


def test_a_result_too_large_is_refused_before_a_pixel_is_decoded():
    with pytest.raises(Refused, match="25 megapixels"):
        packshot.upscale(claiming(4000, 4000), factor=2)
    with pytest.raises(BadPhoto):
        packshot.upscale(claiming(4000, 4000), factor=1.2)
    with pytest.raises(Refused, match="16000"):
        packshot.upscale(claiming(9000, 8), factor=2)


def test_a_photo_larger_than_any_is_told_as_ever():
    with pytest.raises(BadPhoto, match="limit"):
        packshot.upscale(claiming(60_000, 60_000), to=(1600, 1600))


@pytest.mark.parametrize(
    "wish",
    [
        {"factor": 0.5},
        {"factor": 4.01},
        {"factor": float("nan")},
        {"factor": float("inf")},
        {"factor": -2},
        {"to": (0, 1600)},
        {"to": (1600, -1)},
        {"to": (16_000, 16_000)},
        {"to": (100_000, 10)},
        {"to": (1600, 1600), "factor": 2},
        {"engine": "upscale_nett"},
        {"engine": "grabcut"},
    ],
)
def test_wishes_that_make_no_sense(wish):
    with pytest.raises(BadOption):
        packshot.upscale(waves(), **wish)


def test_an_unknown_engine_is_told_with_those_that_are_known():
    with pytest.raises(BadOption, match=r"upscale_lanczos, upscale_net"):
        packshot.upscale(waves(), engine="lanczos")


# ---- who is believed ---------------------------------------------------------------------------------------


class Blotter:
    """Enlarges well and lays a blot where there was none."""

    name = "blotter"

    def upscale(self, pixels: RGB, factor: float) -> RGB:
        made = ENGINES[PLAIN].make().upscale(pixels, factor)
        made[10:30, 10:30] = 255 - made[10:30, 10:30]
        return made


class Careless(Blotter):
    """Gives another size than it was asked for."""

    def upscale(self, pixels: RGB, factor: float) -> RGB:
        return ENGINES[PLAIN].make().upscale(pixels, 4.0)


@pytest.fixture
def strangers() -> Iterator[None]:
    for name, made in (("blotter", Blotter), ("careless", Careless)):
        ENGINES.add(name, Engine("upscaler", name, made))
    yield
    for name in ("blotter", "careless"):
        del ENGINES._things[name]


def test_where_an_engine_draws_what_is_not_there_the_plain_picture_is_taken(strangers):
    photo = waves()
    made = packshot.upscale(photo, factor=2, engine="blotter")
    assert made.engine == PLAIN
    assert made.reason
    assert np.array_equal(made.pixels, packshot.upscale(photo, factor=2, engine=PLAIN).pixels)


def test_whatever_size_an_engine_gives_the_photo_gets_its_own(strangers):
    made = packshot.upscale(waves(), factor=2, engine="careless")
    assert (made.size.width, made.size.height) == (120, 90)


# ---- mending -----------------------------------------------------------------------------------------------


def test_a_clean_photo_is_not_mended():
    made = packshot.upscale(waves(256, 192), factor=1)
    assert made.kept
    assert np.array_equal(made.pixels, waves(256, 192))


def test_a_photo_with_blocks_keeps_its_size():
    noisy = waves(256, 192).astype(int) + np.random.default_rng(2).normal(0, 12, (192, 256, 1))
    blocky = file_of(np.clip(noisy, 0, 255).astype(np.uint8), "JPEG", quality=8)
    made = packshot.upscale(blocky, factor=1)
    assert made.size == made.photo.size
    assert made.kept == np.array_equal(made.pixels, made.photo.pixels)
    assert not made.kept or made.reason
    assert packshot.upscale(blocky, factor=1, engine=PLAIN).kept, "a plain filter mends nothing"


# ---- files -------------------------------------------------------------------------------------------------


def test_a_picture_is_saved_as_its_name_ends_and_holds_no_exif(tmp_path: Path):
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    made = packshot.upscale(file_of(waves(), "JPEG", exif=exif), factor=2, engine=PLAIN)
    for name, kind in (("a.jpg", "JPEG"), ("b.JPEG", "JPEG"), ("c.png", "PNG"), ("d.webp", "WEBP")):
        with Image.open(made.save(tmp_path / name)) as saved:
            assert (saved.format, saved.size, dict(saved.getexif())) == (kind, (120, 90), {})
    with pytest.raises(BadOption, match="tiff"):
        made.save(tmp_path / "e.tiff")
    assert not (tmp_path / "e.tiff").exists()


def test_the_mark_of_a_picture_made_by_ai_stays_and_none_is_added():
    for xmp, word in ((b"", ""), (xmp_packet("compositeSynthetic"), "compositeSynthetic")):
        made = packshot.upscale(file_of(waves(), "JPEG", xmp=xmp), factor=2, engine=PLAIN)
        assert packshot.open_photo(made.encoded("jpeg").data).source.ai_made == word


def test_transparency_goes_into_png_and_not_into_jpeg():
    made = packshot.upscale(cut_disc((9, 9, 9)), factor=2, engine=PLAIN)
    assert made.image.mode == "RGBA"
    assert packshot.open_photo(made.encoded("png").data).alpha is not None
    with pytest.raises(BadOption):
        made.encoded("jpeg")
