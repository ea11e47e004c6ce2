from __future__ import annotations

from typing import Any

import pytest
from goods import after, facts_of, slab
from hypothesis import assume, given
from hypothesis import strategies as st

from packshot.errors import BadOption
from packshot.image.types import Box, Size
from packshot.look.sides import Sides
from packshot.retouch.place import ZONE_RIM_PX, Place, placed, planned

YANDEX: dict[str, Any] = {"tall_canvas": (1600, 1600), "inside": "square"}
products = st.builds(Size, st.integers(3, 3000), st.integers(3, 3000))
canvases = st.tuples(st.integers(200, 2000), st.integers(200, 2000))
shares = st.tuples(*[st.floats(0, 0.35), st.floats(0, 0.35), st.floats(0.4, 0.8), st.floats(0.4, 0.8)])


def box_for(product: Size, wish: Place, cut: Sides | None = None) -> Box:
    return placed(product, planned(product, wish, cut or Sides()))


def margins(box: Box, canvas: Size) -> tuple[int, int, int, int]:
    return box.left, box.top, canvas.width - box.right, canvas.height - box.bottom


@given(products, canvases, st.integers(0, 40), st.sampled_from(["frame", "square"]))
def test_product_keeps_its_gap_on_every_side(product, canvas, gap_px, inside):
    box = box_for(product, Place(canvas=canvas, gap_px=gap_px, inside=inside))
    assert min(margins(box, Size(*canvas))) >= gap_px


@given(products, canvases)
def test_product_keeps_its_shape_within_a_pixel(product, canvas):
    assume(0.02 < product.ratio < 50)
    box = box_for(product, Place(canvas=canvas))
    # Some one scale gives both sides, each within a pixel.
    least = max((box.width - 1) / product.width, (box.height - 1) / product.height)
    most = min((box.width + 1) / product.width, (box.height + 1) / product.height)
    assert least <= most


@given(products, canvases)
def test_product_is_as_large_as_its_gaps_let_it(product, canvas):
    box = box_for(product, Place(canvas=canvas, gap_px=20))
    free = margins(box, Size(*canvas))
    assert min(free[0] + free[2], free[1] + free[3]) <= 42


@given(
    products, canvases, st.lists(st.tuples(*[st.floats(0, 0.9)] * 2, *[st.floats(0.05, 0.4)] * 2), max_size=3)
)
def test_product_never_touches_a_forbidden_zone(product, canvas, corners):
    zones = tuple((x, y, min(1.0, x + w), min(1.0, y + h)) for x, y, w, h in corners)
    try:
        box = box_for(product, Place(canvas=canvas, zones=zones, gap_px=5))
    except BadOption:
        return
    for left, top, right, bottom in zones:
        zone = Box(
            int(left * canvas[0]), int(top * canvas[1]), int(right * canvas[0]), int(bottom * canvas[1])
        )
        assert zone.meet(box).is_empty
    assert min(margins(box, Size(*canvas))) >= 5


@given(products, canvases, st.floats(0.2, 1.0))
def test_product_takes_the_share_it_was_given(product, canvas, fill_share):
    assume(0.05 < product.ratio < 20)
    box = box_for(product, Place(canvas=canvas, gap_px=0, fill_share=fill_share))
    share = max(box.width / canvas[0], box.height / canvas[1])
    assert share == pytest.approx(fill_share, abs=1.01 / min(canvas))


@given(products, st.floats(0.3, 0.95))
def test_product_stands_on_its_baseline(product, baseline):
    canvas = Size(1200, 1600)
    box = box_for(product, Place(anchor="baseline", baseline_share=baseline))
    assert box.bottom == min(round(canvas.height * baseline), canvas.height - 24)


@given(products)
def test_the_same_product_stands_at_the_same_place(product):
    wish = Place(zones=((0, 0, 0.3, 0.3), (0.6, 0.7, 1, 1)))
    assert box_for(product, wish) == box_for(product, wish)


@given(products)
def test_tall_goods_reach_from_top_to_bottom_of_a_square(product):
    assume(product.height >= 1.4 * product.width)
    plan = planned(product, Place(**YANDEX), Sides())
    box = placed(product, plan)
    assert plan.canvas == Size(1600, 1600)
    assert plan.rule == "tall"
    assert (box.top, 1600 - box.bottom) == (8, 8)


@given(products)
def test_other_goods_stay_in_the_square_of_the_portrait(product):
    assume(product.height < 1.4 * product.width)
    plan = planned(product, Place(**YANDEX), Sides())
    box = placed(product, plan)
    assert plan.canvas == Size(1200, 1600)
    assert box.left >= 24
    assert box.right <= 1176
    assert box.top >= 224
    assert box.bottom <= 1376


@given(products, st.sampled_from(["left", "top", "right", "bottom"]))
def test_a_cut_side_goes_to_the_canvas_edge(product, side):
    box = box_for(product, Place(), Sides(**{side: 1.0}))
    free = dict(zip(("left", "top", "right", "bottom"), margins(box, Size(1200, 1600)), strict=True))
    assert free.pop(side) == 0
    assert min(free.values()) >= 24


@given(products, st.floats(0.5, 2))
def test_scale_of_the_canvas_scales_all_pixels(product, scale):
    assume(0.1 < product.ratio < 10)
    small, large = box_for(product, Place()), box_for(product, Place(canvas_scale=scale))
    assert large.width == pytest.approx(small.width * scale, abs=3 * max(1, scale))
    assert large.left == pytest.approx(small.left * scale, abs=3 * max(1, scale))


def test_margins_are_left_top_right_bottom():
    box = box_for(Size(5000, 100), Place(margins_px=(68, 10, 88, 20)))
    assert (box.left, 1200 - box.right) == (68, 88)
    box = box_for(Size(100, 5000), Place(margins_share=(0.1, 0.05, 0.1, 0.2)))
    assert (box.top, 1600 - box.bottom) == (80, 320)


def test_a_zone_moves_the_product_before_it_shrinks_it():
    free = box_for(Size(100, 100), Place(gap_px=0))
    moved = box_for(Size(100, 100), Place(gap_px=0, zones=((0, 0, 1, 0.2),)))
    assert moved.size == free.size
    assert moved.top == 320 + ZONE_RIM_PX


def test_zones_over_everything_are_a_mistake_and_say_so():
    with pytest.raises(BadOption, match="no room"):
        box_for(Size(10, 10), Place(zones=((0, 0, 1, 1),)))


def test_a_photo_that_cuts_the_product_is_for_a_person_to_see():
    facts = facts_of(slab(100, 200, 200, 400), touches=Sides(bottom=0.33))
    layers = after(facts, place={})
    assert layers.placement.box.bottom == 1600
    assert any("cuts the product" in str(doubt) for doubt in layers.doubts)


def test_a_banner_that_was_erased_cuts_no_product():
    facts = facts_of(slab(100, 150, 200, 250), touches=Sides(right=0.1))
    layers = after(facts, place={})
    assert layers.placement.box.right == 1176
    assert not layers.doubts
