"""Exposure and contrast, shyly."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone(Wish):
    exposure: bool = True
    contrast: bool = True
    white_balance: bool = False
    despill: bool = False
    """Takes the light that a coloured ground threw on the rim back out."""
    max_delta_e: float = 4.0
    """ΔE00, median over the product: the change never passes it."""


@stage("tone")
def apply(layers: Layers, wish: Tone, facts: Facts) -> Layers:
    """Puts exposure right."""
    return layers
