from __future__ import annotations

import cv2
import numpy as np
import pytest
from goods import after, disc, drawn, facts_of, slab

from packshot.image.types import Box
from packshot.look.sides import Sides
from packshot.look.subject import Component
from packshot.look.text import TextBox
from packshot.retouch.layers import Layers

MUG = slab(80, 120, 200, 300)
BANNER = Box(20, 20, 280, 60)


def erased(alpha, wish=None, **facts) -> Layers:
    return after(facts_of(alpha, **facts), erase=wish or {})


def part(left: int, top: int, right: int, bottom: int, overlay: float = 0.0) -> Component:
    return Component(Box(left, top, right, bottom), 0.1, overlay)


def letters() -> np.ndarray:
    return drawn(lambda p: [cv2.rectangle(p, (x, 100), (x + 40, 220), 255, -1) for x in range(100, 1100, 80)])


def text(box: Box, overlaid: float = 0.9, on_product: float = 0.0) -> TextBox:
    return TextBox(box, 0.9, on_product, overlaid)


def test_drawn_text_beside_the_product_goes():
    layers = erased(np.maximum(MUG, letters()), texts=(text(BANNER),))
    assert (layers.product.alpha == MUG).all()
    assert layers.product.box == Box(80, 120, 200, 300)
    assert [str(note) for note in layers.notes] == ["1 drawn text or sticker beside the product was removed."]


def test_drawn_text_stays_where_it_is_told_to():
    layers = erased(np.maximum(MUG, letters()), {"drop_text": False}, texts=(text(BANNER),))
    assert layers.product.box.top < 60


def test_print_on_goods_is_no_drawn_text():
    """A label of a second bottle: text, but not drawn over the photo."""
    both = np.maximum(slab(20, 100, 120, 300), slab(180, 100, 260, 280))
    layers = erased(both, texts=(text(Box(180, 100, 260, 280), overlaid=0.1, on_product=1.0),))
    assert (layers.product.alpha == both).all()
    assert not layers.notes


def test_a_round_badge_with_a_price_goes():
    badge = disc(250, 60, 35)
    layers = erased(
        np.maximum(MUG, badge),
        texts=(text(Box(222, 45, 278, 75)),),
        components=(part(80, 120, 200, 300), part(215, 25, 285, 95, overlay=0.9)),
    )
    assert (layers.product.alpha == MUG).all()


def test_text_over_the_product_is_flagged_and_left():
    layers = erased(MUG, texts=(text(Box(90, 200, 190, 230), on_product=1.0),))
    assert (layers.product.alpha == MUG).all()
    assert "drawn over the product" in str(layers.doubts[0])


def test_all_parts_of_a_set_stay_and_are_spoken_of():
    both = np.maximum(slab(20, 100, 120, 300), disc(220, 300, 40))
    parts = (part(20, 100, 120, 300), part(180, 260, 260, 340))
    layers = erased(both, components=parts, far_apart=True)
    assert (layers.product.alpha == both).all()
    assert "all were kept" in str(layers.notes[0])
    assert not erased(both, {"keep_props": True}, components=parts, far_apart=True).notes


@pytest.mark.parametrize("inset", [2, 12])
def test_a_drawn_frame_goes_and_the_product_stays(inset):
    frame = slab(inset, inset, 300 - inset, 400 - inset)
    frame[inset + 8 : 392 - inset, inset + 8 : 292 - inset] = 0
    layers = erased(np.maximum(MUG, frame), components=(part(0, 0, 300, 400), part(80, 120, 200, 300)))
    assert (layers.product.alpha == MUG).all()
    assert "frame" in str(layers.notes[0])


def test_a_frame_at_the_photos_edge_is_known_from_the_facts():
    edged = np.maximum(MUG, 0)
    edged[:6] = 255
    layers = erased(edged, border=Sides(top=5))
    assert layers.product.box == Box(80, 120, 200, 300)


def test_a_hoop_round_a_ring_is_a_set_and_no_frame():
    hoop = disc(150, 200, 120)
    hoop[disc(150, 200, 112) > 0] = 0
    both = np.maximum(hoop, disc(150, 200, 30))
    layers = erased(both, components=(part(30, 80, 270, 320), part(120, 170, 180, 230)))
    assert (layers.product.alpha == both).all()


def test_nothing_is_left_is_never_the_answer():
    layers = erased(MUG, texts=(text(Box(0, 0, 300, 400)),))
    assert (layers.product.alpha == MUG).all()


def test_a_crisp_label_is_not_called_drawn():
    assert not erased(MUG, texts=(text(Box(90, 200, 190, 230), overlaid=0.7, on_product=1.0),)).doubts
