"""A logo or a short text where it covers no product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from packshot.look.facts import Facts
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticker(Wish):
    text: str = ""
    picture: str = ""
    """Path of a logo; its own alpha counts. Wins over `text`."""
    position: Literal["top_left", "top_right", "bottom_left", "bottom_right", "auto"] = "auto"
    """auto: the first corner where it covers no product."""
    width_share: float = 0.2
    """Of the canvas' width."""
    margin_px: int = 24
    """To the canvas' edges."""
    colour: str = "#222222"
    """Of the text."""
    font: str = ""
    """Path of a TrueType font; empty: the one that comes with Pillow, which knows Latin letters only."""


@stage("sticker")
def apply(layers: Layers, wish: Sticker, facts: Facts) -> Layers:
    """Lays the sticker."""
    return layers
