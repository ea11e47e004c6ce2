"""Where one photo's bytes lie: a file, a link, an object of a bucket, a member of a ZIP or TAR.

Small and picklable: workers read.
"""

from __future__ import annotations

import io
import os
import threading
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol, cast

from packshot.batch import links, tars
from packshot.batch.store import Store
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
        except FileNotFoundError as exc:
            raise vanished(str(self.path)) from exc
        except (OSError, ValueError) as exc:  # the latter of names that no disk can hold
            raise unreadable(name, getattr(exc, "strerror", None) or str(exc)) from exc


@dataclass(frozen=True, slots=True)
class StoreOrigin:
    store: Store
    name: str

    @property
    def where(self) -> str:
        return self.store.place_of(self.name)

    def read(self) -> bytes:
        stored = self.store.stat(self.name)
        if stored is None:
            raise vanished(self.where)
        Limits().check_bytes(stored.size, self.name)
        try:
            return self.store.read(self.name)
        except FileNotFoundError as exc:
            raise vanished(self.where) from exc


Archive = Path | StoreOrigin
"""Where a ZIP or TAR lies. One in a bucket is read in pieces: no machine needs room for the whole."""


@dataclass(frozen=True, slots=True)
class ZipOrigin:
    archive: Archive
    index: int
    """Which member: names may come twice in one archive."""
    member: str

    @property
    def where(self) -> str:
        return f"{where_is(self.archive)}!{self.member}#{self.index}"

    def read(self) -> bytes:
        try:
            archive = _opened_zip(self.archive, stamp_of(self.archive), os.getpid())
            info = archive.infolist()[self.index]
            _refuse_bombs(info, self.member)
            with archive.open(info) as stream:
                data = stream.read(MAX_BYTES + 1)  # what the archive says of its own sizes is not trusted
        except FileNotFoundError as exc:
            raise vanished(where_is(self.archive)) from exc
        except (*ZIP_FAILURES, IndexError) as exc:
            raise unreadable(self.member, str(exc)) from exc
        Limits().check_bytes(len(data), self.member)
        return data


@dataclass(frozen=True, slots=True)
class TarOrigin:
    archive: Archive
    offset: int
    """Of its first byte in the unpacked TAR."""
    size: int
    member: str

    @property
    def where(self) -> str:
        return f"{where_is(self.archive)}!{self.member}#{self.offset}"

    def read(self) -> bytes:
        Limits().check_bytes(self.size, self.member)
        try:
            archive = _opened_tar(self.archive, stamp_of(self.archive), os.getpid())
            data = archive.piece(self.offset, self.size)
        except FileNotFoundError as exc:
            raise vanished(where_is(self.archive)) from exc
        except tars.FAILURES as exc:
            raise unreadable(self.member, str(exc)) from exc
        if len(data) < self.size:
            raise unreadable(self.member, "the TAR ends before its end")
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


def vanished(where: str) -> BadPhoto:
    return BadPhoto(
        where,
        "vanished",
        say("{where} is not there any more.", where=where),
        say("If it was moved, give its new place."),
    )


@dataclass(frozen=True, slots=True)
class NoOrigin:
    """What a list names and nobody may or can read: a result of its own, for no row vanishes."""

    where: str
    why: Words
    cure: Words

    def read(self) -> bytes:
        raise BadPhoto(self.where, "unreadable", self.why, self.cure)


# ---- archives ----------------------------------------------------------------------------------------------

ZIP_FAILURES = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
PIECE = 1 << 20


def where_is(archive: Archive) -> str:
    return archive.where if isinstance(archive, StoreOrigin) else os.path.normpath(archive)


def stamp_of(archive: Archive) -> str:
    """Raises FileNotFoundError where there is none."""
    if isinstance(archive, StoreOrigin):
        # Asked once a process, not at each of its photos: a bucket takes money for each question.
        return _stamp_in_bucket(archive, os.getpid())
    told = archive.stat()
    return f"{told.st_size}:{told.st_mtime_ns}"


@lru_cache(maxsize=64)
def _stamp_in_bucket(archive: StoreOrigin, _process: int) -> str:
    stored = archive.store.stat(archive.name)
    if stored is None:
        raise FileNotFoundError(archive.where)
    return stored.stamp


def open_archive(archive: Archive) -> IO[bytes]:
    if isinstance(archive, StoreOrigin):
        return cast("IO[bytes]", io.BufferedReader(_Pieces(archive), PIECE))
    return archive.open("rb")


class _Pieces(io.RawIOBase):
    """An object of a bucket as a file. Each piece is asked for anew, so a torn connection costs a piece."""

    def __init__(self, origin: StoreOrigin) -> None:
        stored = origin.store.stat(origin.name)
        if stored is None:
            raise FileNotFoundError(origin.where)
        self._origin, self._size, self._at = origin, stored.size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def readinto(self, into: Any) -> int:
        view = memoryview(into).cast("B")
        stop = min(self._size, self._at + len(view))
        if stop <= self._at:
            return 0
        data = self._origin.store.read_piece(self._origin.name, self._at, stop)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


@lru_cache(maxsize=2)
def _opened_zip(archive: Archive, _stamp: str, _process: int) -> zipfile.ZipFile:
    """Kept open: reading the directory of a large archive again for each member would cost more than it."""
    return zipfile.ZipFile(archive if isinstance(archive, Path) else open_archive(archive))


@lru_cache(maxsize=2)
def _opened_tar(archive: Archive, _stamp: str, _process: int) -> _Tar:
    return _Tar(archive)


class _Tar:
    """Kept open, so that members of a packed one, asked for in order, are unpacked in one go."""

    def __init__(self, archive: Archive) -> None:
        self._file = open_archive(archive)
        self._stream = tars.unpacked(self._file, where_is(archive))
        self._back = None if self._stream is self._file else tars.LookBack(self._stream)
        self._lock = threading.Lock()

    def piece(self, offset: int, size: int) -> bytes:
        with self._lock:
            if self._back:
                return self._back.piece(offset, size)
            self._stream.seek(offset)
            return self._stream.read(size)

    def __del__(self) -> None:
        with suppress(AttributeError):  # it could not even be opened
            self._stream.close()
            self._file.close()


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
