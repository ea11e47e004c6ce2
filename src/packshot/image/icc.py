"""From any embedded colour profile to sRGB; photos that are sRGB already pay nothing."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Float, Grey

Samples = NDArray[np.uint8] | NDArray[np.uint16]

_STRIP_PIXELS = 1_000_000
"""Converted at a time: the memory beside the picture stays under 20 MB whatever its size."""
_MAX_TAGS = 200
_SRGB_TO_D50 = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
"""Columns: where sRGB's red, green and blue lie, as its profile says."""
_CHANNELS = {"RGB ": 3, "GRAY": 1, "CMYK": 4, "Lab ": 3}


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    name: str
    space: str
    """RGB, GRAY, CMYK, Lab: padded with blanks to four letters."""
    curves: tuple[NDArray[np.float64], ...] = ()
    """65536 values per channel, to linear light; empty where the profile works by tables."""
    to_d50: NDArray[np.float64] | None = None

    @property
    def is_srgb(self) -> bool:
        if self.space == "GRAY":
            return bool(self.curves) and _near_srgb(self.curves[0])
        return (
            self.to_d50 is not None
            and bool(np.abs(self.to_d50 - _SRGB_TO_D50).max() < 0.003)
            and all(_near_srgb(curve) for curve in self.curves)
        )


@lru_cache(maxsize=8)  # a profile has up to 1.5 MB of curves
def profile_of(icc: bytes) -> Profile | None:
    """None where there is no profile, or one that makes no sense: then sRGB is taken."""
    try:
        return _read(icc)
    except (struct.error, ValueError, IndexError, KeyError, OverflowError):
        return None


def to_srgb(pixels: Samples, icc: bytes, *, mode: str = "") -> RGB:
    """Grey H×W, RGB H×W×3 or CMYK H×W×4, of 8 or 16 bits, as sRGB of 8 bits."""
    channels = 1 if pixels.ndim == 2 else int(pixels.shape[2])
    profile = profile_of(icc) if icc else None
    if profile is not None and _CHANNELS.get(profile.space) != channels:
        profile = None
    if mode == "lab":
        return _through_lcms(_eight_bits(pixels), "LAB", b"")
    if profile is None or profile.is_srgb:
        return _as_rgb(_eight_bits(pixels))
    if pixels.dtype == np.uint16 and profile.curves:
        return _from_sixteen_bits(pixels, profile)
    pixels = _eight_bits(pixels)
    if channels == 1:
        return _by_table(pixels, icc)
    return _through_lcms(pixels, "CMYK" if channels == 4 else "RGB", icc)


def srgb_profile() -> bytes:
    """The profile that we put into what we write: always the same bytes."""
    return _srgb_profile()


@lru_cache(maxsize=1)
def _srgb_profile() -> bytes:
    from PIL import ImageCms

    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # The date of making, and the digest over it: the only bytes that would differ from day to day.
    made[24:36] = struct.pack(">6H", 2020, 1, 1, 0, 0, 0)
    made[84:100] = bytes(16)
    return bytes(made)


def _eight_bits(pixels: Samples) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels  # type: ignore[return-value]
    return _down()[pixels]


@lru_cache(maxsize=1)
def _down() -> NDArray[np.uint8]:
    """16 bits to 8, rounded: 65535 is 255 × 257."""
    return ((np.arange(65536, dtype=np.uint32) + 128) // 257).astype(np.uint8)


def _as_rgb(pixels: NDArray[np.uint8]) -> RGB:
    if pixels.ndim == 2:
        return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)  # type: ignore[return-value]
    if pixels.shape[2] == 4:
        return _ink_to_light(pixels)
    return pixels


def _ink_to_light(cmyk: NDArray[np.uint8]) -> RGB:
    """CMYK without a profile: the plain formula that browsers use too."""
    light = 255 - cmyk[:, :, :3]
    black = 255 - cmyk[:, :, 3]
    out: RGB = cv2.multiply(light, cv2.cvtColor(black, cv2.COLOR_GRAY2RGB), scale=1 / 255)  # type: ignore[assignment]
    return out


def _by_table(grey: NDArray[np.uint8], icc: bytes) -> RGB:
    levels = _through_lcms(np.arange(256, dtype=np.uint8).reshape(1, 256), "L", icc)
    return cv2.LUT(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), levels)  # type: ignore[return-value]


def _through_lcms(pixels: NDArray[np.uint8], mode: str, icc: bytes) -> RGB:
    from PIL import Image, ImageCms

    transform = _transform(mode, icc)
    if transform is None:
        return _as_rgb(pixels)
    height, width = pixels.shape[:2]
    out = np.empty((height, width, 3), np.uint8)
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        strip = np.ascontiguousarray(pixels[top : top + rows])
        picture = Image.frombuffer(mode, (width, len(strip)), strip, "raw", mode, 0, 1)
        done = ImageCms.applyTransform(picture, transform)
        out[top : top + rows] = np.asarray(done)
    return out


