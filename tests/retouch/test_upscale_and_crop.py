from __future__ import annotations

import cv2
import numpy as np
import pytest
from goods import after, disc, facts_of, plain, slab
from hypothesis import given, settings
from hypothesis import strategies as st

from packshot.engines.base import ENGINES, Engine
from packshot.errors import BadOption, BadProfile
from packshot.image.types import Box, box_of
from packshot.profiles.load import load_profile
from packshot.retouch._resample import resampled, weighed_by
from packshot.retouch.repair import Repair
from packshot.retouch.start import layers_of
from packshot.retouch.upscale import Upscale


@settings(deadline=None, max_examples=25)
@given(
    st.integers(20, 120),
    st.integers(20, 120),
    st.integers(160, 280),
    st.integers(160, 380),
    st.integers(60, 900),
)
def test_the_product_becomes_as_large_as_planned(left, top, right, bottom, side):
    facts = facts_of(slab(left, top, right, bottom))
    layers = after(facts, crop={}, place={"canvas": (side, side), "gap_px": 4}, upscale={})
    planned, box = layers.placement.box, layers.product.box
    assert abs(box.width - planned.width) <= 1
    assert abs(box.height - planned.height) <= 1
    assert layers.placement.scale == 1


def test_no_colour_of_the_hidden_ground_comes_into_the_rim():
    alpha = disc(150, 200, 90)
    colours = plain(alpha, (20, 20, 20))
    colours[alpha == 0] = (0, 255, 0)
    for wish in ({"canvas": (180, 240)}, {"canvas": (290, 380)}, {"canvas": (1200, 1600)}):
        product = after(facts_of(alpha, colours), crop={}, place=wish, upscale={}).product
        seen = product.colours[product.alpha > 16]
        assert int(seen[:, 1].max()) <= 32, wish


def test_bytes_resample_as_floats_do():
    rng = np.random.default_rng(3)
    alpha = disc(150, 200, 120)
    colours = cv2.resize(
        rng.integers(0, 255, (40, 30, 3), np.uint8), (300, 400), interpolation=cv2.INTER_CUBIC
    )
    small, seen = resampled(colours, alpha, layers_of(facts_of(disc(50, 80, 40))).product.box.size)
    to = (seen.shape[1], seen.shape[0])
    share = alpha.astype(np.float64)[..., None] / 255
    slow = cv2.resize(colours * share, to, interpolation=cv2.INTER_AREA)
    assert np.abs(weighed_by(small, seen).astype(float) - slow).max() <= 2.5


def test_an_enlarged_product_says_so_and_too_much_is_a_doubt():
    facts = facts_of(disc(150, 200, 100))
    layers = after(facts, crop={}, place={"canvas": (600, 800)}, upscale={})
    assert [str(note) for note in layers.notes] == ["The product was enlarged 2.76×."]
    assert not layers.doubts
    layers = after(facts, crop={}, place={"canvas": (1200, 1600)}, upscale={"max_factor": 3.0})
    assert layers.product.alpha.shape[1] > 1100
    assert "too small" in str(layers.doubts[0])


def test_enlarging_counts_from_the_true_source_and_not_from_the_shrunk_decode():
    facts = facts_of(disc(150, 200, 100), scale=0.5)
    layers = after(facts, crop={}, place={"canvas": (448, 600), "gap_px": 24}, upscale={})
    assert layers.product.source_px_per_px == 1
    assert not layers.notes


def test_crop_cuts_to_all_that_is_seen_and_moves_what_hangs_on_it():
    alpha = disc(150, 200, 60)
    alpha[100:110, 20:30] = 3
    layers = after(facts_of(alpha, shadow=np.zeros((100, 75), np.uint8)), crop={})
    product = layers.product
    assert product.alpha.any(axis=0).all() or product.alpha[:, 0].any()
    assert box_of(product.alpha) == Box(0, 0, product.alpha.shape[1], product.alpha.shape[0])
    assert (product.source_left, product.source_top) == (20, 100)
    assert layers.source_shadow_box == Box(-20, -100, 280, 300)
    assert product.from_source(Box(20, 100, 30, 110)) == Box(0, 0, 10, 10)


def test_a_margin_may_reach_beyond_the_photo():
    layers = after(facts_of(slab(0, 0, 200, 100)), crop={"margin_share": 0.1})
    assert layers.product.alpha.shape == (140, 240)
    assert layers.product.box == Box(20, 20, 220, 120)


def test_an_empty_cutout_is_an_answer_and_stages_leave_it():
    facts = facts_of(np.zeros((40, 30), np.uint8))
    layers = after(facts, erase={}, crop={}, tone={}, place={}, upscale={}, shadow={}, sticker={"text": "A"})
    assert layers.product is None
    assert "No product" in str(layers.doubts[0])


def test_wishes_have_neutral_defaults():
    assert Upscale() == Upscale(engine="upscale_net", from_factor=1.15, max_factor=4.0)


class Liar:
    """An engine that paints goods of its own."""

    name = "liar"

    def upscale(self, pixels, factor):
        size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
        return 255 - cv2.resize(pixels, size)


def test_an_engine_that_paints_something_else_is_not_believed(monkeypatch):
    monkeypatch.setitem(ENGINES._things, "liar", Engine("upscaler", "liar", Liar))
    rng = np.random.default_rng(2)
    colours = cv2.resize(rng.integers(0, 255, (20, 15, 3), np.uint8), (300, 400))
    facts = facts_of(disc(150, 200, 100), colours)
    wishes = {"crop": {}, "place": {"canvas": (400, 520)}}
    honest = after(facts, **wishes, upscale={"engine": "upscale_lanczos"})
    layers = after(facts, **wishes, upscale={"engine": "liar"})
    assert (layers.product.colours == honest.product.colours).all()
    assert layers.enlarged.engine == "upscale_lanczos"
    assert "not what the photo shows" in str(layers.enlarged.compared.why)
    assert "not what the photo shows" in " ".join(str(note) for note in layers.notes)


def test_a_marketplace_that_wants_no_enlarged_photos_is_named():
    facts = facts_of(disc(150, 200, 100))
    for warn, said in ((0.0, False), (1.5, True), (3.0, False)):
        layers = after(facts, crop={}, place={"canvas": (600, 800)}, upscale={"warn_factor": warn})
        assert any("does not want enlarged photos" in str(note) for note in layers.notes) is said


@pytest.mark.parametrize("wish", [Upscale, Repair])
@pytest.mark.parametrize("name", ["nope", "segment_net", "lanczos", ""])
def test_an_engine_that_enlarges_nothing_is_refused_before_any_photo(wish, name):
    with pytest.raises(BadOption, match="upscale_net"):
        wish(engine=name)
    with pytest.raises(BadProfile, match="enlarges"):
        load_profile("yandex_market", overrides={f"retouch.{wish.__name__.lower()}.engine": name})
