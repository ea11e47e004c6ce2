"""The first layers: the cut-out as the look found it."""

from __future__ import annotations

from packshot.image.types import Box, box_of
from packshot.look.facts import Facts
from packshot.retouch.layers import Layers, Placement, Product
from packshot.words import say

SEEN = 128
"""Alpha from which a pixel counts as product: the subject's box is where alpha ≥ 0.5."""


def layers_of(facts: Facts) -> Layers:
    """The cut-out and the photo's own shadow, before any stage; without a product it says so."""
    cutout, scale = facts.cutout, facts.photo.scale
    box = box_of(cutout.alpha >= SEEN) if cutout.alpha.size else None
    if box is None:
        return Layers(None, doubts=(say("No product was found in the photo."),))
    product = Product(
        cutout.colours,
        cutout.alpha,
        box,
        source_px_per_px=1 / scale,
        source_left=cutout.box.left / scale,
        source_top=cutout.box.top / scale,
        worked=cutout.box,
    )
    if cutout.shadow is None:
        return Layers(product)
    photo = Box.whole(facts.photo.size)
    return Layers(
        product,
        source_shadow=cutout.shadow,
        source_shadow_box=photo.moved(-cutout.box.left, -cutout.box.top),
    )


def corner_of(product: Product, placement: Placement) -> tuple[int, int]:
    """Where the arrays' corner lies on the canvas, after `upscale`: the product's box in the planned one."""
    box, planned = product.box, placement.box
    return (
        planned.left - box.left + (planned.width - box.width) // 2,
        planned.top - box.top + (planned.height - box.height) // 2,
    )
