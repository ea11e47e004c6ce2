"""Any photo opens upright, sRGB and read-only, and says where it came from."""

from __future__ import annotations

import io
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from image_files import (
    EXACT,
    HEIC,
    KINDS,
    TURNING,
    noise,
    quarters,
    sixteen_bit_png,
    slopes,
    tiff,
    written,
)
from PIL import Image, ImageCms

from packshot.errors import BadPhoto
from packshot.image.codec import open_photo, shrunk
from packshot.image.types import Box, Size

TURNS = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: np.rot90(p, -1),
    7: lambda p: p.swapaxes(0, 1)[::-1, ::-1],
    8: lambda p: np.rot90(p, 1),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_opens_in_every_format(kind):
    pixels = slopes(80, 60)
    photo = open_photo(written(pixels, kind), name="mug.JPG")
    assert photo.source.format == kind
    assert photo.source.extension == "jpg"
    assert photo.source.size == photo.size == Size(80, 60)
    assert photo.scale == 1
    assert photo.alpha is None
    assert not photo.pixels.flags.writeable
    assert photo.pixels.flags.c_contiguous
    away = np.abs(photo.pixels.astype(int) - pixels).mean()
    assert away == 0 if kind in EXACT else away < (14 if kind == "gif" else 2)


@given(
    kind=st.sampled_from(TURNING),
    orientation=st.integers(1, 8),
    width=st.integers(2, 40),
    height=st.integers(2, 40),
    seed=st.integers(0, 99),
)
@settings(max_examples=120, deadline=None)
def test_every_orientation_gives_the_same_upright_pixels(kind, orientation, width, height, seed):
    stored = noise(width, height, seed)
    plain = open_photo(written(stored, kind)).pixels
    turned = open_photo(written(stored, kind, orientation=orientation))
    assert np.array_equal(turned.pixels, TURNS[orientation](plain))
    assert turned.source.size == turned.size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_is_turned_once_and_not_twice(orientation):
    photo = open_photo(HEIC / f"orientation_{orientation}.heic")
    expected = TURNS[orientation](quarters())
    assert photo.source.format == "heic"
    assert photo.source.size == Size(expected.shape[1], expected.shape[0])
    middles = np.s_[6::12, 8::16]
    assert np.abs(photo.pixels[middles].astype(int) - expected[middles]).max() <= 3


def test_heic_keeps_alpha_and_says_its_bits():
    photo = open_photo(HEIC / "alpha.heic")
    assert photo.alpha is not None
    assert (photo.alpha[0, 0], photo.alpha[24, 32]) == (0, 255)
    assert open_photo(HEIC / "ten_bits.heic").source.bits == 10


@pytest.mark.parametrize("kind", ["png", "webp", "tiff"])
def test_alpha_is_kept_where_it_means_something(kind):
    rgba = np.dstack([quarters(), noise(channels=1)])
    photo = open_photo(written(rgba, kind, **({"exact": True} if kind == "webp" else {})))
    assert np.array_equal(photo.alpha, rgba[:, :, 3])
    assert np.array_equal(photo.pixels, rgba[:, :, :3])
    rgba[:, :, 3] = 255
    assert open_photo(written(rgba, kind)).alpha is None


def test_alpha_turns_with_the_photo():
    rgba = np.dstack([quarters(), noise(channels=1)])
    photo = open_photo(written(rgba, "png", orientation=6))
    assert np.array_equal(photo.alpha, np.rot90(rgba[:, :, 3], -1))


