"""A cut-out and a wish → the picture that the client gets. No network, no queue, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from packshot.errors import PackshotError
from packshot.image.codec import open_photo
from packshot.image.limits import Limits
from packshot.image.resample import resize_with_alpha
from packshot.image.types import RGB, Box, Grey, Size, box_of
from packshot.journey.cutout import CutProduct
from packshot.look.facts import Facts
from packshot.retouch import shadow as shadows
from packshot.retouch.layers import Layers, Placement, Product
from packshot.service.removebg import errors
from packshot.service.removebg.geometry import Bounds, Plan, plan
from packshot.service.removebg.pack import MEDIA_TYPES, packed, packed_mask
from packshot.service.removebg.sheet import Sheet, filled, lay
from packshot.service.removebg.wish import MOST_MEGAPIXELS, PNG_MEGAPIXELS, Wish

LIMITS = Limits(size_bytes=22_000_000, pixels=50_500_000)
"""Of a photo that comes in. Cameras sold as 50 megapixels make 50.3."""
SEEN = 8
"""Alpha from which a pixel is in the product's box: fainter ones would hold a crop off by specks."""
SOLID = 128
WEBP_SIDE = 16_383
"""Pixels; the format can say no more."""
IN_PHOTO_PIXELS = 25e6
"""Pixels of a photo from which its foreground is told in its own pixels and not in the result's."""
DRAWN: dict[str, Literal["contact", "drop", "contact_drop", "mirror"]] = {
    "auto": "contact_drop",
    "3d": "contact_drop",
    "contact_drop": "contact_drop",
    "drop": "drop",
    "contact": "contact",
    "car": "contact",
    "mirror": "mirror",
}
FINE = {"graphic": "graphics", "auto": "product"}
COARSE = {"transportation": "other", "graphics": "other"}


@dataclass(frozen=True, slots=True)
class Answer:
    data: bytes = field(repr=False)
    media_type: str
    headers: dict[str, str]
    """Of the picture; those of the account are the door's."""
    told: dict[str, Any]
    """For a history: plain values."""


def compose(cut: CutProduct, wish: Wish, background: bytes | None = None) -> Answer:
    """Raises `Refusal` where no product was found or the background cannot be opened."""
    product = _product(cut)
    form = form_of(wish, background)
    full = bounds_of(MOST_MEGAPIXELS, form)
    laid = plan(
        cut.photo.source.size, cut.photo.to_source(product), wish, bounds_of(wish.megapixels, form), full
    )
    colours, alpha = _sized(cut, product, laid.product.size)
    if wish.channels == "alpha":
        mask = np.zeros((laid.canvas.height, laid.canvas.width), np.uint8)
        mask[laid.product.slices] = alpha
        data = packed_mask(mask, form)
    else:
        sheet = ground(wish, background, laid.canvas)
        _shade(sheet, cut, wish, laid.product, colours, alpha)
        lay(sheet, colours, alpha, laid.product.left, laid.product.top)
        if wish.format == "auto" and sheet.is_opaque:
            form = "jpg"
        data = packed(sheet, form, ai_made=cut.photo.source.ai_made)
    return Answer(data, MEDIA_TYPES[form], _headers(cut, product, wish, laid), _told(cut, laid))


def ground(wish: Wish, background: bytes | None, canvas: Size) -> Sheet:
    """A picture covers the canvas, its middle is kept."""
    if background is None:
        red, green, blue, level = wish.bg_color or (0, 0, 0, 0)
        return filled(canvas, (red, green, blue), level)
    try:
        picture = open_photo(background, name="background", want=2 * canvas.long_side, limits=LIMITS)
    except PackshotError as exc:
        raise errors.of_background(exc) from exc
    size = picture.size
    factor = min(size.width / canvas.width, size.height / canvas.height)
    part = Size(max(1, round(canvas.width * factor)), max(1, round(canvas.height * factor)))
    left, top = (size.width - part.width) // 2, (size.height - part.height) // 2
    middle = Box(left, top, left + part.width, top + part.height).slices
    opaque = np.full((part.height, part.width), 255, np.uint8)
    alpha = opaque if picture.alpha is None else picture.alpha[middle]
    seen, share = resize_with_alpha(np.ascontiguousarray(picture.pixels[middle]), alpha, canvas)
    sheet = filled(canvas)
    lay(sheet, seen, share, 0, 0)
    return sheet


