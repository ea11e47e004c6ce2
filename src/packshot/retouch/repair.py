"""Mends what JPEG did to a product that need not grow."""

from __future__ import annotations

from dataclasses import dataclass, replace

from packshot.engines.base import upscaler, upscaler_named
from packshot.look.enlarged import truer
from packshot.look.facts import Facts
from packshot.retouch._resample import filled, seen_of
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Enlarged, Layers
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair(Wish):
    engine: str = "upscale_net"
    """Who mends, asked to keep the size."""
    from_blockiness: float = 0.4
    """Strength of JPEG's grid in the source, as the fact `quality` tells it. Of 72 val photos saved at
    quality 30 61 % reach it, at 45 36 %, at 60 25 %, at 75 8 %, at 90 none, and no clean one
    (benchmarks/upscale_limits.py)."""
    from_factor: float = 0.6
    """A product that shrinks by more than this loses its blocks by that alone."""
    to_factor: float = 1.15
    """From here on it is enlarged by the same networks, which mend it on the way."""

    def __post_init__(self) -> None:
        upscaler_named(self.engine)


@stage("repair")
def apply(layers: Layers, wish: Repair, facts: Facts) -> Layers:
    """Takes out JPEG's blocks and the ringing round edges, where they were measured; nowhere else.

    A clean photo is left as it is, bit by bit. So is one whose print would read otherwise.
    """
    product, placement = layers.product, layers.placement
    if product is None or placement is None or wish.skip:
        return layers
    if not wish.from_factor <= placement.scale < wish.to_factor:
        return layers
    if facts.quality.blockiness < wish.from_blockiness:
        return layers
    before = filled(product.colours, product.alpha)
    mended = seen_of(upscaler(wish.engine).upscale(before, 1.0), product.alpha, before)
    scale = 1 / product.source_px_per_px
    corner = (product.source_left * scale, product.source_top * scale)
    why = truer(before, mended, before, facts.reading.lines, facts.text_reader, scale=scale, corner=corner)
    if why is not None:
        return replace(layers, notes=(*layers.notes, say("JPEG's blocks were left: {why}", why=why)))
    return replace(
        layers,
        product=replace(product, colours=seen_of(mended, product.alpha, product.colours)),
        enlarged=Enlarged(1.0, "", repaired=True),
        notes=(*layers.notes, say("JPEG's blocks were mended.")),
    )
