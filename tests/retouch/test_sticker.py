from __future__ import annotations

import numpy as np
import pytest
from goods import after, disc, facts_of, slab
from PIL import Image

from packshot.engines.base import ENGINES
from packshot.errors import BadOption

DONE = {"crop": {}, "place": {"canvas": (600, 800)}, "upscale": {}}


def test_a_sticker_takes_a_corner_free_of_product():
    facts = facts_of(disc(150, 200, 100))
    layers = after(facts, **DONE, sticker={"text": "New"})
    sticker = layers.stickers[0]
    assert (sticker.left, sticker.top) == (24, 24)
    assert sticker.alpha.shape[1] == pytest.approx(120, abs=3)
    assert sticker.alpha.max() == 255


def test_it_stays_away_where_every_corner_holds_product():
    facts = facts_of(slab(0, 0, 300, 400))
    layers = after(facts, **DONE, sticker={"text": "New"})
    assert layers.stickers == ()
    assert "no corner" in str(layers.notes[-1])


def test_it_goes_on_to_the_next_corner():
    facts = facts_of(np.maximum(slab(0, 0, 150, 200), slab(100, 100, 300, 390)))
    layers = after(facts, **DONE, sticker={"text": "New"})
    assert layers.stickers[0].left > 300


def test_two_stickers_do_not_meet():
    facts = facts_of(disc(150, 200, 100))
    layers = after(facts, **DONE, sticker={"text": "New"})
    layers = after(facts, layers, sticker={"text": "Sale"})
    assert [sticker.left < 300 for sticker in layers.stickers] == [True, False]


def test_a_logo_keeps_its_own_alpha(tmp_path):
    logo = np.zeros((40, 80, 4), np.uint8)
    logo[10:30, 20:60] = (255, 0, 0, 255)
    Image.fromarray(logo).save(tmp_path / "logo.png")
    layers = after(facts_of(disc(150, 200, 100)), **DONE, sticker={"picture": str(tmp_path / "logo.png")})
    sticker = layers.stickers[0]
    assert sticker.alpha.shape == (60, 120)
    assert sticker.alpha[0].max() == 0
    assert sticker.alpha[30, 60] == 255


def test_letters_that_the_font_lacks_are_a_mistake_and_say_so():
    with pytest.raises(BadOption, match="no letter Н"):
        after(facts_of(disc(150, 200, 100)), **DONE, sticker={"text": "Новинка"})
    with pytest.raises(BadOption, match="no font"):
        after(facts_of(disc(150, 200, 100)), **DONE, sticker={"text": "New", "font": "/nowhere.ttf"})


@pytest.mark.parametrize("factor", [1.5, 2.0, 3.3])
def test_lanczos_enlarges_to_the_rounded_size_and_keeps_flat_colours(factor):
    made = ENGINES["upscale_lanczos"].make().upscale(np.full((30, 41, 3), (10, 200, 90), np.uint8), factor)
    assert made.shape == (round(30 * factor), round(41 * factor), 3)
    assert (made == (10, 200, 90)).all()
