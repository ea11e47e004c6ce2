"""The learned judge beside a rule that measures: both are shown, neither speaks for the other.

The judge's chance joins each finding. It may raise a suspicion where the rule saw nothing, and it may silence
a rule that it contradicts, as far as the profile lets it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar

from packshot.look.facts import Facts
from packshot.rules._telling import no_worse_than, told
from packshot.rules.base import RULES, Finding, Fixable, Limit, Severity
from packshot.words import Words, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpsed(Limit):
    """Of a rule whose defect the learned judge knows, too."""

    suspect_from: float = 1.0
    """From this chance on the judge's word alone is told, as a warning at most; 1: never."""
    believe_from: float = 0.0
    """A finding that the judge gives less chance than this is left out; 0: none is."""

    @property
    def forbids(self) -> bool:
        """False where the profile lets some of it pass: then only what was measured counts."""
        return True


L = TypeVar("L", bound=Glimpsed)
Judged = Callable[[Facts, L], Iterator[Finding]]


def with_glance(name: str, *kinds: str, weighs: bool = True) -> Callable[[Judged[L]], Judged[L]]:
    """`kinds` of defects, as the judge calls them, that the rule called `name` is about.

    `weighs`: the judge's chance counts in what was measured. Not so where a profile sets the limit, as for
    the colour of the ground: the judge knows coloured grounds, not this limit; it may only suspect.
    """

    def joined(judge: Judged[L]) -> Judged[L]:
        @wraps(judge)
        def both(facts: Facts, limit: Any) -> Iterator[Finding]:
            measured = list(judge(facts, limit))
            chance = facts.glance.chance(kinds)
            if chance is None:
                yield from measured
            elif measured:
                yield from believed(measured, chance, limit) if weighs else measured
            elif chance >= limit.suspect_from and limit.forbids and is_at_home(facts, kinds):
                yield suspicion(name, chance, limit)

        return both

    return joined


GROUNDS = ("cluttered_ground", "coloured_ground", "uneven_ground")
CALM = 0.3
"""Over this chance of such a ground the judge suspects nothing else: it learned on cards. Of 80 photos of
clothes on floors, beds and walls, with bars from cards alone, it saw a cast in 34 and a collage in 7."""


def is_at_home(facts: Facts, kinds: tuple[str, ...]) -> bool:
    asked = set(kinds) & set(GROUNDS)
    return bool(asked) or (facts.glance.chance(GROUNDS) or 0.0) < CALM


def believed(measured: list[Finding], chance: float, limit: Glimpsed) -> Iterator[Finding]:
    if chance < limit.believe_from:
        return
    for finding in measured:
        yield replace(finding, learned=chance, confidence=together(finding.confidence, chance))


def together(measured: float, learned: float) -> float:
    """How sure both are: between the two, nearer to the one that is surer."""
    odds = (_odds(measured) + _odds(learned)) / 2
    return round(1 / (1 + math.exp(-odds)), 3)


def _odds(chance: float) -> float:
    held = min(0.999, max(0.001, chance))
    return math.log(held / (1 - held))


def suspicion(name: str, chance: float, limit: Glimpsed) -> Finding:
    asked = limit.suspect_from * 100
    return Finding(
        rule=name,
        severity=no_worse_than(Severity.WARNING, limit.severity),
        message=say(
            "{what} So it looks at a glance ({sure:g} % sure; told from {limit:g} %); no measurement says"
            " so.",
            what=Words(RULES[name].title),
            sure=told(chance * 100, asked),
            limit=round(asked, 6),
        ),
        cure=say("Look at the photo yourself: the network that suspects this cannot show the place."),
        measured=told(chance * 100, asked),
        limit=round(asked, 6),
        unit="%",
        confidence=chance,
        fixable=Fixable.NO,
        learned=chance,
    )
