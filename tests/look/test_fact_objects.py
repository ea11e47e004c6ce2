"""Things are counted, their parts joined, twins told from neighbours."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from fact_pictures import cutout_of, ground, no_product, noisy, odd_photos, photo_of, whole

from packshot.image.types import RGB, Box, Colour, Grey
from packshot.look.objects import Objects, measure
from packshot.look.sides import Sides
from packshot.look.subject import Cutout, Origin, Subject


def subject_of(cutout: Cutout) -> Subject:
    return Subject(
        found=not cutout.box.is_empty,
        box=cutout.box,
        coverage=0.3,
        components=(),
        far_apart=False,
        touches=Sides(),
        see_through=0,
        holes=0,
        confidence=0.9,
        origin=Origin.STUDIO,
        engine="studio",
        agreement=None,
    )


def objects(pixels: RGB, mask: Grey, *, scale: float = 1.0) -> Objects:
    cutout = cutout_of(pixels, mask)
    return measure(photo_of(pixels, scale=scale), cutout, subject_of(cutout))


class Table:
    """A white sheet on which things are laid."""

    def __init__(self, width: int = 900, height: int = 600) -> None:
        self.pixels, self.mask = ground(width, height), np.zeros((height, width), np.uint8)

    def lay(self, thing: tuple[RGB, Grey], left: int, top: int) -> Table:
        pixels, mask = thing
        here = Box(left, top, left + mask.shape[1], top + mask.shape[0]).slices
        self.pixels[here] = np.where(mask[..., None] > 127, pixels, self.pixels[here])
        self.mask[here] = np.maximum(self.mask[here], mask)
        return self

    @property
    def seen(self) -> Objects:
        return objects(noisy(self.pixels, 2), self.mask)


def shoe(colour: Colour = (150, 60, 40), stripe: Colour = (235, 235, 230)) -> tuple[RGB, Grey]:
    """Looks to the right; its mirror image looks to the left."""
    pixels, mask = ground(300, 180, colour), np.zeros((180, 300), np.uint8)
    outline = np.array([[20, 30], [110, 30], [150, 90], [280, 115], [285, 165], [20, 165]])
    cv2.fillPoly(mask, [outline], 255)
    cv2.line(pixels, (60, 60), (90, 150), stripe, 16)
    cv2.line(pixels, (180, 110), (195, 150), (30, 30, 30), 10)
    pixels[150:] = (40, 40, 45)
    return pixels, mask


def bottle(colour: Colour = (40, 110, 60)) -> tuple[RGB, Grey]:
    pixels, mask = ground(120, 360, colour), np.zeros((360, 120), np.uint8)
    cv2.rectangle(mask, (10, 120), (110, 350), 255, -1)
    cv2.rectangle(mask, (40, 10), (80, 120), 255, -1)
    pixels[180:280] = (230, 225, 200)
    return pixels, mask


def mirrored(thing: tuple[RGB, Grey]) -> tuple[RGB, Grey]:
    return thing[0][:, ::-1], thing[1][:, ::-1]


def brighter(thing: tuple[RGB, Grey], gain: float) -> tuple[RGB, Grey]:
    return np.clip(thing[0] * gain, 0, 255).astype(np.uint8), thing[1]


def test_one_thing_is_one_thing() -> None:
    seen = Table().lay(shoe(), 100, 200).seen
    assert len(seen.boxes) == 1
    assert seen.shares == (pytest.approx(1.0),)
    assert seen.twins == ()


@pytest.mark.parametrize("gain", [1.0, 0.92, 1.06])
def test_the_same_thing_twice_is_a_twin(gain: float) -> None:
    seen = Table().lay(shoe(), 60, 60).lay(brighter(shoe(), gain), 480, 330).seen
    assert len(seen.boxes) == 2
    (twin,) = seen.twins
    assert twin.similarity > 0.83
    assert not twin.mirrored


def test_a_pair_of_shoes_is_a_mirrored_twin() -> None:
    (twin,) = Table().lay(shoe(), 60, 60).lay(mirrored(shoe()), 480, 330).seen.twins
    assert twin.mirrored


@pytest.mark.parametrize(
    "other", [bottle(), shoe((40, 60, 150), (230, 200, 40)), mirrored(shoe((30, 120, 60)))]
)
def test_different_things_are_no_twins(other: tuple[RGB, Grey]) -> None:
    seen = Table().lay(shoe(), 60, 60).lay(other, 500, 200).seen
    assert len(seen.boxes) == 2
    assert seen.twins == ()


def test_same_shape_in_another_colour_is_no_twin() -> None:
    assert Table().lay(bottle(), 100, 100).lay(bottle((170, 30, 90)), 500, 100).seen.twins == ()


def test_same_colour_in_another_shape_is_no_twin() -> None:
    disc, mask = ground(260, 260, (150, 60, 40)), np.zeros((260, 260), np.uint8)
    cv2.circle(mask, (130, 130), 120, 255, -1)
    assert (
        Table().lay(shoe((150, 60, 40), (150, 60, 40)), 60, 60).lay((disc, mask), 500, 200).seen.twins == ()
    )


def test_a_lid_beside_its_jar_belongs_to_it() -> None:
    pixels, mask = ground(500, 700, (60, 120, 190)), np.zeros((700, 500), np.uint8)
    mask[200:650, 100:400] = 255
    mask[150:190, 120:380] = 255
    seen = objects(pixels, mask)
    assert len(seen.boxes) == 1
    assert seen.boxes[0] == Box(100, 150, 400, 650) or abs(seen.boxes[0].top - 150) <= 3


def test_a_lid_laid_apart_is_a_thing_of_its_own() -> None:
    pixels, mask = ground(900, 700, (60, 120, 190)), np.zeros((700, 900), np.uint8)
    mask[200:650, 100:400] = 255
    mask[400:440, 560:820] = 255
    assert len(objects(pixels, mask).boxes) == 2


def test_specks_are_no_things() -> None:
    table = Table().lay(shoe(), 100, 200)
    table.mask[20:30, 20:30] = 255
    assert len(table.seen.boxes) == 1


def test_three_alike_make_three_pairs() -> None:
    table = Table(1300, 500)
    for at in (60, 480, 900):
        table.lay(bottle(), at, 60)
    assert len(table.seen.twins) == 3


def test_boxes_are_in_source_pixels() -> None:
    pixels, mask = shoe()
    found = objects(pixels, mask, scale=0.5).boxes[0]
    assert abs(found.left - 40) <= 4
    assert abs(found.right - 571) <= 6


def test_largest_comes_first_and_shares_add_up() -> None:
    seen = Table().lay(bottle(), 600, 100).lay(shoe(), 60, 60).seen
    assert list(seen.shares) == sorted(seen.shares, reverse=True)
    assert sum(seen.shares) == pytest.approx(1, abs=0.02)


def test_no_product_has_no_things() -> None:
    nothing = no_product()
    assert measure(photo_of(ground()), nothing, subject_of(nothing)) == Objects((), (), ())


@pytest.mark.parametrize("name", odd_photos())
def test_odd_photos_hold_one_thing(name: str) -> None:
    cutout = whole(odd_photos()[name])
    seen = measure(photo_of(odd_photos()[name]), cutout, subject_of(cutout))
    assert len(seen.boxes) <= 1
    assert seen.twins == ()
