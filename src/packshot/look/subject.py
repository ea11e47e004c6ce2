"""Where is the product? Two opinions and a judge between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.engines.base import Segmenter
from packshot.image.photo import Photo
from packshot.image.types import RGB, Box, Float, Grey, Size, box_of, size_of
from packshot.look import edges, fusion, matte, studio
from packshot.look.extent import extent
from packshot.look.fusion import REASONS, Candidate, Choice, Heard, Side
from packshot.look.mask import Part, holes, parts, worthy
from packshot.look.overlay import drawn_over
from packshot.look.sides import Sides
from packshot.look.stickers import APART_AREA, Laid, is_sticker
from packshot.look.studio import Draft
from packshot.words import Words, say

LEAST = 0.12
"""Confidence below which the answer is "no product here". Drawn empty grounds stay at 0 (tests); of 113
photos of bare surfaces and rooms the studio path alone rates 10 above this, the surest 0.39."""
MANY = 600_000
"""Pixels of the product's box from which see-through parts are counted at half size."""
PRESENT, CERTAINLY, NO_CHANCE = 0.4, 0.95, 0.2
"""Chances that a product is there at all, and that its cut-out is good: 97 % of 200 empty grounds are told
so, and 0.8 % of 529 photos with goods are wrongly called empty (dev)."""
NEARBY = 0.3
"""Chance from which a place belongs to what is looked at from near by …"""
AROUND = 0.15
"""… with so much around it, of its longer side."""
NEAR_WEIGHS = 0.6
"""What the near look weighs beside the first (dev: 0.5 to 0.7 are alike; rooms gain 0.03 of IoU)."""
SMALL = 0.6
"""Share of the frame above which looking closer shows nothing new."""
SURE_ALONE = 0.75
"""The studio path that is this sure needs no second opinion."""


class Care(StrEnum):
    """How much is asked of a cut-out."""

    FAST = "fast"
    """The second opinion only where the studio path doubts."""
    NORMAL = "normal"
    """The second opinion on every photo."""
    BEST = "best"
    """The second opinion twice: mirrored, and once more close to the product."""


class Origin(StrEnum):
    """Whose opinion the cut-out is."""

    ALPHA = "alpha"
    """The photo brought its own alpha, and it means something."""
    STUDIO = "studio"
    ENGINE = "engine"
    MERGED = "merged"
    PERSON = "person"
    """A person drew it."""
    NONE = "none"
    """No product here."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """The product alone, in worked pixels. Pixels, so never serialised."""

    box: Box
    """Where the two arrays lie in the photo: a little larger than the product; empty where there is none."""
    colours: RGB
    """Foreground colours, straight: the old ground is taken out of the rim."""
    alpha: Grey
    shadow: Grey | None
    """The source's own shadow, share of light taken away (255 = all), whole photo at `shadow_scale`."""
    shadow_scale: float
    """Shadow pixels per worked pixel (0.25, say): shadows are soft, they need no more."""
    confidence: float
    """0…1, raw: never stretched."""
    origin: Origin
    engine: str
    """Name of the engine that spoke, `studio`, `alpha` or `person`."""
    agreement: float | None
    """IoU of the two opinions; None where only one was asked."""
    reason: Words
    """Why this one was taken."""
    exact: Box | None = None
    """Where alpha ≥ 0.5 in the full picture, where that is known: then nobody has to look for it."""

    def __post_init__(self) -> None:
        self.alpha.flags.writeable = False  # every look asks about it, and what they asked is kept


@dataclass(frozen=True, slots=True)
class Component:
    box: Box
    """In upright source pixels."""
    share: float
    """Of all product pixels."""
    overlay: float = 0.0
    """0…1: how drawn-over it looks: flat colours, razor edges, apart from the largest part (badge, text)."""
    laid_over: bool = False
    """A letter, a badge or a code that stands beside the goods: of the cut-out, yet not of the product."""


