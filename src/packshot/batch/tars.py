"""TARs, plain or packed, as streams: what they hold, and the bytes at a place, within limits on memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
FAILURES = (OSError, EOFError, tarfile.TarError, zlib.error, lzma.LZMAError, ValueError, OverflowError)
"""How TARs fail: torn, packed wrongly, or made to hurt."""
MAX_HEADER_BYTES = 1 << 20
"""A name or its remarks; tarfile would read whatever size a header claims."""
MAX_XZ_MEMORY = 256 << 20
"""xz asks its reader for as much memory as its packer chose; `xz -9` needs 65 MB."""
STEP = 1 << 20
LOOK_BACK_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    offset: int
    """Of its first byte in the unpacked stream."""
    size: int
    is_file: bool
    """A plain one: no folder, link, device or file with holes."""
    is_folder: bool


def is_tar(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def unpacked(stream: IO[bytes], name: str) -> IO[bytes]:
    """The plain TAR within; going back in a packed one begins it anew."""
    kind = name.lower().rpartition(".")[2]
    if kind in ("gz", "tgz"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb"))
    if kind in ("bz2", "tbz2"):
        return bz2.BZ2File(stream)
    if kind in ("xz", "txz"):
        return cast("IO[bytes]", io.BufferedReader(_Xz(stream), STEP))
    return stream


def members(stream: IO[bytes]) -> Iterator[Member]:
    """Of a plain TAR. One of `FAILURES` where it is torn."""
    # Not errorlevel or ignore_zeros: what tarfile would pass over are photos that nobody would miss.
    with tarfile.open(fileobj=_Guarded(stream), mode="r:") as tar:
        while (info := tar.next()) is not None:
            is_file = info.isreg() and not info.issparse()
            yield Member(info.name, info.offset_data, info.size, is_file, info.isdir())
            tar.members.clear()  # type: ignore[attr-defined]  # tarfile would remember millions


class LookBack:
    """Pieces of a packed TAR by several readers, who ask nearly in order: what was passed lately is kept,
    for going back means to unpack all of it again.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._start, self._kept = stream, 0, bytearray()

    def piece(self, offset: int, size: int) -> bytes:
        if offset < self._start:
            self._stream.seek(0)
            self._start = 0
            self._kept.clear()
        while self._start + len(self._kept) < offset + size and (more := self._stream.read(STEP)):
            self._kept += more
            spare = min(len(self._kept) - LOOK_BACK_BYTES, offset - self._start)
            if spare > 0:
                del self._kept[:spare]
                self._start += spare
        return bytes(self._kept[offset - self._start :][:size])


class _Guarded(io.RawIOBase):
    """Hands tarfile the stream, but never more at once than a header may hold."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


class _Xz(io.RawIOBase):
    """lzma.LZMAFile with a limit on memory, which that class has none of."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._begin()

    def _begin(self) -> None:
        self._packed.seek(0)
        self._at = 0
        self._stream = lzma.LZMADecompressor(lzma.FORMAT_AUTO, MAX_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, into: Any) -> int:
        view = memoryview(into).cast("B")
        while True:
            if self._stream.eof and not self._next_stream():
                return 0
            more = self._packed.read(STEP) if self._stream.needs_input else b""
            if self._stream.needs_input and not more:
                raise EOFError("it ends before its end")
            data = self._stream.decompress(more, len(view))
            if data:
                view[: len(data)] = data
                self._at += len(data)
                return len(data)

    def _next_stream(self) -> bool:
        rest = (self._stream.unused_data or self._packed.read(STEP)).lstrip(b"\0")
        if not rest:
            return False
        self._packed.seek(-len(rest), io.SEEK_CUR)
        self._stream = lzma.LZMADecompressor(lzma.FORMAT_AUTO, MAX_XZ_MEMORY)
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self._at
        elif whence == io.SEEK_END:
            raise io.UnsupportedOperation("from the end")
        if offset < self._at:
            self._begin()
        while self._at < offset and self.read(min(STEP, offset - self._at)):
            pass
        return self._at
