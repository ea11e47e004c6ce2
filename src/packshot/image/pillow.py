"""PNG, WebP, AVIF, TIFF, BMP, GIF: Pillow decodes, by the one plugin that the content asks for.

The plugins are called directly and not through `Image.open`: that way no global limit of Pillow is
changed or asked, no warning is sent, and no other plugin sees the bytes.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from packshot.image import bmp, gif, isobmff, png, tiff, webp
from packshot.image.decoded import Decoded
from packshot.image.decoding import unsupported
from packshot.image.exif import orientation_of
from packshot.image.header import Header
from packshot.image.limits import Limits
from packshot.image.types import Grey, Size

if TYPE_CHECKING:
    from PIL import Image

_FLIPPED = {"B": "L", "L": "B"}


def decode(data: bytes, kind: str, limits: Limits, name: str) -> Decoded:
    return {
        "png": _png,
        "webp": _webp,
        "avif": _avif,
        "tiff": _tiff,
        "bmp": _bmp,
        "gif": _gif,
    }[kind](data, limits, name)


def samples(picture: Image.Image, name: str) -> tuple[NDArray[Any], Grey | None]:
    """Grey, RGB or CMYK, and the alpha where there is one."""
    mode = picture.mode
    if mode in {"I", "F"}:
        raise unsupported(name, f"{mode} samples, neither 8 nor 16 bits")
    if mode in {"RGB", "L", "CMYK", "LAB"} and "transparency" not in picture.info:
        return np.asarray(picture), None
    if mode.startswith("I;16"):
        return np.asarray(picture).astype(np.uint16, copy=False), None
    if mode == "1":
        return np.asarray(picture.convert("L")), None
    if mode in {"LA", "La", "L"}:
        both = np.asarray(picture if mode == "LA" else picture.convert("LA"))
        return np.ascontiguousarray(both[:, :, 0]), np.ascontiguousarray(both[:, :, 1])
    if mode == "RGBA" or picture.has_transparency_data:
        return _split(np.asarray(picture if mode == "RGBA" else picture.convert("RGBA")))
    return np.asarray(picture.convert("RGB")), None


def _split(rgba: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Grey]:
    import cv2

    colours: NDArray[np.uint8] = cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB)  # type: ignore[assignment]
    alpha: Grey = cv2.extractChannel(rgba, 3)  # type: ignore[assignment]
    return colours, alpha


def _png(data: bytes, limits: Limits, name: str) -> Decoded:
    from PIL.PngImagePlugin import PngImageFile

    found = png.read(data, name)
    found.header.check(limits, len(data), name)
    with PngImageFile(BytesIO(found.clean)) as picture:
        pixels, alpha = _fine(PngImageFile, found.clean, picture, name)
        if found.key:
            alpha = _keyed(pixels, found.key)
    return Decoded(found.header, pixels, alpha, found.xmp)


def _tiff(data: bytes, limits: Limits, name: str) -> Decoded:
    from PIL.TiffImagePlugin import TiffImageFile

    found = tiff.read(data, limits.frames, name)
    found.header.check(limits, len(data), name)
    with _unlimited(TiffImageFile(BytesIO(found.clean))) as picture:
        pixels, alpha = _fine(TiffImageFile, found.clean, picture, name)
    if found.white_is_zero and pixels.dtype == np.uint16:
        # Pillow turns them over at 8 bits only.
        pixels = 65535 - pixels
    return Decoded(found.header, pixels, alpha)


def _webp(data: bytes, limits: Limits, name: str) -> Decoded:
    from PIL.WebPImagePlugin import WebPImageFile

    header = webp.header(data, limits.frames, name)
    header.check(limits, len(data), name)
    with WebPImageFile(BytesIO(data)) as picture:
        return Decoded(header, *samples(picture, name))


def _gif(data: bytes, limits: Limits, name: str) -> Decoded:
    from PIL.GifImagePlugin import GifImageFile

    found = gif.read(data, limits.frames, name)
    found.header.check(limits, len(data), name)
    with GifImageFile(BytesIO(found.clean)) as picture:
        picture.load()
        return Decoded(found.header, *samples(picture, name))


def _bmp(data: bytes, limits: Limits, name: str) -> Decoded:
    from PIL.BmpImagePlugin import BmpImageFile

    header = bmp.header(data, name)
    header.check(limits, len(data), name)
    with BmpImageFile(BytesIO(data)) as picture:
        return Decoded(header, *samples(picture, name))


def _avif(data: bytes, limits: Limits, name: str) -> Decoded:
    from PIL.AvifImagePlugin import AvifImageFile

    claim = isobmff.largest(data, name)
    if claim:
        limits.check_size(claim, name)
    with AvifImageFile(BytesIO(data)) as picture:
        header = Header(
            size=Size(*picture.size),
            frames=picture.n_frames,
            orientation=orientation_of(picture.info.get("exif", b"")),
            icc=picture.info.get("icc_profile", b""),
        )
        header.check(limits, len(data), name)
        return Decoded(header, *samples(picture, name))


def _fine(plugin: Any, data: bytes, picture: Any, name: str) -> tuple[NDArray[Any], Grey | None]:
    """All 16 bits of colours that Pillow holds in 8: it keeps the high byte of each sample, and
    read in the other byte order the low one."""
    swapped = _swapped(picture.tile)
    pixels, alpha = samples(picture, name)
    if swapped is None or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return pixels, alpha
    with _unlimited(plugin(BytesIO(data))) as other:
        other.tile = swapped
        low, low_alpha = samples(other, name)
    joined = pixels.astype(np.uint16) << 8 | low
    if alpha is not None and low_alpha is not None:
        alpha = (((alpha.astype(np.uint32) << 8 | low_alpha) + 128) // 257).astype(np.uint8)
    return joined, alpha


def _unlimited(picture: Any) -> Any:
    """Pillow's TIFF plugin asks Pillow's own limit of pixels when it makes room; ours is asked before."""
    from PIL import Image

    picture.im = Image.new(picture.mode, picture.size, None).im
    return picture


def _swapped(tiles: list[Any]) -> list[Any] | None:
    """The same tiles read in the other byte order; None where they do not have 16 bits of colour."""
    out = []
    for tile in tiles:
        args = tile.args if isinstance(tile.args, tuple) else (tile.args,)
        raw = args[0]
        if raw[:-1] not in {"RGB;16", "RGBA;16", "CMYK;16", "RGBX;16"} or raw[-1] not in _FLIPPED:
            return None
        flipped = (raw[:-1] + _FLIPPED[raw[-1]], *args[1:])
        out.append(tile._replace(args=flipped if isinstance(tile.args, tuple) else flipped[0]))
    return out


def _keyed(pixels: NDArray[Any], key: bytes) -> Grey:
    """The one colour that the file calls transparent."""
    colour = [int.from_bytes(key[at : at + 2], "big") for at in range(0, len(key), 2)]
    if pixels.ndim == 2:
        same = pixels == colour[0]
    else:
        same = (pixels == np.array(colour[:3], np.uint16)).all(axis=2)
    return np.where(same, 0, 255).astype(np.uint8)
