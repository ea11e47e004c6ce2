"""Photos with what is wrong drawn over them, written beside each other as the sources lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from packshot.cli import pages
from packshot.image.files import write_whole

if TYPE_CHECKING:
    from packshot.report.entry import Entry

SIDE = 1200
"""Large enough to read a label, small enough to mail."""


class Marked:
    def __init__(self, folder: Path, language: str) -> None:
        self._folder, self._language = folder, language

    def write(self, entry: Entry, photo: bytes) -> None:
        from packshot.report.boxes import drawn

        data = drawn(entry, photo, self._language)
        if not data:
            return
        which = f".{entry.profile}" if entry.title != entry.key else ""
        path = self._folder / f"{entry.key}{which}.jpg"
        pages.ours_or_free(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
