"""The same photo on one card."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import SOURCE, facts

from packshot.image.photo import Photo
from packshot.image.types import RGB, size_of
from packshot.look import hash as look_hash
from packshot.look.facts import Facts
from packshot.rules.base import RULES

sys.path.insert(0, str(Path(__file__).parents[1] / "look"))
from altered import cut, framed, recompressed, shirt, smaller, with_a_sticker

RULE = RULES["duplicate_photo"]


def seen(pixels: RGB) -> Facts:
    photo = Photo(np.ascontiguousarray(pixels), None, 1.0, SOURCE)
    return facts(size=size_of(photo.pixels), hash=look_hash.measure(photo))


def told(*photos: RGB, **limits: Any) -> dict[str, list[str]]:
    assert RULE.judge_many is not None
    card = {f"{number}.jpg": seen(pixels) for number, pixels in enumerate(photos, start=1)}
    found = RULE.judge_many(card, RULE.limit(**limits))
    assert list(found) == list(card)
    return {key: [str(one.message) for one in many] for key, many in found.items() if many}


def test_the_first_stays_and_each_repeat_names_it() -> None:
    found = told(shirt(), shirt(seed=2), recompressed(shirt()), shirt(seed=2))
    assert list(found) == ["3.jpg", "4.jpg"]
    assert found["3.jpg"][0].startswith("The photo is the same as 1.jpg: ")
    assert found["4.jpg"][0].startswith("The photo is the same as 2.jpg: 100% of what both show")


@pytest.mark.parametrize("change", [smaller, cut, framed, with_a_sticker], ids=lambda change: change.__name__)
def test_a_changed_copy_is_told(change: Any) -> None:
    assert list(told(shirt(), change(shirt()))) == ["2.jpg"]


def test_goods_of_one_cut_are_told_apart() -> None:
    assert told(shirt(), shirt((150, 40, 60)), shirt(seed=7), shirt((46, 64, 120), seed=3)) == {}


def test_mirror_images_count_only_where_asked() -> None:
    card = shirt(), shirt()[:, ::-1]
    assert told(*card) == {}
    assert told(*card, mirrored=True)["2.jpg"][0].startswith("The photo is the mirror image of 1.jpg")


def test_the_limit_is_the_profiles() -> None:
    assert told(shirt(), with_a_sticker(shirt()), min_alike=1.0) == {}


def test_blank_copies_are_told_and_no_photos_are_fine() -> None:
    blank = np.full((300, 200, 3), 250, np.uint8)
    assert list(told(blank, blank)) == ["2.jpg"]
    assert told() == {}


def test_what_proves_a_likeness_stays_small_in_a_report() -> None:
    rough = np.random.default_rng(3).integers(0, 256, (400, 300, 3), np.uint8)
    assert all(len(seen(pixels).hash.thumb) < 6000 for pixels in (shirt(), rough))
    assert len(seen(shirt()).hash.thumb) < 3000