@dataclass(frozen=True, slots=True)
class Subject:
    found: bool
    box: Box
    """Where alpha ≥ 0.5, in upright source pixels; neither shadows nor what was laid over the photo beside
    the goods counts. Empty where nothing was found."""
    coverage: float
    """Share of the frame's pixels that are product."""
    components: tuple[Component, ...]
    """Parts that do not touch, largest first; debris left out."""
    far_apart: bool
    """Several large parts with much ground between them: a set, or two goods; a warning, not a loss."""
    touches: Sides
    """Share of each frame side that the product lies on: above 0 the frame cuts it."""
    see_through: float
    """Share of product pixels with partial alpha inside the outline (glass, veil)."""
    holes: int
    """Real holes that were kept (handles, rings)."""
    confidence: float
    origin: Origin
    engine: str
    agreement: float | None
    reason: Words = field(default=Words(""))


def cut(photo: Photo, segmenter: Segmenter | None, care: Care = Care.NORMAL) -> Cutout:
    """The product's pixels: its own alpha, the studio path, a second opinion, or both weighed."""
    if photo.alpha is not None and _means_something(photo.alpha):
        return _by_alpha(photo, photo.alpha)
    small = studio.shrunk(photo.pixels)
    if segmenter is None or care is Care.FAST:
        draft = studio.draft(small)
        if segmenter is None or draft.confidence >= SURE_ALONE:
            return _alone(photo, draft)
    heard = asked(photo, small, segmenter, care)
    found = studio.scene(small, prior=heard.log_odds)
    choice = fusion.choose(found, small, heard)
    if not _found(choice, heard):
        return _nothing(choice.confidence, segmenter.name, choice.agreement)
    return _cutout(photo, choice.taken, choice.confidence, choice.reason, segmenter.name, choice.agreement)


def _alone(photo: Photo, draft: Draft) -> Cutout:
    if draft.confidence < LEAST:
        return _nothing(draft.confidence, "studio", None)
    taken = Candidate(Side.STUDIO, draft.chance, draft.mask, draft)
    return _cutout(photo, taken, draft.confidence * draft.whole, REASONS[Side.STUDIO], "studio", None)


def _found(choice: Choice, heard: Heard) -> bool:
    """Something was cut out, and the network does not say that nothing is there; where the judge gives the
    cut-out no chance, the network must be certain."""
    there = heard.present >= PRESENT and (choice.confidence >= NO_CHANCE or heard.present >= CERTAINLY)
    return there and bool(choice.taken.mask.any())


def _cutout(
    photo: Photo,
    taken: Candidate,
    confidence: float,
    reason: Words,
    engine: str,
    agreement: float | None,
) -> Cutout:
    """The chosen outline at full size, with the product's own colours."""
    draft = taken.draft
    if taken.side is Side.STUDIO:
        fine = edges.refine(photo.pixels, _levels(taken.alpha), draft.behind)
    else:
        fine = matte.refine(photo.pixels, _levels(taken.alpha))
    if fine is not None and draft.walls is not None and taken.is_clear:
        fine = edges.thinned(fine, draft.walls, draft.behind, photo.size)
    if fine is None:
        return _nothing(confidence, engine, agreement)
    shadow = studio.shadow(draft) if draft.scene.evenness > 0.5 else None
    return Cutout(
        fine.box, fine.colours, fine.alpha, shadow,
        shadow_scale=_scale(shadow, photo.size),
        confidence=confidence, origin=ORIGINS[taken.side],
        engine="studio" if taken.side is Side.STUDIO else engine,
        agreement=agreement, reason=reason,
    )  # fmt: skip


ORIGINS = {Side.STUDIO: Origin.STUDIO, Side.MERGED: Origin.MERGED, Side.ENGINE: Origin.ENGINE}


