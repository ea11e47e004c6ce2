"""Photos whose product is known to the pixel: they bring it as their own alpha."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

from packshot.image.types import Box, Size

RED = (200, 30, 20)


def cut_out(size: Size, product: Box, colour: tuple[int, int, int] = RED) -> bytes:
    """A rectangle with hard edges; under alpha 0 lies green that nobody may ever see."""
    rgba = np.zeros((size.height, size.width, 4), np.uint8)
    rgba[:] = (0, 255, 0, 0)
    rgba[product.slices] = (*colour, 255)
    return png(rgba)


def soft(side: int = 240) -> bytes:
    """A disc of two colours with a soft rim and a see-through middle."""
    big = Image.new("L", (side * 4, side * 4), 0)
    draw = ImageDraw.Draw(big)
    draw.ellipse((side, side // 2, side * 3, side * 3), fill=255)
    draw.ellipse((side * 1.7, side * 1.5, side * 2.3, side * 2.1), fill=120)
    alpha = np.asarray(big.resize((side, side), Image.Resampling.BOX))
    rgba = np.zeros((side, side, 4), np.uint8)
    rgba[:, : side // 2, :3] = RED
    rgba[:, side // 2 :, :3] = (20, 60, 180)
    rgba[..., 3] = alpha
    return png(rgba)


def mug(side: int = 240, kind: str = "JPEG", colour: tuple[int, int, int] = RED) -> bytes:
    """A product on an even ground, to be cut out for real."""
    picture = Image.new("RGB", (side, side), (240, 240, 240))
    ImageDraw.Draw(picture).ellipse((side * 0.25, side * 0.2, side * 0.75, side * 0.8), fill=colour)
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def empty(side: int = 240) -> bytes:
    return png(np.full((side, side, 3), 240, np.uint8))


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()


def opened(data: bytes, mode: str = "RGBA") -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert(mode))
