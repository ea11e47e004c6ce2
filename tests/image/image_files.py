"""Photos in every format, and colour profiles, drawn and built by code."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image

HEIC = Path(__file__).parent / "heic"
EXACT = ("png", "webp", "tiff", "bmp")
"""What `written` writes without loss."""
KINDS = ("jpeg", "png", "webp", "avif", "tiff", "bmp", "gif")
TURNING = ("jpeg", "png", "webp", "avif", "tiff")
"""Formats that can hold an orientation."""


def quarters(width: int = 64, height: int = 48) -> np.ndarray:
    """Red, green, blue, grey from the top left: no turn or mirror leaves it as it was."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:] = (230, 230, 230)
    pixels[: height // 2, : width // 2] = (200, 40, 40)
    pixels[: height // 2, width // 2 :] = (40, 160, 60)
    pixels[height // 2 :, : width // 2] = (40, 60, 190)
    return pixels


def noise(width: int = 64, height: int = 48, seed: int = 0, channels: int = 3) -> np.ndarray:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    return pixels[:, :, 0] if channels == 1 else pixels


def slopes(width: int, height: int) -> np.ndarray:
    """Smooth, so that a lossy format hardly changes it."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, (x + y) / 2], axis=-1).round().astype(np.uint8)


def written(picture: np.ndarray | Image.Image, kind: str, *, orientation: int = 1, **options) -> bytes:
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    defaults = {"jpeg": {"quality": 90}, "webp": {"lossless": True}, "avif": {"speed": 10}}
    options = defaults.get(kind, {}) | options
    if orientation != 1:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    out = io.BytesIO()
    picture.save(out, kind.upper(), **options)
    return out.getvalue()


def png(head: tuple[int, int, int, int], pixels: bytes, *extra: tuple[bytes, bytes]) -> bytes:
    """A PNG from scratch: width, height, bits, colour type; raw rows with their filter bytes."""
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", *head, 0, 0, 0)),
            *(chunk(kind, body) for kind, body in extra),
            chunk(b"IDAT", zlib.compress(pixels)),
            chunk(b"IEND", b""),
        ]
    )


def sixteen_bit_png(pixels: np.ndarray, *extra: tuple[bytes, bytes]) -> bytes:
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return png((width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels]), rows, *extra)


def tiff(pixels: np.ndarray, *, photometric: int = 2, icc: bytes = b"", order: str = "<") -> bytes:
    """A TIFF from scratch, in one strip without compression."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    bits = pixels.dtype.itemsize * 8
    body = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    body += b"\0" * (len(body) % 2)
    start = 8
    bits_at = start + len(body)
    icc_at = bits_at + 8
    directory = icc_at + len(icc) + len(icc) % 2
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, channels, bits_at if channels > 2 else bits),
        (259, 3, 1, 1),
        (262, 3, 1, photometric),
        (273, 4, 1, start),
        (277, 3, 1, channels),
        (278, 4, 1, height),
        (279, 4, 1, width * height * channels * bits // 8),
    ]
    if icc:
        entries.append((34675, 7, len(icc), icc_at))
    out = [b"II" if order == "<" else b"MM", struct.pack(order + "HI", 42, directory), body]
    out += [struct.pack(order + "4H", *([bits] * 4)), icc, b"\0" * (len(icc) % 2)]
    out.append(struct.pack(order + "H", len(entries)))
    for tag, kind, count, value in entries:
        short = kind == 3 and count == 1
        out.append(
            struct.pack(
                order + ("HHIHH" if short else "HHII"), tag, kind, count, *([value, 0] if short else [value])
            )
        )
    out.append(bytes(4))
    return b"".join(out)


# Colour profiles -----------------------------------------------------------------------------------

SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
"""Red, green and blue as XYZ under D50."""


def srgb_curve() -> bytes:
    numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para" + bytes(4) + struct.pack(">HH5i", 3, 0, *(round(v * 65536) for v in numbers))


def gamma_curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IHxx", 1, round(gamma * 256))


def _profile(space: bytes, pcs: bytes, kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body = [], b""
    start = 132 + 12 * len(tags)
    for sign, content in tags.items():
        content += bytes(-len(content) % 4)
        table.append(struct.pack(">4sII", sign, start + len(body), len(content)))
        body += content
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"test", 0x02400000, kind, space, pcs)
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">iii", 63190, 65536, 54061) + bytes(48)
    return head + struct.pack(">I", len(tags)) + b"".join(table) + body


def _name(text: str) -> bytes:
    return b"desc" + bytes(4) + struct.pack(">I", len(text) + 1) + text.encode() + bytes(79)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">iii", *(round(v * 65536) for v in values))


def rgb_profile(name: str, primaries: tuple, curve: bytes) -> bytes:
    tags = {b"desc": _name(name), b"wtpt": _xyz((0.9642, 1.0, 0.8249))}
    tags |= {sign: _xyz(v) for sign, v in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _profile(b"RGB ", b"XYZ ", b"mntr", tags)


def grey_profile(name: str, curve: bytes) -> bytes:
    tags = {b"desc": _name(name), b"wtpt": _xyz((0.9642, 1.0, 0.8249)), b"kTRC": curve}
    return _profile(b"GRAY", b"XYZ ", b"mntr", tags)


def cmyk_profile(name: str = "Test inks") -> bytes:
    """A table profile: 9 steps of each ink, inks of our own making, seen by `ink_colour`."""
    steps = 9
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, steps)] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    lab = ink_lab(grid)
    levels = np.stack([lab[:, 0] * 2.55, lab[:, 1] + 128, lab[:, 2] + 128], axis=-1)
    same = bytes(range(256))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft1" + bytes(4) + bytes([4, 3, steps, 0]) + matrix + same * 4
    table += np.clip(levels.round(), 0, 255).astype(np.uint8).tobytes() + same * 3
    tags = {b"desc": _name(name), b"wtpt": _xyz((0.9642, 1.0, 0.8249)), b"A2B0": table}
    return _profile(b"CMYK", b"Lab ", b"prtr", tags)


def ink_lab(inks: np.ndarray) -> np.ndarray:
    """What our inks, 0…1, look like: smooth in every ink, so that a table can follow."""
    c, m, y, k = np.moveaxis(inks, -1, 0)
    light = 100 * (1 - 0.35 * c) * (1 - 0.45 * m) * (1 - 0.08 * y) * (1 - 0.95 * k)
    a = (60 * m - 30 * c) * (1 - k)
    b = (75 * y - 35 * c) * (1 - k)
    return np.stack([light, a, b], axis=-1)


def lab_to_srgb(lab: np.ndarray) -> np.ndarray:
    """From D50 Lab, in float, the textbook's way."""
    fy = (lab[..., 0] + 16) / 116
    f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * (0.9642, 1.0, 0.8249)
    return xyz_to_srgb(xyz)


def xyz_to_srgb(xyz: np.ndarray) -> np.ndarray:
    light = np.clip(xyz @ np.linalg.inv(np.array(SRGB)), 0, 1)
    return 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def srgb_light(levels: np.ndarray) -> np.ndarray:
    share = levels / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
