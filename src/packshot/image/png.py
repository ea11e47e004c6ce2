"""PNG: its chunks, and a copy that holds nothing but the picture."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from packshot.image.decoding import damaged, truncated
from packshot.image.exif import orientation_of
from packshot.image.header import MAX_PROFILE, Header
from packshot.image.types import Size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS = 200_000
_MAX_TEXT = 1_000_000
_MOST_UNFOLDING = 1032
"""A byte of zlib holds no more."""
_MODES = {0: "grey", 2: "rgb", 3: "palette", 4: "grey", 6: "rgb"}
_END = b"\x00\x00\x00\x00IEND\xaeB\x60\x82"


@dataclass(frozen=True, slots=True)
class Png:
    header: Header
    clean: bytes
    """The same picture without text, profiles and other frames: nothing is left that could unfold."""
    key: bytes
    """tRNS of a picture of 16 bits: the colour that is transparent. Pillow compares 8 bits only."""
    xmp: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    kind: bytes
    whole: memoryview
    """With length and checksum, as it stands in the file."""

    @property
    def body(self) -> memoryview:
        return self.whole[8:-4]

    @property
    def is_sound(self) -> bool:
        return zlib.crc32(self.whole[4:-4]) == int.from_bytes(self.whole[-4:], "big")


def read(data: bytes, name: str) -> Png:
    picture: list[Chunk] = []
    others: dict[bytes, bytes] = {}
    for chunk in _chunks(data, name):
        if chunk.kind in _PICTURE:
            picture.append(chunk)
        elif chunk.kind in _OTHERS and chunk.is_sound:
            if chunk.kind == b"iTXt" and chunk.body[:18] != _XMP:
                continue
            others.setdefault(chunk.kind, bytes(chunk.body))
    kinds = {chunk.kind for chunk in picture}
    if b"IDAT" not in kinds:
        raise truncated(name)
    if picture[0].kind != b"IHDR" or len(picture[0].body) != 13:
        raise damaged(name, "PNG without header")
    if not all(chunk.is_sound for chunk in picture):
        raise damaged(name, "PNG checksum")
    header = _header(bytes(picture[0].body), others, name)
    key = b""
    if header.bits == 16:
        key = b"".join(bytes(chunk.body) for chunk in picture if chunk.kind == b"tRNS")
        picture = [chunk for chunk in picture if chunk.kind != b"tRNS"]
    clean = b"".join(chain([SIGNATURE], (chunk.whole for chunk in picture), [_END]))
    return Png(header, clean, key, _international_text(others.get(b"iTXt", b"")))


_PICTURE = {b"IHDR", b"PLTE", b"IDAT", b"tRNS"}
_OTHERS = {b"iCCP", b"sRGB", b"eXIf", b"acTL", b"iTXt"}
_XMP = b"XML:com.adobe.xmp\x00"


def _chunks(data: bytes, name: str) -> Iterator[Chunk]:
    """Up to the end chunk, or to where the file breaks off: the decoder knows if pixels are missing."""
    view = memoryview(data)
    at = 8
    for _ in range(_MAX_CHUNKS):
        if at + 12 > len(data):
            return
        stop = at + 12 + int.from_bytes(view[at : at + 4], "big")
        kind = bytes(view[at + 4 : at + 8])
        if stop > len(data) or kind == b"IEND":
            return
        yield Chunk(kind, view[at:stop])
        at = stop
    raise damaged(name, "PNG with too many chunks")


def _header(head: bytes, others: dict[bytes, bytes], name: str) -> Header:
    frames = int.from_bytes(others.get(b"acTL", b"")[:4], "big")
    has_profile = b"iCCP" in others and b"sRGB" not in others
    size = Size(int.from_bytes(head[0:4], "big"), int.from_bytes(head[4:8], "big"))
    return Header(
        size=size,
        mode=_MODES.get(head[9], "rgb"),
        bits=head[8],
        frames=max(1, frames),
        orientation=orientation_of(others.get(b"eXIf", b"")),
        icc=_profile(others[b"iCCP"], name) if has_profile else b"",
        least_bytes=size.area * head[8] // 8 // _MOST_UNFOLDING,
    )


def _profile(body: bytes, name: str) -> bytes:
    packed = body[body.find(b"\x00") + 2 :]
    try:
        icc = zlib.decompressobj().decompress(packed, MAX_PROFILE + 1)
    except zlib.error:
        return b""
    if len(icc) > MAX_PROFILE:
        raise damaged(name, "colour profile larger than any real one")
    return icc


def _international_text(body: bytes) -> bytes:
    """Keyword, packed or not, language, translated keyword, text."""
    packed = body[18:19] == b"\x01"
    text = body[20:].split(b"\x00", 2)[-1]
    if not packed:
        return text[:_MAX_TEXT]
    try:
        return zlib.decompressobj().decompress(text, _MAX_TEXT)
    except zlib.error:
        return b""
