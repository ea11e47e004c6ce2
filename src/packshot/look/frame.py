"""Was a border, a frame or a collage grid drawn round the photo?"""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.types import Box, Colour
from packshot.look.sides import Sides


@dataclass(frozen=True, slots=True)
class Frame:
    border: Sides
    """Width in upright source pixels of a flat band drawn along each side; a plain ground is no border."""
    border_colour: Colour | None
    panels: tuple[Box, ...]
    """The pictures of a collage, or insets; empty for one picture. Upright source pixels."""
    collage_confidence: float
