"""The photo is an infographic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import sure
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import say, say_n


@dataclass(frozen=True, slots=True, kw_only=True)
class Infographic(Glimpsed):
    min_lines: int = 4
    """So many lines of laid text, in several places, make an infographic."""
    min_confidence: float = 0.5
    """Lines that the finder is less sure of are left out."""


@rule("infographic", since="0.1")
@with_glance("infographic", "infographic")
def judge(facts: Facts, limit: Infographic) -> Iterator[Finding]:
    """The photo is an infographic: icons, arrows, callouts, lists of properties.

    Why: marketplaces draw properties from the card's fields; an infographic on the main photo is small in the
    list, cannot be searched or translated, and is refused as the first photo by most. As a further photo it
    is welcome.
    Measured: how many lines of text are laid over the photo, and how surely our network, which was trained on
    icons, arrows, size lines and callouts, calls it an infographic.
    Breaks: a jacket with five icons and captions at its side; a bottle with arrows to its parts.
    Holds: the jacket alone; a label full of small print on the bottle itself.
    How to shoot: send the photo without the designer's layer first, the infographic as the second photo.
    Fix: partly; what lies beside the goods goes with the old ground, what lies on them stays.
    Known limits: a poster with one slogan is laid text, not an infographic; icons without any words are seen
    by the network alone, and then told as a suspicion.
    """
    lines = [line for line in facts.text.boxes if line.laid_over and line.confidence >= limit.min_confidence]
    if len(lines) < limit.min_lines:
        return
    yield Finding(
        rule="infographic",
        severity=limit.severity,
        message=say_n(
            "{count} line of text is laid over the photo: it is an infographic.",
            "{count} lines of text are laid over the photo: it is an infographic.",
            len(lines),
        ),
        cure=say(
            "Send the photo without the designer's layer first, and the infographic as a further photo."
        ),
        measured=float(len(lines)),
        limit=float(limit.min_lines),
        boxes=tuple(line.box for line in lines),
        confidence=sure(sum(line.confidence for line in lines) / len(lines)),
        fixable=Fixable.PARTLY if facts.subject.found else Fixable.NO,
    )
