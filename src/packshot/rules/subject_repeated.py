"""The same thing stands there twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import say, say_n


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRepeated(Glimpsed):
    min_similarity: float = 0.9
    """Two things are the same from this similarity on (0…1, colour and shape together)."""
    allow_mirrored: bool = True
    """Mirrored pairs are fine: shoes, gloves, earrings."""


@rule("subject_repeated", since="0.1")
@with_glance("subject_repeated", "twin")
def judge(facts: Facts, limit: SubjectRepeated) -> Iterator[Finding]:
    """The same thing stands in the photo more than once.

    Why: two cups in the picture promise two cups in the parcel; a front and a back view side by side make
    each half as large as it could be.
    Measured: how much any two things in the photo are alike in colour and shape, from 0 to 100 %.
    Breaks: the front and the back of one jar side by side; one toy copied three times.
    Holds: a pair of shoes, earrings or gloves, which are mirrored; a set of different spoons.
    How to shoot: one thing, one view, one photo. If several equal pieces are sold together, say in the card
    how many there are and switch this rule off for that category.
    Fix: partly; one of the equal things can be kept when a person says that only one is sold.
    Known limits: we see pictures and not the offer: six equal glasses in a set of six are told as repeats.
    Equal things that touch or overlap are seen as one and missed.
    """
    if not facts.subject.found:
        return
    twins = [
        twin
        for twin in facts.objects.twins
        if twin.similarity >= limit.min_similarity and not (twin.mirrored and limit.allow_mirrored)
    ]
    if not twins:
        return
    boxes = tuple(dict.fromkeys(box for twin in twins for box in (twin.first, twin.second)))
    alike = max(twin.similarity for twin in twins)
    figure = told(alike * 100, limit.min_similarity * 100)
    yield Finding(
        rule="subject_repeated",
        severity=limit.severity,
        message=say_n(
            "One thing is seen {count} time; the views are {alike:g} % alike, from {limit:g} % on it is"
            " a repeat.",
            "Things that look the same are seen {count} times; they are up to {alike:g} % alike, from"
            " {limit:g} %"
            " on it is a repeat.",
            len(boxes),
            alike=figure,
            limit=percent(limit.min_similarity),
        ),
        cure=say("Show one piece from one side, and put the other views on photos of their own."),
        measured=figure,
        limit=percent(limit.min_similarity),
        unit="%",
        boxes=boxes,
        confidence=sure(facts.subject.confidence, alike),
        fixable=Fixable.PARTLY,
    )
