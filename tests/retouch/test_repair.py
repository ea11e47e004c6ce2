"""JPEG's blocks are mended where they were measured, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from goods import after, disc, facts_of
from hypothesis import given, settings
from hypothesis import strategies as some

from packshot.image.types import RGB, Box
from packshot.look.facts import Facts
from packshot.look.quality import Quality
from packshot.retouch.layers import Layers, Placement
from packshot.retouch.start import layers_of

ALPHA = disc(150, 200, 120)
QUALITY = Quality(60.0, 0.5, 0.0, 1.0)


def cloth() -> RGB:
    rng = np.random.default_rng(1)
    colours = cv2.resize(rng.uniform(60, 200, (40, 30, 3)).astype(np.float32), (300, 400))
    return np.asarray(np.clip(colours, 0, 255), np.uint8)


def saved(colours: RGB, quality: int) -> RGB:
    _, data = cv2.imencode(".jpg", colours[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)


def placed(colours: RGB, blockiness: float, scale: float = 1.0) -> tuple[Facts, Layers]:
    facts = facts_of(ALPHA, colours, quality=replace(QUALITY, blockiness=blockiness))
    layers = layers_of(facts)
    assert layers.product is not None
    canvas = facts.photo.size
    return facts, replace(layers, placement=Placement(canvas, Box.whole(canvas), scale, "other"))


def off(colours: RGB, truth: RGB) -> float:
    """Of the brightness: half of the colour was thrown away when the JPEG was saved."""
    luma = np.array([0.299, 0.587, 0.114])
    return float((((colours.astype(float) - truth) @ luma)[ALPHA == 255] ** 2).mean())


@pytest.mark.parametrize("quality", [20, 35, 50])
def test_a_blocky_product_comes_nearer_to_the_truth(quality: int) -> None:
    facts, layers = placed(saved(cloth(), quality), 2.0)
    mended = after(facts, layers, repair={})
    assert off(mended.product.colours, cloth()) < 0.9 * off(layers.product.colours, cloth())
    assert mended.enlarged is not None
    assert mended.enlarged.repaired
    assert "mended" in str(mended.notes[-1])


@pytest.mark.parametrize(
    ("blockiness", "scale", "wish"),
    [
        (0.3, 1.0, {}),
        (2.0, 0.5, {}),
        (2.0, 1.4, {}),
        (2.0, 1.0, {"skip": True}),
        (2.0, 1.0, {"from_blockiness": 3.0}),
    ],
)
def test_what_need_not_be_mended_is_left_bit_by_bit(
    blockiness: float, scale: float, wish: dict[str, object]
) -> None:
    facts, layers = placed(saved(cloth(), 40), blockiness, scale)
    assert after(facts, layers, repair=wish) is layers


def test_what_the_alpha_hides_is_not_touched_and_does_not_leak() -> None:
    colours = saved(cloth(), 40)
    colours[ALPHA == 0] = (0, 255, 0)
    facts, layers = placed(colours, 2.0)
    mended = after(facts, layers, repair={}).product
    assert (mended.colours[ALPHA == 0] == (0, 255, 0)).all()
    assert mended.colours[ALPHA > 200][:, 1].max() < 230
    assert (mended.alpha == ALPHA).all()


def test_without_a_product_there_is_nothing_to_mend() -> None:
    facts, _ = placed(cloth(), 2.0)
    empty = Layers(None)
    assert after(facts, empty, repair={}) is empty


@settings(deadline=None, max_examples=8)
@given(some.integers(1, 60))
def test_the_mean_colour_stays(quality: int) -> None:
    facts, layers = placed(saved(cloth(), quality), 2.0)
    mended = after(facts, layers, repair={}).product.colours[ALPHA == 255].mean(0)
    assert np.abs(mended - layers.product.colours[ALPHA == 255].mean(0)).max() < 1
