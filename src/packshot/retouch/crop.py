"""Cuts the arrays to the product, so that every later stage works in its box only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from packshot.image.types import RGB, Box, Grey, box_of, size_of
from packshot.look.facts import Facts
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers, Product
from packshot.retouch.start import SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop(Wish):
    to: Literal["subject", "none"] = "subject"
    margin_share: float = 0.0
    """Empty rim kept on each side, as a share of the product's longer side."""


@stage("crop")
def apply(layers: Layers, wish: Crop, facts: Facts) -> Layers:
    """Cuts to where any of the product is seen, soft rim included. Never cuts goods."""
    product = layers.product
    if product is None or wish.skip or wish.to == "none":
        return layers
    seen = box_of(product.alpha)
    box = box_of(product.alpha >= SEEN)
    if seen is None or box is None:
        return replace(layers, product=None)
    margin = round(wish.margin_share * max(seen.width, seen.height))
    return cut(
        layers, product, Box(seen.left - margin, seen.top - margin, seen.right + margin, seen.bottom + margin)
    )


def cut(layers: Layers, product: Product, to: Box) -> Layers:
    """The layers seen through a window, `to`, which may reach beyond the arrays."""
    here = to.inside(size_of(product.alpha))
    colours, alpha = product.colours[here.slices], product.alpha[here.slices]
    if here != to:
        colours, alpha = _padded(colours, alpha, here, to)
    box = box_of(alpha >= SEEN)
    if box is None:
        return replace(layers, product=None)
    px = product.source_px_per_px
    cut_out = replace(
        product,
        colours=colours,
        alpha=alpha,
        box=box,
        source_left=product.source_left + to.left * px,
        source_top=product.source_top + to.top * px,
        worked=product.worked and to.moved(product.worked.left, product.worked.top),
    )
    shadow = layers.source_shadow_box
    return replace(layers, product=cut_out, source_shadow_box=shadow and shadow.moved(-to.left, -to.top))


def _padded(colours: RGB, alpha: Grey, here: Box, to: Box) -> tuple[RGB, Grey]:
    sides = ((here.top - to.top, to.bottom - here.bottom), (here.left - to.left, to.right - here.right))
    return np.pad(colours, (*sides, (0, 0)), mode="edge"), np.pad(alpha, sides)
