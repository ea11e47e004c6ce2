"""The frame cuts the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from packshot.image.types import Box, Size
from packshot.look.facts import Facts
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, rule
from packshot.words import Words, say, say_n

Side = Literal["left", "top", "right", "bottom"]

SMALL = 0.2
"""Share of all product pixels: smaller things at the rim are not the product that is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectCropped(Glimpsed):
    max_touch: float = 0.02
    """Share of a side on which the product may lie."""
    sides: tuple[Side, ...] = ("left", "top", "right", "bottom")
    """The sides that count; goods on a model may run out of the frame below, say."""
    model_may_be_cut: bool = True
    """Who wears the goods may run out of the frame, where the judge does not see the goods themselves cut."""


@rule("subject_cropped", since="0.1")
@with_glance("subject_cropped", "cropped")
def judge(facts: Facts, limit: SubjectCropped) -> Iterator[Finding]:
    """The edge of the photo cuts the product.

    Why: a buyer wants to see the whole thing: the toe of the shoe, the handle of the pan, the length of the
    sleeve. A cut product is refused by several marketplaces and cannot be placed freely on a new ground.
    Measured: on which share of each side of the frame the product lies; its shadow does not count, nor do
    small things apart from it.
    Breaks: a lamp whose foot is below the frame; a sofa that runs out of the picture at both ends.
    Holds: the same lamp with a finger's breadth of ground all round.
    How to shoot: step back until there is ground on all four sides, then check the corners of the picture;
    it is easier to cut off spare ground than to add a missing foot.
    Fix: no; we do not invent the missing part. The retouch can only set the cut side against the edge of the
    new picture, so that the cut looks meant.
    Known limits: things that are long by nature (a curtain, a cable, a model's legs) are cut on purpose:
    leave out that side in the profile. Of a model that is cut by the frame the learned judge says whether the
    goods are cut, too; it may err. Goods that only just touch the edge may be told as cut.
    """
    if not facts.subject.found:
        return
    touches = facts.subject.touches.as_dict()
    cut = [
        side
        for side in limit.sides
        if touches[side] > limit.max_touch and not _only_small_things(side, facts)
    ]
    if not cut or (limit.model_may_be_cut and _only_the_model(facts)):
        return
    worst = max(cut, key=lambda side: touches[side])
    figure, most = told(touches[worst] * 100, limit.max_touch * 100), percent(limit.max_touch)
    yield Finding(
        rule="subject_cropped",
        severity=limit.severity,
        message=(
            _one_side(worst, figure, most)
            if len(cut) == 1
            else say_n(
                "The frame cuts the product at {count} side; it lies on up to {share:g} % of it,"
                " up to {limit:g} % is fine.",
                "The frame cuts the product at {count} sides; it lies on up to {share:g} % of a side,"
                " up to {limit:g} % is fine.",
                len(cut),
                share=figure,
                limit=most,
            )
        ),
        cure=say(
            "Shoot again from farther away, with ground on all four sides: the missing part cannot be made."
        ),
        measured=figure,
        limit=most,
        unit="%",
        boxes=tuple(_edge(side, facts.subject.box, facts.source.size) for side in cut),
        confidence=sure(facts.subject.confidence),
    )


def _one_side(side: Side, share: float, limit: float) -> Words:
    match side:
        case "left":
            return say(
                "The product is cut on the left: it lies on {share:g} % of that side,"
                " up to {limit:g} % is fine.",
                share=share,
                limit=limit,
            )
        case "right":
            return say(
                "The product is cut on the right: it lies on {share:g} % of that side,"
                " up to {limit:g} % is fine.",
                share=share,
                limit=limit,
            )
        case "top":
            return say(
                "The product is cut at the top: it lies on {share:g} % of that side,"
                " up to {limit:g} % is fine.",
                share=share,
                limit=limit,
            )
        case "bottom":
            return say(
                "The product is cut at the bottom: it lies on {share:g} % of that side,"
                " up to {limit:g} % is fine.",
                share=share,
                limit=limit,
            )


def _only_small_things(side: Side, facts: Facts) -> bool:
    """What lies on that side is a badge, a letter or a speck that the cut-out took for goods."""
    width, height = facts.source.size.width, facts.source.size.height
    at: dict[Side, Callable[[Box], bool]] = {
        "left": lambda box: box.left <= 0.01 * width,
        "top": lambda box: box.top <= 0.01 * height,
        "right": lambda box: box.right >= 0.99 * width,
        "bottom": lambda box: box.bottom >= 0.99 * height,
    }
    there = [
        share for box, share in zip(facts.objects.boxes, facts.objects.shares, strict=True) if at[side](box)
    ]
    return bool(there) and max(there) < SMALL


def _edge(side: Side, product: Box, frame: Size) -> Box:
    """A strip along the side, as long as the product: where to look."""
    thick = max(2, frame.short_side // 50)
    strips = {
        "left": Box(0, product.top, thick, product.bottom),
        "top": Box(product.left, 0, product.right, thick),
        "right": Box(frame.width - thick, product.top, frame.width, product.bottom),
        "bottom": Box(product.left, frame.height - thick, product.right, frame.height),
    }
    return strips[side].inside(frame)


GOODS_CUT = 0.15
"""The judge's chance from which the goods that a model wears may be cut themselves."""


def _only_the_model(facts: Facts) -> bool:
    chance = facts.glance.chance(("cropped",))
    return chance is not None and chance < GOODS_CUT and facts.glance.worn == "person"
