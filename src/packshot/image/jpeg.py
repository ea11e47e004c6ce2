"""JPEG: the header's segments, and libjpeg-turbo for the pixels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from packshot.image.decoding import damaged, truncated, unsupported
from packshot.image.exif import orientation_of
from packshot.image.header import MAX_PROFILE, Header
from packshot.image.types import Size

_BARE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length."""
_SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_BASELINE = {0xC0, 0xC1, 0xC9}
_MAX_SCANS = 100
"""Real progressive files have about ten; a bomb has thousands, and each costs a pass over all pixels."""

_MOST_PIXELS_A_BYTE = 512
"""A block of 8×8 px takes a bit at least."""

# ITU T.81, table K.1, in zigzag order: what quality 50 means.
_LUMA_50 = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
    26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
    56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
    95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
)  # fmt: skip


@dataclass(slots=True)
class Segments:
    """What the walk over the header found."""

    size: Size = field(default_factory=lambda: Size(0, 0))
    bits: int = 8
    sampling: tuple[tuple[int, int], ...] = ()
    """Horizontal and vertical factor of each component."""
    baseline: bool = True
    is_huffman: bool = True
    tables: dict[int, tuple[int, ...]] = field(default_factory=dict)
    adobe: int | None = None
    """The transform that Adobe's segment names: 0 none, 1 YCC, 2 YCCK; None: there is no such segment."""
    exif: bytes = b""
    icc: dict[int, bytes] = field(default_factory=dict)
    icc_count: int = 0
    scan: int = 0
    """Where the first scan begins."""


def read_segments(data: bytes, name: str) -> Segments:
    found = Segments()
    at, end = 2, len(data)
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 2 > end:
            raise truncated(name)
        marker = data[at + 1]
        if marker in {0x00, 0xFF} or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            raise damaged(name, "JPEG without pixels")
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if at + 2 + length > end:
            raise truncated(name)
        if length < 2:
            raise damaged(name, "JPEG segment without length")
        if marker == 0xDA:
            if not found.sampling:
                raise damaged(name, "JPEG without frame header")
            found.scan = at
            return found
        _take(found, marker, data[at + 4 : at + 2 + length], name)
        at += 2 + length


def header(found: Segments, name: str) -> Header:
    if found.bits != 8:
        raise unsupported(name, f"JPEG, {found.bits} bit")
    if len(found.sampling) not in {1, 3, 4}:
        raise unsupported(name, f"JPEG, {len(found.sampling)} colour components")
    return Header(
        size=found.size,
        mode=_mode(found),
        bits=found.bits,
        orientation=orientation_of(found.exif),
        icc=_profile(found),
        least_bytes=found.scan + found.size.area // _MOST_PIXELS_A_BYTE if found.is_huffman else 0,
        jpeg_quality=quality_of(found.tables.get(0, ())),
        subsampling=_subsampling(found.sampling),
    )


def decode(data: bytes, found: Segments, want: int | None, name: str) -> NDArray[np.uint8]:
    """Grey H×W, RGB H×W×3 or CMYK H×W×4, shrunk by libjpeg-turbo while its long side stays ≥ want."""
    if not found.baseline and data.count(b"\xff\xda") > _MAX_SCANS:
        raise damaged(name, f"JPEG with more than {_MAX_SCANS} scans")
    components = len(found.sampling)
    colours = {1: "GRAY", 3: "RGB", 4: "CMYK"}[components]
    least = _shrunk(found.size, want)
    pixels = _decode(data, found, colours, least, name)
    if components == 1:
        return pixels[:, :, 0]
    if components == 4 and found.adobe is not None:
        # Adobe writes ink upside down: 255 is none.
        np.subtract(255, pixels, out=pixels)
    return pixels


def quality_of(luma: tuple[int, ...]) -> int | None:
    """libjpeg's 1…100 from the luma table; what other programs write is told by the nearest."""
    if len(luma) != 64:
        return None
    # Baseline steps end at 255: those say nothing more.
    known = [(step, middle) for step, middle in zip(luma, _LUMA_50, strict=True) if step < 255]
    if not known:
        return 1
    percent = 100 * sum(step for step, _ in known) / sum(middle for _, middle in known)
    if all(step == 1 for step in luma):
        return 100
    quality = (200 - percent) / 2 if percent <= 100 else 5000 / percent
    return max(1, min(100, round(quality)))


