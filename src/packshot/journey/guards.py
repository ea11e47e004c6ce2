"""Was the product harmed? Measured on the bytes that are shipped, against the photo as it came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import cv2
import numpy as np

from packshot.engines.base import FoundText
from packshot.image.colour import delta_e, lab
from packshot.image.photo import Photo
from packshot.image.resample import resample
from packshot.image.types import RGB, Box, Grey, size_of
from packshot.journey.result import Guard
from packshot.look.facts import Facts
from packshot.look.letters import misread
from packshot.look.reading import ReadLine, as_found, sure
from packshot.look.subject import Component
from packshot.profiles.profile import GuardBounds
from packshot.retouch.layers import Layers, Placement, Product
from packshot.retouch.start import corner_of
from packshot.words import say

SURE = 250
"""Alpha from which a pixel is the product's own; the rim is a blend by design and says nothing."""
RIM_PX = 3
"""Worn off the sure product: resampling mixes the old ground in that far."""
JPEG_BLOCK = 8
READ_PIXELS = 60_000
"""Read on an even grid of about this many: nine samples lay within 0.03 of the whole."""
PART_SHARE = 0.01
"""Parts smaller than this share of the product are debris, not goods."""
KEPT = 0.97
"""Of a part's pixels: rims are cleaned, so a little may go."""


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """The product as an honest resampling of the source would show it on the canvas: no layers involved."""

    box: Box
    """On the canvas."""
    pixels: RGB
    sure: Grey
    """255 where the pixel is product beyond doubt."""
    grain: int = 1
    """Pixels over which colours are compared: finer than this the photo says nothing true. So wide are its
    own pixels once enlarged, and so wide are the blocks that were mended."""

    @classmethod
    def of(cls, photo: Photo, layers: Layers) -> Expected:
        """The same rectangle of the photo, at the same size and place; only the tone's curves are shared."""
        product, placement = layers.product, layers.placement
        if product is None or product.worked is None or placement is None:
            raise ValueError("nothing was placed")
        left, top = corner_of(product, placement)
        on_canvas = Box.whole(size_of(product.alpha)).moved(left, top)
        source = resample(_window(photo.pixels, product.worked), on_canvas.size)
        for curve in (layers.channel_curves, layers.tone_curve):
            source = source if curve is None else np.asarray(cv2.LUT(source, curve), np.uint8)
        inside = on_canvas.inside(placement.canvas)
        cut = inside.moved(-left, -top).slices
        grain = ceil(on_canvas.width / product.worked.width - 0.05)
        if layers.enlarged is not None and layers.enlarged.repaired:
            grain = max(grain, JPEG_BLOCK)
        return cls(inside, source[cut], _sure(product.alpha)[cut], max(1, grain))

    @classmethod
    def of_cutout(cls, layers: Layers) -> Expected:
        """The cut-out itself, where the photo is not at hand: what was done to it since its own guard."""
        product, placement = layers.product, layers.placement
        if product is None or placement is None:
            raise ValueError("nothing was placed")
        left, top = corner_of(product, placement)
        inside = Box.whole(size_of(product.alpha)).moved(left, top).inside(placement.canvas)
        cut = inside.moved(-left, -top).slices
        return cls(inside, product.colours[cut], _sure(product.alpha)[cut])


def _window(pixels: RGB, box: Box) -> RGB:
    """The photo through a window that may reach beyond it."""
    here = box.inside(size_of(pixels))
    sides = ((here.top - box.top, box.bottom - here.bottom), (here.left - box.left, box.right - here.right))
    inside = pixels[here.slices]
    return inside if here == box else np.pad(inside, (*sides, (0, 0)), mode="edge")


def _sure(alpha: Grey) -> Grey:
    inside = (alpha >= SURE).astype(np.uint8)
    worn = cv2.erode(
        inside,
        np.ones((2 * RIM_PX + 1, 2 * RIM_PX + 1), np.uint8),
        borderType=cv2.BORDER_CONSTANT,
        borderValue=(0,),
    )
    return np.asarray(worn, np.uint8)


