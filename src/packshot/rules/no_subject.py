"""No product was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._telling import no_worse_than, sure, told
from packshot.rules.base import Finding, Fixable, Limit, Severity, rule
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSubject(Limit):
    severity: Severity = Severity.ERROR
    """How bad a photo without goods is; a mere doubt is never told worse than as a warning."""
    min_confidence: float = 0.3
    """Below it we say that we doubt where the product is."""


@rule("no_subject", since="0.1")
def judge(facts: Facts, limit: NoSubject) -> Iterator[Finding]:
    """No product was found in the photo.

    Why: an empty sheet, a scan of a form or a wrong file in the folder must not become a card; nothing
    else in the report can be trusted while it is unknown where the goods are.
    Measured: whether the cut-out holds anything, and how sure the cut-out is of it, from 0 to 1.
    Breaks: a photo of an empty white table; a colour swatch that fills the whole frame.
    Holds: one mug on the same table, even a small one.
    How to shoot: put the goods on a plain ground of another colour, leave some ground on all four sides
    and let light fall from two sides, so that the edge is seen all round.
    Fix: no; nothing can be cut out where nothing is found. Send another photo, or draw the mask by hand
    if the product is there and we failed to see it.
    Known limits: white goods on white and clear glass on a bright ground may be missed; goods that fill
    the whole frame look like a ground. While this rule speaks of nothing found, the rules on size, place
    and cropping stay silent, so that one cause gives one finding.
    """
    subject = facts.subject
    if not subject.found:
        yield Finding(
            rule="no_subject",
            severity=limit.severity,
            message=say("No product was found in the photo."),
            cure=say(
                "Send a photo with the goods on a plain ground of another colour, or draw the mask by hand."
            ),
            measured=0.0,
            limit=limit.min_confidence,
        )
    elif subject.confidence < limit.min_confidence:
        yield Finding(
            rule="no_subject",
            severity=no_worse_than(Severity.WARNING, limit.severity),
            message=say(
                "It is hard to tell the product from the ground: we are {confidence:g} % sure, and trust"
                " ourselves from {limit:g} %.",
                confidence=told(subject.confidence * 100, limit.min_confidence * 100),
                limit=round(limit.min_confidence * 100, 1),
            ),
            cure=say(
                "Look at the cut-out and mend its mask by hand, or shoot on a ground of another colour."
            ),
            measured=told(subject.confidence, limit.min_confidence, 2),
            limit=limit.min_confidence,
            boxes=(subject.box,),
            confidence=sure(1 - subject.confidence),
            fixable=Fixable.PARTLY,
        )
