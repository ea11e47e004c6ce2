"""TIFF: its first directory, and a copy of it that holds nothing but the picture."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.decoding import damaged, truncated
from packshot.image.header import MAX_PROFILE, Header
from packshot.image.types import Size

_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
"""Bytes of one value of each type."""
_MAX_ENTRIES = 4096
_MAX_VALUES = 1_000_000
_SINGLE = {256, 257, 259, 262, 266, 274, 277, 278, 284, 317, 322, 323}
"""Width, height, compression, photometric, fill order, orientation, samples a pixel, rows a strip,
planes, predictor, tile sides."""
_LISTS = {258, 273, 279, 320, 324, 325, 338, 339, 347, 529, 530, 531, 532}
"""Bits, strips, palette, tiles, extra samples, sample format, JPEG tables, YCbCr."""
_ICC, _ORIENTATION = 34675, 274
_UNPACKED = 1
_MODES = {0: "grey", 1: "grey", 2: "rgb", 3: "palette", 5: "cmyk", 6: "ycbcr", 8: "lab"}


@dataclass(frozen=True, slots=True)
class Entry:
    tag: int
    kind: int
    count: int
    raw: bytes
    """The entry as it stands in the file."""
    value: bytes


@dataclass(frozen=True, slots=True)
class Tiff:
    header: Header
    clean: bytes
    """The same picture under a directory with the picture's tags alone, as the only one."""
    white_is_zero: bool


class _Reader:
    """Numbers of one file: its byte order and the width of its offsets."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.order = "little" if data[:2] == b"II" else "big"
        self.large = 43 in data[2:4]
        self.offset = 8 if self.large else 4
        self.entry = 20 if self.large else 12

    def number(self, at: int, width: int) -> int:
        if at < 0 or at + width > len(self.data):
            raise truncated(self.name)
        return int.from_bytes(self.data[at : at + width], self.order)  # type: ignore[arg-type]

    def numbers(self, entry: Entry) -> list[int]:
        width = _WIDTHS[entry.kind]
        return [
            int.from_bytes(entry.value[at : at + width], self.order)  # type: ignore[arg-type]
            for at in range(0, min(len(entry.value), 16 * width), width)
        ]


def read(data: bytes, most_frames: int, name: str) -> Tiff:
    reader = _Reader(data, name)
    first = reader.number(8 if reader.large else 4, reader.offset)
    entries = {entry.tag: entry for entry in _entries(reader, first)}

    def value(tag: int, default: int) -> int:
        return reader.numbers(entries[tag])[0] if tag in entries else default

    if 256 not in entries or 257 not in entries:
        raise damaged(name, "TIFF without size")
    icc = entries[_ICC].value if _ICC in entries else b""
    if len(icc) > MAX_PROFILE:
        raise damaged(name, "colour profile larger than any real one")
    photometric = value(262, 1)
    orientation = value(_ORIENTATION, 1)
    size, bits = Size(value(256, 0), value(257, 0)), value(258, 1)
    header = Header(
        size=size,
        mode=_MODES.get(photometric, "rgb"),
        bits=bits,
        frames=_frames(reader, first, most_frames),
        orientation=orientation if 1 <= orientation <= 8 else 1,
        icc=icc,
        least_bytes=size.area * bits // 8 if value(259, 1) == _UNPACKED else 0,
    )
    return Tiff(header, _clean(reader, entries), photometric == 0)


def _entries(reader: _Reader, at: int) -> list[Entry]:
    count_width = 8 if reader.large else 2
    count = reader.number(at, count_width)
    if count > _MAX_ENTRIES:
        raise damaged(reader.name, "TIFF with too many tags")
    found: list[Entry] = []
    spent = 0
    for index in range(count):
        entry = _entry(reader, at + count_width + index * reader.entry)
        spent += len(entry.value)
        if spent > len(reader.data):
            raise damaged(reader.name, "TIFF whose tags lie over one another")
        found.append(entry)
    return found


def _entry(reader: _Reader, at: int) -> Entry:
    tag, kind = reader.number(at, 2), reader.number(at + 2, 2)
    count = reader.number(at + 4, reader.offset)
    raw = reader.data[at : at + reader.entry]
    needed = tag in _SINGLE or tag in _LISTS or tag == _ICC
    if not needed or kind not in _WIDTHS:
        return Entry(tag, kind, count, raw, b"")
    length = count * _WIDTHS[kind]
    if not count or (tag in _SINGLE and count != 1) or (tag != _ICC and count > _MAX_VALUES):
        raise damaged(reader.name, f"TIFF tag {tag}")
    inline = at + 4 + reader.offset
    start = inline if length <= reader.offset else reader.number(inline, reader.offset)
    if start + length > len(reader.data):
        raise truncated(reader.name)
    return Entry(tag, kind, count, raw, reader.data[start : start + length])


def _frames(reader: _Reader, at: int, most: int) -> int:
    """Directories of the chain; one more than `most` at most, so a ring ends too."""
    frames = 0
    while at and frames <= most:
        frames += 1
        count = reader.number(at, 8 if reader.large else 2)
        after = at + (8 if reader.large else 2) + count * reader.entry
        if after + reader.offset > len(reader.data):
            break
        at = reader.number(after, reader.offset)
        if at + 2 > len(reader.data):
            break
    return frames


def _clean(reader: _Reader, entries: dict[int, Entry]) -> bytes:
    """Offsets in the file stay true: the new directory is laid behind it."""
    kept = [
        entry
        for tag, entry in sorted(entries.items())
        if (tag in _SINGLE or tag in _LISTS) and tag != _ORIENTATION and entry.value
    ]
    order = reader.order
    pad = len(reader.data) & 1
    place = len(reader.data) + pad

    def packed(number: int, width: int) -> bytes:
        return number.to_bytes(width, order)  # type: ignore[arg-type]

    start = 8 if reader.large else 4
    return b"".join(
        [
            reader.data[:start],
            packed(place, reader.offset),
            memoryview(reader.data)[start + reader.offset :],
            bytes(pad),
            packed(len(kept), 8 if reader.large else 2),
            *(entry.raw for entry in kept),
            bytes(reader.offset),
        ]
    )