def measure(photo: Photo, full: Photo, cutout: Cutout, laid_over: Callable[[], Laid] = Laid) -> Subject:
    """What the cut-out says of the product, in upright source pixels. What was laid over the photo is asked
    for only where the cut-out has parts that might be it."""
    solid = (cutout.alpha >= 128).astype(np.uint8)
    if cutout.origin is Origin.NONE or not solid.any():
        return Subject(
            False, Box(0, 0, 0, 0), 0.0, (), False, Sides(), 0.0, 0,
            cutout.confidence, Origin.NONE, cutout.engine, cutout.agreement, cutout.reason,
        )  # fmt: skip
    labels, every = parts(solid)
    stickers = _stickers(photo, cutout, labels, every, laid_over)
    goods, alpha = _without(solid, labels, stickers), _without(cutout.alpha, labels, stickers)
    inner = (box_of(goods) or Box.whole(size_of(goods))).moved(cutout.box.left, cutout.box.top)
    pieces = _components(photo, cutout, labels, every, stickers)
    return Subject(
        found=True,
        box=_exact(photo, full, replace(cutout, alpha=alpha, exact=None) if stickers else cutout, inner),
        coverage=float(goods.sum()) / photo.size.area,
        components=pieces,
        far_apart=_far_apart([piece for piece in pieces if not piece.laid_over]),
        touches=_touches(cutout, goods, photo.size),
        see_through=_see_through(cutout),
        holes=_holes(goods),
        confidence=cutout.confidence,
        origin=cutout.origin,
        engine=cutout.engine,
        agreement=cutout.agreement,
        reason=cutout.reason,
    )


def _levels(chance: Float) -> Grey:
    return (np.clip(chance, 0, 1) * 255 + 0.5).astype(np.uint8)


