"""Doubles among many: each pair is looked at once, groups hold together, the index spares a second look."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import packed, tree
from hypothesis import given
from hypothesis import strategies as st

from packshot.batch.duplicates import groups
from packshot.batch.imprints import collect, take
from packshot.batch.lookalikes import Pair, pairs
from packshot.batch.names import Item, name_items
from packshot.batch.sources import gather
from packshot.errors import BadOption
from packshot.image.types import RGB, Size
from packshot.look.double import IMPRINT, imprint

sys.path.insert(0, str(Path(__file__).parents[1] / "look"))
from altered import framed, shirt, smaller, with_a_sticker


def written(pixels: RGB) -> bytes:
    return cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def items_of(*sources: Path) -> tuple[Item, ...]:
    return name_items(gather([str(source) for source in sources]).found)


def proven(*photos: RGB, mirrored: bool = True) -> set[tuple[int, int, bool]]:
    imprints = np.array([imprint(np.ascontiguousarray(photo)) for photo in photos])
    return {(p.first, p.second, p.mirrored) for p in pairs(imprints, least=0.75, mirrored=mirrored)}


def test_the_pairs_among_many_are_those_that_were_made() -> None:
    others = [shirt((40 * seed, 90, 200 - 30 * seed), seed) for seed in range(2, 6)]
    turned = shirt()[:, ::-1]
    found = proven(shirt(), *others, with_a_sticker(shirt()), turned, smaller(shirt()))
    assert found == {(0, 5, False), (0, 7, False), (5, 7, False), (0, 6, True), (5, 6, True), (6, 7, True)}


def test_mirrored_photos_may_be_left_out() -> None:
    assert proven(shirt(), shirt()[:, ::-1], mirrored=False) == set()


def test_blank_copies_are_one_photo_and_other_blanks_are_not() -> None:
    white, grey = (np.full((200, 200, 3), level, np.uint8) for level in (255, 128))
    assert proven(white, grey, white) == {(0, 2, False)}


def test_hundreds_of_copies_cost_no_thousands_of_pairs() -> None:
    records = np.repeat(imprint(shirt())[None], 400)
    records["box"][:, 0] += np.arange(400, dtype=np.float32) * 1e-6  # not quite the same pixels
    found = list(pairs(records, least=0.75))
    assert len(found) < 6 * 400
    assert len(groups(found, [Size(10, 10)] * 400)) == 1


def test_no_photos_have_no_doubles() -> None:
    assert list(pairs(np.zeros(0, IMPRINT), least=0.75)) == []


sizes = st.lists(st.builds(Size, st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=12)


@given(sizes, st.data())
def test_groups_are_what_pairs_connect(some: list[Size], data: st.DataObject) -> None:
    every = list(itertools.combinations(range(len(some)), 2))
    chosen = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    found = groups([Pair(first, second, 0.9, False) for first, second in chosen], some)
    members = [index for group in found for index in group.members]
    assert len(members) == len(set(members))
    assert set(members) == {index for pair in chosen for index in pair}
    where = {index: group.original for group in found for index in group.members}
    assert all(where[first] == where[second] for first, second in chosen)
    for group in found:
        assert some[group.original].area == max(some[index].area for index in group.members)
        assert all(
            index in (group.nearest(index).first, group.nearest(index).second) for index in group.doubles
        )


def test_the_index_spares_opening_a_photo_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = tree(tmp_path / "photos", {"a.jpg": written(shirt()), "b.jpg": written(framed(shirt()))})
    index = tmp_path / "seen.npz"
    first = collect(items_of(photos), jobs=1, index=index)
    opened: list[str] = []

    def watched(item: Item) -> object:
        opened.append(item.name)
        return take(item)

    monkeypatch.setattr("packshot.batch.imprints.take", watched)
    again = collect(items_of(photos), jobs=1, index=index)
    assert opened == []
    assert again.imprints.tobytes() == first.imprints.tobytes()
    (photos / "b.jpg").write_bytes(written(shirt(seed=3)))
    changed = collect(items_of(photos), jobs=1, index=index)
    assert opened == ["b.jpg"]
    assert changed.imprints[1].tobytes() != first.imprints[1].tobytes()


def test_a_file_that_is_no_index_is_never_written_over(tmp_path: Path) -> None:
    photos = tree(tmp_path / "photos", {"a.jpg": written(shirt())})
    index = tmp_path / "precious.txt"
    index.write_bytes(b"not ours")
    with pytest.raises(BadOption, match="no index"):
        collect(items_of(photos), jobs=1, index=index)
    assert index.read_bytes() == b"not ours"


def test_what_cannot_be_read_is_told_and_the_rest_compared(tmp_path: Path) -> None:
    archive = packed(tmp_path / "cards.zip", {"../../a.jpg": written(shirt()), "b/c.jpg": b"no photo"})
    seen = collect(items_of(archive), jobs=1, index=None)
    assert [item.key for item in seen.items] == ["a.jpg"]
    assert [item.key for item, _ in seen.unread] == ["b/c.jpg"]