def colour(written: RGB, expected: Expected, bounds: GuardBounds) -> Guard:
    """ΔE00 of sure product pixels between the decoded output and the resampled source."""
    step = max(1, round((expected.box.area / READ_PIXELS) ** 0.5))
    sure = expected.sure[::step, ::step] > 0
    if not sure.any():
        return Guard(
            "colour", True, 0.0, bounds.max_delta_e_95, say("Too little product to compare colours.")
        )
    now = _grained(written[expected.box.slices], expected.grain)[::step, ::step][sure]
    was = _grained(expected.pixels, expected.grain)[::step, ::step][sure]
    away = delta_e(lab(now[None]), lab(was[None]))
    median, worst = float(np.median(away)), float(np.percentile(away, 95))
    passed = median <= bounds.max_delta_e_median and worst <= bounds.max_delta_e_95
    message = (
        say("The product kept its colour: ΔE {median:.1f}, at most {worst:.1f}.", median=median, worst=worst)
        if passed
        else say(
            "The product's colour moved: ΔE {median:.1f}, up to {worst:.1f}; {limit:.1f} is allowed.",
            median=median,
            worst=worst,
            limit=bounds.max_delta_e_95,
        )
    )
    return Guard("colour", passed, worst, bounds.max_delta_e_95, message)


def _grained(pixels: RGB, grain: int) -> RGB:
    return pixels if grain == 1 else np.asarray(cv2.blur(pixels, (grain, grain)), np.uint8)


def parts(facts: Facts, layers: Layers) -> Guard:
    """Every part of the source, but those that the retouch says it dropped, is still there."""
    kept = [
        _kept_share(facts, component, layers.product)
        for component in facts.subject.components
        if component.share >= PART_SHARE and not _is_erased(component, layers)
    ]
    least = min(kept, default=1.0)
    if least >= KEPT:
        return Guard("parts", True, least, KEPT, say("Every part of the product is there."))
    return Guard(
        "parts",
        False,
        least,
        KEPT,
        say("A part of the product may be missing: {share:.0f} % of it is left.", share=100 * least),
    )


def _kept_share(facts: Facts, component: Component, product: Product | None) -> float:
    """Of the alpha in the part's box: how much of it is still in the layers."""
    if product is None:
        return 0.0
    cut, arrays = facts.cutout, size_of(product.alpha)
    box = component.box.scaled(facts.photo.scale, within=facts.photo.size)
    before = cut.alpha[box.meet(cut.box).moved(-cut.box.left, -cut.box.top).slices].astype(np.float32)
    after = product.alpha[product.from_source(component.box).inside(arrays).slices].astype(np.float32)
    pixels = product.source_px_per_px * facts.photo.scale
    total = float(before.sum())
    return min(1.0, float(after.sum()) * pixels**2 / total) if total else 1.0


def _is_erased(component: Component, layers: Layers) -> bool:
    """Where most of the part's box was dropped on purpose."""
    return any(component.box.meet(box).area > 0.5 * component.box.area for box in layers.erased)


def label(
    written: RGB, facts: Facts, layers: Layers, expected: Expected, bounds: GuardBounds
) -> Guard | None:
    """The print on the product is as crisp as it was: gradients of the label crops, before and after."""
    product, placement = layers.product, layers.placement
    boxes = [box.box for box in facts.text.boxes if not box.laid_over]
    if product is None or placement is None or not boxes:
        return None
    least = 1.0
    for box in boxes:
        there = _on_canvas(box, product, placement, expected)
        if min(there.width, there.height) < 6:
            continue
        was = expected.pixels[there.moved(-expected.box.left, -expected.box.top).slices]
        least = min(least, likeness(was, written[there.slices]))
    passed = least >= bounds.min_label_similarity
    message = (
        say("The print on the product is as readable as before.")
        if passed
        else say("The print on the product lost detail: likeness {share:.2f}.", share=least)
    )
    return Guard("label", passed, least, bounds.min_label_similarity, message)


