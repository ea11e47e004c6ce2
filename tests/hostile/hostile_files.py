"""Bombs, strangers and damage, built by code: nothing of it lies in the repository."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "image"))

from image_files import (
    ADOBE,
    HEIC,
    P3,
    SRGB,
    cmyk_profile,
    gamma_curve,
    grey_profile,
    noise,
    png,
    rgb_profile,
    slopes,
    srgb_curve,
    tiff,
    written,
)

ZEROS = bytes(1 << 20)


def sound() -> dict[str, bytes]:
    """One small photo of every format, with orientation and profile where they may be."""
    pixels = slopes(96, 64)
    textured = (pixels // 2 + noise(96, 64) // 4).astype(np.uint8)
    p3 = rgb_profile("Display P3", P3, srgb_curve())
    rgba = np.dstack([textured, pixels[:, :, 2]])
    cmyk = Image.fromarray(np.dstack([textured, pixels[:, :, 1] // 3]), "CMYK")
    return {
        "jpeg": written(textured, "jpeg", orientation=6, icc_profile=p3),
        "jpeg_progressive": written(textured, "jpeg", progressive=True, subsampling=0),
        "jpeg_cmyk": written(cmyk, "jpeg", icc_profile=cmyk_profile()),
        "jpeg_grey": written(textured[:, :, 0], "jpeg", icc_profile=grey_profile("g", gamma_curve(2.2))),
        "png": written(textured, "png", orientation=3, icc_profile=p3),
        "png_palette": written(Image.fromarray(textured).quantize(32), "png"),
        "png_alpha": written(rgba, "png"),
        "png_deep": png((48, 32, 16, 2), b"".join(b"\0" + bytes(row.tobytes()) for row in noise(96, 32))),
        "webp": written(textured, "webp", orientation=8, lossless=False, quality=80),
        "webp_lossless": written(rgba, "webp"),
        "avif": written(textured, "avif", orientation=5, icc_profile=p3),
        "tiff": written(
            textured, "tiff", orientation=2, icc_profile=rgb_profile("A", ADOBE, gamma_curve(2.2))
        ),
        "tiff_lzw": written(rgba, "tiff", compression="tiff_lzw"),
        "tiff_cmyk": written(cmyk, "tiff", compression="tiff_adobe_deflate"),
        "tiff_deep": tiff(noise(48, 64).astype(np.uint16) * 257, icc=rgb_profile("s", SRGB, gamma_curve(1))),
        "bmp": written(textured, "bmp"),
        "gif": written(Image.fromarray(textured).quantize(64), "gif"),
        "heic": (HEIC / "orientation_6.heic").read_bytes(),
        "heic_alpha": (HEIC / "alpha.heic").read_bytes(),
    }


@lru_cache
def bombs() -> dict[str, tuple[bytes, str]]:
    """Each with the reasons that it may be refused for; `opens` where the bomb simply has no effect."""
    small = written(slopes(64, 48), "png")
    jpeg = written(slopes(64, 48), "jpeg")
    row = b"\0" * (1 + 64 * 3)
    profile = b"p\0\0" + _endless(300)
    huge_text = b"k\0\0" + _endless(300)
    return {
        "png_pixels": (png((29_000, 29_000, 8, 2), b""), "too_many_pixels"),
        "png_side": (png((2_000_000_000, 1, 8, 2), b""), "side_too_long"),
        "png_no_pixels": (png((0, 10, 8, 2), b""), "damaged"),
        "png_profile": (png((64, 48, 8, 2), row * 48, (b"iCCP", profile)), "damaged"),
        "png_text": (png((64, 48, 8, 2), row * 48, (b"zTXt", huge_text)), "opens"),
        "png_xmp": (
            png((64, 48, 8, 2), row * 48, (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + _endless(300))),
            "opens",
        ),
        "png_frames": (_apng(small, 4_000_000_000), "too_many_frames"),
        "png_rows": (_png_of(64, 48, _endless(300)), "opens damaged"),
        "png_chunks": (small[:33] + (bytes(4) + b"teSt" + bytes(4)) * 250_000, "damaged truncated"),
        "gif_pixels": (_gif_frame(10, canvas=65_535), "side_too_long"),
        "gif_frame_over_canvas": (_gif_frame(60_000), "side_too_long"),
        "gif_frames": (_gif_frames(20_000), "too_many_frames"),
        "webp_pixels": (_webp(16_383, 16_383), "too_many_pixels"),
        "webp_frames": (_webp(64, 64, frames=5000), "too_many_frames"),
        "webp_profile": (_webp(64, 64, profile=9_000_000), "damaged"),
        "avif_pixels": (_claims(written(slopes(64, 48), "avif"), 25_000), "too_many_pixels"),
        "heic_pixels": (
            _claims((HEIC / "orientation_1.heic").read_bytes(), 25_000),
            "too_many_pixels",
        ),
        "jpeg_side": (_jpeg_size(jpeg, 65_500, 65_500), "side_too_long"),
        "jpeg_pixels": (_jpeg_size(jpeg, 29_000, 29_000), "too_many_pixels"),
        "jpeg_tall": (_jpeg_size(jpeg, 10_000, 10_000), "truncated damaged"),
        "jpeg_no_pixels": (_jpeg_size(jpeg, 64, 0), "damaged"),
        "jpeg_scans": (_jpeg_scans(3000), "damaged"),
        "jpeg_profile": (_jpeg_profile(jpeg), "damaged"),
        "bmp_pixels": (_bmp(25_000, 25_000), "too_many_pixels"),
        "bmp_side": (_bmp(2**31 - 1, -(2**31)), "side_too_long"),
        "tiff_pixels": (_tiff_tags({256: 25_000, 257: 25_000}), "too_many_pixels"),
        "tiff_side": (_tiff_tags({256: 4_000_000_000, 257: 4_000_000_000}), "side_too_long"),
        "tiff_count": (_tiff_tags({273: (4_000_000_000, 8)}), "damaged"),
        "tiff_tags_over_one_another": (_tiff_overlaps(), "damaged"),
        "tiff_ring": (_tiff_ring(), "too_many_frames"),
        "tiff_entries": (b"II*\0" + struct.pack("<IH", 8, 65_535) + bytes(800_000), "damaged"),
        "tiff_deflate": (_tiff_deflate(), "opens damaged truncated"),
    }


STRANGERS = {
    "empty": (b"", "empty"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type /Catalog>>", "PDF"),
    "pdf_with_a_photo": (b"%PDF-1.4\n" + b"\xff\xd8\xff\xe0" * 20, "PDF"),
    "html": (b"\n<!DOCTYPE html><html><img src='a.jpg'></html>", "web page"),
    "html_with_mark": (b"\xef\xbb\xbf<html lang=ru>", "web page"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "svg_xml": (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "text": ("Фото мужской кружки, смотри внизу".encode(), "text"),
    "json": (b'{"error": "not found"}', "text"),
    "base64": (b"data:image/jpeg;base64,/9j/4AAQSkZJRg==", "text"),
    "mp4": (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + ZEROS[:64], "video"),
    "mov": (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video"),
    "webm": (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01", "video"),
    "avi": (b"RIFF\x10\0\0\0AVI LIST", "video"),
    "wav": (b"RIFF\x10\0\0\0WAVEfmt ", ""),
    "zip": (b"PK\x03\x04\x14\0\0\0", "ZIP"),
    "psd": (b"8BPS\0\1" + bytes(30), "Photoshop"),
    "jxl": (b"\xff\x0a\x7f\x02", "JPEG XL"),
    "jp2": (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    "ico": (b"\0\0\1\0\1\0\x10\x10", "icon"),
    "exe": (b"MZ\x90\0\3", "program"),
    "elf": (b"\x7fELF\2\1\1", "program"),
    "zeros": (ZEROS, ""),
    "noise": (bytes(np.random.default_rng(3).integers(128, 255, 999, dtype=np.uint8)), ""),
    "one_byte": (b"\xff", ""),
}
"""What the words must name; `empty` has a reason of its own."""

MAGIC = {
    "jpeg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
    "gif": b"GIF89a",
    "webp": b"RIFF\x04\0\0\0WEBP",
    "tiff": b"II*\0",
    "tiff_big": b"MM\0+",
    "bmp": b"BM",
    "heic": b"\0\0\0\x0cftypheic",
    "avif": b"\0\0\0\x0cftypavif",
}
"""Nothing but the first bytes."""


def truncations(data: bytes, points: int = 20) -> Iterator[bytes]:
    for point in range(points):
        yield data[: len(data) * point // points]


def flipped(data: bytes, rng: np.random.Generator) -> bytes:
    """One to eight bits turned over, half of the times in the first 200 bytes."""
    out = bytearray(data)
    end = min(len(out), 200) if rng.random() < 0.5 else len(out)
    for _ in range(int(rng.integers(1, 9))):
        out[int(rng.integers(0, end))] ^= 1 << int(rng.integers(0, 8))
    return bytes(out)


@lru_cache
def _endless(megabytes: int) -> bytes:
    """Zlib data that unfold a thousandfold."""
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(ZEROS) for _ in range(megabytes)), packer.flush()])


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png_of(width: int, height: int, packed: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _apng(data: bytes, frames: int) -> bytes:
    return data[:33] + _chunk(b"acTL", struct.pack(">II", frames, 0)) + data[33:]


def _gif_frame(side: int, *, canvas: int = 10) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", canvas, canvas, 0x80, 0, 0) + bytes(6)
    return head + b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00;"


def _gif_frames(count: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    return head + (b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00") * count + b";"


def _webp(width: int, height: int, *, frames: int = 0, profile: int = 0) -> bytes:
    def part(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)

    body = part(b"VP8X", bytes([2 if frames else 0x20, 0, 0, 0]) + _three(width - 1) + _three(height - 1))
    body += part(b"ICCP", bytes(profile)) if profile else b""
    body += part(b"ANIM", bytes(6)) + part(b"ANMF", bytes(24)) * frames if frames else b""
    body += part(b"VP8L", b"\x2f" + bytes(40))
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _claims(data: bytes, side: int) -> bytes:
    """The same file with a larger `ispe`."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", side, side) + data[at + 8 :]


