"""More things are in the photo than are sold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import no_worse_than, sure
from packshot.rules.base import Finding, Fixable, Severity, rule
from packshot.words import say, say_n

LIKELY_A_SET = 0.5
"""How sure we are that several large things apart from each other are not one set: a coin's toss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraObjects(Glimpsed):
    max_objects: int = 1
    """How many separate things the photo may show."""
    min_share: float = 0.02
    """Things with a smaller share of all product pixels are left out of the count."""
    allow_props: bool = False
    """Things beside the product are fine."""
    allow_person: bool = False
    """A person who wears or holds the product is fine."""

    @property
    def forbids(self) -> bool:
        return not self.allow_props and self.max_objects == 1


@rule("extra_objects", since="0.1")
@with_glance("extra_objects", "prop", "second_product", "twin", "twin_mirrored", "variants")
def judge(facts: Facts, limit: ExtraObjects) -> Iterator[Finding]:
    """Things that may not be sold lie beside the product.

    Why: a buyer expects to get all that the main photo shows; flowers, phones and hands beside the goods
    bring complaints and returns, and several marketplaces refuse such a first photo.
    Measured: how many separate things the cut-out holds. Parts that belong together count as one, specks
    below the profile's share are left out.
    Breaks: a cup with a bunch of flowers and a book; a charger beside a phone that is sold alone.
    Holds: the cup alone; a shirt with its belt where the belt lies on it.
    How to shoot: clear the table; lay loose parts of one product so that they touch or overlap; show what is
    in the box on the second photo.
    Fix: partly; small things on the ground are left behind when a person has said which thing is sold.
    Several large things are all kept, for they may be a set.
    Known limits: we count things and do not know the goods: a set of six glasses looks like five glasses too
    many, so it is told as a warning at most. Props that touch the product count as the product. People are
    not told from things yet; the switch for persons is kept for that.
    """
    if not facts.subject.found or limit.allow_props:
        return
    objects = facts.objects
    counted = [
        box for box, share in zip(objects.boxes, objects.shares, strict=True) if share >= limit.min_share
    ]
    if len(counted) <= limit.max_objects:
        return
    confidence = sure(facts.subject.confidence)
    if facts.subject.far_apart:
        yield Finding(
            rule="extra_objects",
            severity=no_worse_than(Severity.WARNING, limit.severity),
            message=say_n(
                "{count} large thing stands apart: a set, or goods that are not sold together? The limit"
                " is {limit}.",
                "{count} things stand apart: a set, or goods that are not sold together? The limit is"
                " {limit}.",
                len(counted),
                limit=limit.max_objects,
            ),
            cure=say("If it is a set, keep it and say so in the card. If not, shoot the product alone."),
            measured=float(len(counted)),
            limit=float(limit.max_objects),
            boxes=tuple(counted),
            confidence=sure(confidence, LIKELY_A_SET),
            fixable=Fixable.PARTLY,
        )
        return
    extra = counted[max(limit.max_objects, 0) :]
    yield Finding(
        rule="extra_objects",
        severity=limit.severity,
        message=say_n(
            "{count} thing too many is in the photo: {seen} are seen, the limit is {limit}.",
            "{count} things too many are in the photo: {seen} are seen, the limit is {limit}.",
            len(extra),
            seen=len(counted),
            limit=limit.max_objects,
        ),
        cure=say(
            "Take away all that is not sold. The retouch keeps every thing until you say which one to drop."
        ),
        measured=float(len(counted)),
        limit=float(limit.max_objects),
        boxes=tuple(extra),
        confidence=confidence,
        fixable=Fixable.PARTLY,
    )