def test_palette_and_transparent_colour_open_as_alpha():
    picture = Image.fromarray(quarters()).quantize(8)
    assert open_photo(written(picture, "png")).alpha is None
    clear = picture.getpixel((0, 0))
    photo = open_photo(written(picture, "png", transparency=clear))
    assert (photo.alpha[0, 0], photo.alpha[-1, -1]) == (0, 255)
    grey = Image.new("L", (4, 4), 7)
    grey.putpixel((0, 0), 9)
    photo = open_photo(written(grey, "png", transparency=9))
    assert photo.alpha[0, 0] == 0
    assert photo.alpha[1, 1] == 255
    gif = open_photo(written(picture, "gif", transparency=clear))
    assert (gif.alpha[0, 0], gif.alpha[-1, -1]) == (0, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_every_pixel_mode_opens(mode, kind):
    picture = Image.fromarray(quarters()).convert(mode)
    photo = open_photo(written(picture, kind))
    assert np.array_equal(photo.pixels, np.asarray(picture.convert("RGB")))


@given(seed=st.integers(0, 10_000), channels=st.sampled_from([1, 3, 4]))
@settings(max_examples=25, deadline=None)
def test_sixteen_bits_are_rounded_and_not_cut(seed, channels):
    deep = np.random.default_rng(seed).integers(0, 65536, (5, 7, channels), dtype=np.uint16)
    deep = deep[:, :, 0] if channels == 1 else deep
    expected = np.round(deep / 257).astype(np.uint8)
    files = [sixteen_bit_png(deep)]
    if channels != 4:
        photometric = 1 if channels == 1 else 2
        files += [tiff(deep, photometric=photometric, order=order) for order in "<>"]
    for data in files:
        photo = open_photo(data)
        assert photo.source.bits == 16
        assert np.array_equal(
            photo.pixels, np.dstack([expected] * 3 if channels == 1 else [expected[:, :, :3]])
        )
        if channels == 4:
            assert np.array_equal(photo.alpha, expected[:, :, 3])


def test_a_transparent_colour_of_sixteen_bits_is_compared_in_full():
    deep = np.array([[[1000, 2000, 3000], [1001, 2000, 3000]]], np.uint16)
    key = np.array([1000, 2000, 3000], ">u2").tobytes()
    assert open_photo(sixteen_bit_png(deep, (b"tRNS", key))).alpha.tolist() == [[0, 255]]


def test_white_is_zero_is_turned_over_at_any_depth():
    deep = np.array([[0, 65535, 257]], np.uint16)
    assert open_photo(tiff(deep, photometric=0)).pixels[0, :, 0].tolist() == [255, 0, 254]
    assert open_photo(tiff(deep.astype(np.uint8), photometric=0)).pixels[0, :, 0].tolist() == [255, 0, 254]


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_tiff_opens_with_every_compression(compression):
    pixels = slopes(64, 64)
    photo = open_photo(written(pixels, "tiff", compression=compression))
    assert np.abs(photo.pixels.astype(int) - pixels).max() <= (12 if compression == "jpeg" else 0)


def test_big_tiff_opens():
    pixels = slopes(40, 30)
    assert np.array_equal(open_photo(written(pixels, "tiff", big_tiff=True)).pixels, pixels)


def test_the_first_picture_of_many_is_taken_and_the_others_counted():
    first, second = Image.fromarray(quarters()), Image.fromarray(quarters()[::-1])
    for kind, options in [("gif", {}), ("webp", {}), ("tiff", {}), ("png", {}), ("avif", {})]:
        photo = open_photo(written(first, kind, save_all=True, append_images=[second], **options))
        assert photo.source.frames == 2, kind
        assert np.abs(photo.pixels[10, 10].astype(int) - (200, 40, 40)).max() <= 3, kind


@given(width=st.integers(1, 400), height=st.integers(1, 400), want=st.integers(1, 500))
@settings(max_examples=80, deadline=None)
def test_a_shrunk_decode_never_falls_below_what_is_wanted(width, height, want):
    data = simplejpeg.encode_jpeg(slopes(width, height), 90, "RGB", "420")
    photo = open_photo(data, want=want)
    assert photo.source.size == Size(width, height)
    assert photo.size.long_side >= min(want, max(width, height))
    assert photo.scale == pytest.approx(photo.size.long_side / max(width, height))
    whole = photo.to_source(Box.whole(photo.size))
    assert abs(whole.width - width) <= 1 / photo.scale
    assert abs(whole.height - height) <= 1 / photo.scale


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_photo_is_shrunk_in_every_format(kind):
    data = written(slopes(400, 300), kind)
    photo = open_photo(data, want=90)
    assert photo.size == (Size(100, 75) if kind != "jpeg" else photo.size)
    assert 90 <= photo.size.long_side <= 150
    full = open_photo(data).pixels
    corner = np.abs(photo.pixels[0, 0].astype(int) - full[0, 0]).max()
    assert corner < 30


def test_a_shrunk_decode_looks_like_the_full_one():
    data = simplejpeg.encode_jpeg(slopes(1600, 1200), 95, "RGB", "420")
    full = open_photo(data)
    for want, expected in [(1600, 1600), (1300, 1400), (1000, 1000), (700, 800), (500, 600), (200, 200)]:
        photo = open_photo(data, want=want)
        assert photo.size.long_side == expected
        small = shrunk(full, expected).pixels.astype(int)
        assert np.abs(photo.pixels - small).mean() < 1.5


def test_a_smaller_copy_keeps_the_true_size():
    photo = open_photo(written(slopes(400, 200), "png"))
    small = shrunk(photo, 100)
    assert small.size == Size(100, 50)
    assert small.scale == 0.25
    assert small.source.size == Size(400, 200)
    assert shrunk(small, 100) is small
    assert shrunk(small, 50).scale == 0.125
    assert not small.pixels.flags.writeable


@pytest.mark.parametrize("quality", [1, 10, 35, 50, 60, 75, 85, 92, 95, 100])
def test_jpeg_quality_is_read_from_the_tables(quality):
    for subsampling, name in [(0, "4:4:4"), (1, "4:2:2"), (2, "4:2:0")]:
        data = written(quarters(), "jpeg", quality=quality, subsampling=subsampling)
        source = open_photo(data).source
        assert abs(source.jpeg_quality - quality) <= 1
        assert source.subsampling == name


@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_opens_grey_and_progressive(progressive):
    grey = slopes(64, 64)[:, :, 0]
    photo = open_photo(written(grey, "jpeg", quality=95, progressive=progressive))
    assert photo.source.mode == "grey"
    assert np.abs(photo.pixels.astype(int) - grey[:, :, None]).max() <= 4


def test_a_jpeg_that_lacks_only_its_end_marker_opens_whole():
    data = written(slopes(64, 64), "jpeg")
    assert np.array_equal(open_photo(data[:-2]).pixels, open_photo(data).pixels)


def test_junk_between_segments_and_behind_the_end_does_no_harm():
    data = written(slopes(64, 64), "jpeg")
    whole = open_photo(data).pixels
    assert np.array_equal(open_photo(data + b"trailer" * 50).pixels, whole)
    padded = data[:-2] + b"\x00" * 5 + data[-2:]
    assert np.array_equal(open_photo(padded).pixels, whole)


def test_metadata_tells_what_ai_made():
    mark = "http://cv.iptc.org/newscodes/digitalsourcetype/"
    for word, expected in [
        ("trainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
        ("compositeWithTrainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"),
        ("digitalCapture", ""),
    ]:
        xmp = (
            f'<x:xmpmeta><rdf:Description Iptc4xmpExt:DigitalSourceType="{mark}{word}"/></x:xmpmeta>'.encode()
        )
        for kind in ("jpeg", "webp", "avif"):
            data = written(quarters(), kind, xmp=xmp)
            assert open_photo(data).source.ai_made == expected, kind
        from PIL.PngImagePlugin import PngInfo

        for packed in (False, True):
            info = PngInfo()
            info.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=packed)
            assert open_photo(written(quarters(), "png", pnginfo=info)).source.ai_made == expected


# Pixels handed in -----------------------------------------------------------------------------------


def test_an_array_is_copied_and_left_as_it_was():
    pixels = quarters()
    photo = open_photo(pixels, name="drawn")
    pixels[:] = 0
    assert photo.pixels.any()
    assert pixels.flags.writeable
    assert photo.source.format == "array"
    assert photo.source.sha256 == open_photo(quarters()).source.sha256


def test_arrays_of_grey_and_alpha_open():
    grey = noise(channels=1)
    assert np.array_equal(open_photo(grey).pixels, np.dstack([grey] * 3))
    assert np.array_equal(open_photo(grey[:, :, None]).pixels, np.dstack([grey] * 3))
    rgba = noise(channels=4)
    photo = open_photo(rgba)
    assert np.array_equal(photo.pixels, rgba[:, :, :3])
    assert np.array_equal(photo.alpha, rgba[:, :, 3])
    assert np.array_equal(open_photo(rgba[::2, ::-1]).pixels, rgba[::2, ::-1, :3])


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4, 3), np.uint16),
        np.zeros((4, 4, 3), bool),
        np.zeros((4, 4, 5), np.uint8),
        np.zeros((4,), np.uint8),
        np.zeros((2, 2, 2, 3), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
    ],
    ids=str,
)
def test_odd_arrays_are_refused_with_a_cure(array):
    with pytest.raises(BadPhoto) as caught:
        open_photo(array)
    assert caught.value.reason in {"unsupported", "empty"}
    assert str(caught.value.cure)


