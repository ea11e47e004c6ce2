"""What we write is sRGB, says no more than it must, fits its budget, and is the same every time."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_files import noise, quarters, slopes
from PIL import Image

from packshot.errors import BadOption, Refused, WeightsMissing
from packshot.image.codec import open_photo
from packshot.image.encode import FORMATS, Encoding, encode
from packshot.image.icc import srgb_profile
from packshot.image.metadata import GENERATED, xmp_packet

LIGHT, DARK = (0xF5, 0xF4, 0xF2), (0xD1, 0xCE, 0xCB)


def flat(colour: tuple[int, int, int], side: int = 64) -> np.ndarray:
    return np.full((side, side, 3), colour, np.uint8)


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
@pytest.mark.parametrize("quality", [85, 90, 95])
def test_jpeg_holds_the_two_grounds(quality, subsampling):
    how = Encoding(quality=quality, subsampling=subsampling)
    assert (open_photo(encode(flat(LIGHT), None, how).data).pixels == LIGHT).all()
    dark = open_photo(encode(flat(DARK), None, how).data).pixels.astype(int)
    assert np.abs(dark - DARK).max() <= 1


@pytest.mark.parametrize("how", [Encoding("png"), Encoding("webp", lossless=True)], ids=["png", "webp"])
def test_lossless_formats_hold_every_colour_and_alpha(how):
    pixels, alpha = noise(), noise(channels=1)
    written = encode(pixels, alpha, how)
    photo = open_photo(written.data)
    assert np.array_equal(photo.pixels, pixels)
    assert np.array_equal(photo.alpha, alpha)
    assert (written.quality, written.subsampling) == (100, "")
    for ground in (LIGHT, DARK):
        assert (open_photo(encode(flat(ground), None, how).data).pixels == ground).all()


@pytest.mark.parametrize("kind", ["webp", "avif"])
def test_lossy_formats_keep_alpha(kind):
    pixels, alpha = slopes(64, 64), slopes(64, 64)[:, :, 0]
    photo = open_photo(encode(pixels, alpha, Encoding(kind, quality=90)).data)
    assert np.abs(photo.alpha.astype(int) - alpha).max() <= 8


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_pixels_give_the_same_bytes(kind):
    pixels = slopes(70, 50)
    first = encode(pixels, None, Encoding(kind))
    assert first == encode(pixels.copy(), None, Encoding(kind))
    assert first == encode(np.asfortranarray(pixels), None, Encoding(kind))
    assert first.format == kind


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_written_is_tagged_srgb_and_holds_no_exif(kind):
    data = encode(quarters(), None, Encoding(kind)).data
    picture = Image.open(io.BytesIO(data))
    picture.load()
    assert "exif" not in picture.info
    assert "xmp" not in picture.info
    if kind in {"jpeg", "webp"}:
        assert picture.info["icc_profile"] == srgb_profile()
    if kind == "png":
        assert picture.info["srgb"] == 1
    if kind == "avif":
        assert b"colrnclx\x00\x01\x00\x0d" in data, "BT.709 colours, sRGB curve"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("word", GENERATED)
def test_the_mark_of_ai_is_kept(kind, word):
    data = encode(quarters(), None, Encoding(kind), ai_made=word).data
    photo = open_photo(data)
    assert photo.source.ai_made == word
    assert open_photo(encode(photo.pixels, None, Encoding(kind)).data).source.ai_made == ""


def test_a_foreign_mark_is_not_written():
    with pytest.raises(ValueError, match="digitalCapture"):
        xmp_packet("digitalCapture")


@given(kind=st.sampled_from(["jpeg", "webp"]), share=st.floats(0.35, 1.2))
@settings(max_examples=15, deadline=None)
def test_the_highest_quality_that_fits_is_taken(kind, share):
    pixels = (slopes(96, 96) // 2 + noise(96, 96) // 8).astype(np.uint8)
    budget = int(share * len(encode(pixels, None, Encoding(kind, quality=90)).data))
    try:
        written = encode(pixels, None, Encoding(kind, quality=90, max_bytes=budget))
    except Refused:
        assert len(encode(pixels, None, Encoding(kind, quality=40)).data) > budget
        return
    assert len(written.data) <= budget
    if written.quality < 90:
        above = encode(pixels, None, Encoding(kind, quality=written.quality + 1))
        assert len(above.data) > budget


def test_a_budget_that_cannot_be_kept_is_refused_with_a_cure():
    for how in (Encoding(max_bytes=500), Encoding("png", max_bytes=500)):
        with pytest.raises(Refused) as caught:
            encode(noise(200, 200), None, how)
        assert caught.value.cure is not None


def test_a_quality_below_the_floor_keeps_its_budget_too():
    pixels = slopes(200, 200)
    small = encode(pixels, None, Encoding(quality=30))
    assert encode(pixels, None, Encoding(quality=30, max_bytes=len(small.data))) == small
    with pytest.raises(Refused):
        encode(pixels, None, Encoding(quality=30, max_bytes=len(small.data) - 1))


def test_subsampling_is_what_was_asked_for():
    for asked, expected in [("auto", "4:2:0"), ("4:2:0", "4:2:0"), ("4:4:4", "4:4:4")]:
        written = encode(noise(), None, Encoding(subsampling=asked))
        source = open_photo(written.data).source
        assert written.subsampling == source.subsampling == expected
        assert abs(source.jpeg_quality - 90) <= 1


def test_options_that_make_no_sense_are_refused():
    with pytest.raises(BadOption):
        encode(quarters(), noise(channels=1), Encoding())
    for wrong in (
        {"format": "gif"},
        {"quality": 0},
        {"quality": 101},
        {"subsampling": "4:1:1"},
        {"effort": "huge"},
    ):
        with pytest.raises(BadOption):
            Encoding(**wrong)


def test_the_smallest_jpeg_names_the_extra_that_it_needs():
    try:
        import pyvips  # noqa: F401 - is the extra here?
    except (ImportError, OSError):
        with pytest.raises(WeightsMissing) as caught:
            encode(quarters(), None, Encoding(effort="max"))
        assert 'pip install "packshot[max]"' in str(caught.value.cure)
        return
    pixels = (slopes(300, 300) // 2 + noise(300, 300) // 16).astype(np.uint8)
    smallest = encode(pixels, None, Encoding(effort="max"))
    assert len(smallest.data) < len(encode(pixels, None, Encoding()).data)
    assert smallest == encode(pixels, None, Encoding(effort="max"))
