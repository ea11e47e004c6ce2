"""Is there text, and does it lie on the product or on the ground?"""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.types import Box


@dataclass(frozen=True, slots=True)
class TextBox:
    box: Box
    """In upright source pixels."""
    confidence: float
    on_product: float
    """Share of the box that is product: 1 is a label, 0 is text on the ground."""
    overlaid: float
    """0…1: how much it looks drawn over the photo (flat colour, razor edges) and not printed on goods."""


@dataclass(frozen=True, slots=True)
class Text:
    boxes: tuple[TextBox, ...]
    looked: bool
    """False where no cheap sign of text was seen, so that no finder was run."""
    signs: float
    """0…1: the cheap signs of text."""
