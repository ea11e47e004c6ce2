"""AVIF and HEIC: how large? The boxes of their container, walked without a decoder."""

from __future__ import annotations

from collections.abc import Iterator

from packshot.image.decoding import damaged, truncated
from packshot.image.types import Size

_MAX_BOXES = 10_000
_FOLDERS = {b"meta": 4, b"iprp": 0, b"ipco": 0}
"""Boxes that hold boxes, and how many bytes stand before the first."""


def largest(data: bytes, name: str) -> Size | None:
    """The largest size that a picture in the file claims; None where none does (a sequence)."""
    claims = (
        Size(int.from_bytes(data[at + 4 : at + 8], "big"), int.from_bytes(data[at + 8 : at + 12], "big"))
        for kind, at, _ in _all_boxes(data, 0, len(data), name)
        if kind == b"ispe"
    )
    return max(claims, key=lambda size: size.area, default=None)


def check_words(data: bytes, name: str) -> None:
    """Kinds and names of items must be UTF-8: pi_heif 1.4 makes text of them unchecked, and a broken
    letter takes the whole process down.
    """
    for kind, at, end in _all_boxes(data, 0, len(data), name):
        if kind == b"auxC":
            texts = [data[at + 4 : end]]
        elif kind == b"infe":
            typed = at + (10 if data[at : at + 1] == b"\x03" else 8)
            texts = [data[typed : typed + 4], data[typed + 4 : end]]
        else:
            continue
        try:
            for text in texts:
                text.decode()
        except UnicodeDecodeError as exc:
            raise damaged(name, "name of an item") from exc


def _all_boxes(data: bytes, start: int, stop: int, name: str) -> Iterator[tuple[bytes, int, int]]:
    for kind, at, end in _boxes(data, start, stop, name):
        yield kind, at, end
        if kind in _FOLDERS:
            yield from _all_boxes(data, at + _FOLDERS[kind], end, name)
        elif kind == b"iinf":
            # A count of 2 bytes, of 4 from version 1 on.
            yield from _all_boxes(data, at + (8 if data[at] else 6), end, name)


def _boxes(data: bytes, at: int, stop: int, name: str) -> Iterator[tuple[bytes, int, int]]:
    """Kind, and where the content begins and ends."""
    for _ in range(_MAX_BOXES):
        if at + 8 > stop:
            return
        length, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        end = stop if length == 0 else at + length
        if end < at + head:
            raise damaged(name, "box without length")
        if end > stop:
            raise truncated(name)
        yield kind, at + head, end
        at = end
