"""How hard is this photo to mend, and why? The triage of the brief: it names the route."""

from __future__ import annotations

from collections.abc import Iterator

from packshot.journey.report import Difficulty, Level
from packshot.look.facts import Facts
from packshot.words import Words, say, say_n

CONTRADICTION = 0.6
"""IoU of two opinions below which they speak of different things."""
STUDIO_GROUND = 0.5
SEE_THROUGH = 0.08
"""Share of the product; nine opaque samples stay below 0.002."""
TINY_PX = 300
"""Long side of the product: enlarged to a 1200 px square it would have to grow four times."""
BLURRED = 12.0
"""Sharpness on the scale of `look/quality`."""


def assess(facts: Facts) -> Difficulty:
    for level, reasons in (
        (Level.BY_HAND, tuple(_by_hand(facts))),
        (Level.HARD, tuple(_hard(facts)) if facts.subject.found else ()),
    ):
        if reasons:
            return Difficulty(level, reasons)
    if facts.scene.studio < STUDIO_GROUND:
        return Difficulty(Level.MEDIUM, (say("The ground is busy, yet the product stands out."),))
    return Difficulty(Level.SIMPLE, (say("One clear product on an even ground."),))


def _by_hand(facts: Facts) -> Iterator[Words]:
    subject = facts.subject
    if not subject.found:
        yield say("No product was found.")
        return
    if subject.agreement is not None and subject.agreement < CONTRADICTION:
        yield say("Two ways of finding the product contradict each other.")
    if subject.far_apart and not facts.objects.twins and len(facts.objects.boxes) > 1:
        yield say("Several different things stand far apart.")


def _hard(facts: Facts) -> Iterator[Words]:
    subject = facts.subject
    things = len(facts.objects.boxes)
    if things > 1:
        yield say_n("{count} thing in the photo.", "{count} things in the photo.", things)
    if any(box.on_product < 0.5 for box in facts.text.boxes):
        yield say("Text lies on the ground.")
    if subject.see_through > SEE_THROUGH:
        yield say("The product is see-through.")
    if subject.box.size.long_side < TINY_PX:
        yield say("The product is tiny: {px} px.", px=subject.box.size.long_side)
    if facts.quality.sharpness < BLURRED and facts.quality.sharpness_confidence > 0.3:
        yield say("The photo is blurred.")