def _jpeg_size(data: bytes, width: int, height: int) -> bytes:
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def _jpeg_scans(count: int) -> bytes:
    data = written(slopes(64, 48), "jpeg", progressive=True)
    start = data.rindex(b"\xff\xda")
    return data[:start] + data[start:-2] * count + data[-2:]


def _jpeg_profile(data: bytes) -> bytes:
    parts = [
        b"\xff\xe2\xff\xff" + b"ICC_PROFILE\0" + bytes([part, 255]) + bytes(65_519) for part in range(1, 256)
    ]
    return data[:2] + b"".join(parts) + data[2:]


def _bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


def _tiff_tags(changes: dict[int, int | tuple[int, int]]) -> bytes:
    """A TIFF whose tags say something else: a value, or a count with an offset."""
    data = bytearray(tiff(slopes(16, 16)))
    start = struct.unpack_from("<I", data, 4)[0]
    for entry in range(struct.unpack_from("<H", data, start)[0]):
        at = start + 2 + 12 * entry
        change = changes.get(struct.unpack_from("<H", data, at)[0])
        if isinstance(change, int):
            struct.pack_into("<HII", data, at + 2, 4, 1, change)
        elif change:
            struct.pack_into("<HII", data, at + 2, 4, *change)
    return bytes(data)


