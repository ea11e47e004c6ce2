"""A watermark lies over the photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import sure, told
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import say, say_n


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark(Glimpsed):
    min_confidence: float = 0.6
    """A mark is told from this confidence on."""


@rule("watermark", since="0.1")
@with_glance("watermark", "watermark", "watermark_tiled")
def judge(facts: Facts, limit: Watermark) -> Iterator[Finding]:
    """A see-through mark lies over the photo.

    Why: a watermark says that the picture may belong to somebody else; marketplaces refuse logos and
    contacts of shops, and rights holders have such cards blocked.
    Measured: a pale sign that repeats over the picture, or one that lets the photo shine through; how sure we
    are of it, from 0 to 1.
    Breaks: "myshop" in pale letters across a dress; the grid of a picture bank.
    Holds: the brand's own pattern woven into the cloth; a logo printed on the goods.
    How to shoot: make your own photo, or ask the supplier for the picture without marks and for the right to
    use it.
    Fix: only where the mark lies beside the goods, for there the ground is laid anew. We do not paint a mark
    off the product: that would invent what lies under it, and the mark may guard somebody's right.
    Known limits: one small pale sign on a motley ground may be missed; a regular pale pattern of the goods
    themselves may be taken for a mark, so look at the place that is shown.
    """
    marks = facts.marks
    if marks.confidence < limit.min_confidence or not (marks.boxes or marks.repeated):
        return
    subject = facts.subject
    beside = (
        subject.found and bool(marks.boxes) and all(box.meet(subject.box).is_empty for box in marks.boxes)
    )
    sure_percent = round(marks.confidence * 100)
    yield Finding(
        rule="watermark",
        severity=limit.severity,
        message=(
            say("A pale mark repeats all over the photo ({sure} % sure).", sure=sure_percent)
            if marks.repeated
            else say_n(
                "A see-through mark lies over the photo ({sure} % sure).",
                "See-through marks lie over the photo in {count} places ({sure} % sure).",
                len(marks.boxes),
                sure=sure_percent,
            )
        ),
        cure=(
            say(
                "The mark lies beside the goods: the retouch lays a clean ground there. Check your right"
                " to the photo."
            )
            if beside
            else say("Send your own photo without the mark, or ask the supplier for a clean one.")
        ),
        measured=told(marks.confidence, limit.min_confidence, 2),
        limit=limit.min_confidence,
        boxes=marks.boxes,
        confidence=sure(marks.confidence),
        fixable=Fixable.YES if beside else Fixable.NO,
    )
