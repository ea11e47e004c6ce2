"""What lies along the rim of the photo? From here the ground is modelled."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.types import Colour
from packshot.look.sides import Sides


@dataclass(frozen=True, slots=True)
class Border:
    colour: Colour
    """Robust median of the rim."""
    even_share: float
    """Share of the rim that follows one smooth colour surface."""
    roughness: float
    """ΔE, 95th percentile of those rim pixels from the surface: noise and texture."""
    span: float
    """ΔE between the lightest and the darkest end of the surface."""
    broken: Sides
    """Share of each side that leaves the surface: product, props or a horizon touch the frame there."""
