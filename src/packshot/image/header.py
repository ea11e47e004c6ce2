"""What a file says of its photo before a pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass

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
    jpeg_quality: int | None = None
    subsampling: str = ""
