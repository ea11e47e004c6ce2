"""A shadow that sets the product on its ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from packshot.look.facts import Facts
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow(Wish):
    """All lengths are shares of the product's height."""

    kind: Literal["none", "contact", "drop", "contact_drop", "mirror", "source"] = "contact_drop"
    opacity: float = 0.5
    """Of a single shadow: `drop` or `contact` alone."""
    blur: float = 0.04
    """How soft the shadow is at its far end; at the product it is sharper."""
    offset_down: float = 0.10
    """How far the shadow of the product's top falls towards the viewer."""
    offset_right: float = 0.05
    length: float = 0.0
    """Of a cast shadow, in place of the two offsets; 0: the offsets count."""
    direction: float = 0.0
    """Of a cast shadow with a length, in degrees: 0 towards the viewer, 90 to the right, 180 away."""
    contact_opacity: float = 0.6
    """Of the dark line under the product where there are two layers."""
    soft_opacity: float = 0.3
    """Of the wide layer where there are two."""
    mirror_opacity: float = 0.25
    mirror_fade: float = 0.35
    """How far down the reflection is seen."""
    strength: float = 1.0
    """Multiplies every opacity."""
    see_through_softening: float = 0.5
    """How much of the shadow light takes away where the product is see-through; 0: as if it were solid."""


@stage("shadow")
def apply(layers: Layers, wish: Shadow, facts: Facts) -> Layers:
    """Draws the shadow."""
    return layers
