"""A person's mask in place of ours: what was drawn is known, so is what a stroke must do to it."""

from __future__ import annotations

import io
import json
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from packshot.batch.fixing import Fix
from packshot.errors import BadOption
from packshot.image.codec import open_photo
from packshot.journey.cutout import EDITED_SIDE, editable
from packshot.journey.fix import fix
from packshot.journey.mask import cut_by, open_mask
from packshot.journey.result import Result, Status
from packshot.look.subject import Cutout, Origin, cut

Picture = NDArray[np.uint8]

WIDTH, HEIGHT = 800, 640
GROUND = (236, 234, 232)
BODY, KNOB = (150, 40, 30), (30, 70, 140)
LOOSE = (228, 224, 218)
"""A pale lid beside the goods, nearly the ground's colour: what a cut-out forgets."""


def soft(draw: str) -> NDArray[np.float64]:
    """Alpha of a shape, drawn four times as large."""
    fine = np.zeros((HEIGHT * 4, WIDTH * 4), np.uint8)
    if draw == "body":
        cv2.ellipse(fine, (1400, 1300), (600, 800), 0, 0, 360, 255, -1)
    elif draw == "knob":
        cv2.circle(fine, (2300, 1300), 400, 255, -1)
    else:
        cv2.rectangle(fine, (2800, 500), (3050, 2000), 255, -1)
    return cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) / 255


@lru_cache
def drawn() -> Picture:
    """A jug with a knob that is stuck to it, and the pale lid."""
    picture = np.full((HEIGHT, WIDTH, 3), GROUND, np.float64)
    for name, colour in (("lid", LOOSE), ("knob", KNOB), ("body", BODY)):
        share = soft(name)[..., None]
        picture = share * np.array(colour) + (1 - share) * picture
    return (picture + 0.5).astype(np.uint8)


def levels(share: NDArray[np.float64]) -> Picture:
    return (np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)


def png(pixels: Picture) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


@lru_cache
def photo() -> bytes:
    return png(drawn())


@lru_cache
def mended(*shapes: str) -> Result:
    """By a mask of these shapes; without any by our own cut-out."""
    mask = np.maximum.reduce([soft(name) for name in shapes]) if shapes else None
    return fix(photo(), mask=None if mask is None else png(levels(mask)))


def seen(result: Result, variant: str, colour: tuple[int, int, int], within: int = 12) -> int:
    """Pixels of about this colour."""
    away = abs(result.variants[variant].pixels.astype(int) - np.array(colour)).max(axis=2)
    return int((away <= within).sum())


def cut_of(mask: Picture, pixels: Picture | None = None) -> Cutout:
    opened = open_photo(png(drawn() if pixels is None else pixels))
    return cut_by(open_mask(mask), opened, cut(opened, None))


def test_an_erased_part_is_gone_and_the_rest_stays() -> None:
    whole, without = mended("body", "knob"), mended("body")
    assert seen(whole, "light", KNOB) > 5000
    assert seen(without, "light", KNOB) == 0
    assert seen(without, "light", BODY) > 5000


def test_an_added_part_has_the_photos_own_colours() -> None:
    assert seen(mended("body", "knob"), "dark", LOOSE, 3) < 200
    added = mended("body", "knob", "lid")
    assert seen(added, "dark", LOOSE, 3) > 3000
    assert {guard.name: guard.passed for guard in added.guards}["colour"]


def test_who_drew_it_is_told_and_it_is_sure() -> None:
    result = mended("body")
    assert result.cutout is not None
    assert (result.cutout.origin, result.cutout.confidence, result.route) == (Origin.PERSON, 1.0, "person")
    assert result.before.facts["subject"]["origin"] == "person"
    assert "человек" in result.cutout.reason.in_("ru").lower()
    assert result.status in {Status.FIXED, Status.COMPLIANT}, result.reasons


def test_our_own_mask_handed_back_changes_nothing() -> None:
    given_out = editable(photo())
    back = fix(photo(), mask=given_out.mask_png)
    assert given_out.picture.shape[:2] == given_out.mask.shape
    assert {name: made.sha256 for name, made in back.variants.items()} == {
        name: made.sha256 for name, made in mended().variants.items()
    }


def test_a_mask_for_editing_is_of_working_size() -> None:
    large = cv2.resize(drawn(), (4000, 3200), interpolation=cv2.INTER_LINEAR)
    assert editable(png(large)).mask.shape == (EDITED_SIDE * 4 // 5, EDITED_SIDE)


def test_an_empty_ground_can_be_drawn_on() -> None:
    bare = np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)
    assert not editable(png(bare)).mask.any()
    cutout = cut_of(levels(soft("body")), bare)
    assert (cutout.origin, int(cutout.alpha.max())) == (Origin.PERSON, 255)


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.7])
def test_no_old_ground_stays_in_a_soft_rim(factor: float) -> None:
    pixels = drawn().copy()
    pixels[soft("lid") > 0] = GROUND
    true = np.maximum(soft("body"), soft("knob"))
    size = (round(WIDTH * factor), round(HEIGHT * factor))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    mask = levels(cv2.resize(true, size, interpolation=way))
    opened = open_photo(png(pixels))
    nothing = cut(open_photo(png(np.full((64, 64, 3), GROUND, np.uint8))), None)
    cutout = cut_by(open_mask(mask), opened, nothing)
    rim = (cutout.alpha > 30) & (cutout.alpha < 250)
    lightness = cutout.colours[rim].astype(int).mean(axis=1)
    assert rim.sum() > 1000
    # The goods are at 75 and 80, the ground is at 234: an unmixed rim lies near the goods.
    assert np.percentile(lightness, 95) < 110