@lru_cache(maxsize=16)
def _transform(mode: str, icc: bytes) -> Any:
    """None where LittleCMS cannot work with the profile."""
    from PIL import ImageCms

    try:
        source: Any = (
            ImageCms.createProfile("LAB") if mode == "LAB" else ImageCms.ImageCmsProfile(BytesIO(icc))
        )
        return ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _from_sixteen_bits(pixels: Samples, profile: Profile) -> RGB:
    """In float, so that a linear or wide file keeps its dark tones."""
    grey = pixels.ndim == 2
    curves = [curve.astype(np.float32) for curve in profile.curves]
    matrix = np.eye(3) if profile.to_d50 is None else np.linalg.inv(_SRGB_TO_D50) @ profile.to_d50
    encode = _encoder()
    height, width = pixels.shape[:2]
    out = np.empty(pixels.shape, np.uint8)
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        strip = pixels[top : top + rows]
        if grey:
            linear: Float = curves[0][strip]
        else:
            linear = np.stack([curves[c][strip[:, :, c]] for c in range(3)], axis=-1)
            linear = cv2.transform(linear, matrix.astype(np.float32))  # type: ignore[assignment]
        np.clip(linear, 0, 1, out=linear)
        out[top : top + rows] = encode[(linear * 65535 + 0.5).astype(np.uint16)]
    return _as_rgb(out)


@lru_cache(maxsize=1)
def _encoder() -> Grey:
    """Linear light of 16 bits as an sRGB level."""
    linear = np.arange(65536) / 65535
    return (_srgb_level(linear) * 255 + 0.5).astype(np.uint8)


def _srgb_level(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055
    )


def _near_srgb(curve: NDArray[np.float64]) -> bool:
    """Within 0.6 of a level everywhere."""
    levels = np.linspace(0, 1, 52)
    linear = curve[np.round(levels * 65535).astype(int)]
    return bool(np.abs(_srgb_level(np.clip(linear, 0, 1)) - levels).max() < 0.6 / 255)


def _read(icc: bytes) -> Profile | None:
    if len(icc) < 132 or icc[36:40] != b"acsp":
        return None
    count = min(int.from_bytes(icc[128:132], "big"), _MAX_TAGS)
    tags: dict[bytes, bytes] = {}
    for entry in range(count):
        sign, start, length = struct.unpack_from(">4sII", icc, 132 + 12 * entry)
        tags.setdefault(sign, icc[start : start + length])
    space = icc[16:20].decode("ascii", "replace")
    name = _text(tags.get(b"desc", b""))
    if b"A2B0" in tags or b"A2B1" in tags:
        return Profile(name, space)
    if space == "GRAY" and b"kTRC" in tags:
        return Profile(name, space, (_curve(tags[b"kTRC"]),))
    if space == "RGB " and icc[20:24] == b"XYZ " and all(t in tags for t in _MATRIX_TAGS):
        columns = [_xyz(tags[tag]) for tag in _MATRIX_TAGS[:3]]
        curves = tuple(_curve(tags[tag]) for tag in _MATRIX_TAGS[3:])
        return Profile(name, space, curves, np.array(columns).T)
    return Profile(name, space)


_MATRIX_TAGS = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")


def _text(tag: bytes) -> str:
    if tag[:4] == b"mluc":
        length, start = struct.unpack_from(">II", tag, 20)
        return tag[start : start + min(length, 200)].decode("utf-16-be", "replace").strip("\x00 ")
    if tag[:4] == b"desc":
        length = int.from_bytes(tag[8:12], "big")
        return tag[12 : 12 + min(length, 100)].decode("latin-1").strip("\x00 ")
    return ""


def _xyz(tag: bytes) -> tuple[float, float, float]:
    x, y, z = struct.unpack_from(">iii", tag, 8)
    return x / 65536, y / 65536, z / 65536


def _curve(tag: bytes) -> NDArray[np.float64]:
    x = np.arange(65536) / 65535
    if tag[:4] == b"curv":
        count = int.from_bytes(tag[8:12], "big")
        if count == 0:
            return x
        if count == 1:
            return np.asarray(x ** (int.from_bytes(tag[12:14], "big") / 256))
        table = np.frombuffer(tag, ">u2", count, 12) / 65535
        return np.interp(x, np.linspace(0, 1, count), table)
    if tag[:4] == b"para":
        return _parametric(x, tag)
    raise ValueError("a curve of a kind that we do not know")


def _parametric(x: NDArray[np.float64], tag: bytes) -> NDArray[np.float64]:
    """ICC.1, 10.18: five shapes of one formula."""
    kind = int.from_bytes(tag[8:10], "big")
    numbers = [v / 65536 for v in struct.unpack_from(f">{(1, 3, 4, 5, 7)[kind]}i", tag, 12)]
    g = numbers[0]
    a, b = (1.0, 0.0) if kind == 0 else (numbers[1], numbers[2])
    c = d = e = f = 0.0
    if kind in {1, 2}:
        d = -b / a
        e = f = numbers[3] if kind == 2 else 0.0
    elif kind >= 3:
        c, d = numbers[3], numbers[4]
        e, f = (numbers[5], numbers[6]) if kind == 4 else (0.0, 0.0)
    return np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f)
