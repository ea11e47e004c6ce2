"""A followed folder: a file is given when nobody has written to it for a while."""

from __future__ import annotations

import os
from pathlib import Path

from packshot.batch.listing.folders import Folder
from packshot.batch.listing.ripe import RIPE_SECONDS, Ripe


def test_a_file_that_is_still_being_copied_waits(tmp_path: Path) -> None:
    for name, written in (("old.jpg", 1000.0), ("fresh.jpg", 2000.0), ("of_tomorrow.jpg", 9000.0)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (written, written))
    now = 2000.0 + RIPE_SECONDS / 2
    source = Ripe(Folder(str(tmp_path)), clock=lambda: now)
    assert [photo.name for photo in source] == ["of_tomorrow.jpg", "old.jpg"]
    now += RIPE_SECONDS
    assert [photo.name for photo in source] == ["fresh.jpg", "of_tomorrow.jpg", "old.jpg"]
    assert source.name == str(tmp_path)
    assert source.skipped.words() == ()
