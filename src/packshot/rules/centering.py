"""The product is off the middle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.image.types import Size
from packshot.look.facts import Facts
from packshot.look.subject import Subject
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import Words, say

FREE = 0.5
"""An offset that nothing in the frame can exceed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centering(Glimpsed):
    max_offset_x: float = 0.1
    """How far the product's middle may be from the frame's middle, as a share of the width."""
    max_offset_y: float = 0.1
    """The same up and down, as a share of the height."""

    @property
    def forbids(self) -> bool:
        return max(self.max_offset_x, self.max_offset_y) < FREE


@rule("centering", since="0.1")
@with_glance("centering", "off_centre", weighs=False)
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
    little off when its box is centred. A thing with a long thin part (a lamp's cord) shifts it too. Where
    the frame cuts the product, its true middle is not known and nothing is said.
    """
    subject = facts.subject
    if not subject.found:
        return
    off = list(_offsets(subject, facts.source.size, limit))
    if not off:
        return
    share, most, _ = max(off, key=lambda one: one[0] - one[1])
    messages = [message for _, _, message in off]
    yield Finding(
        rule="centering",
        severity=limit.severity,
        message=messages[0]
        if len(off) == 1
        else say("{first} {second}", first=messages[0], second=messages[1]),
        cure=say("Put the product on the middle cross of the camera's grid, or let the retouch move it."),
        measured=share,
        limit=most,
        unit="%",
        boxes=(subject.box,),
        confidence=sure(subject.confidence),
        fixable=Fixable.YES,
    )


def _offsets(subject: Subject, frame: Size, limit: Centering) -> Iterator[tuple[float, float, Words]]:
    """Where the product is off: by how many per cent, how many are fine, and the sentence."""
    x, y = subject.box.centre
    right, down = (x - frame.width / 2) / frame.width, (y - frame.height / 2) / frame.height
    touches = subject.touches
    if abs(right) > limit.max_offset_x and not (touches.left or touches.right):
        share, most = told(abs(right) * 100, limit.max_offset_x * 100), percent(limit.max_offset_x)
        yield (
            share,
            most,
            say(
                "The product stands {share:g} % of the width left of the middle; at most {limit:g} % is"
                " fine.",
                share=share,
                limit=most,
            )
            if right < 0
            else say(
                "The product stands {share:g} % of the width right of the middle; at most {limit:g} % is"
                " fine.",
                share=share,
                limit=most,
            ),
        )
    if abs(down) > limit.max_offset_y and not (touches.top or touches.bottom):
        share, most = told(abs(down) * 100, limit.max_offset_y * 100), percent(limit.max_offset_y)
        yield (
            share,
            most,
            say(
                "The product stands {share:g} % of the height above the middle; at most {limit:g} % is fine.",
                share=share,
                limit=most,
            )
            if down < 0
            else say(
                "The product stands {share:g} % of the height below the middle; at most {limit:g} % is fine.",
                share=share,
                limit=most,
            ),
        )
