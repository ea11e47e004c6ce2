"""Nothing shows how large the product is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._telling import no_worse_than
from packshot.rules.base import Finding, Limit, Severity, rule
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleMarker(Limit):
    required: bool = False
    """The card should show how large the product is."""


@rule("scale_marker", since="0.1")
def judge(facts: Facts, limit: ScaleMarker) -> Iterator[Finding]:
    """Nothing may show how large the product is.

    Why: on a plain ground a vase of 10 cm looks like one of 50 cm; wrong size is one of the commonest reasons
    to send goods back.
    Measured: nothing yet. We cannot see rulers, hands or coins, so where the profile asks for scale this is a
    reminder and no judgement.
    Breaks: a card with one photo of a vase and no figure anywhere.
    Holds: a second photo with the vase in a hand, beside a cup, or with its height drawn beside it.
    How to shoot: make one more photo with a thing that everybody knows: a hand, a cup, a sheet of paper. Keep
    the main photo clean.
    Fix: no; the true size is not in the picture.
    Known limits: the reminder comes for every photo of such a category, also where another photo of the card
    shows the size already.
    """
    if not limit.required or not facts.subject.found:
        return
    yield Finding(
        rule="scale_marker",
        severity=no_worse_than(Severity.ADVICE, limit.severity),
        message=say(
            "The size of the goods should be clear from the card. We cannot check that yet: please look"
            " yourself."
        ),
        cure=say("Add a photo with a thing of known size beside the goods: a hand, a cup, a ruler."),
        measured="not looked for",
        limit="a thing of known size",
        confidence=0.3,
    )
