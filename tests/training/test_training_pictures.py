"""What a network is shown: packs, folders of pairs, composed pictures."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from toy import one_of_each, pairs, photos, ring

from packshot.errors import BadSource
from packshot.training import pack
from packshot.training.compose import Composer
from packshot.training.sources import PHOTO, Example


def test_a_pack_gives_back_what_was_packed(tmp_path: Path) -> None:
    assert pack.write(tmp_path / "few.pack", one_of_each()) == 3
    found = pack.load(tmp_path / "few.pack")
    assert [(e.kind, e.source, e.group) for e in found] == [
        (e.kind, e.source, e.group) for e in one_of_each()
    ]
    for now, was in zip(found, one_of_each(), strict=True):
        assert now.rgba.shape == was.rgba.shape
        assert np.abs(now.rgba[..., 3].astype(int) - was.rgba[..., 3]).mean() < 3
        seen = was.rgba[..., 3] > 250
        assert np.abs(now.rgba[seen].astype(int) - was.rgba[seen]).mean() < 12
    assert found[0].shadow is None
    assert found[1].shadow is not None
    assert np.abs(found[1].shadow.astype(int) - 60).max() < 4


def test_large_photos_are_shrunk_and_small_ones_are_not() -> None:
    large = Example(PHOTO, "own", "wide", np.zeros((300, 2000, 4), np.uint8))
    assert pack.shrunk(large, 500).rgba.shape == (75, 500, 4)
    assert pack.shrunk(large, 2000) is large


def test_a_picture_depends_on_its_number_alone() -> None:
    composer = Composer(one_of_each(), 64, seed=5)
    forwards = [composer(number) for number in range(12)]
    backwards = [Composer(one_of_each(), 64, seed=5)(number) for number in reversed(range(12))]
    for (colours, alpha), (same, truth) in zip(forwards, reversed(backwards), strict=True):
        assert np.array_equal(colours, same)
        assert np.array_equal(alpha, truth)
    assert not np.array_equal(Composer(one_of_each(), 64, seed=6)(0)[0], forwards[0][0])


def test_pictures_can_be_composed_of_nothing_and_larger_than_the_noise() -> None:
    for colours, alpha in (Composer([], 64)(3), Composer(photos(2), 544)(1)):
        assert colours.shape == (*alpha.shape, 3)


def test_a_folder_of_pairs_is_read_by_its_names(tmp_path: Path) -> None:
    pairs(tmp_path, 3)
    (tmp_path / "masks" / "ring 1.png").unlink()
    found = pack.load(tmp_path)
    assert [e.group for e in found] == ["ring 0", "ring 2"]
    assert np.abs(found[1].rgba[..., 3].astype(int) - ring(2)[..., 3]).max() <= 1


def test_folders_and_files_of_other_things_are_refused_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"photos/NAME\.jpg"):
        pack.load(tmp_path)
    with pytest.raises(BadSource, match="neither a folder nor a packed"):
        pack.load(tmp_path / "not here")
    (tmp_path / "notes.pack").write_text("hello")
    with pytest.raises(BadSource, match="neither a folder nor a packed"):
        pack.load(tmp_path / "notes.pack")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.txt", "a")
    with pytest.raises(BadSource, match="is a ZIP, but"):
        pack.load(tmp_path / "other.zip")
