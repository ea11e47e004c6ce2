"""Any embedded profile becomes sRGB; the reference is the textbook's float sum."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg
from image_files import (
    ADOBE,
    P3,
    SRGB,
    cmyk_profile,
    gamma_curve,
    grey_profile,
    ink_lab,
    lab_to_srgb,
    noise,
    quarters,
    rgb_profile,
    sixteen_bit_png,
    slopes,
    srgb_curve,
    srgb_light,
    tiff,
    written,
    xyz_to_srgb,
)
from PIL import Image, ImageCms

from packshot.image import icc
from packshot.image.codec import open_photo

DISPLAY_P3 = rgb_profile("Display P3", P3, srgb_curve())
ADOBE_RGB = rgb_profile("Adobe RGB (1998)", ADOBE, gamma_curve(563 / 256))
OWN_SRGB = rgb_profile("sRGB IEC61966-2.1", SRGB, srgb_curve())
LINEAR = rgb_profile("Linear sRGB", SRGB, gamma_curve(1.0))
GREY_GAMMA = grey_profile("Gray Gamma 2.2", gamma_curve(563 / 256))
INKS = cmyk_profile()

CASES = {
    "srgb": (OWN_SRGB, SRGB, srgb_light),
    "display_p3": (DISPLAY_P3, P3, srgb_light),
    "adobe_rgb": (ADOBE_RGB, ADOBE, lambda levels: (levels / 255) ** (563 / 256)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["png", "webp", "tiff"])
def test_rgb_profiles_become_srgb(case, kind):
    profile, primaries, light = CASES[case]
    pixels = noise(40, 30)
    photo = open_photo(written(pixels, kind, icc_profile=profile))
    expected = xyz_to_srgb(light(pixels.astype(float)) @ np.array(primaries))
    away = np.abs(photo.pixels - expected)
    assert away.max() <= (0.5 if case == "srgb" else 1.6)
    assert photo.source.colour_profile in {"Display P3", "Adobe RGB (1998)", "sRGB IEC61966-2.1"}


@pytest.mark.parametrize("kind", ["jpeg", "avif"])
def test_profiles_of_lossy_formats_count_too(kind):
    pixels = quarters()
    plain = open_photo(written(pixels, kind)).pixels
    wide = open_photo(written(pixels, kind, icc_profile=DISPLAY_P3)).pixels
    expected = xyz_to_srgb(srgb_light(plain.astype(float)) @ np.array(P3))
    assert np.abs(wide - expected).max() <= 2


def test_an_srgb_profile_is_known_by_its_numbers_and_changes_nothing():
    named_otherwise = rgb_profile("my monitor", SRGB, srgb_curve())
    for profile in (OWN_SRGB, named_otherwise, icc.srgb_profile()):
        assert icc.profile_of(profile).is_srgb
        pixels = noise()
        assert icc.to_srgb(pixels, profile) is pixels
    for profile in (DISPLAY_P3, ADOBE_RGB, LINEAR, GREY_GAMMA, INKS):
        assert not icc.profile_of(profile).is_srgb
    assert not icc.profile_of(rgb_profile("sRGB", P3, srgb_curve())).is_srgb


def test_grey_profiles_become_srgb_and_stay_grey():
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    photo = open_photo(written(grey, "png", icc_profile=GREY_GAMMA))
    light = (grey / 255.0) ** (563 / 256)
    expected = xyz_to_srgb(light[:, :, None] * np.array(SRGB).sum(axis=0))
    assert np.abs(photo.pixels - expected).max() <= 1.5
    assert np.ptp(photo.pixels, axis=2).max() <= 1
    jpeg = open_photo(written(np.full((16, 16), 64, np.uint8), "jpeg", icc_profile=GREY_GAMMA))
    assert np.abs(jpeg.pixels - expected[4, 0]).max() <= 1.5


def inks() -> np.ndarray:
    """Flat fields of 16×16 px, for JPEG; on the steps of the profile's table."""
    fields = np.random.default_rng(5).integers(0, 5, (4, 6, 4)) * 255 / 8
    return fields.round().astype(np.uint8).repeat(16, axis=0).repeat(16, axis=1)


def test_cmyk_with_a_profile_becomes_srgb():
    cmyk = inks()
    expected = lab_to_srgb(ink_lab(cmyk / 255.0))
    picture = Image.fromarray(cmyk, "CMYK")
    for data in (
        written(picture, "tiff", icc_profile=INKS),
        written(picture, "jpeg", quality=100, subsampling=0, icc_profile=INKS),
    ):
        photo = open_photo(data)
        assert photo.source.mode == "cmyk"
        assert photo.source.colour_profile == "Test inks"
        assert np.abs(photo.pixels[8::16, 8::16] - expected[8::16, 8::16]).max() < 6


