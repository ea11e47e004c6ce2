"""The same photo on one card."""

from __future__ import annotations

from typing import Any

from builders import facts, hash_of
from hypothesis import given
from hypothesis import strategies as st

from packshot.look.facts import Facts
from packshot.rules.base import RULES

signs = st.integers(0, 2**64 - 1)
RULE = RULES["duplicate_photo"]


def told(photos: dict[str, Facts], **limits: Any) -> dict[str, list[str]]:
    assert RULE.judge_many is not None
    found = RULE.judge_many(photos, RULE.limit(**limits))
    return {key: [str(one.message) for one in many] for key, many in found.items()}


def photos(*hashes: int) -> dict[str, Facts]:
    return {f"{i}.jpg": facts(hash=hash_of(one)) for i, one in enumerate(hashes, 1)}


def test_the_first_stays_and_each_repeat_names_it() -> None:
    found = told(photos(0xFF00, 0x00FF_0000_0000_0000, 0xFF01, 0xFF00))
    assert [len(many) for many in found.values()] == [0, 0, 1, 1]
    assert found["3.jpg"][0].startswith("The photo is the same as 1.jpg: 1 of 64 signs differ")
    assert found["4.jpg"][0].startswith("The photo is the same as 1.jpg: 0 of 64")


def test_the_limit_itself_still_counts_as_the_same() -> None:
    assert told(photos(0, 0b11_1111))["2.jpg"]
    assert told(photos(0, 0b111_1111))["2.jpg"] == []


def test_mirror_images_count_only_where_asked() -> None:
    card = {"a": facts(hash=hash_of(0xF0F0, 0x1111_2222)), "b": facts(hash=hash_of(0x1111_2222, 0xF0F0))}
    assert told(card) == {"a": [], "b": []}
    assert told(card, mirrored=True)["b"][0].startswith("The photo is the mirror image of a")


@given(st.lists(signs, max_size=8), st.integers(0, 64))
def test_every_photo_is_answered_for_and_the_first_never_blamed(hashes: list[int], most: int) -> None:
    card = photos(*hashes)
    found = told(card, max_distance=most)
    assert list(found) == list(card)
    assert all(len(many) <= 1 for many in found.values())
    assert not hashes or found["1.jpg"] == []


@given(st.lists(signs, min_size=2, max_size=8), st.integers(0, 64))
def test_exact_copies_are_always_told(hashes: list[int], most: int) -> None:
    found = told(photos(*hashes, hashes[0]), max_distance=most)
    assert found[f"{len(hashes) + 1}.jpg"]
