"""The goods are seen from another side than asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.look.glance import likeliest
from packshot.rules._telling import no_worse_than
from packshot.rules.base import Finding, Fixable, Limit, Severity, rule
from packshot.words import say, verbatim

SIDES = {
    "front": say("from the front"),
    "three_quarter": say("in three quarters"),
    "side": say("from the side"),
    "back": say("from the back"),
    "top": say("from the top"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewAngle(Limit):
    views: tuple[str, ...] = ()
    """Sides from which the goods may be seen: front, three_quarter, side, back, top; empty: all."""
    min_chance: float = 0.8
    """Another side is told from this chance on."""


@rule("view_angle", since="0.1")
def judge(facts: Facts, limit: ViewAngle) -> Iterator[Finding]:
    """The goods are seen from another side than the profile asks for.

    Why: in a list where all shoes look to the left and all kettles stand in three quarters, the one from
    behind looks like a mistake and is passed by; some marketplaces name the side for each category.
    Measured: our own network's answer to "from which side?", learned from rendered things whose front and
    camera are known exactly.
    Breaks: the back of a chair as its main photo where the front is asked for.
    Holds: the front; things without a front, as balls and vases, which nobody can see from behind.
    How to shoot: turn the goods, or walk round them, until the side that the buyer asks for first is seen.
    Fix: no; the other side is not in the picture.
    Known limits: learned from a few hundred household things; of clothes and of things that it never saw it
    guesses, therefore it never says more than an advice.
    """
    if not limit.views or not facts.glance.looked:
        return
    view = likeliest(facts.glance.view)
    chance = facts.glance.view[view]
    if view in limit.views or chance < limit.min_chance:
        return
    yield Finding(
        rule="view_angle",
        severity=no_worse_than(Severity.ADVICE, limit.severity),
        message=say(
            "The goods are seen {side}; another side is asked for.",
            side=SIDES.get(view, verbatim(view)),
        ),
        cure=say("Shoot the goods from the side that is asked for: {names}.", names=", ".join(limit.views)),
        measured=view,
        limit=", ".join(limit.views),
        confidence=chance,
        fixable=Fixable.NO,
        learned=chance,
    )