def _product(cut: CutProduct) -> Box:
    """Its box in the worked photo."""
    box = box_of(cut.cut.alpha >= SEEN) if cut.found and cut.cut.alpha.size else None
    if box is None:
        raise errors.unknown_foreground()
    return box.moved(cut.cut.box.left, cut.cut.box.top)


def form_of(wish: Wish, background: bytes | None) -> str:
    """png, jpg, webp or zip; a mask is written without loss."""
    if wish.format != "auto":
        return wish.format
    opaque = background is not None or (wish.bg_color is not None and wish.bg_color[3] == 255)
    return "jpg" if opaque and wish.channels == "rgba" else "png"


def bounds_of(megapixels: float, form: str) -> Bounds:
    if form == "png":
        return Bounds(min(megapixels, PNG_MEGAPIXELS))
    return Bounds(megapixels, WEBP_SIDE) if form == "webp" else Bounds(megapixels)


def _sized(cut: CutProduct, product: Box, size: Size) -> tuple[RGB, Grey]:
    inside = product.moved(-cut.cut.box.left, -cut.cut.box.top).slices
    colours = np.ascontiguousarray(cut.cut.colours[inside])
    return resize_with_alpha(colours, np.ascontiguousarray(cut.cut.alpha[inside]), size)


def _shade(sheet: Sheet, cut: CutProduct, wish: Wish, place: Box, colours: RGB, alpha: Grey) -> None:
    solid = box_of(alpha >= SOLID)
    if wish.shadow == "none" or solid is None:
        return
    how = shadows.Shadow(kind=DRAWN[wish.shadow])
    if wish.shadow_opacity is not None:
        how = replace(how, strength=wish.shadow_opacity / how.opacity)
    facts = Facts(cut.photo)
    facts.known["cutout"] = cut.cut
    where = Placement(sheet.size, solid.moved(place.left, place.top), scale=1.0, rule="other")
    layers = Layers(Product(colours, alpha, solid), placement=where)
    for layer in shadows.apply(layers, how, facts).shadows:
        paint = layer.colour if layer.colours is None else layer.colours
        lay(sheet, paint, layer.opacity, layer.left, layer.top)


def _headers(cut: CutProduct, product: Box, wish: Wish, laid: Plan) -> dict[str, str]:
    box = cut.photo.to_source(product) if cut.photo.source.size.area > IN_PHOTO_PIXELS else laid.product
    kind = {} if wish.type_level == "none" else {"X-Type": _type(wish)}
    return kind | {
        "X-Width": str(laid.canvas.width),
        "X-Height": str(laid.canvas.height),
        "X-Max-Width": str(laid.largest.width),
        "X-Max-Height": str(laid.largest.height),
        "X-Foreground-Top": str(box.top),
        "X-Foreground-Left": str(box.left),
        "X-Foreground-Width": str(box.width),
        "X-Foreground-Height": str(box.height),
    }


def _type(wish: Wish) -> str:
    """What the client says that it is: packshot tells goods from their ground, and no goods from others."""
    fine = FINE.get(wish.type, wish.type)
    return COARSE.get(fine, fine) if wish.type_level == "1" else fine


def _told(cut: CutProduct, laid: Plan) -> dict[str, Any]:
    source = cut.photo.source.size
    return {
        "photo": [source.width, source.height],
        "canvas": [laid.canvas.width, laid.canvas.height],
        "product": [laid.product.left, laid.product.top, laid.product.right, laid.product.bottom],
        "confidence": round(float(cut.confidence), 4),
        "origin": str(cut.origin),
    }