def test_a_stroke_that_fades_keeps_the_photos_pixels() -> None:
    """A soft brush over goods is no outline: nothing is to be taken out of its colours."""
    mask = levels(soft("body"))
    fading = np.linspace(255, 0, 160).astype(np.uint8)
    mask[250:410, 300:420] = np.minimum(mask[250:410, 300:420], fading[:, None])
    cutout = cut_of(mask)
    y, x = cutout.box.slices
    inside = np.zeros(mask.shape, bool)
    inside[260:400, 310:410] = True
    assert abs(cutout.colours[inside[y, x]].astype(int) - np.array(BODY)).max() <= 1


@given(
    x=st.integers(0, WIDTH), y=st.integers(0, HEIGHT), radius=st.integers(4, 200), adds=st.booleans(),
    factor=st.sampled_from([0.5, 1.0]),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_strokes_do_what_they_say_and_nothing_elsewhere(
    x: int, y: int, radius: int, adds: bool, factor: float
) -> None:
    opened = open_photo(photo())
    ours = cut(opened, None)
    before = np.zeros((HEIGHT, WIDTH), np.uint8)
    before[ours.box.slices] = ours.alpha
    size = (round(WIDTH * factor), round(HEIGHT * factor))
    mask = cv2.resize(before, size, interpolation=cv2.INTER_AREA)
    centre = (round(x * factor), round(y * factor))
    cv2.circle(mask, centre, round(radius * factor), 255 if adds else 0, -1)

    cutout = cut_by(open_mask(mask), opened, ours)

    after = np.zeros((HEIGHT, WIDTH), np.uint8)
    after[cutout.box.slices] = cutout.alpha
    far = np.hypot(*np.meshgrid(np.arange(WIDTH) - x, np.arange(HEIGHT) - y))
    assert np.array_equal(after[far > radius + 16], before[far > radius + 16])
    inner = after[far < radius - 4 / factor]
    assert inner.size == 0 or (inner.min() >= 253 if adds else inner.max() <= 2)
    assert (cutout.alpha.shape, cutout.colours.shape[:2]) == (
        (cutout.box.height, cutout.box.width), (cutout.box.height, cutout.box.width),
    )  # fmt: skip


def test_a_transparent_cut_out_is_a_mask_too() -> None:
    rgba = np.dstack([drawn(), levels(soft("body"))])
    grey = levels(soft("body"))
    assert np.array_equal(open_mask(png(rgba)).levels, open_mask(png(grey)).levels)


@pytest.mark.parametrize(
    ("mask", "told"),
    [
        (png(np.full((HEIGHT, HEIGHT), 255, np.uint8)), "shapes differ"),
        (png(np.full((WIDTH, HEIGHT), 255, np.uint8)), "shapes differ"),
        (png(np.zeros((HEIGHT, WIDTH), np.uint8)), "empty"),
        (png(np.full((HEIGHT, WIDTH), 100, np.uint8)), "empty"),
        (b"", "cannot be opened"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, "cannot be opened"),
        (b"GIF89a", "cannot be opened"),
        (b"<svg/>", "cannot be opened"),
        (np.zeros((HEIGHT, WIDTH), np.float64), "cannot be opened"),
    ],
    ids=["square", "turned", "empty", "grey", "no bytes", "rubbish", "cut off", "svg", "floats"],
)
def test_a_mask_of_no_use_says_why_and_what_to_do(mask: bytes, told: str) -> None:
    with pytest.raises(BadOption, match=told) as caught:
        fix(photo(), mask=mask)
    assert caught.value.cure is not None


def test_the_photo_itself_is_no_mask() -> None:
    with pytest.raises(BadOption, match="colours"):
        open_mask(photo())


def test_a_mask_bomb_is_refused_by_its_header() -> None:
    header = io.BytesIO()
    Image.new("L", (1, 1)).save(header, "PNG")
    bomb = bytearray(header.getvalue())
    bomb[16:24] = (200_000).to_bytes(4, "big") * 2
    with pytest.raises(BadOption, match="cannot be opened"):
        open_mask(bytes(bomb))


def test_a_bad_photo_ends_failed_whatever_the_mask() -> None:
    result = fix(b"no photo", mask=png(levels(soft("body"))))
    assert result.status is Status.FAILED


def test_identity_knows_the_mask_and_is_as_ever_without() -> None:
    mask, other = png(levels(soft("body"))), png(levels(soft("knob")))
    sha256 = "a" * 64
    names = [Fix(Path("out"), "base", mask=one).identity(sha256)["options"] for one in (b"", mask, other)]
    assert len(set(names)) == 3
    assert "mask" not in json.loads(names[0])
    shown = mended("body").identity
    assert shown is not None
    assert json.loads(shown.options)["mask"] == json.loads(names[1])["mask"]
