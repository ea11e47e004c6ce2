"""Which colours does the product have?"""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.types import Colour


@dataclass(frozen=True, slots=True)
class Swatch:
    colour: Colour
    share: float
    name_en: str
    name_ru: str


@dataclass(frozen=True, slots=True)
class Palette:
    swatches: tuple[Swatch, ...]
    """Largest share first; empty where there is no product."""
