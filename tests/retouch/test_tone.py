from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from goods import after, disc, facts_of, over_ground, plain

from packshot.image.colour import delta_e, lab, linear, srgb
from packshot.image.types import RGB, Colour
from packshot.look.background import Background
from packshot.look.tone import Tone
from packshot.retouch.layers import Layers
from packshot.retouch.tone import toned

BALL = disc(150, 200, 110)


def ball(colour: Colour, seed: int = 1) -> RGB:
    """Shaded from light to dark, with a black band and a little noise."""
    y, x = np.mgrid[0:400, 0:300]
    shade = (1.15 - np.hypot(x - 120, y - 160) / 260)[..., None]
    colours = np.clip(np.array(colour) * shade, 0, 255)
    colours[190:215] = 10
    return (colours + np.random.default_rng(seed).normal(0, 1.2, colours.shape)).clip(0, 255).astype(np.uint8)


def lit(colours: RGB, ground: Colour, stops: float = 0.0, haze: float = 0.0) -> tuple[RGB, RGB]:
    """Product and whole photo under a faulty light."""
    out = []
    for pixels in (colours, over_ground(colours, BALL, ground)):
        dim = srgb(linear(np.ascontiguousarray(pixels)) * np.float32(2**stops))
        out.append((dim * (1 - 2 * haze) + 255 * haze).astype(np.uint8))
    return out[0], out[1]


def mended(product: RGB, photo: RGB, ground: Background | None = None, **wish: Any) -> Layers:
    known = {"background": ground} if ground else {}
    return after(facts_of(BALL, product, pixels=photo, **known), tone=wish)


def away(a: RGB, b: RGB) -> float:
    sure = BALL == 255
    return float(np.median(delta_e(lab(a[sure]), lab(b[sure]))))


@pytest.mark.parametrize(
    "colour", [(250, 250, 250), (16, 16, 18), (200, 40, 40), (90, 120, 60), (128, 128, 128)]
)
@pytest.mark.parametrize("ground", [(252, 252, 252), (245, 244, 242), (212, 209, 206)])
def test_a_rightly_lit_photo_is_left_alone(colour, ground):
    right = ball(colour)
    layers = mended(*lit(right, ground), max_delta_e=20)
    assert away(layers.product.colours, right) <= 0.3


@pytest.mark.parametrize("colour", [(240, 240, 240), (200, 40, 40), (90, 120, 60), (128, 128, 128)])
@pytest.mark.parametrize("stops", [-0.85, -1.0, -1.5])
def test_half_of_a_known_lack_of_light_comes_back(colour, stops):
    right = ball(colour)
    dark, photo = lit(right, (250, 250, 250), stops)
    layers = mended(dark, photo, max_delta_e=20)
    assert away(layers.product.colours, right) <= 0.5 * away(dark, right)
    assert "too dark" in str(layers.notes[0])


def test_half_of_a_known_haze_comes_back():
    right = ball((150, 140, 60))
    flat, photo = lit(right, (250, 250, 250), haze=0.15)
    product = mended(flat, photo, max_delta_e=20).product.colours
    spread = [np.subtract(*np.percentile(lab(p[BALL == 255])[:, 0], (98, 2))) for p in (right, flat, product)]
    assert spread[2] - spread[1] >= 0.5 * (spread[0] - spread[1])


@pytest.mark.parametrize("limit", [1.0, 4.0, 8.0])
def test_the_change_never_passes_its_bound(limit):
    dark, photo = lit(ball((180, 60, 40)), (250, 250, 250), -1.5)
    changed = mended(dark, photo, max_delta_e=limit).product.colours
    assert away(changed, dark) <= limit * 1.05


def test_hue_stays_when_light_is_raised():
    dark, photo = lit(ball((190, 60, 40)), (250, 250, 250), -1.0)
    changed = mended(dark, photo, max_delta_e=20).product.colours
    sure = (BALL == 255) & (dark.max(axis=2) > 60)
    hues = [np.arctan2(*np.moveaxis(lab(p[sure])[:, :0:-1], 1, 0)) for p in (dark, changed)]
    assert np.degrees(np.median(np.abs(hues[0] - hues[1]))) < 3


def test_a_ground_painted_by_a_program_is_a_decision():
    dark, photo = lit(ball((128, 60, 40)), (190, 190, 190))
    painted = Background((190, 190, 190), 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.7)
    layers = mended(dark, photo, painted, max_delta_e=20)
    assert (layers.product.colours == dark).all()
    assert layers.tone_curve is None


def test_the_curve_is_kept_so_that_a_guard_can_walk_the_same_way():
    dark, photo = lit(ball((190, 60, 40)), (250, 250, 250), -1.0)
    layers = mended(dark, photo)
    assert layers.tone_curve.shape == (256,)
    assert (np.diff(layers.tone_curve.astype(int)) >= 0).all()
    assert (toned(layers, dark) == layers.product.colours).all()


def test_nothing_is_done_that_was_not_asked_for():
    dark, photo = lit(ball((190, 60, 40)), (250, 250, 250), -1.0)
    layers = mended(dark, photo, exposure=False, contrast=False)
    assert (layers.product.colours == dark).all()


def test_white_balance_takes_out_a_sure_cast_and_no_doubtful_one():
    right = ball((160, 160, 160))
    warm = (right * np.array([1.0, 0.95, 0.82])).astype(np.uint8)
    photo = over_ground(warm, BALL, (250, 238, 205))
    _, a, b = lab(np.array((250, 238, 205), np.uint8))
    for confidence, better in ((0.9, True), (0.2, False)):
        known = {"tone": Tone(50.0, 30.0, 0.0, 0.0, float(a), float(b), confidence)}
        facts = facts_of(BALL, warm, pixels=photo, ground=(250, 238, 205), **known)
        layers = after(facts, tone={"white_balance": True, "max_delta_e": 20})
        grey = np.abs(lab(layers.product.colours[BALL == 255])[:, 1:]).mean()
        assert (grey < 3) == better
        assert (layers.channel_curves is not None) == better


def test_spill_is_taken_from_the_rim_only():
    colours = plain(BALL, (150, 150, 150))
    rim = (BALL > 0) & (disc(150, 200, 107) < 255)
    colours[rim] = (120, 165, 120)
    facts = facts_of(BALL, colours, ground=(40, 190, 60))
    product = after(facts, tone={"despill": True, "exposure": False, "contrast": False}).product
    seen = (BALL > 0) & rim
    assert np.abs(lab(product.colours[seen])[:, 1:]).mean() < 0.5 * np.abs(lab(colours[seen])[:, 1:]).mean()
    inside = disc(150, 200, 100) == 255
    assert (product.colours[inside] == colours[inside]).all()