def _tiff_overlaps() -> bytes:
    """Four thousand tags that each claim the same megabyte."""
    directory = 8 + len(ZEROS)
    entries = b"".join(struct.pack("<HHII", 273, 4, len(ZEROS) // 4, 8) for _ in range(4000))
    return b"II*\0" + struct.pack("<I", directory) + ZEROS + struct.pack("<H", 4000) + entries + bytes(4)


def _tiff_ring() -> bytes:
    data = bytearray(tiff(slopes(16, 16)))
    struct.pack_into("<I", data, len(data) - 4, struct.unpack_from("<I", data, 4)[0])
    return bytes(data)


def _tiff_deflate() -> bytes:
    """A strip of 16×16 px that unfolds to 300 MB."""
    out = io.BytesIO()
    Image.fromarray(slopes(16, 16)).save(out, "TIFF", compression="tiff_adobe_deflate")
    data = bytearray(out.getvalue())
    packed = _endless(300)
    start = struct.unpack_from("<I", data, 4)[0]
    for entry in range(struct.unpack_from("<H", data, start)[0]):
        at = start + 2 + 12 * entry
        tag = struct.unpack_from("<H", data, at)[0]
        if tag == 273:
            struct.pack_into("<HII", data, at + 2, 4, 1, len(data))
        elif tag == 279:
            struct.pack_into("<HII", data, at + 2, 4, 1, len(packed))
    return bytes(data) + packed
