"""See-through marks are suspected where they are, and seldom where they are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from fact_pictures import (
    FONT,
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

from packshot.image.types import RGB, Grey
from packshot.look.marks import Marks, measure


def marked(pixels: RGB, layer: Grey, strength: float) -> RGB:
    """Grey letters laid over, `strength` of them seen."""
    share = layer[..., None].astype(np.float32) / 255 * strength
    return np.round(pixels * (1 - share) + 120 * share).astype(np.uint8)


def words(width: int, height: int, text: str, px: int, places: list[tuple[int, int]]) -> Grey:
    layer = np.zeros((height, width, 3), np.uint8)
    for place in places:
        cv2.putText(layer, text, place, (255, 255, 255), FONT, px, 600)
    return layer[..., 0]


def turned(layer: Grey, degrees: float) -> Grey:
    height, width = layer.shape
    return cv2.warpAffine(
        layer, cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1), (width, height)
    )


def tiles(width: int = 800, height: int = 800, slope: float = 25) -> Grey:
    places = [(x, y) for y in range(-200, height + 300, 120) for x in range(-300, width + 300, 230)]
    return turned(words(width, height, "магазин.рф", 34, places), slope)


def marks(pixels: RGB, mask: Grey) -> Marks:
    return measure(photo_of(pixels), cutout_of(pixels, mask))


def shot() -> tuple[RGB, Grey]:
    pixels, mask = mug(800, 800, under=(238, 237, 235))
    return noisy(pixels, 1.2), mask


@pytest.mark.parametrize("strength", [0.12, 0.25])
@pytest.mark.parametrize("slope", [0, 25])
def test_a_tiled_mark_is_found_and_called_repeated(strength: float, slope: float) -> None:
    pixels, mask = shot()
    found = marks(jpeg(marked(pixels, tiles(slope=slope), strength), 90), mask)
    assert found.repeated
    assert found.confidence >= 0.4


def test_one_large_faint_word_is_suspected_where_it_lies() -> None:
    pixels, mask = shot()
    layer = words(800, 800, "ФОТОБАНК", 90, [(150, 150)])
    found = marks(jpeg(marked(pixels, layer, 0.2), 90), mask)
    assert not found.repeated
    assert 0 < found.confidence <= 0.5
    assert any(box.meet(box).top < 170 and box.bottom < 260 for box in found.boxes)


def test_faint_letters_that_the_cutout_took_for_goods_are_suspected_all_the_same() -> None:
    pixels, mask = shot()
    layer = words(800, 800, "ФОТОБАНК", 90, [(150, 150)])
    assert marks(marked(pixels, layer, 0.2), np.maximum(mask, layer)).confidence > 0


def innocent() -> dict[str, tuple[RGB, Grey]]:
    pixels, mask = shot()
    vignette = np.linspace(1, 0.8, 800)[None, :, None]
    shadow = pixels.astype(np.float32)
    blot = np.zeros((800, 800), np.float32)
    cv2.ellipse(blot, (380, 620), (240, 40), 0, 0, 360, 1, -1)
    shadow *= 1 - 0.35 * cv2.GaussianBlur(blot, (0, 0), 14)[..., None] * (mask[..., None] < 128)
    cloth = cv2.resize(textures(256)["weave"], (800, 800), interpolation=cv2.INTER_CUBIC)
    pale = (220 + (cloth.astype(np.float32) - 128) * 0.15).astype(np.uint8)
    return {
        "plain": (pixels, mask),
        "strong noise": (noisy(pixels, 7), mask),
        "vignette": ((pixels * vignette).astype(np.uint8), mask),
        "shadow": (shadow.astype(np.uint8), mask),
        "cloth under it": (np.where(mask[..., None] > 127, pixels, pale), mask),
        "hard JPEG": (jpeg(blurred(pixels, 1), 25), mask),
    }


@pytest.mark.parametrize("name", innocent())
def test_innocent_grounds_are_not_suspected(name: str) -> None:
    found = marks(*innocent()[name])
    assert found.confidence < 0.4, found


def test_a_pattern_on_the_goods_is_no_mark() -> None:
    pixels, mask = shot()
    layer = tiles()
    layer[mask < 255] = 0
    assert marks(marked(pixels, layer, 0.3), mask).confidence == 0


def test_without_ground_nothing_is_claimed() -> None:
    pixels = ground(400, 400, (200, 190, 180))
    assert measure(photo_of(pixels), whole(pixels)).boxes == ()


@pytest.mark.parametrize("name", odd_photos())
@pytest.mark.parametrize("found", [True, False])
def test_odd_photos_bear_no_marks(name: str, found: bool) -> None:
    pixels = odd_photos()[name]
    answer = measure(photo_of(pixels), whole(pixels) if found else no_product())
    assert answer.confidence == 0
