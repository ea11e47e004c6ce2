"""Codes are read where they lie, told from the goods' own, and nothing that they hold can do harm."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp
from fact_pictures import cutout_of, ground, mug, no_product, odd_photos, photo_of, whole
from hypothesis import given
from hypothesis import strategies as st

from packshot.image.types import RGB, Box, Grey, size_of
from packshot.look.codes import MOST_LETTERS, Code, busy_places, measure
from packshot.look.harmless import harmless

LINK = "https://shop.example/chat?id=7"
EAN = "4006381333931"


def drawn(value: str = LINK, kind: str = "QRCode") -> RGB:
    """The code, one pixel a module, with a white rim."""
    code = zxingcpp.create_barcode(value, zxingcpp.BarcodeFormat[kind])
    return cv2.cvtColor(np.array(code.to_image(scale=1)), cv2.COLOR_GRAY2RGB)


def laid(pixels: RGB, code: RGB, at: tuple[int, int], px_per_module: int) -> Box:
    large = cv2.resize(code, None, fx=px_per_module, fy=px_per_module, interpolation=cv2.INTER_NEAREST)
    height, width = large.shape[:2]
    box = Box(at[0], at[1], at[0] + width, at[1] + height)
    pixels[box.slices] = large
    return box


def scene(side: int = 1600) -> tuple[RGB, Grey]:
    return mug(side, side, under=(240, 240, 238))


def found(pixels: RGB, mask: Grey) -> tuple[Code, ...]:
    return measure(photo_of(pixels), cutout_of(pixels, mask)).found


@pytest.mark.parametrize("px_per_module", [3, 6, 12])
@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [("QRCode", LINK, "qr"), ("DataMatrix", "01460700", "data_matrix"), ("EAN13", EAN, "ean13")],
)
def test_codes_of_any_size_are_read_where_they_lie(
    kind: str, value: str, told: str, px_per_module: int
) -> None:
    pixels = ground(1600, 1600, (240, 240, 238))
    box = laid(pixels, drawn(value, kind), (40, 40), px_per_module)
    (code,) = measure(photo_of(pixels), no_product()).found
    assert (code.kind, code.value) == (told, value)
    assert code.box.meet(box).area >= 0.95 * code.box.area
    assert code.box.area >= 0.3 * box.area


def test_a_turned_code_on_cloth_is_read() -> None:
    rng = np.random.default_rng(5)
    pixels = np.clip(rng.normal(150, 12, (1200, 1200, 3)), 0, 255).astype(np.uint8)
    large = cv2.resize(drawn(), None, fx=5, fy=5, interpolation=cv2.INTER_NEAREST)
    turn = cv2.getRotationMatrix2D((80, 80), 23, 1)
    turn[:, 2] += 600
    inside = cv2.warpAffine(np.full(large.shape[:2], 255, np.uint8), turn, (1200, 1200)) > 128
    pixels[inside] = cv2.warpAffine(large, turn, (1200, 1200))[inside]
    (code,) = measure(photo_of(pixels), whole(pixels)).found
    assert code.value == LINK
    assert code.on_product == 1


def test_on_the_goods_and_beside_them() -> None:
    pixels, mask = scene()
    laid(pixels, drawn(EAN, "EAN13"), (560, 700), 3)
    laid(pixels, drawn(), (40, 1200), 6)
    codes = {code.kind: code for code in found(pixels, mask)}
    assert codes["ean13"].on_product == 1
    assert codes["qr"].on_product == 0


def test_a_sticker_that_the_cutout_took_for_goods_is_beside_them() -> None:
    pixels, mask = scene()
    box = laid(pixels, drawn(), (40, 1200), 6)
    mask[box.slices] = 255
    assert found(pixels, mask)[0].on_product == 0


def test_a_sticker_that_is_all_there_is_is_the_product() -> None:
    pixels = ground(800, 800)
    mask = np.zeros((800, 800), np.uint8)
    box = laid(pixels, drawn(), (200, 200), 8)
    mask[box.slices] = 255
    assert found(pixels, mask)[0].on_product == 1


def photographed(pixels: RGB, softness: float = 1.0) -> RGB:
    """Through a lens, with grain."""
    rng = np.random.default_rng(11)
    seen = cv2.GaussianBlur(pixels, (0, 0), softness) + rng.normal(0, 1.5, pixels.shape)
    return np.clip(seen, 0, 255).astype(np.uint8)


def saved(pixels: RGB, quality: int) -> RGB:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def in_the_light(code: RGB) -> RGB:
    """Paper is no purer than 220, and light falls off across it."""
    light = np.linspace(1.0, 0.75, code.shape[1], dtype=np.float32)[None, :, None]
    return ((code * 0.75 + 30) * light).astype(np.uint8)


@pytest.mark.parametrize("px_per_module", [3, 5, 8])
@pytest.mark.parametrize("quality", [75, 95])
def test_a_code_drawn_over_the_goods_is_told_from_their_print(px_per_module: int, quality: int) -> None:
    pixels, mask = scene()
    over = photographed(pixels)
    laid(over, drawn(), (560, 640), px_per_module)
    (code,) = found(saved(over, quality), mask)
    assert code.on_product == 1
    assert code.laid_over

    side = px_per_module * len(drawn())
    large = in_the_light(cv2.resize(drawn(), (side, side), interpolation=cv2.INTER_NEAREST))
    printed = pixels.copy()
    laid(printed, large, (560, 640), 1)
    (code,) = found(saved(photographed(printed), quality), mask)
    assert not code.laid_over


def test_a_print_in_a_photo_that_is_sharp_throughout_stays_a_print() -> None:
    pixels, mask = mug(1600, 1600, colour=(225, 215, 205))  # with crisp bands
    laid(pixels, drawn(), (560, 640), 5)
    (code,) = found(pixels, mask)
    assert not code.laid_over


@pytest.mark.parametrize("turned", [6, -12, 40])
def test_a_print_on_goods_that_lie_askew_stays_a_print(turned: float) -> None:
    pixels = photographed(mug(1200, 1200)[0])
    large = cv2.resize(drawn(), None, fx=6, fy=6, interpolation=cv2.INTER_NEAREST)
    turn = cv2.getRotationMatrix2D((100, 100), turned, 1)
    turn[:, 2] += 450
    inside = cv2.warpAffine(np.full(large.shape[:2], 255, np.uint8), turn, (1200, 1200)) > 128
    pixels[inside] = cv2.warpAffine(large, turn, (1200, 1200))[inside]
    (code,) = measure(photo_of(pixels), whole(pixels)).found
    assert not code.laid_over


def test_places_are_in_source_pixels_and_each_code_is_told_once() -> None:
    pixels, mask = scene()
    laid(pixels, drawn(), (40, 1100), 9)
    (full,) = found(pixels, mask)
    (half,) = measure(photo_of(pixels, scale=0.5), cutout_of(pixels, mask)).found
    assert half.box == full.box.scaled(2)


def test_two_alike_at_two_places_are_two() -> None:
    pixels, mask = scene()
    laid(pixels, drawn(), (40, 40), 6)
    laid(pixels, drawn(), (40, 1200), 6)
    assert len(found(pixels, mask)) == 2


def test_nothing_is_read_in_a_photo_without_codes() -> None:
    assert found(*scene()) == ()
    stripes = ground(900, 900)
    stripes[:, ::14] = stripes[:, 1::14] = stripes[:, 5::14] = 20
    assert measure(photo_of(stripes), whole(stripes)).found == ()


@pytest.mark.parametrize("name", odd_photos())
@pytest.mark.parametrize("goods", [True, False])
def test_odd_photos_hold_no_code(name: str, goods: bool) -> None:
    pixels = odd_photos()[name]
    assert measure(photo_of(pixels), whole(pixels) if goods else no_product()).found == ()
    for place in busy_places(pixels):
        assert place == place.inside(size_of(pixels))


@pytest.mark.parametrize(
    "value",
    ["\x1b[31mred\x1b[0m", "one\r\ntwo\x00", "price\u202egnihton", "=HYPERLINK(1)", "{name}", "а" * 600],
    ids=["colours", "lines", "turned round", "formula", "braces", "long"],
)
def test_what_a_code_holds_is_made_harmless(value: str) -> None:
    pixels, mask = scene()
    laid(pixels, drawn(value), (0, 0), 3)
    (code,) = found(pixels, mask)
    assert code.value.isprintable()
    assert 0 < len(code.value) <= MOST_LETTERS


@given(st.text(max_size=2000))
def test_any_text_becomes_one_short_printable_line(text: str) -> None:
    safe = harmless(text, MOST_LETTERS)
    assert safe.isprintable()
    assert len(safe) <= MOST_LETTERS
    if text.isprintable() and len(text) <= MOST_LETTERS and text == " ".join(text.split()):
        assert safe == text
