"""A decoded picture and where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from packshot.image.types import RGB, Box, Grey, Size, size_of


@dataclass(frozen=True, slots=True)
class Source:
    """What the file said before a pixel was touched."""

    name: str
    sha256: str
    format: str
    """jpeg, png, webp, avif, tiff, bmp, gif, heic; `array` where pixels were handed in."""
    size_bytes: int
    size: Size
    """The true upright size, before any shrinking."""
    extension: str = ""
    """Of the name, lower case, without the dot; empty where there was none."""
    mode: str = "rgb"
    """rgb, grey, palette, cmyk, ycck, lab, …"""
    bits: int = 8
    colour_profile: str = ""
    """Name of the embedded ICC profile; empty where there was none (then sRGB is taken)."""
    jpeg_quality: int | None = None
    """Estimated from the quantisation tables, 1…100."""
    subsampling: str = ""
    """4:4:4, 4:2:2, 4:2:0 or empty."""
    frames: int = 1
    ai_made: str = ""
    """IPTC DigitalSourceType of generated pictures (`trainedAlgorithmicMedia`, …); empty where none."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """sRGB pixels, upright, read-only. `image/codec.py` makes it; nobody changes it."""

    pixels: RGB
    alpha: Grey | None
    """The file's own alpha where it had one that means something (not all 255)."""
    scale: float
    """Worked pixels per upright source pixel: below 1 where the decode shrank."""
    source: Source = field(repr=False)

    @property
    def size(self) -> Size:
        """Of the worked pixels; the true size is `source.size`."""
        return size_of(self.pixels)

    def to_source(self, box: Box) -> Box:
        """A box in worked pixels as users see it: in upright source pixels."""
        return box if self.scale == 1 else box.scaled(1 / self.scale, within=self.source.size)
