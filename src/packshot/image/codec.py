"""Bytes → Photo: one decode; orientation and colour are settled here and never again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from packshot.errors import BadPhoto
from packshot.image import icc, jpeg
from packshot.image.decoded import Decoded
from packshot.image.decoding import decoding, unsupported
from packshot.image.exif import orientation_of, upright, upright_size
from packshot.image.header import Header
from packshot.image.limits import Limits
from packshot.image.metadata import ai_made
from packshot.image.photo import Photo, Source
from packshot.image.resample import resize, resize_with_alpha
from packshot.image.sniff import format_of, stranger
from packshot.image.types import RGB, Grey, Size, size_of
from packshot.words import say

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Limits", "PhotoLike", "open_photo", "shrunk"]

PhotoLike: TypeAlias = "bytes | bytearray | memoryview | Path | str | Image.Image | NDArray[np.uint8]"


def open_photo(
    data: PhotoLike, *, name: str = "", want: int | None = None, limits: Limits | None = None
) -> Photo:
    """A photo, upright and sRGB, or `BadPhoto`.

    `want` is the long side that is enough: a larger photo is shrunk while it is decoded, never
    below `want`; `photo.scale` says by how much, `photo.source.size` is the true size.
    """
    limits = limits or Limits()
    if isinstance(data, np.ndarray):
        return _open_array(data, name, want, limits)
    if isinstance(data, (str, Path)):
        name = name or Path(data).as_posix()
        data = _read(Path(data), name, limits)
    elif isinstance(data, (bytearray, memoryview)):
        data = bytes(data)
    if isinstance(data, bytes):
        return _open_bytes(data, name, want, limits)
    return _open_picture(data, name, want, limits)


def shrunk(photo: Photo, long_side: int) -> Photo:
    """A smaller worked copy, `scale` updated; the photo itself where it is small enough."""
    if photo.size.long_side <= long_side:
        return photo
    size = photo.size.scaled(long_side / photo.size.long_side)
    pixels, alpha = _resized(photo.pixels, photo.alpha, size)
    return replace(
        photo,
        pixels=_frozen(pixels),
        alpha=None if alpha is None else _frozen(alpha),
        scale=photo.scale * size.long_side / photo.size.long_side,
    )


def _read(path: Path, name: str, limits: Limits) -> bytes:
    try:
        limits.check_bytes(path.stat().st_size, name)
        return path.read_bytes()
    except OSError as exc:
        raise BadPhoto(
            name,
            "unreadable",
            say("{name} cannot be read: {why}.", name=name, why=exc.strerror or str(exc)),
            say("Check the path and who may read it."),
        ) from exc


def _open_bytes(data: bytes, name: str, want: int | None, limits: Limits) -> Photo:
    if not data:
        raise BadPhoto(name, "empty", say("The file is empty."), say("Upload the photo again."))
    limits.check_bytes(len(data), name)
    kind = format_of(data)
    if not kind:
        raise BadPhoto(name, "not_an_image", *stranger(data))
    with decoding(name):
        decoded = _decode(data, kind, want, limits, name)
        source = _source(decoded, name, kind, hashlib.sha256(data).hexdigest(), len(data))
        source = replace(source, ai_made=ai_made(data, decoded.xmp))
        return _photo(decoded, source, want)


def _decode(data: bytes, kind: str, want: int | None, limits: Limits, name: str) -> Decoded:
    if kind == "jpeg":
        segments = jpeg.read_segments(data, name)
        header = jpeg.header(segments, name)
        header.check(limits, len(data), name)
        return Decoded(header, jpeg.decode(data, segments, want, name))
    if kind == "heic":
        from packshot.image import heic

        return heic.decode(data, limits, name)
    from packshot.image import pillow

    return pillow.decode(data, kind, limits, name)


def _source(decoded: Decoded, name: str, kind: str, sha256: str, size_bytes: int) -> Source:
    header = decoded.header
    profile = icc.profile_of(header.icc) if header.icc else None
    return Source(
        name=name,
        sha256=sha256,
        format=kind,
        size_bytes=size_bytes,
        size=upright_size(header.size, header.orientation),
        extension=Path(name).suffix.lower().removeprefix("."),
        mode=header.mode,
        bits=header.bits,
        colour_profile=profile.name if profile else "",
        jpeg_quality=header.jpeg_quality,
        subsampling=header.subsampling,
        frames=header.frames,
    )


def _photo(decoded: Decoded, source: Source, want: int | None) -> Photo:
    pixels, alpha = decoded.pixels, decoded.alpha
    if alpha is not None and alpha.min() == 255:
        alpha = None
    # Eight bits shrink before the colours are converted: fewer pixels to convert.
    if pixels.dtype == np.uint8:
        pixels, alpha = _halved(pixels, alpha, want)  # type: ignore[arg-type]
    rgb = icc.to_srgb(pixels, decoded.header.icc, mode=decoded.header.mode)
    rgb, alpha = _halved(rgb, alpha, want)
    rgb = upright(rgb, decoded.header.orientation)
    if alpha is not None:
        alpha = _frozen(upright(alpha, decoded.header.orientation))
    scale = size_of(rgb).long_side / source.size.long_side
    return Photo(_frozen(rgb), alpha, scale, source)


def _halved(
    pixels: NDArray[np.uint8], alpha: Grey | None, want: int | None
) -> tuple[NDArray[np.uint8], Grey | None]:
    """What a decoder that cannot shrink leaves to do: whole factors, which average exactly."""
    size = size_of(pixels)
    factor = size.long_side // want if want else 1
    if factor < 2:
        return pixels, alpha
    return _resized(pixels, alpha, Size(-(-size.width // factor), -(-size.height // factor)))


def _resized(
    pixels: NDArray[np.uint8], alpha: Grey | None, size: Size
) -> tuple[NDArray[np.uint8], Grey | None]:
    if alpha is None or pixels.ndim == 2 or pixels.shape[2] != 3:
        return resize(pixels, size), None if alpha is None else resize(alpha, size)
    return resize_with_alpha(pixels, alpha, size)


def _frozen(pixels: NDArray[np.uint8]) -> RGB:
    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    return pixels


def _open_array(array: NDArray[np.uint8], name: str, want: int | None, limits: Limits) -> Photo:
    """Pixels that a program hands in; taken as sRGB."""
    if array.dtype != np.uint8:
        raise BadPhoto(
            name,
            "unsupported",
            say("The array holds {kind}; we take uint8 from 0 to 255.", kind=str(array.dtype)),
            say("Scale it to 0…255 and use astype('uint8')."),
        )
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in {2, 3} or channels not in {1, 2, 3, 4}:
        raise BadPhoto(
            name,
            "unsupported",
            say("The array has the shape {shape}.", shape=str(array.shape)),
            say("Give height × width × 3, with a fourth channel for alpha, or height × width."),
        )
    if not array.size:
        raise BadPhoto(name, "empty", say("The array is empty."), say("Give a photo."))
    size = size_of(array)
    limits.check_size(size, name)
    # A copy: nobody can change the photo through the array that they keep.
    planes = array.reshape(size.height, size.width, channels)
    colours = planes[:, :, : 3 if channels >= 3 else 1].copy()
    alpha = planes[:, :, -1].copy() if channels in {2, 4} else None
    header = Header(size=size, mode="rgb" if channels >= 3 else "grey")
    return _photo_of_samples(
        Decoded(header, colours if channels >= 3 else colours[:, :, 0], alpha), name, want
    )


def _open_picture(picture: Image.Image, name: str, want: int | None, limits: Limits) -> Photo:
    """A picture of Pillow: its profile and orientation count as they do in a file."""
    from PIL import Image

    from packshot.image.pillow import samples

    if not isinstance(picture, Image.Image):
        raise unsupported(name, type(picture).__name__)
    size = Size(*picture.size)
    limits.check_size(size, name)
    with decoding(name):
        pixels, alpha = samples(picture, name)
        profile, exif = picture.info.get("icc_profile"), picture.info.get("exif")
        header = Header(
            size=size,
            mode={"L": "grey", "LA": "grey", "CMYK": "cmyk", "P": "palette", "LAB": "lab"}.get(
                picture.mode, "rgb"
            ),
            bits=16 if pixels.dtype == np.uint16 else 8,
            icc=profile if isinstance(profile, bytes) else b"",
            orientation=orientation_of(exif) if isinstance(exif, bytes) else 1,
        )
        return _photo_of_samples(Decoded(header, pixels, alpha), name, want)


def _photo_of_samples(decoded: Decoded, name: str, want: int | None) -> Photo:
    digest = hashlib.sha256(str(decoded.pixels.shape).encode())
    digest.update(np.ascontiguousarray(decoded.pixels).data)
    if decoded.alpha is not None:
        digest.update(np.ascontiguousarray(decoded.alpha).data)
    source = _source(decoded, name, "array", digest.hexdigest(), decoded.pixels.nbytes)
    return _photo(decoded, source, want)
