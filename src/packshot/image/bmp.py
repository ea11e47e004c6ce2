"""BMP: how large?"""

from __future__ import annotations

from packshot.image.decoding import truncated
from packshot.image.header import Header
from packshot.image.types import Size

_PACKED = {1, 2}
"""Run lengths of 8 and 4 bits."""


def header(data: bytes, name: str) -> Header:
    if len(data) < 34:
        raise truncated(name)
    if int.from_bytes(data[14:18], "little") == 12:
        width, height = (int.from_bytes(data[at : at + 2], "little") for at in (18, 20))
        bits, packed = int.from_bytes(data[24:26], "little"), False
    else:
        width = int.from_bytes(data[18:22], "little", signed=True)
        # Below zero: rows from top to bottom.
        height = abs(int.from_bytes(data[22:26], "little", signed=True))
        bits = int.from_bytes(data[28:30], "little")
        packed = int.from_bytes(data[30:34], "little") in _PACKED
    return Header(
        size=Size(width, height),
        mode="palette" if bits <= 8 else "rgb",
        least_bytes=0 if packed else width * height * bits // 8,
    )