def test_a_picture_of_pillow_opens_like_its_file():
    data = written(noise(), "png", orientation=6)
    picture = Image.open(io.BytesIO(data))
    assert np.array_equal(open_photo(picture).pixels, open_photo(data).pixels)


def test_a_file_opens_by_path_and_a_missing_one_says_so(tmp_path):
    path = tmp_path / "mug.jpeg"
    path.write_bytes(written(quarters(), "png"))
    photo = open_photo(path)
    assert photo.source.name == path.as_posix()
    assert (photo.source.extension, photo.source.format) == ("jpeg", "png")
    assert open_photo(str(path), name="red/mug.jpeg").source.name == "red/mug.jpeg"
    with pytest.raises(BadPhoto) as caught:
        open_photo(tmp_path / "none.jpg")
    assert caught.value.reason == "unreadable"


# In company ------------------------------------------------------------------------------------------


def test_opening_changes_nothing_global():
    before = (Image.MAX_IMAGE_PIXELS, set(Image.OPEN), list(warnings.filters))
    for path in sorted(HEIC.glob("*.heic")):
        open_photo(path)
    for kind in KINDS:
        open_photo(written(quarters(), kind))
    assert before[0] == Image.MAX_IMAGE_PIXELS
    assert "HEIF" not in Image.OPEN
    assert before[2] == list(warnings.filters)


