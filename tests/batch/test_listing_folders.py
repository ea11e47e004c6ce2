"""Folders, files and globs as streams: in a lasting order, never our own results, all else told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from drawn import mug, tree

from packshot.batch.listing.folders import Folder
from packshot.batch.store import Store
from packshot.errors import BadPhoto, Refused


def keys(place: object, **kwargs: Store) -> list[str]:
    return [photo.key for photo in Folder(str(place), **kwargs)]


def test_a_folder_gives_the_same_at_every_pass(tmp_path: Path) -> None:
    tree(tmp_path, {"b.jpg": b"x", "red/1.jpg": b"xy", "notes.txt": b"", "more.tar.gz": b"", ".a.jpg": b""})
    folder = Folder(str(tmp_path))
    first = list(folder)
    assert first == list(folder)
    assert [(one.key, one.name, one.folder) for one in first] == [
        ("b.jpg", "b.jpg", ""),
        ("red/1.jpg", "1.jpg", "red"),
    ]
    assert first[1].origin.read() == b"xy"
    skipped = folder.skipped
    assert (skipped.not_photos, skipped.archives, skipped.hidden) == (1, 1, 1)


def test_nothing_below_the_results_is_a_photo(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {"a.jpg": b"", "out/a_main.jpg": b"", "out/deep/b.jpg": b"", "sub/_packshot/layers/c.png": b""},
    )
    out = Store.at(tmp_path / "out")
    assert keys(tmp_path, out=out) == ["a.jpg"]
    assert keys(f"{tmp_path}/*", out=out) == ["a.jpg"]
    assert keys(f"{tmp_path}/**/*.*", out=out) == ["a.jpg"]


def test_results_among_the_photos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="among the photos"):
        Folder(str(tmp_path), out=Store.at(tmp_path))


def test_a_stamp_is_another_one_when_the_file_is(tmp_path: Path) -> None:
    tree(tmp_path, {"a.jpg": b"one", "b.jpg": b"same"})
    before = {photo.key: photo.stamp for photo in Folder(str(tmp_path))}
    (tmp_path / "a.jpg").write_bytes(b"two")
    os.utime(tmp_path / "a.jpg", ns=(1, 1))
    after = {photo.key: photo.stamp for photo in Folder(str(tmp_path))}
    assert before["a.jpg"] != after["a.jpg"] == "3:1"
    assert before["b.jpg"] == after["b.jpg"]


def test_a_photo_that_went_since_is_told(tmp_path: Path) -> None:
    tree(tmp_path, {"a.jpg": b"x"})
    (photo,) = Folder(str(tmp_path))
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(BadPhoto) as told:
        photo.origin.read()
    assert told.value.reason == "vanished"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_names_that_are_no_text_stay_apart(tmp_path: Path) -> None:
    for raw in (b"\xff.png", b"\xfe.png"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw)).write_bytes(mug())
    photos = list(Folder(str(tmp_path)))
    assert len({photo.key.encode() for photo in photos}) == 2
    assert [photo.origin.read() for photo in photos] == [mug(), mug()]


def test_globs_find_what_shells_find(tmp_path: Path) -> None:
    tree(tmp_path, {"p/a.jpg": b"", "p/b.png": b"", "p/s/c.jpg": b"", "p/s/t/d.jpg": b"", "q/e.jpg": b""})
    assert keys(f"{tmp_path}/p/*.jpg") == ["a.jpg"]
    assert keys(f"{tmp_path}/p/**/*.jpg") == ["a.jpg", "s/c.jpg", "s/t/d.jpg"]
    assert keys(f"{tmp_path}/p/**/**/c.*") == ["s/c.jpg"]
    assert keys(f"{tmp_path}/p/**") == ["a.jpg", "b.png", "s/c.jpg", "s/t/d.jpg"]
    assert keys(f"{tmp_path}/[pq]/?.jpg") == ["p/a.jpg", "q/e.jpg"]
    assert keys(f"{tmp_path}/*/s/") == ["p/s/c.jpg", "p/s/t/d.jpg"]
    assert keys(f"{tmp_path}/p/a.jpg") == ["a.jpg"]
