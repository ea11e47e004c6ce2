"""The product is off the middle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, Fixable, Limit, rule
from packshot.words import Words, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Centering(Limit):
    max_offset_x: float = 0.1
    """How far the product's middle may be from the frame's middle, as a share of the width."""
    max_offset_y: float = 0.1
    """The same up and down, as a share of the height."""


@rule("centering", since="0.1")
def judge(facts: Facts, limit: Centering) -> Iterator[Finding]:
    """The product stands off the middle of the photo.

    Why: showcases cut photos to other shapes round their middle; what stands at one side loses a part there,
    and a row of cards looks untidy.
    Measured: how far the middle of the box round the product is from the middle of the frame, as a share of
    the frame's width and height. The shadow does not count.
    Breaks: a bottle at the left third of the picture; a bag that hangs in the upper half.
    Holds: the bottle in the middle, give or take a tenth of the width.
    How to shoot: switch on the grid of the camera, put the product on the middle cross and leave as much
    ground on the left as on the right.
    Fix: yes; the retouch places the product in the middle, or on the base line that the profile asks for.
    Known limits: the middle of the box is not the middle of the weight: a mug with a large handle looks a
    little off when its box is centred. A thing with a long thin part (a lamp's cord) shifts it too.
    """
    subject, frame = facts.subject, facts.source.size
    if not subject.found:
        return
    x, y = subject.box.centre
    right, down = (x - frame.width / 2) / frame.width, (y - frame.height / 2) / frame.height
    off = [
        (abs(offset) - most, abs(offset), most, message)
        for offset, most, message in (
            (right, limit.max_offset_x, _sideways),
            (down, limit.max_offset_y, _up_or_down),
        )
        if abs(offset) > most
    ]
    if not off:
        return
    _, away, most, _ = max(off, key=lambda one: one[0])
    told_both = [
        message(right if message is _sideways else down, told(offset * 100, allowed * 100), percent(allowed))
        for _, offset, allowed, message in off
    ]
    yield Finding(
        rule="centering",
        severity=limit.severity,
        message=told_both[0]
        if len(told_both) == 1
        else say("{first} {second}", first=told_both[0], second=told_both[1]),
        cure=say("Put the product on the middle cross of the camera's grid, or let the retouch move it."),
        measured=told(away * 100, most * 100),
        limit=percent(most),
        unit="%",
        boxes=(subject.box,),
        confidence=sure(subject.confidence),
        fixable=Fixable.YES,
    )


def _sideways(offset: float, share: float, limit: float) -> Words:
    if offset < 0:
        return say(
            "The product stands {share:g} % of the width left of the middle; at most {limit:g} % is fine.",
            share=share,
            limit=limit,
        )
    return say(
        "The product stands {share:g} % of the width right of the middle; at most {limit:g} % is fine.",
        share=share,
        limit=limit,
    )


def _up_or_down(offset: float, share: float, limit: float) -> Words:
    if offset < 0:
        return say(
            "The product stands {share:g} % of the height above the middle; at most {limit:g} % is fine.",
            share=share,
            limit=limit,
        )
    return say(
        "The product stands {share:g} % of the height below the middle; at most {limit:g} % is fine.",
        share=share,
        limit=limit,
    )
