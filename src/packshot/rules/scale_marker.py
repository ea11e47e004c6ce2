"""Nothing shows how large the product is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._telling import no_worse_than
from packshot.rules.base import Finding, Limit, Severity, rule
from packshot.words import say

LENGTH = re.compile(
    r"""(?<![\d.,]) \d{1,4} (?:[.,]\d{1,2})? \s*
        (?: [mм][mм] | [cсCС][mмMМ] | [mм] | inch(?:es)? | in(?!\s*\d) | [″"] ) (?![\w²³/])""",
    re.VERBOSE,
)
"""A figure with a unit of length. The reader may take a Russian letter for its Latin twin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleMarker(Limit):
    required: bool = False
    """The card should show how large the product is."""
    hand_from: float = 0.92
    """A hand is seen from this chance on; it shows the size."""


@rule("scale_marker", since="0.1")
def judge(facts: Facts, limit: ScaleMarker) -> Iterator[Finding]:
    """Nothing shows how large the product is.

    Why: on a plain ground a vase of 10 cm looks like one of 50 cm; wrong size is one of the commonest reasons
    to send goods back.
    Measured: whether a figure with a unit of length (10 cm, 250 мм) can be read anywhere in the photo, and
    whether a hand or another part of a person is seen.
    Breaks: a card with one photo of a vase and no figure anywhere.
    Holds: a photo with the vase in a hand, or with its height drawn beside it.
    How to shoot: make one more photo with a thing that everybody knows: a hand, a cup, a sheet of paper. Keep
    the main photo clean.
    Fix: no; the true size is not in the picture.
    Known limits: cups, coins and rulers without a readable unit are not known; a figure printed on the goods
    counts, too, also where it says the size of something else. The advice comes for every photo of such a
    category, also where another photo of the card shows the size already.
    """
    if not limit.required or not facts.subject.found or shows_scale(facts, limit.hand_from):
        return
    yield Finding(
        rule="scale_marker",
        severity=no_worse_than(Severity.ADVICE, limit.severity),
        message=say("Nothing in the photo shows how large the goods are: no figure with a unit, no hand."),
        cure=say("Add a photo with a thing of known size beside the goods: a hand, a cup, a ruler."),
        measured="nothing of known size",
        limit="a figure with a unit, or a hand",
        confidence=0.7,
    )


def shows_scale(facts: Facts, hand_from: float) -> bool:
    if facts.glance.with_person >= hand_from:
        return True
    return any(LENGTH.search(line.text) for line in facts.reading.lines)
