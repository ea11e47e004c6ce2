"""A result is there as a whole or not at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from packshot.image.files import write_whole


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_is_written_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / "кружка 1.jpg"
    write_whole(path, b"one")
    write_whole(str(path), b"two")
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == [path.name]


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "mug.jpg"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["mug.jpg"]


def test_a_reader_never_sees_a_half_file(tmp_path):
    path = tmp_path / "mug.jpg"
    pictures = [bytes([n]) * 200_000 for n in range(8)]
    write_whole(path, pictures[0])
    writers = [threading.Thread(target=write_whole, args=(path, picture)) for picture in pictures]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert path.read_bytes() in pictures
    for writer in writers:
        writer.join()
    assert names(tmp_path) == ["mug.jpg"]


def test_long_names_and_the_usual_mode(tmp_path):
    path = tmp_path / ("м" * 120 + ".jpg")
    write_whole(path, b"x")
    plain = tmp_path / "plain"
    plain.write_bytes(b"x")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(Path(tmp_path) / "none" / "mug.jpg", b"x")
