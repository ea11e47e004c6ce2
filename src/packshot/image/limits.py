"""How large a photo may be. Asked of the header, before a pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.errors import BadPhoto
from packshot.image.types import Size
from packshot.words import say


@dataclass(frozen=True, slots=True)
class Limits:
    """Above these a photo is not opened."""

    size_bytes: int = 100_000_000
    pixels: int = 110_000_000
    """Cameras sold as 100 megapixels make 102 and 108."""
    side: int = 30_000
    frames: int = 1000

    def check_bytes(self, count: int, name: str) -> None:
        if count > self.size_bytes:
            raise BadPhoto(
                name,
                "too_many_bytes",
                say(
                    "The file is {size:.0f} MB, the limit is {limit:.0f} MB.",
                    size=count / 1e6,
                    limit=self.size_bytes / 1e6,
                ),
            )

    def check_size(self, size: Size, name: str) -> None:
        if size.width < 1 or size.height < 1:
            raise BadPhoto(name, "damaged", say("The file says that the photo has no pixels."))
        if size.long_side > self.side:
            raise BadPhoto(
                name,
                "side_too_long",
                say(
                    "The photo is {width}×{height} px, the limit is {limit} px a side.",
                    width=size.width,
                    height=size.height,
                    limit=self.side,
                ),
                _SMALLER,
            )
        if size.area > self.pixels:
            raise BadPhoto(
                name,
                "too_many_pixels",
                say(
                    "The photo has {pixels:.0f} megapixels, the limit is {limit:.0f}.",
                    pixels=size.area / 1e6,
                    limit=self.pixels / 1e6,
                ),
                _SMALLER,
            )

    def check_frames(self, count: int, name: str) -> None:
        if count > self.frames:
            raise BadPhoto(
                name,
                "too_many_frames",
                say(
                    "The file holds {frames} pictures or more, the limit is {limit}.",
                    frames=count,
                    limit=self.frames,
                ),
                say("Save the first picture alone, as JPEG or PNG."),
            )


_SMALLER = say("Save the photo smaller.")
