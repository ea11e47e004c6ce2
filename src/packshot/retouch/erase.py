"""Drops what was drawn beside the goods: text, stickers, a frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.pieces import pieces
from packshot.image.types import Box, Grey, box_of, size_of
from packshot.look.facts import Facts
from packshot.look.text import DRAWN
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers, Product
from packshot.retouch.start import SEEN
from packshot.words import Words, say, say_n

COVERED_SHARE = 0.6
"""A part whose box is covered this much by drawn text is that text."""
BADGE_SHARE = 0.15
"""A part that looks drawn itself is a badge where drawn text covers this share of it."""
OVERLAY = 0.6
"""Part that looks drawn by itself: flat colours and razor edges (`Component.overlay`)."""
LARGEST_SHARE = 0.4
"""No part with more of the product's pixels than this is ever dropped: it may be the goods."""
OVER_PRODUCT = 0.8
"""Over the product text must look more drawn than beside it: labels have razor edges too."""
ON_PRODUCT = 0.1
"""Drawn text whose box holds this share of product lies over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase(Wish):
    keep_props: bool = False
    """Props belong to the picture: nothing is said of several things."""
    drop_text: bool = True
    """Drawn text and stickers that stand apart from the product go."""


@dataclass(frozen=True, slots=True)
class Part:
    label: int
    box: Box
    """In the pixels of the product's arrays."""
    area: int


@stage("erase")
def apply(layers: Layers, wish: Erase, facts: Facts) -> Layers:
    """Drops drawn text, stickers and frames that the cut-out took for product.

    Only what stands apart goes. What lies over the product is flagged for a person and never painted: the
    pixels under it are unknown. Of several things all stay, for a set must not lose a part.
    """
    product = layers.product
    if product is None or wish.skip:
        return layers
    texts = (
        [product.from_source(t.box) for t in facts.text.boxes if t.overlaid >= DRAWN]
        if wish.drop_text
        else []
    )
    parts = facts.subject.components if wish.drop_text else ()
    drawn = [product.from_source(c.box) for c in parts if c.overlay >= OVERLAY]
    laid = [product.from_source(c.box) for c in parts if c.laid_over]
    band = _frame_band(facts)
    several = len(facts.subject.components) > 1
    notes: list[Words] = []
    doubts: list[Words] = []
    gone: list[Part] = []
    alpha = product.alpha
    if several or texts or drawn or band is not None:
        alpha, notes, gone = _without(product, texts, drawn, laid, band)
    over = (t for t in facts.text.boxes if wish.drop_text and t.overlaid >= OVER_PRODUCT)
    if any(_over_product(alpha, product.from_source(t.box)) for t in over):
        doubts.append(say("Text is drawn over the product; it was left, for what is under it is unknown."))
    if several and facts.subject.far_apart and not wish.keep_props:
        notes.append(say("Several things stand apart in the photo; all were kept."))
    box = box_of(alpha >= SEEN)
    if box is None:
        return layers
    return replace(
        layers,
        product=replace(product, alpha=alpha, box=box),
        erased=(*layers.erased, *(product.to_source(part.box) for part in gone)),
        notes=(*layers.notes, *notes),
        doubts=(*layers.doubts, *doubts),
    )


def _without(
    product: Product, texts: list[Box], drawn: list[Box], laid: list[Box], band: Box | None
) -> tuple[Grey, list[Words], list[Part]]:
    """The alpha without what was drawn, what to say of it, and what went."""
    alpha, notes = product.alpha, []
    if band is not None:
        alpha, cleared = _inside(alpha, product.from_source(band))
        if cleared:
            notes.append(say("A drawn frame was removed."))
    labels, parts = _parts(alpha)
    if len(parts) < 2:
        return alpha, notes, []
    if _is_frame(labels, parts[0], parts[1]):
        parts[:2] = parts[1::-1]
    main, total = parts[0], sum(part.area for part in parts)
    frames = [part for part in parts if part is not main and _is_frame(labels, part, main)]
    written = [
        part
        for part in parts[1:]
        if part not in frames and part.area < LARGEST_SHARE * total and _is_written(part, texts, drawn, laid)
    ]
    if frames:
        notes.append(say("A drawn frame was removed."))
    if written:
        notes.append(
            say_n(
                "{count} drawn text or sticker beside the product was removed.",
                "{count} drawn texts or stickers beside the product were removed.",
                len(_joined(part.box for part in written)),
            )
        )
    gone = [*frames, *written]
    return _dropped(alpha, labels, gone), notes, gone


