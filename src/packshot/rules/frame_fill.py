"""The product is too small or too large in the frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from packshot.image.types import Size
from packshot.look.facts import Facts
from packshot.look.subject import Subject
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import Words, say

Measure = Literal["long_side", "height", "width", "area", "bbox_area"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFill(Glimpsed):
    measure: Measure = "long_side"
    """What is measured: the side where the product fills more of the frame, its height, its width, its own
    area, or the area of the box round it."""
    min_share: float = 0.0
    """How much of the frame the product must fill."""
    max_share: float = 1.0
    """How much of the frame the product may fill."""

    @property
    def forbids(self) -> bool:
        return self.min_share > 0


@rule("frame_fill", since="0.1")
@with_glance("frame_fill", "tiny", weighs=False)
def judge(facts: Facts, limit: FrameFill) -> Iterator[Finding]:
    """The product is too small or too large in the frame.

    Why: in the listing the picture is as small as a stamp; a product that fills half of it is seen worse than
    its neighbours. One that fills it to the rim looks squeezed and is cut by rounded corners.
    Measured: the product without its shadow against the frame. Marketplaces count differently, so the profile
    says what is counted: the side that fills more, the height, the width, the area, or the box round it.
    Breaks: a ring in the middle of an empty sheet, 12 % of the width, where 80 % is asked for.
    Holds: the same ring at 85 % of the width.
    How to shoot: step closer or zoom in until a narrow rim of ground is left; do not cut the product.
    Fix: yes; the retouch cuts spare ground away and places the product as large as the marketplace asks.
    A small product has few pixels, though, and enlarging it does not bring detail back.
    Known limits: a thin or open thing (a chain, a bicycle) has a small area even when it fills the frame;
    for such goods the box or the long side is the fairer measure.
    """
    subject, frame = facts.subject, facts.source.size
    if not subject.found:
        return
    share = percent(fill_share(subject, frame, limit.measure))
    least, most = percent(limit.min_share), percent(limit.max_share)
    if share < least:
        figure, asked = told(share, least), least
        message = _too_small(limit.measure, subject, frame, figure, asked)
        cure = say("Step closer, or let the retouch cut the spare ground away and enlarge the product.")
    elif share > most:
        figure, asked = told(share, most), most
        message = _too_large(limit.measure, subject, frame, figure, asked)
        cure = say("Step back, or let the retouch add ground round the product.")
    else:
        return
    yield Finding(
        rule="frame_fill",
        severity=limit.severity,
        message=message,
        cure=cure,
        measured=figure,
        limit=asked,
        unit="%",
        boxes=(subject.box,),
        confidence=sure(subject.confidence),
        fixable=Fixable.YES,
    )


def fill_share(subject: Subject, frame: Size, measure: Measure) -> float:
    width, height = subject.box.width / frame.width, subject.box.height / frame.height
    match measure:
        case "long_side":
            return max(width, height)
        case "height":
            return height
        case "width":
            return width
        case "area":
            return subject.coverage
        case "bbox_area":
            return subject.box.area / frame.area


def _along(measure: Measure, subject: Subject, frame: Size) -> str:
    """`long_side` is said as the side that it turns out to be."""
    if measure != "long_side":
        return measure
    return "width" if subject.box.width / frame.width >= subject.box.height / frame.height else "height"


def _too_small(measure: Measure, subject: Subject, frame: Size, share: float, limit: float) -> Words:
    match _along(measure, subject, frame):
        case "width":
            return say(
                "The product fills {share:g} % of the width; {limit:g} % is asked for.",
                share=share,
                limit=limit,
            )
        case "height":
            return say(
                "The product fills {share:g} % of the height; {limit:g} % is asked for.",
                share=share,
                limit=limit,
            )
        case "area":
            return say(
                "The product covers {share:g} % of the picture; {limit:g} % is asked for.",
                share=share,
                limit=limit,
            )
        case _:
            return say(
                "The box round the product takes {share:g} % of the picture; {limit:g} % is asked for.",
                share=share,
                limit=limit,
            )


def _too_large(measure: Measure, subject: Subject, frame: Size, share: float, limit: float) -> Words:
    match _along(measure, subject, frame):
        case "width":
            return say(
                "The product fills {share:g} % of the width; at most {limit:g} % is fine.",
                share=share,
                limit=limit,
            )
        case "height":
            return say(
                "The product fills {share:g} % of the height; at most {limit:g} % is fine.",
                share=share,
                limit=limit,
            )
        case "area":
            return say(
                "The product covers {share:g} % of the picture; at most {limit:g} % is fine.",
                share=share,
                limit=limit,
            )
        case _:
            return say(
                "The box round the product takes {share:g} % of the picture; at most {limit:g} % is fine.",
                share=share,
                limit=limit,
            )
