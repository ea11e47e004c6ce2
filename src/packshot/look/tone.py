"""Is the light right: exposure, contrast, colour cast?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tone:
    median_l: float
    """Median CIE L* of the product, 0…100 (of the whole photo where no product was found)."""
    contrast: float
    """L* between the 5th and 95th percentile of the product."""
    clipped_light: float
    """Share of product pixels burnt to white."""
    clipped_dark: float
    cast_a: float
    """Colour of what should be neutral (a pale ground, or the brightest greys), CIE a*: above 0 pinkish."""
    cast_b: float
    """CIE b*: above 0 yellowish, below bluish."""
    cast_confidence: float
    """0…1: near 0 says that nothing in the photo should be neutral."""
