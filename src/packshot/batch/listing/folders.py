"""A folder, one photo or a glob, as a stream of photos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from packshot.batch.listing.keys import written
from packshot.batch.listing.listed import Listed
from packshot.batch.origins import FileOrigin, real
from packshot.batch.sources import Found, Skipped, photos_of
from packshot.batch.store import Store
from packshot.errors import Refused
from packshot.words import say


class Folder:
    """`place` as a shell would give it: a folder, a file, a pattern."""

    def __init__(self, place: str, *, out: Store | None = None) -> None:
        self.place = place
        self.skipped = Skipped()
        self._out = out.path if out is not None and out.is_local else None
        if self._out is not None and real(self._out) == real(Path(place).expanduser()):
            raise refused_among(place)

    @property
    def name(self) -> str:
        return self.place

    def __iter__(self) -> Iterator[Listed]:
        self.skipped = Skipped()
        for photo in photos_of(self.place, self._out, self.skipped, allow_private=False):
            stamp = stamp_of_file(photo.origin.path) if isinstance(photo.origin, FileOrigin) else ""
            yield Listed(key_of(photo), photo.origin, written(photo.name), written(photo.folder), stamp)


def key_of(photo: Found) -> str:
    return written(f"{photo.folder}/{photo.name}" if photo.folder else photo.name)


def stamp_of_file(path: Path) -> str:
    """Empty where it is gone: whoever reads it says so."""
    try:
        told = path.stat()
    except (OSError, ValueError):  # the latter of names that no disk can hold
        return ""
    return f"{told.st_size}:{told.st_mtime_ns}"


def refused_among(place: str) -> Refused:
    return Refused(
        say("The results would lie among the photos of {place}.", place=place),
        say("Give another place for them; a folder inside this one will do."),
    )