def test_our_limits_count_and_not_those_of_pillow(monkeypatch):
    """Pillow warns of photos above 89 megapixels; cameras make 102."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    deep = np.full((30, 50, 3), 700, np.uint16)
    for data in [*(written(quarters(50, 30), kind) for kind in KINDS), tiff(deep)]:
        assert open_photo(data).size.area == 1500
    with pytest.raises(BadPhoto) as caught:
        open_photo(written(quarters(), "webp"))
    assert caught.value.reason == "too_many_pixels"


def test_a_gif_picture_over_its_canvas_is_whole():
    data = bytearray(written(quarters(), "gif"))
    data[6:10] = struct.pack("<HH", 10, 10)
    photo = open_photo(bytes(data))
    assert photo.source.size == Size(64, 48)
    assert np.array_equal(photo.pixels, open_photo(written(quarters(), "gif")).pixels)


def test_photos_open_alike_in_many_threads():
    files = [written(slopes(120, 90), kind) for kind in KINDS]
    files += [path.read_bytes() for path in sorted(HEIC.glob("*.heic"))]
    alone = [open_photo(data).pixels for data in files]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda data: open_photo(data).pixels, files * 4))
    for number, pixels in enumerate(together):
        assert np.array_equal(pixels, alone[number % len(files)])


def test_pixels_outlive_the_file_they_came_from():
    """pi_heif hands out arrays over memory that it frees with the file."""
    photo = open_photo(HEIC / "orientation_1.heic")
    before = photo.pixels.copy()
    for _ in range(20):
        open_photo(HEIC / "orientation_6.heic")
        open_photo(written(noise(64, 48), "png"))
    assert np.array_equal(photo.pixels, before)


def test_lab_tiff_opens_in_the_right_colours():
    pixels = slopes(32, 32)
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    picture = ImageCms.applyTransform(Image.fromarray(pixels), to_lab)
    photo = open_photo(written(picture, "tiff"))
    assert photo.source.mode == "lab"
    assert np.abs(photo.pixels.astype(int) - pixels).mean() < 4
