"""GIF: how large, and how many pictures? Told by a walk over its blocks."""

from __future__ import annotations

from packshot.image.decoding import truncated
from packshot.image.header import Header
from packshot.image.types import Size


def header(data: bytes, most_frames: int, name: str) -> Header:
    """Counts one picture more than `most_frames` at most."""
    if len(data) < 13:
        raise truncated(name)
    width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    frames = 0
    at = 13 + _palette(data[10])
    while at < len(data) and frames <= most_frames:
        if data[at] == 0x2C and at + 10 <= len(data):
            frames += 1
            # A picture may reach over the canvas; decoders then grow the canvas.
            left, top, wide, high = (
                int.from_bytes(data[at + i : at + i + 2], "little") for i in (1, 3, 5, 7)
            )
            width, height = max(width, left + wide), max(height, top + high)
            at = _after_blocks(data, at + 11 + _palette(data[at + 9]))
        elif data[at] == 0x21:
            at = _after_blocks(data, at + 2)
        else:
            break
    return Header(size=Size(width, height), mode="palette", frames=max(1, frames))


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    end = len(data)
    while at < end and data[at]:
        at += 1 + data[at]
    return at + 1