def asked(photo: Photo, small: RGB, segmenter: Segmenter, care: Care = Care.NORMAL) -> Heard:
    """The second opinion at the draft's size. It looks again from near by where the product is small in the
    frame; with the best care also at the mirrored photo."""
    seen = studio.shrunk(photo.pixels, segmenter.longest_side)
    opinion = segmenter.segment(seen)
    chance = _share(opinion.alpha)
    if care is Care.BEST:
        mirrored = segmenter.segment(np.ascontiguousarray(seen[:, ::-1])).alpha
        chance = np.asarray((chance + _share(mirrored)[:, ::-1]) / 2, np.float32)
    chance = _nearer(photo, segmenter, chance)
    heard = cv2.resize(chance, small.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return Heard(heard.astype(np.float32), opinion.confidence, opinion.present)


def _nearer(photo: Photo, segmenter: Segmenter, chance: Float) -> Float:
    """The mean with a look at the product's surroundings alone; what lies outside them is no product."""
    box = box_of(chance >= NEARBY)
    if box is None:
        return chance
    size = size_of(chance)
    box = box.grown(round(AROUND * max(box.width, box.height)), within=size)
    if box.width * box.height > SMALL * size.area:
        return chance
    part = box.scaled(photo.size.width / size.width, within=photo.size)
    near = segmenter.segment(studio.shrunk(photo.pixels[part.slices], segmenter.longest_side)).alpha
    again = cv2.resize(_share(near), (box.width, box.height), interpolation=cv2.INTER_AREA)
    whole = np.zeros_like(chance)
    whole[box.slices] = (1 - NEAR_WEIGHS) * chance[box.slices] + NEAR_WEIGHS * again
    return whole


def _share(alpha: Grey) -> Float:
    return (alpha / np.float32(255)).astype(np.float32)


def _means_something(alpha: Grey) -> bool:
    """Some of it see-through, some of it solid: not a forgotten, empty or full channel."""
    low, high = float((alpha < 128).mean()), float((alpha >= 128).mean())
    return low > 0.002 and high > 0.0005


def _by_alpha(photo: Photo, alpha: Grey) -> Cutout:
    box = box_of(alpha >= 8) or Box.whole(photo.size)
    return Cutout(
        box, photo.pixels[box.slices], alpha[box.slices], None, 1.0,
        confidence=1.0, origin=Origin.ALPHA, engine="alpha", agreement=None,
        reason=say("The photo brought its own cut-out."),
    )  # fmt: skip


def _nothing(confidence: float, engine: str, agreement: float | None) -> Cutout:
    return Cutout(
        Box(0, 0, 0, 0), np.zeros((0, 0, 3), np.uint8), np.zeros((0, 0), np.uint8), None, 1.0,
        confidence=confidence, origin=Origin.NONE, engine=engine, agreement=agreement,
        reason=say("Nothing stands out from the ground."),
    )  # fmt: skip


def _scale(shadow: Grey | None, size: Size) -> float:
    return 1.0 if shadow is None else shadow.shape[1] / size.width


def _exact(photo: Photo, full: Photo, cutout: Cutout, inner: Box) -> Box:
    if full is photo or full.size.long_side <= photo.size.long_side:
        return photo.to_source(inner)
    if cutout.exact is not None:
        return full.to_source(cutout.exact)
    alpha = np.zeros(photo.pixels.shape[:2], np.uint8)
    alpha[cutout.box.slices] = cutout.alpha
    return full.to_source(extent(photo, full, inner, alpha))


def _stickers(
    photo: Photo,
    cutout: Cutout,
    labels: NDArray[np.int32],
    every: tuple[Part, ...],
    laid_over: Callable[[], Laid],
) -> tuple[Part, ...]:
    small = [part for part in worthy(every)[1:] if part.area <= APART_AREA * every[0].area]
    if not small:
        return ()
    laid = laid_over()
    lines, codes = (
        tuple(box.scaled(photo.scale).moved(-cutout.box.left, -cutout.box.top) for box in boxes)
        for boxes in (laid.lines, laid.codes)
    )
    if not lines and not codes:
        return ()
    here = Laid(lines, codes)
    return tuple(
        part
        for part in every[1:]
        if part.area <= APART_AREA * every[0].area
        and is_sticker(part.box, labels[part.box.slices] == part.label, cutout.colours[part.box.slices], here)
    )


def _without(levels: Grey, labels: NDArray[np.int32], stickers: tuple[Part, ...]) -> Grey:
    if not stickers:
        return levels
    left = levels.copy()
    for part in stickers:
        left[part.box.slices][labels[part.box.slices] == part.label] = 0
    return left


def _components(
    photo: Photo,
    cutout: Cutout,
    labels: NDArray[np.int32],
    every: tuple[Part, ...],
    stickers: tuple[Part, ...],
) -> tuple[Component, ...]:
    found = worthy(every)
    whole = max(1, sum(part.area for part in found))
    return tuple(
        Component(
            photo.to_source(part.box.moved(cutout.box.left, cutout.box.top)),
            share=part.area / whole,
            overlay=_overlay(cutout, labels, part) if i else 0.0,
            laid_over=part in stickers,
        )
        for i, part in enumerate(found)
    )


def _overlay(cutout: Cutout, labels: NDArray[np.int32], part: Part) -> float:
    """The largest piece is taken for goods; the others are looked at one by one."""
    place = part.box.grown(2, within=size_of(cutout.alpha))
    own = (labels[place.slices] == part.label).astype(np.uint8)
    near = cv2.dilate(own, np.ones((5, 5), np.uint8))
    return drawn_over(cutout.colours[place.slices], cutout.alpha[place.slices] * (near > 0))


def _far_apart(pieces: Sequence[Component]) -> bool:
    """Two pieces of at least a tenth each with a gap wider than a quarter of the smaller one."""
    large = [piece for piece in pieces if piece.share >= 0.1]
    return any(_gap(one.box, other.box) > 0 for i, one in enumerate(large) for other in large[i + 1 :])


def _gap(one: Box, other: Box) -> float:
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    smaller = min(max(one.width, one.height), max(other.width, other.height))
    return max(across, down) - 0.25 * smaller


def _touches(cutout: Cutout, solid: Grey, size: Size) -> Sides:
    box = cutout.box

    def share(line: Grey, there: bool, length: int) -> float:
        return float(np.count_nonzero(line)) / length if there else 0.0

    return Sides(
        left=share(solid[:, 0], box.left == 0, size.height),
        top=share(solid[0], box.top == 0, size.width),
        right=share(solid[:, -1], box.right == size.width, size.height),
        bottom=share(solid[-1], box.bottom == size.height, size.width),
    )


def _see_through(cutout: Cutout) -> float:
    """Partly seen pixels deeper than the soft outline, of all product pixels."""
    step = 2 if cutout.alpha.size > MANY else 1
    alpha = np.ascontiguousarray(cutout.alpha[::step, ::step])
    any_ = (alpha >= 8).astype(np.uint8)
    deep = cv2.erode(any_, np.ones((8 // step + 1, 8 // step + 1), np.uint8), borderValue=0)
    return float(np.count_nonzero(alpha[deep > 0] < 242)) / max(1, cv2.countNonZero(any_))


def _holes(solid: Grey) -> int:
    least = max(4.0, 0.0002 * float(solid.sum()))
    return sum(hole.area >= least for hole in holes(solid)[1])
