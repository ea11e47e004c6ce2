"""What a file says of its photo before a pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.decoding import truncated
from packshot.image.limits import Limits
from packshot.image.types import Size

MAX_PROFILE = 8_000_000
"""Bytes of a colour profile. The largest that printers ship have about 4 MB."""


@dataclass(frozen=True, slots=True)
class Header:
    size: Size
    """As stored, before the orientation is applied."""
    mode: str = "rgb"
    bits: int = 8
    frames: int = 1
    orientation: int = 1
    icc: bytes = b""
    least_bytes: int = 0
    """So many pixels take at least so many bytes of file: a shorter one is cut, or a bomb."""
    jpeg_quality: int | None = None
    subsampling: str = ""

    def check(self, limits: Limits, size_bytes: int, name: str) -> None:
        """Before any memory is set aside for pixels."""
        limits.check_size(self.size, name)
        limits.check_frames(self.frames, name)
        if size_bytes < self.least_bytes:
            raise truncated(name)
