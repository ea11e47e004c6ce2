"""GIF: its blocks, and a copy that holds nothing but the first picture."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.decoding import damaged, truncated
from packshot.image.header import Header
from packshot.image.types import Size

_PICTURE, _EXTENSION, _CONTROL = 0x2C, 0x21, 0xF9
_HEAD = 13


@dataclass(frozen=True, slots=True)
class Gif:
    header: Header
    clean: bytes


def read(data: bytes, most_frames: int, name: str) -> Gif:
    """Counts one picture more than `most_frames` at most."""
    if len(data) < _HEAD:
        raise truncated(name)
    at = start = _HEAD + _palette(data[10])
    control = picture = b""
    frames = 0
    while at < len(data) and frames <= most_frames:
        end = _end(data, at)
        if data[at] == _PICTURE:
            frames += 1
            picture = picture or data[at:end]
        elif data[at] == _EXTENSION:
            if data[at + 1 : at + 3] == bytes([_CONTROL, 4]) and not picture:
                control = data[at:end]
        else:
            break
        at = end
    if not picture:
        raise truncated(name) if at >= len(data) else damaged(name, "GIF without picture")
    if len(picture) < 11:
        raise truncated(name)
    size = _canvas(data, picture)
    clean = b"".join([data[:6], _number(size.width), _number(size.height), data[10:start]])
    header = Header(size=size, mode="palette", frames=frames)
    return Gif(header, b"".join([clean, _transparency(control), picture, b";"]))


def _canvas(data: bytes, picture: bytes) -> Size:
    """A picture may reach over the canvas; decoders then grow the canvas."""
    width, height = (int.from_bytes(data[at : at + 2], "little") for at in (6, 8))
    left, top, wide, high = (int.from_bytes(picture[at : at + 2], "little") for at in (1, 3, 5, 7))
    return Size(max(width, left + wide), max(height, top + high))


def _number(side: int) -> bytes:
    """Sides above what the format holds are refused by the limits before anything is decoded."""
    return min(side, 0xFFFF).to_bytes(2, "little")


def _transparency(control: bytes) -> bytes:
    """Which colour is clear; what else the block says is for the pictures that follow."""
    if len(control) < 8:
        return b""
    return bytes([_EXTENSION, _CONTROL, 4, control[3] & 1, 0, 0, control[6], 0])


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end(data: bytes, at: int) -> int:
    """Behind the picture or extension that begins here."""
    if data[at] == _PICTURE and at + 9 < len(data):
        at += 11 + _palette(data[at + 9])
    else:
        at += 2
    end = len(data)
    while at < end and data[at]:
        at += 1 + data[at]
    return at + 1
