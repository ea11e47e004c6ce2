"""WebP: its chunks."""

from __future__ import annotations

from packshot.image.decoding import damaged, truncated
from packshot.image.exif import orientation_of
from packshot.image.header import MAX_PROFILE, Header
from packshot.image.types import Size


def header(data: bytes, most_frames: int, name: str) -> Header:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise truncated(name)
    size: Size | None = None
    icc = exif = b""
    frames = 0
    at = 12
    while at + 8 <= end and frames <= most_frames:
        kind = data[at : at + 4]
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        start, stop = at + 8, at + 8 + length
        if stop > end:
            raise truncated(name)
        if kind == b"ANMF":
            frames += 1
        elif kind == b"ICCP":
            if length > MAX_PROFILE:
                raise damaged(name, "colour profile larger than any real one")
            icc = data[start:stop]
        elif kind == b"EXIF":
            exif = data[start:stop]
        elif size is None:
            size = _size(kind, data[start : start + 10])
        at = stop + (length & 1)
    if size is None:
        raise truncated(name) if len(data) < 30 else damaged(name, "WebP without size")
    return Header(size=size, frames=max(1, frames), orientation=orientation_of(exif), icc=icc)


def _size(kind: bytes, body: bytes) -> Size | None:
    if kind == b"VP8X":
        return Size(1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"))
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return Size(
            int.from_bytes(body[6:8], "little") & 0x3FFF,
            int.from_bytes(body[8:10], "little") & 0x3FFF,
        )
    if kind == b"VP8L" and body[:1] == b"\x2f":
        packed = int.from_bytes(body[1:5], "little")
        return Size(1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF))
    return None
