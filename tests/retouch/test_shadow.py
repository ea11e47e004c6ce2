from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from goods import after, chair, disc, facts_of, slab

from packshot.image.types import Size
from packshot.retouch._floor import contact, small_alpha, things
from packshot.retouch.layers import Backdrop, Layers, ShadowLayer

PLACE = {"canvas": (600, 800)}


def shaded(alpha, see_through: float = 0.0, shadow=None, fill_share: float = 1.0, **wish) -> Layers:
    facts = facts_of(alpha, see_through=see_through, shadow=shadow)
    return after(facts, crop={}, place=PLACE | {"fill_share": fill_share}, upscale={}, shadow=wish)


def on_canvas(layers: Layers, kind: str = "") -> np.ndarray:
    """Opacity of all shadows of a kind on the canvas, 0…1."""
    light = np.ones((800, 600))
    for shadow in layers.shadows:
        if kind and shadow.kind != kind:
            continue
        rows = np.arange(shadow.opacity.shape[0]) + shadow.top
        columns = np.arange(shadow.opacity.shape[1]) + shadow.left
        r, c = (rows >= 0) & (rows < 800), (columns >= 0) & (columns < 600)
        light[np.ix_(rows[r], columns[c])] *= 1 - shadow.opacity[np.ix_(r, c)] / 255
    return 1 - light


def only(layers: Layers, kind: str) -> ShadowLayer:
    return next(shadow for shadow in layers.shadows if shadow.kind == kind)


def test_none_draws_nothing():
    assert shaded(disc(150, 200, 90), kind="none").shadows == ()


def test_contact_and_drop_are_two_layers():
    layers = shaded(slab(80, 100, 220, 300))
    assert [shadow.kind for shadow in layers.shadows] == ["drop", "contact"]


def test_the_contact_is_darkest_at_the_foot_and_gone_at_the_sides():
    layers = shaded(slab(80, 100, 220, 300), fill_share=0.5, kind="contact", opacity=0.6)
    box, dark = layers.placement.box, on_canvas(layers)
    middle = (box.left + box.right) // 2
    below = dark[box.bottom : box.bottom + 120, middle]
    assert below[1] > 0.3
    assert (np.diff(below) <= 2 / 255).all()
    assert below[-1] == 0
    assert dark[box.top + 20, : box.left - 8].max() == 0
    assert dark[box.top + 20, box.right + 8 :].max() == 0


def test_each_leg_has_its_own_contact_and_the_air_between_has_none():
    layers = shaded(chair(), kind="contact")
    box, dark = layers.placement.box, on_canvas(layers)
    row = dark[box.bottom + 2]
    left, right, middle = box.left + box.width // 18, box.right - box.width // 18, (box.left + box.right) // 2
    assert min(row[left], row[right]) > 0.15
    assert row[middle] < 0.4 * row[left]