def _parts(alpha: Grey) -> tuple[NDArray[np.int32], list[Part]]:
    """What does not touch, largest first; found at half size, where a gap of two pixels is still seen."""
    half = cv2.resize(alpha, (-(-alpha.shape[1] // 2), -(-alpha.shape[0] // 2)), interpolation=cv2.INTER_AREA)
    _, labels, stats = pieces((half > 8).astype(np.uint8))
    parts = [
        Part(i, Box(2 * left, 2 * top, 2 * (left + width), 2 * (top + height)), int(area))
        for i, (left, top, width, height, area) in enumerate(stats.tolist())
        if i > 0
    ]
    return np.asarray(labels, np.int32), sorted(parts, key=lambda part: -part.area)


def _is_written(part: Part, texts: Iterable[Box], drawn: Iterable[Box], laid: Iterable[Box]) -> bool:
    if any(_same(part.box, box) for box in laid):
        return True
    covered = sum(part.box.meet(text).area for text in texts) / max(1, part.box.area)
    looks_drawn = any(_same(part.box, box) for box in drawn)
    return covered >= COVERED_SHARE or (looks_drawn and covered >= BADGE_SHARE)


def _is_frame(labels: NDArray[np.int32], part: Part, main: Part) -> bool:
    """Lines along all four sides of its own box, with the product inside."""
    if part.box.meet(main.box) != main.box:
        return False
    half = Box(part.box.left // 2, part.box.top // 2, part.box.right // 2, part.box.bottom // 2)
    own = labels[half.slices] == part.label
    edge = max(2, round(0.06 * half.size.short_side))
    along = (own[:edge], own[-edge:], own[:, :edge].T, own[:, -edge:].T)
    inner = own[edge:-edge, edge:-edge]
    whole = all(side.any(axis=0).mean() >= 0.8 for side in along)
    return whole and inner.sum() <= 0.05 * own.sum()


def _same(a: Box, b: Box) -> bool:
    meet = a.meet(b).area
    return meet > 0.5 * (a.area + b.area - meet)


def _joined(boxes: Iterable[Box]) -> list[Box]:
    """Letters of one line as one: boxes nearer than half their height are joined."""
    lines: list[Box] = []
    for box in sorted(boxes, key=lambda box: box.left):
        reach = replace(box, left=box.left - box.height, right=box.right + box.height)
        near = [line for line in lines if not line.meet(reach).is_empty]
        lines = [line for line in lines if line not in near]
        lines.append(Box.around([box, *near]) or box)
    return lines


def _dropped(alpha: Grey, labels: NDArray[np.int32], parts: list[Part]) -> Grey:
    if not parts:
        return alpha
    gone = np.isin(labels, [part.label for part in parts]).astype(np.uint8)
    kept = ((labels > 0) & (gone == 0)).astype(np.uint8)
    # The faint rim under the threshold goes with its part, but never a neighbour's.
    gone_wide = np.asarray(cv2.dilate(gone, np.ones((5, 5), np.uint8)), np.uint8)
    gone_wide[np.asarray(cv2.dilate(kept, np.ones((3, 3), np.uint8))) > 0] = 0
    full = cv2.resize(gone_wide, (2 * gone.shape[1], 2 * gone.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.where(full[: alpha.shape[0], : alpha.shape[1]] > 0, np.uint8(0), alpha)


def _inside(alpha: Grey, box: Box) -> tuple[Grey, bool]:
    keep = box.inside(size_of(alpha))
    out = np.zeros_like(alpha)
    out[keep.slices] = alpha[keep.slices]
    if box_of(out >= SEEN) is None:
        return alpha, False
    return out, bool((alpha >= SEEN).sum() > (out >= SEEN).sum())


def _frame_band(facts: Facts) -> Box | None:
    """What a drawn frame leaves of the photo, in source pixels; None without a frame."""
    border, size = facts.frame.border, facts.photo.source.size
    if border.largest <= 0:
        return None
    return Box(
        _past(border.left),
        _past(border.top),
        size.width - _past(border.right),
        size.height - _past(border.bottom),
    )


def _past(width: float) -> int:
    """One pixel more than the drawn line, for its soft edge; nothing where there is none."""
    return int(np.ceil(width)) + 1 if width > 0 else 0


def _over_product(alpha: Grey, box: Box) -> bool:
    here = box.inside(size_of(alpha))
    return (
        not here.is_empty and float((alpha[here.slices] >= SEEN).mean()) * here.area >= ON_PRODUCT * box.area
    )
