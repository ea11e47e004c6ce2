"""Small pictures for pages and contact sheets."""

from __future__ import annotations

import io

from packshot.errors import PackshotError

QUALITY = 78


def thumb(data: bytes, side: int, *, keep_alpha: bool = False) -> bytes:
    """A small WebP of the photo; empty where it cannot be opened. What is see-through comes to lie on white,
    or stays as it is."""
    from PIL import Image

    from packshot.image.codec import open_photo, shrunk

    try:
        photo = shrunk(open_photo(data, want=side), side)
    except PackshotError:
        return b""
    picture = Image.fromarray(photo.pixels)
    if photo.alpha is not None and keep_alpha:
        picture.putalpha(Image.fromarray(photo.alpha))
    elif photo.alpha is not None:
        ground = Image.new("RGB", picture.size, (255, 255, 255))
        picture = Image.composite(picture, ground, Image.fromarray(photo.alpha))
    small = io.BytesIO()
    picture.save(small, "WEBP", quality=QUALITY, method=2)
    return small.getvalue()
