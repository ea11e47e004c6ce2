"""Where the product stands: golden figures by hand, and what must hold for all."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from packshot.image.types import Box, Size
from packshot.service.removebg.errors import Refusal
from packshot.service.removebg.geometry import Bounds, Plan, plan, region
from packshot.service.removebg.wish import parse

FULL = Bounds(25.0)
PHOTO, PRODUCT = Size(1000, 800), Box(300, 200, 700, 500)


def laid(bounds: Bounds = FULL, photo: Size = PHOTO, product: Box = PRODUCT, **asked: str) -> Plan:
    return plan(photo, product, parse(asked), bounds, FULL)


@pytest.mark.parametrize(
    ("asked", "canvas", "product"),
    [
        ({}, (1000, 800), (300, 200, 700, 500)),
        ({"crop": "true"}, (400, 300), (0, 0, 400, 300)),
        ({"crop": "true", "crop_margin": "30px"}, (460, 360), (30, 30, 430, 330)),
        ({"crop": "true", "crop_margin": "10%"}, (480, 360), (40, 30, 440, 330)),
        ({"crop": "true", "crop_margin": "10% 20px"}, (440, 360), (20, 30, 420, 330)),
        ({"crop": "true", "crop_margin": "1px 2px 3px 4px"}, (406, 304), (4, 1, 404, 301)),
        ({"crop": "true", "crop_margin": "50% 500px"}, (1400, 600), (500, 150, 900, 450)),
        ({"crop_margin": "30px"}, (1000, 800), (300, 200, 700, 500)),
        ({"position": "center"}, (1000, 800), (300, 250, 700, 550)),
        ({"position": "0%"}, (1000, 800), (0, 0, 400, 300)),
        ({"position": "100%"}, (1000, 800), (600, 500, 1000, 800)),
        ({"position": "100% 0%"}, (1000, 800), (600, 0, 1000, 300)),
        ({"scale": "80%"}, (1000, 800), (100, 100, 900, 700)),
        ({"scale": "100%", "position": "0% 100%"}, (1000, 800), (0, 50, 1000, 800)),
        ({"scale": "20%"}, (1000, 800), (400, 325, 600, 475)),
        ({"crop": "true", "crop_margin": "50px", "scale": "50%"}, (500, 400), (125, 106, 375, 294)),
    ],
)
def test_geometry_by_hand(
    asked: dict[str, str], canvas: tuple[int, int], product: tuple[int, int, int, int]
) -> None:
    found = laid(**asked)
    assert found.canvas == Size(*canvas)
    assert found.product == Box(*product)


@pytest.mark.parametrize(
    ("size", "canvas"),
    [(Size(2500, 1600), (625, 400)), (Size(500, 500), (500, 500)), (Size(5000, 5000), (500, 500))],
)
def test_a_preview_has_a_quarter_of_a_megapixel(size: Size, canvas: tuple[int, int]) -> None:
    found = laid(Bounds(0.25), size, Box(10, 10, 200, 200))
    assert found.canvas == Size(*canvas)
    assert found.largest == size, "what `full` would give"


def test_a_side_has_a_bound_too() -> None:
    assert laid(Bounds(25, side=16_383), Size(30_000, 300), Box(0, 0, 9, 9)).canvas.width == 16_383


SIDES = st.integers(1, 6000)
SHARES = st.integers(0, 100).map(lambda number: f"{number}%")


@st.composite
def places(draw: st.DrawFn) -> tuple[Size, Box]:
    size = Size(draw(SIDES), draw(SIDES))
    left, top = draw(st.integers(0, size.width - 1)), draw(st.integers(0, size.height - 1))
    right, bottom = draw(st.integers(left + 1, size.width)), draw(st.integers(top + 1, size.height))
    return size, Box(left, top, right, bottom)


MARGIN = st.integers(0, 500).map(lambda n: f"{n}px") | st.integers(0, 50).map(lambda n: f"{n}%")
MARGINS = st.lists(MARGIN, min_size=4, max_size=4).map(" ".join) | MARGIN
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "crop": st.sampled_from(["true", "false"]),
        "crop_margin": MARGINS,
        "scale": st.integers(10, 100).map(lambda n: f"{n}%"),
        "position": st.tuples(SHARES, SHARES).map(" ".join) | st.sampled_from(["center", "original"]),
    },
)


@given(places(), ASKED, st.sampled_from([0.25, 1.5, 4.0, 10.0, 25.0]))
def test_the_product_stands_inside_and_the_result_inside_its_bounds(
    place: tuple[Size, Box], asked: dict[str, str], most: float
) -> None:
    size, product = place
    found = plan(size, product, parse(asked), Bounds(most), FULL)
    assert found.canvas.area <= max(most * 1e6, found.canvas.long_side)
    assert not found.product.is_empty
    assert found.product.inside(found.canvas) == found.product
    assert found.canvas.width <= found.largest.width


@given(places(), SHARES, SHARES)
def test_a_percentage_divides_what_is_free(place: tuple[Size, Box], across: str, down: str) -> None:
    size, product = place
    assume(size.area <= 25e6)
    found = plan(size, product, parse({"position": f"{across} {down}"}), FULL, FULL).product
    for free, before, asked in (
        (size.width - product.width, found.left, across),
        (size.height - product.height, found.top, down),
    ):
        assert abs(before - free * int(asked[:-1]) / 100) <= 0.5 + 1e-6


@given(places(), st.integers(10, 100))
def test_a_scale_is_the_share_of_the_longer_side(place: tuple[Size, Box], percent: int) -> None:
    size, product = place
    assume(size.area <= 25e6)
    found = plan(size, product, parse({"scale": f"{percent}%"}), FULL, FULL).product
    taken = max(found.width / size.width, found.height / size.height)
    assert abs(taken - percent / 100) <= 1 / size.short_side + 1e-9
    if min(found.width, found.height) > 30:
        assert found.width / found.height == pytest.approx(product.width / product.height, rel=0.08)


@given(places(), MARGINS)
def test_a_crop_keeps_its_margins(place: tuple[Size, Box], text: str) -> None:
    size, product = place
    wish = parse({"crop": "true", "crop_margin": text})
    found = plan(size, product, wish, FULL, FULL)
    top, right, bottom, left = (
        length.of(whole)
        for length, whole in zip(wish.crop_margin, (product.height, product.width) * 2, strict=True)
    )
    assume((product.width + left + right) * (product.height + top + bottom) <= 25e6)
    assert found.product.left == pytest.approx(left, abs=0.51)
    assert found.product.top == pytest.approx(top, abs=0.51)
    assert found.canvas.width - found.product.right == pytest.approx(right, abs=1.51)
    assert found.canvas.height - found.product.bottom == pytest.approx(bottom, abs=1.51)


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("0% 0% 100% 100%", (0, 0, 1000, 800)),
        ("10% 25% 50% 75%", (100, 200, 500, 600)),
        ("10px 20px 30px 40px", (10, 20, 30, 40)),
        ("10 20 100% 50%", (10, 20, 1000, 400)),
    ],
)
def test_regions(text: str, box: tuple[int, int, int, int]) -> None:
    assert region(PHOTO, parse({"roi": text})) == Box(*box)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0 0 1001px 800px", "roi_exceeds_bounds"),
        ("0% 0% 101% 100%", "roi_exceeds_bounds"),
        ("10px 10px 10px 20px", "roi_region_empty"),
        ("50% 50% 10% 10%", "roi_region_empty"),
    ],
)
def test_regions_that_are_none(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        region(PHOTO, parse({"roi": text}))
    assert refused.value.mistakes[0].code == code
