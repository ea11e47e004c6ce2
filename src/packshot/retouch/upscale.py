"""Makes the product exactly as large as the plan asks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from packshot.engines.base import ENGINES, Upscaler
from packshot.image.types import RGB, Box, Grey, Size, box_of, size_of
from packshot.look.facts import Facts
from packshot.retouch._resample import enlarged, resampled
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers, Placement, Product
from packshot.retouch.start import SEEN
from packshot.words import Words, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Upscale(Wish):
    engine: str = "lanczos"
    """Who enlarges: `lanczos` or another registered upscaler."""
    from_factor: float = 1.15
    """Below this a plain filter does it whatever the engine: nothing is gained by a network."""
    max_factor: float = 4.0
    """Above this the photo is too small and the seller should send a larger one."""


@stage("upscale")
def apply(layers: Layers, wish: Upscale, facts: Facts) -> Layers:
    """Shrinks by averages or enlarges by Lanczos or the chosen engine, the alpha with the colours.

    A photo that is enlarged too much looks soft beside others. Above the limit it is still made, and a
    person is asked to look.
    """
    product, placement = layers.product, layers.placement
    if product is None or placement is None or wish.skip:
        return layers
    size = sized(product, placement)
    colours, alpha = _resampled(product, size, wish)
    source_px_per_px = product.source_px_per_px * product.alpha.shape[1] / size.width
    box = box_of(alpha >= SEEN) or Box.whole(size)
    notes, doubts = _words(1 / source_px_per_px, wish)
    return replace(
        layers,
        product=replace(product, colours=colours, alpha=alpha, box=box, source_px_per_px=source_px_per_px),
        placement=replace(placement, scale=1.0),
        source_shadow_box=_scaled(layers.source_shadow_box, size_of(product.alpha), size),
        notes=(*layers.notes, *notes),
        doubts=(*layers.doubts, *doubts),
    )


def sized(product: Product, placement: Placement) -> Size:
    """Of the whole arrays, such that the product's box becomes the planned one."""
    whole = size_of(product.alpha)
    return Size(
        max(1, round(whole.width * placement.box.width / product.box.width)),
        max(1, round(whole.height * placement.box.height / product.box.height)),
    )


def _resampled(product: Product, size: Size, wish: Upscale) -> tuple[RGB, Grey]:
    before = size_of(product.alpha)
    if size == before:
        return product.colours, product.alpha
    factor = size.width / before.width
    if factor < wish.from_factor:
        return resampled(product.colours, product.alpha, size)
    upscaler: Upscaler = ENGINES[wish.engine].make()
    return enlarged(product.colours, product.alpha, size, upscaler)


def _scaled(box: Box | None, before: Size, after: Size) -> Box | None:
    if box is None:
        return None
    right, down_ = after.width / before.width, after.height / before.height
    return Box(
        round(box.left * right), round(box.top * down_), round(box.right * right), round(box.bottom * down_)
    )


def _words(factor: float, wish: Upscale) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """`factor` counts from the true source, so that a shrunk decode hides nothing."""
    if factor < 1.005:
        return (), ()
    notes = (say("The product was enlarged {factor:.2f}×.", factor=factor),)
    if factor <= wish.max_factor:
        return notes, ()
    return notes, (
        say(
            "The photo is too small: it had to be enlarged {factor:.1f}×, at most {limit:.1f}× looks good. "
            "Ask the seller for a larger one.",
            factor=factor,
            limit=wish.max_factor,
        ),
    )