def _on_canvas(box: Box, product: Product, placement: Placement, expected: Expected) -> Box:
    left, top = corner_of(product, placement)
    return product.from_source(box).moved(left, top).meet(expected.box)


LEAST_HEIGHT_PX = 10
"""On the canvas; the reader makes no promise for smaller print."""


def spelling(
    written: RGB, facts: Facts, layers: Layers, expected: Expected, bounds: GuardBounds
) -> Guard | None:
    """The print on the product says what it said: lines that were read surely are read again."""
    product, placement, reader = layers.product, layers.placement, facts.text_reader
    if product is None or placement is None or reader is None:
        return None
    lines = _readable(facts, product, placement, expected)
    places = [_on_canvas_as_found(line, product, placement) for line in lines]
    if not lines:
        return None
    worst, was, now = 0.0, "", ""
    for line, place, said in zip(lines, places, reader.read(written, places), strict=True):
        share = misread(line.text, said.text)
        if share > bounds.max_misread_share:
            # Small print may be lost to the canvas's size alone: an honest resampling tells.
            (honest,) = reader.read(expected.pixels, [_moved(place, expected.box)])
            share = min(share, misread(honest.text, said.text))
        if share > worst:
            worst, was, now = share, line.text, said.text
    passed = worst <= bounds.max_misread_share
    message = (
        say("The print on the product reads as before.")
        if passed
        else say("The print “{was}” reads “{now}” after the retouch.", was=was, now=now)
    )
    return Guard("spelling", passed, worst, bounds.max_misread_share, message)


def _readable(facts: Facts, product: Product, placement: Placement, expected: Expected) -> list[ReadLine]:
    return [
        line
        for line in sure(facts.reading.lines)
        if _on_canvas(line.box, product, placement, expected).size.short_side >= LEAST_HEIGHT_PX
    ]


def _on_canvas_as_found(line: ReadLine, product: Product, placement: Placement) -> FoundText:
    left, top = corner_of(product, placement)
    scale = 1 / product.source_px_per_px
    return as_found(line.found, scale, product.source_left * scale - left, product.source_top * scale - top)


def _moved(line: FoundText, onto: Box) -> FoundText:
    outline = tuple((x - onto.left, y - onto.top) for x, y in line.outline)
    return replace(line, box=line.box.moved(-onto.left, -onto.top), outline=outline)


def likeness(was: RGB, now: RGB) -> float:
    """Correlation of the gradients: 1 for the same letters, however the light changed."""
    first, second = _gradients(was), _gradients(now)
    spread = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float((first * second).sum() / spread) if spread > 1e-6 else 1.0


def _gradients(pixels: RGB) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    luma = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.stack([np.diff(luma, axis=1)[:-1], np.diff(luma, axis=0)[:, :-1]])


def upscale(layers: Layers, bounds: GuardBounds) -> Guard | None:
    """Enlarged beyond what pixels can carry?"""
    if layers.product is None:
        return None
    factor = 1 / layers.product.source_px_per_px
    passed = factor <= bounds.max_upscale
    message = (
        say("Enlarged {factor:.2f} times.", factor=factor)
        if passed
        else say(
            "The product is too small in the photo: enlarged {factor:.2f} times, {limit:.2f} at most.",
            factor=factor,
            limit=bounds.max_upscale,
        )
    )
    return Guard("upscale", passed, factor, bounds.max_upscale, message)


def confidence(facts: Facts, bounds: GuardBounds) -> Guard:
    """How sure the cut-out is of itself."""
    sure = facts.cutout.confidence
    passed = sure >= bounds.min_confidence
    message = (
        say("The cut-out is sure: {share:.2f}.", share=sure)
        if passed
        else say(
            "The cut-out is not sure: {share:.2f}, {limit:.2f} is asked for.",
            share=sure,
            limit=bounds.min_confidence,
        )
    )
    return Guard("confidence", passed, sure, bounds.min_confidence, message)