def test_a_seat_throws_no_contact_where_it_hangs():
    thing = next(iter(things(small_alpha(chair(), 2, (4, 4, 4, 4)))))
    dark = contact(thing, 1.0, 3.0)
    under_seat = dark[220 // 2 + 4 + 3, (60 + 240) // 4 + 4]
    assert under_seat < 0.1


def test_things_of_a_set_each_stand_on_their_own_floor():
    alpha = np.maximum(slab(30, 150, 120, 300), slab(180, 180, 270, 330))
    layers = shaded(alpha, kind="contact")
    box, dark = layers.placement.box, on_canvas(layers)
    scale = box.height / 180
    left, right = box.left + round(45 * scale), box.left + round(195 * scale)
    assert dark[box.top + round(150 * scale) + 3, left] > 0.2
    assert dark[box.bottom + 3, right] > 0.2
    assert dark[box.bottom + 3, left] < 0.1


def test_the_drop_falls_where_it_is_sent():
    layers = shaded(slab(100, 100, 200, 300), kind="drop", length=0.3, direction=60.0)
    dark, box = on_canvas(layers), layers.placement.box
    assert dark[:, box.right + 20 :].sum() > 3 * dark[:, : box.left - 20].sum()
    assert dark[box.bottom + 4 :].sum() > 0


def test_a_shadow_is_softer_under_see_through_goods():
    solid = on_canvas(shaded(disc(150, 200, 90))).sum()
    glass = on_canvas(shaded(disc(150, 200, 90), see_through=1.0)).sum()
    assert glass == pytest.approx(0.5 * solid, rel=0.15)
    kept = on_canvas(shaded(disc(150, 200, 90), see_through=1.0, see_through_softening=0.0)).sum()
    assert kept == pytest.approx(solid, rel=0.02)


def test_a_soft_shadow_has_no_step_to_the_ground():
    layers = shaded(disc(150, 200, 90))
    for shadow in layers.shadows:
        rim = np.concatenate([shadow.opacity[0], shadow.opacity[:, 0], shadow.opacity[:, -1]])
        assert rim.max() <= 1


def test_a_mirror_shows_the_product_upside_down_and_fades():
    alpha = slab(80, 100, 220, 300)
    colours = np.zeros((400, 300, 3), np.uint8)
    colours[:] = (200, 30, 30)
    colours[280:] = (30, 30, 200)
    facts = facts_of(alpha, colours)
    layers = after(facts, crop={}, place=PLACE, upscale={}, shadow={"kind": "mirror"})
    mirror = only(layers, "mirror")
    middle = mirror.opacity.shape[1] // 2
    first = int(np.flatnonzero(mirror.opacity[:, middle] > 10)[0])
    assert mirror.top + first == pytest.approx(layers.placement.box.bottom, abs=4)
    assert mirror.colours[first + 4, middle].tolist() == pytest.approx([30, 30, 200], abs=2)
    assert tuple(mirror.colours[-5, middle]) == (200, 30, 30)
    assert mirror.opacity[-1].max() == 0
    assert mirror.opacity.max() <= 0.25 * 255 + 1


def test_the_photos_own_shadow_moves_with_the_product_and_fades_at_the_photos_end():
    shadow = np.zeros((100, 75), np.uint8)
    shadow[60:80, 40:75] = 120  # right of the product and on to the photo's edge
    layers = shaded(slab(80, 100, 220, 300), shadow=shadow, fill_share=0.3, kind="source")
    drawn, box = only(layers, "source"), layers.placement.box
    dark = on_canvas(layers)
    scale = box.width / 140
    y = round(box.top + (280 - 100) * scale)
    assert dark[y, round(box.left + (200 - 80) * scale)] == pytest.approx(120 / 255, abs=0.03)
    assert drawn.opacity[:, -1].max() <= 2


def test_a_photo_without_a_shadow_of_its_own_gets_none_of_kind_source():
    assert shaded(disc(150, 200, 90), kind="source").shadows == ()


def test_shadows_are_the_same_each_time():
    first, second = shaded(chair()), shaded(chair())
    for a, b in zip(first.shadows, second.shadows, strict=True):
        assert (a.left, a.top) == (b.left, b.top)
        assert (a.opacity == b.opacity).all()


def test_a_shadow_never_changes_a_solid_product():
    from packshot.retouch.flatten import flatten

    bare, dark = shaded(chair(), kind="none"), shaded(chair())
    behind = {"x": Backdrop((245, 244, 242))}
    a, b = (flatten(replace(layers, backdrops=behind), "x") for layers in (bare, dark))
    left, top = bare.placement.box.left, bare.placement.box.top
    rows, columns = np.nonzero(bare.product.alpha == 255)
    rows, columns = rows + top - bare.product.box.top, columns + left - bare.product.box.left
    assert (a[rows, columns] == b[rows, columns]).all()
    assert Size(a.shape[1], a.shape[0]) == bare.placement.canvas
