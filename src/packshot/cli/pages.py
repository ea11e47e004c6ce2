"""Files that show a run: the page and the contact sheet. They never take the place of a user's file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from packshot.errors import BadOption, Refused
from packshot.words import say

if TYPE_CHECKING:
    from packshot.report.entry import Entry

THUMB_SIDE = 900
SMALL_THUMB_SIDE = 420
MANY = 150
"""Above this a page of large pictures would be too heavy to open."""


def thumb_side(count: int) -> int:
    return THUMB_SIDE if count <= MANY else SMALL_THUMB_SIDE


class Thumbs:
    """Small pictures of a run, on disk until the page is written: memory stays flat."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[str, list[str]] = {}
        self._numbers: dict[str, int] = {}

    def keep(self, title: str, pictures: Mapping[str, bytes]) -> None:
        number = self._numbers.setdefault(title, len(self._numbers))
        self._names[title] = [name for name, data in pictures.items() if data]
        for place, name in enumerate(self._names[title]):
            (self._folder / f"{number}-{place}").write_bytes(pictures[name])

    def of(self, entry: Entry) -> dict[str, bytes]:
        number = self._numbers.get(entry.title, -1)
        return {
            name: (self._folder / f"{number}-{place}").read_bytes()
            for place, name in enumerate(self._names.get(entry.title, ()))
        }


@contextmanager
def thumbs() -> Iterator[Thumbs]:
    with tempfile.TemporaryDirectory(prefix="packshot-") as folder:
        yield Thumbs(Path(folder))


def write_page(
    folder: Path,
    entries: Iterable[Entry],
    small: Thumbs,
    language: str,
    *,
    title: str,
    counted: Mapping[str, int],
) -> Path:
    from packshot.report.page import page

    path = folder / "index.html"
    ours_or_free(path)
    folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(".index.html.part")
    with beside.open("w", encoding="utf-8", newline="\n") as written:
        written.writelines(page(entries, small.of, language, title=title, counted=counted))
    beside.replace(path)
    return path


def write_sheets(folder: Path, entries: Iterable[Entry], small: Thumbs, language: str) -> list[Path]:
    from packshot.image.files import write_whole
    from packshot.report.sheet import Row, sheets

    paths = []
    rows = (Row(entry, small.of(entry)) for entry in entries)
    for number, data in enumerate(sheets(rows, language), start=1):
        path = folder / ("contact_sheet.jpg" if number == 1 else f"contact_sheet_{number}.jpg")
        ours_or_free(path)
        write_whole(path, data)
        paths.append(path)
    return paths


def ours_or_free(path: Path) -> None:
    """Raises where the file is there and not of our making."""
    from packshot.report import boxes, html, sheet

    marks = (f'content="{html.MADE_BY}"'.encode(), sheet.MADE_BY.encode(), boxes.MADE_BY.encode())
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise BadOption(
            say("{file} is a file, and a folder is asked for.", file=str(path.parent)),
            say("Give the name of a folder; it is made where it is missing."),
        ) from None
    if not any(mark in head for mark in marks):
        raise Refused(
            say("{file} is there already and packshot did not write it.", file=str(path)),
            say("Move it, or choose another folder."),
        )
