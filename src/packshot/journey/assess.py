"""How hard is this photo to mend, and why? The triage of the brief: it names the route."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packshot.image.types import Size
from packshot.journey.report import Difficulty, Level, Verdict
from packshot.look.facts import Facts
from packshot.look.sides import Sides
from packshot.profiles.profile import Profile
from packshot.retouch.place import Place, placed, planned
from packshot.rules.base import Finding, Fixable, Severity
from packshot.words import Words, say, say_n

CONTRADICTION = 0.6
"""IoU of two opinions below which they speak of different things."""
STUDIO_GROUND = 0.5
SEE_THROUGH = 0.08
"""Share of the product; nine opaque samples stay below 0.002."""
BLURRED = 12.0
"""Sharpness on the scale of `look/quality`."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What photos of a level came to when they were mended."""

    done: float
    """Share that ended compliant or fixed, no person asked."""
    seconds: float
    """Of one core, for `fix` with two variants."""


EFFORT: Mapping[Level, Effort] = {
    Level.SIMPLE: Effort(0.99, 0.38),
    Level.MEDIUM: Effort(1.0, 0.38),
    Level.HARD: Effort(0.05, 0.42),
    Level.BY_HAND: Effort(0.0, 0.39),
}
"""Of 136, 43, 80 and 65 shared photos of the split `val` (benchmarks/triage.py; docs/quality.md)."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What a person needs; nobody but the shop itself can know it."""

    edit_minutes: float = 8.0
    """To cut out and place one photo in an editor."""
    look_minutes: float = 0.5
    """To look at one photo and decide."""


@dataclass(frozen=True, slots=True)
class Estimate:
    done: float
    """How probably no person is needed."""
    machine_seconds: float
    hand_minutes: float


def estimate(level: Level, verdict: Verdict, hands: Hands) -> Estimate:
    """Of one photo, before any work. What only a new photo can mend is looked at and sent back."""
    effort = EFFORT[level]
    if verdict is Verdict.ASK_SELLER:
        return Estimate(0.0, effort.seconds, hands.look_minutes)
    by_person = (1 - effort.done) * (hands.look_minutes + hands.edit_minutes)
    return Estimate(effort.done, effort.seconds, by_person)


def assess(facts: Facts, profile: Profile, findings: Iterable[Finding] = ()) -> Difficulty:
    """`findings` are those of the source, judged by the same profile."""
    for level, reasons in (
        (Level.BY_HAND, tuple(_by_hand(facts, profile))),
        (Level.HARD, tuple(_hard(facts, findings)) if facts.subject.found else ()),
    ):
        if reasons:
            return Difficulty(level, reasons)
    if facts.scene.studio < STUDIO_GROUND:
        return Difficulty(Level.MEDIUM, (say("The ground is busy, yet the product stands out."),))
    return Difficulty(Level.SIMPLE, (say("One clear product on an even ground."),))


def _by_hand(facts: Facts, profile: Profile) -> Iterator[Words]:
    """What a guard would stop after the work is said before it."""
    subject = facts.subject
    if not subject.found:
        yield say("No product was found.")
        return
    if subject.agreement is not None and subject.agreement < CONTRADICTION:
        yield say("Two ways of finding the product contradict each other.")
    elif subject.confidence < profile.guards.min_confidence:
        yield say("It is hard to tell the product from the ground.")
    if subject.far_apart and not facts.objects.twins and len(facts.objects.boxes) > 1:
        yield say("Several different things stand far apart.")
    grows = enlargement(subject.box.size, profile)
    if grows > profile.guards.max_upscale:
        yield say(
            "The product is tiny, {px} px: it would have to grow {times:.1f} times, {most:g} at most look"
            " good.",
            px=subject.box.size.long_side,
            times=grows,
            most=profile.guards.max_upscale,
        )


def _hard(facts: Facts, findings: Iterable[Finding]) -> Iterator[Words]:
    subject = facts.subject
    for finding in findings:
        if finding.severity is Severity.ERROR and finding.fixable is Fixable.NO:
            yield finding.message
    things = len(facts.objects.boxes)
    if things > 1:
        yield say_n("{count} thing in the photo.", "{count} things in the photo.", things)
    if any(box.on_product < 0.5 for box in facts.text.boxes):
        yield say("Text lies on the ground.")
    if subject.see_through > SEE_THROUGH:
        yield say("The product is see-through.")
    if facts.quality.sharpness < BLURRED and facts.quality.sharpness_confidence > 0.3:
        yield say("The photo is blurred.")


def enlargement(product: Size, profile: Profile) -> float:
    """How many times larger the profile's canvas wants the product; 0 where it places nothing."""
    wish = profile.wishes.get("place")
    if not isinstance(wish, Place) or wish.skip or not product.area:
        return 0.0
    return placed(product, planned(product, wish, Sides())).width / product.width
