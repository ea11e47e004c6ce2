"""Does a see-through mark lie over the photo?"""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.types import Box


@dataclass(frozen=True, slots=True)
class Marks:
    boxes: tuple[Box, ...]
    """Where a watermark is suspected, upright source pixels."""
    confidence: float
    repeated: bool
    """The same mark tiled over the picture."""
