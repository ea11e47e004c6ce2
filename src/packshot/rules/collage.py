"""Several pictures were put into one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import sure, told
from packshot.rules.base import Finding, rule
from packshot.words import say, say_n


@dataclass(frozen=True, slots=True, kw_only=True)
class Collage(Glimpsed):
    min_confidence: float = 0.6
    """A collage is told from this confidence on."""


@rule("collage", since="0.1")
@with_glance("collage", "collage", "inset")
def judge(facts: Facts, limit: Collage) -> Iterator[Finding]:
    """Several pictures are put together into one.

    Why: in the listing a collage shrinks to stamps on which nothing is seen; it is unclear which of
    the goods is sold, and marketplaces give each view its own place in the gallery.
    Measured: straight seams or gaps that run through the picture, and how many separate pictures they leave;
    how sure we are of it, from 0 to 1.
    Breaks: four colours of one T-shirt in a two-by-two grid; a close-up in a round inset.
    Holds: one photo of the T-shirt; a set laid out on one ground and shot at once.
    How to shoot: send each view as a file of its own: the front first, then the sides, the back and details.
    Fix: no; we do not choose for you which picture shows the goods. Cut the collage apart and send the parts.
    Known limits: a shelf with straight boards, a window or a checked cloth may look like seams; insets
    without an edge are missed.
    """
    frame = facts.frame
    if frame.collage_confidence < limit.min_confidence or not frame.panels:
        return
    yield Finding(
        rule="collage",
        severity=limit.severity,
        message=say_n(
            "Another picture is set into the photo ({sure} % sure).",
            "The photo is put together from {count} pictures ({sure} % sure).",
            len(frame.panels),
            sure=round(frame.collage_confidence * 100),
        ),
        cure=say("Send each picture as a file of its own; the view from the front comes first."),
        measured=told(frame.collage_confidence, limit.min_confidence, 2),
        limit=limit.min_confidence,
        boxes=frame.panels,
        confidence=sure(frame.collage_confidence),
    )
