"""Makes the product exactly as large as the plan asks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from packshot.engines.base import upscaler_named
from packshot.image import outline
from packshot.image.types import RGB, Box, Grey, Size, box_of, size_of
from packshot.look.enlarged import Compared, compared
from packshot.look.facts import Facts
from packshot.retouch._resample import PLAIN, enlarged, filled, resampled, seen_of
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Enlarged, Layers, Placement, Product
from packshot.retouch.start import SEEN
from packshot.words import Words, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Upscale(Wish):
    engine: str = "upscale_net"
    """Who enlarges: `upscale_net`, our own networks; `upscale_lanczos`, a plain filter; `realesrgan`."""
    from_factor: float = 1.15
    """Below this a plain filter does it whatever the engine: nothing is gained by a network."""
    max_factor: float = 4.0
    """Above this the photo is too small and the seller should send a larger one."""
    warn_factor: float = 0.0
    """From here on the report warns that this marketplace does not want enlarged photos; 0: never."""

    def __post_init__(self) -> None:
        upscaler_named(self.engine)


@stage("upscale")
def apply(layers: Layers, wish: Upscale, facts: Facts) -> Layers:
    """Shrinks by averages or enlarges by the chosen engine, the alpha with the colours.

    What an engine made is held against what a plain filter makes of the same pixels. Where it is less true
    (print reads otherwise, edges got rims, the picture moved away from the photo) the plain filter's is
    taken, and the report says why.

    A photo that is enlarged too much looks soft beside others: above the limit it is still made, and a person
    is asked to look.
    """
    product, placement = layers.product, layers.placement
    if product is None or placement is None or wish.skip:
        return layers
    size = sized(product, placement)
    colours, alpha, engine, held = _resampled(product, size, wish, facts)
    source_px_per_px = product.source_px_per_px * product.alpha.shape[1] / size.width
    box = box_of(alpha >= SEEN) or Box.whole(size)
    repaired = layers.enlarged is not None and layers.enlarged.repaired
    done = Enlarged(1 / source_px_per_px, engine, repaired, held)
    notes, doubts = _words(done, wish)
    return replace(
        layers,
        enlarged=done,
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


def _resampled(
    product: Product, size: Size, wish: Upscale, facts: Facts
) -> tuple[RGB, Grey, str, Compared | None]:
    """Colours, alpha, who made them, and how they were held against a plain filter's."""
    before = size_of(product.alpha)
    if size == before:
        return product.colours, product.alpha, "", None
    if size.width / before.width < wish.from_factor:
        return *resampled(product.colours, product.alpha, size), "", None
    small, alpha = filled(product.colours, product.alpha), outline.enlarged(product.alpha, size)
    plain = enlarged(small, size, PLAIN)
    if wish.engine == PLAIN:
        return plain, alpha, PLAIN, None
    made = enlarged(small, size, wish.engine)
    held = _held(product, small, seen_of(made, alpha, plain), plain, facts)
    return (made, alpha, wish.engine, held) if held.why is None else (plain, alpha, PLAIN, held)


def _held(product: Product, small: RGB, made: RGB, plain: RGB, facts: Facts) -> Compared:
    scale = made.shape[1] / product.alpha.shape[1] / product.source_px_per_px
    corner = (product.source_left * scale, product.source_top * scale)
    return compared(small, made, plain, facts.reading.lines, facts.text_reader, scale=scale, corner=corner)


def _scaled(box: Box | None, before: Size, after: Size) -> Box | None:
    if box is None:
        return None
    right, down_ = after.width / before.width, after.height / before.height
    return Box(
        round(box.left * right), round(box.top * down_), round(box.right * right), round(box.bottom * down_)
    )


def _words(done: Enlarged, wish: Upscale) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """The factor counts from the true source, so that a shrunk decode hides nothing."""
    if done.factor < 1.005:
        return (), ()
    notes: tuple[Words, ...] = (say("The product was enlarged {factor:.2f}×.", factor=done.factor),)
    if done.compared is not None and done.compared.why is not None:
        notes += (say("A plain filter enlarged it: {why}", why=done.compared.why),)
    if 0 < wish.warn_factor <= done.factor:
        notes += (say("This marketplace does not want enlarged photos: better take a larger one."),)
    if done.factor <= wish.max_factor:
        return notes, ()
    return notes, (
        say(
            "The photo is too small: it had to be enlarged {factor:.1f}×, at most {limit:.1f}× looks good. "
            "Ask the seller for a larger one.",
            factor=done.factor,
            limit=wish.max_factor,
        ),
    )
