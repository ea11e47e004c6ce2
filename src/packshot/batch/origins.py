"""Where one photo's bytes lie: a file, a member of a ZIP, a link. Small and picklable: workers read."""

from __future__ import annotations

import os
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from packshot.batch import links
from packshot.errors import BadPhoto
from packshot.image.limits import Limits
from packshot.words import Words, say

MAX_BYTES = Limits().size_bytes
MAX_RATIO = 200
"""A photo hardly shrinks in a ZIP; drawn PNG and BMP reach 50. Asked only of members above MIN_BOMB_BYTES."""
MIN_BOMB_BYTES = 5_000_000


class Origin(Protocol):
    @property
    def where(self) -> str:
        """Tells this photo from all others on this machine, and says to people where it lies."""
        ...

    def read(self) -> bytes:
        """All bytes, or `BadPhoto` with the reason."""
        ...


@dataclass(frozen=True, slots=True)
class FileOrigin:
    path: Path

    @property
    def where(self) -> str:
        return os.path.normpath(self.path)

    def read(self) -> bytes:
        name = self.path.name
        try:
            Limits().check_bytes(self.path.stat().st_size, name)
            return self.path.read_bytes()
        except OSError as exc:
            raise unreadable(name, exc.strerror or str(exc)) from exc


@dataclass(frozen=True, slots=True)
class ZipOrigin:
    archive: Path
    index: int
    """Which member: names may come twice in one archive."""
    member: str

    @property
    def where(self) -> str:
        return f"{os.path.normpath(self.archive)}!{self.member}#{self.index}"

    def read(self) -> bytes:
        try:
            archive = _opened(self.archive, self.archive.stat().st_mtime_ns)
            info = archive.infolist()[self.index]
            _refuse_bombs(info, self.member)
            with archive.open(info) as stream:
                data = stream.read(MAX_BYTES + 1)  # what the archive says of its own sizes is not trusted
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, IndexError) as exc:
            raise unreadable(self.member, str(exc)) from exc
        Limits().check_bytes(len(data), self.member)
        return data


@dataclass(frozen=True, slots=True)
class LinkOrigin:
    url: str
    allow_private: bool = False

    @property
    def where(self) -> str:
        return self.url

    def read(self) -> bytes:
        return links.fetch(self.url, max_bytes=MAX_BYTES, allow_private=self.allow_private)


def unreadable(name: str, why: str, cure: Words | None = None) -> BadPhoto:
    return BadPhoto(
        name,
        "unreadable",
        say("{name} cannot be read: {why}.", name=name, why=why.rstrip(".")),
        cure or say("Check that the file is whole and that you may read it."),
    )


@lru_cache(maxsize=2)
def _opened(archive: Path, _mtime_ns: int) -> zipfile.ZipFile:
    """Kept open: reading the directory of a large archive again for each member would cost more than it."""
    return zipfile.ZipFile(archive)


def _refuse_bombs(info: zipfile.ZipInfo, member: str) -> None:
    if info.flag_bits & 0x1:
        raise BadPhoto(
            member,
            "unreadable",
            say("{name} is locked by a password in the ZIP.", name=member),
            say("Unpack the ZIP and give the folder."),
        )
    Limits().check_bytes(info.file_size, member)
    if info.file_size > MIN_BOMB_BYTES and info.file_size > MAX_RATIO * max(1, info.compress_size):
        raise BadPhoto(
            member,
            "too_many_bytes",
            say(
                "{name} grows {times}-fold when unpacked: it looks like a bomb, not like a photo.",
                name=member,
                times=info.file_size // max(1, info.compress_size),
            ),
            say("If you trust the ZIP, unpack it and give the folder."),
        )


def real(path: Path) -> str:
    """One spelling for one file, whatever links and letter case led to it."""
    return os.path.normcase(os.path.realpath(path))
