"""A finished sheet as the bytes of a file."""

from __future__ import annotations

import io
import zipfile

import cv2
import numpy as np

from packshot.image.encode import Encoding, encode
from packshot.image.resample import resize_with_alpha
from packshot.image.types import RGB, Grey, size_of
from packshot.look.spread import spread
from packshot.service.removebg.sheet import Sheet, filled, lay

MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "zip": "application/zip"}
QUALITY = 92
HIDDEN_SIDE = 512
"""Longer side at which hidden colours are made up: nobody sees them, JPEG's blocks do."""
A_DAY = (1980, 1, 1, 0, 0, 0)
"""The same picture makes the same archive, whenever."""


def packed(sheet: Sheet, form: str, *, ai_made: str = "") -> bytes:
    """`form`: png, jpg, webp or zip. JPG lays what is see-through over white."""
    if form == "zip":
        return _zip(sheet, ai_made)
    if form == "jpg":
        return _jpeg(_on_white(sheet).colours, ai_made)
    how = Encoding("webp", QUALITY) if form == "webp" else Encoding("png")
    return encode(sheet.colours, None if sheet.is_opaque else sheet.alpha, how, ai_made=ai_made).data


def packed_mask(mask: Grey, form: str) -> bytes:
    """The mask as a grey picture; white is product."""
    if form == "png":
        return _grey_png(mask)
    grey = np.ascontiguousarray(np.repeat(mask[..., None], 3, axis=2))
    return packed(Sheet(grey, np.full_like(mask, 255)), form)


def _on_white(sheet: Sheet) -> Sheet:
    if sheet.is_opaque:
        return sheet
    white = filled(sheet.size, (255, 255, 255), 255)
    lay(white, sheet.colours, sheet.alpha, 0, 0)
    return white


def _jpeg(colours: RGB, ai_made: str) -> bytes:
    # With 4:2:0 the rim of red goods takes its colour from the ground beside it.
    return encode(colours, None, Encoding("jpeg", QUALITY, "4:4:4"), ai_made=ai_made).data


def _zip(sheet: Sheet, ai_made: str) -> bytes:
    colours = sheet.colours if sheet.is_opaque else _with_hidden(sheet.colours, sheet.alpha)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in (("color.jpg", _jpeg(colours, ai_made)), ("alpha.png", _grey_png(sheet.alpha))):
            archive.writestr(zipfile.ZipInfo(name, A_DAY), data)
    return out.getvalue()


def _with_hidden(colours: RGB, alpha: Grey) -> RGB:
    """What the alpha hides takes the colours beside it, so that no block of the JPEG mixes the product with
    black."""
    whole = size_of(alpha)
    small = whole.scaled(min(1.0, HIDDEN_SIDE / whole.long_side))
    mean, weight = resize_with_alpha(colours, alpha, small)
    guess = spread(mean.astype(np.float32), np.asarray(weight / 255, np.float32))
    guess = np.asarray(np.clip(guess, 0, 255), np.uint8)
    hidden = cv2.resize(guess, (whole.width, whole.height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.copyTo(colours, np.minimum(alpha, 1), hidden), np.uint8)


def _grey_png(mask: Grey) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(mask)).save(out, "PNG", compress_level=6)
    return out.getvalue()