def test_cmyk_without_a_profile_takes_the_plain_formula():
    cmyk = inks()
    light = 255 - cmyk.astype(float)
    expected = light[:, :, :3] * light[:, :, 3:] / 255
    picture = Image.fromarray(cmyk, "CMYK")
    for data in (written(picture, "tiff"), written(picture, "jpeg", quality=100)):
        assert np.abs(open_photo(data).pixels - expected).max() <= 3


def test_ycck_and_inks_the_right_way_up_open_alike():
    cmyk = np.full((32, 32, 4), (40, 120, 200, 30), np.uint8)
    upright = simplejpeg.encode_jpeg(cmyk, 98, "CMYK", "444")
    expected = open_photo(written(Image.fromarray(cmyk, "CMYK"), "tiff")).pixels
    # libjpeg-turbo writes YCCK with Adobe's segment, and the numbers as they are given.
    photo = open_photo(simplejpeg.encode_jpeg(255 - cmyk, 98, "CMYK", "444"))
    assert photo.source.mode == "ycck"
    assert np.abs(photo.pixels.astype(int) - expected).max() <= 3
    assert np.abs(open_photo(upright).pixels.astype(int) - expected).max() > 60


def test_a_linear_file_of_sixteen_bits_keeps_its_dark_tones():
    light = np.geomspace(0.0005, 1, 64).reshape(8, 8)
    deep = np.round(light * 65535).astype(np.uint16)
    expected = xyz_to_srgb(np.dstack([light] * 3) @ np.array(SRGB))
    rgb = np.dstack([deep] * 3)
    for data in (
        tiff(rgb, icc=LINEAR),
        tiff(rgb, icc=LINEAR, order=">"),
        tiff(deep, photometric=1, icc=grey_profile("Linear grey", gamma_curve(1.0))),
    ):
        assert np.abs(open_photo(data).pixels - expected).max() <= 1


def test_wide_colours_of_sixteen_bits_become_srgb():
    deep = np.random.default_rng(1).integers(0, 65536, (9, 9, 3), dtype=np.uint16)
    expected = xyz_to_srgb(srgb_light(deep / 257.0) @ np.array(P3))
    assert np.abs(open_photo(tiff(deep, icc=DISPLAY_P3)).pixels - expected).max() <= 1


def test_sixteen_bit_png_without_profile_is_srgb():
    deep = (slopes(16, 16).astype(np.uint16) * 257)[:, :, :3]
    assert np.array_equal(open_photo(sixteen_bit_png(deep)).pixels, slopes(16, 16))


@pytest.mark.parametrize(
    "profile",
    [b"", b"junk", bytes(128), OWN_SRGB[:200], INKS, GREY_GAMMA, DISPLAY_P3[:-300]],
    ids=["none", "junk", "zeros", "cut", "inks", "grey", "cut_p3"],
)
def test_a_profile_that_makes_no_sense_is_left_out(profile):
    pixels = quarters()
    photo = open_photo(written(pixels, "png", icc_profile=profile))
    assert np.array_equal(photo.pixels, pixels)


def test_every_curve_of_a_profile_is_understood():
    import struct

    x = np.linspace(0, 1, 65536)
    table = (
        b"curv" + bytes(4) + struct.pack(">I5H", 5, *(round(v**2 * 65535) for v in (0, 0.25, 0.5, 0.75, 1)))
    )
    curves = [
        (table, np.interp(x, [0, 0.25, 0.5, 0.75, 1], [0, 0.0625, 0.25, 0.5625, 1])),
        (b"curv" + bytes(8), x),
        (gamma_curve(2.0), x**2),
        (_parametric(0, 2.2), x**2.2),
        (_parametric(1, 2, 0.5, 0.1), np.where(x >= -0.2, (0.5 * x + 0.1) ** 2, 0)),
        (_parametric(2, 2, 0.5, 0.1, 0.05), (0.5 * x + 0.1) ** 2 + 0.05),
        (_parametric(3, 2, 0.5, 0.1, 0.25, 0.3), np.where(x >= 0.3, (0.5 * x + 0.1) ** 2, 0.25 * x)),
        (
            _parametric(4, 2, 0.5, 0.1, 0.25, 0.3, 0.05, 0.02),
            np.where(x >= 0.3, (0.5 * x + 0.1) ** 2 + 0.05, 0.25 * x + 0.02),
        ),
    ]
    for tag, expected in curves:
        found = icc.profile_of(rgb_profile("curve", SRGB, tag))
        assert np.abs(found.curves[1] - expected).max() < 1e-4


def _parametric(kind: int, *numbers: float) -> bytes:
    import struct

    fixed = (round(v * 65536) for v in numbers)
    return b"para" + bytes(4) + struct.pack(f">HH{len(numbers)}i", kind, 0, *fixed)


def test_our_own_profile_is_accepted_by_littlecms():
    import io

    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc.srgb_profile()))
    assert profile.profile.xcolor_space.strip() == "RGB"