def _decode(
    data: bytes, found: Segments, colours: str, least: Size, name: str, *, strict: bool = True
) -> NDArray[np.uint8]:
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data,
            colorspace=colours,
            min_width=least.width,
            min_height=least.height,
            strict=strict,
        )
    except ValueError as exc:
        text = str(exc)
        if not strict:
            raise
        if any(word in text for word in _HARMLESS):
            # Common behind old cameras and editors. What is not harmless is a missing
            # end, which a forgiving decoder paints grey: so the end must be there.
            if data.find(b"\xff\xd9", found.scan) < 0:
                raise truncated(name) from exc
            return _decode(data, found, colours, least, name, strict=False)
        if text == "Premature end of JPEG file" and found.baseline and not data.endswith(_END):
            # Perhaps only the two bytes of the end marker are lost: with them the decoder
            # complains again if pixels are missing too.
            return _decode(data + _END, found, colours, least, name)
        raise
    return pixels


_END = b"\xff\xd9"
_HARMLESS = ("extraneous bytes", "Adobe color", "Invalid SOS parameters", "Inconsistent progression")
"""Warnings of libjpeg after which every pixel is there."""


def _shrunk(size: Size, want: int | None) -> Size:
    """libjpeg-turbo scales by eighths: 5/8 of 12 MP takes 37 ms, all of it 30 and then 42 to shrink."""
    if want is None:
        return size
    for eighths in range(1, 8):
        if -(-size.long_side * eighths // 8) >= want:
            return Size(-(-size.width * eighths // 8), -(-size.height * eighths // 8))
    return size


def _take(found: Segments, marker: int, body: bytes, name: str) -> None:
    if marker in _SOF:
        _take_frame(found, marker, body, name)
    elif marker == 0xDB:
        _take_tables(found, body)
    elif marker == 0xE1 and body.startswith(b"Exif\x00\x00"):
        found.exif = found.exif or body
    elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\x00") and len(body) > 14:
        found.icc_count = body[13]
        found.icc.setdefault(body[12], body[14:])
        if sum(map(len, found.icc.values())) > MAX_PROFILE:
            raise damaged(name, "colour profile larger than any real one")
    elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
        found.adobe = body[11]


def _take_frame(found: Segments, marker: int, body: bytes, name: str) -> None:
    if len(body) < 6 or len(body) < 6 + 3 * body[5]:
        raise damaged(name, "JPEG frame header too short")
    found.baseline = marker in _BASELINE
    found.is_huffman = marker < 0xC8
    found.bits = body[0]
    found.size = Size(int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"))
    factors = (body[7 + 3 * component] for component in range(body[5]))
    found.sampling = tuple((factor >> 4, factor & 15) for factor in factors)


def _take_tables(found: Segments, body: bytes) -> None:
    at = 0
    while at < len(body):
        width = 2 if body[at] >> 4 else 1
        steps = body[at + 1 : at + 1 + 64 * width]
        found.tables[body[at] & 15] = tuple(
            int.from_bytes(steps[i : i + width], "big") for i in range(0, len(steps), width)
        )
        at += 1 + 64 * width


def _profile(found: Segments) -> bytes:
    """The profile's parts in order; a profile that lacks a part is none."""
    count = found.icc_count
    if not count or any(part not in found.icc for part in range(1, count + 1)):
        return b""
    return b"".join(found.icc[part] for part in range(1, count + 1))


def _mode(found: Segments) -> str:
    components = len(found.sampling)
    if components == 4:
        return "ycck" if found.adobe == 2 else "cmyk"
    return "grey" if components == 1 else "rgb"


def _subsampling(sampling: tuple[tuple[int, int], ...]) -> str:
    if len(sampling) < 3 or not all(h and v for h, v in sampling):
        return ""
    ratio = (sampling[0][0] // sampling[1][0], sampling[0][1] // sampling[1][1])
    names = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}
    return names.get(ratio, "")
