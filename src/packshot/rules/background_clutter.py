"""The ground is busy, shaded or blotchy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundClutter(Glimpsed):
    max_clutter: float = 0.05
    """Share of the ground that may hold edges or texture."""
    max_span: float = 12.0
    """How far the lightest and the darkest large parts of the ground may be apart, ΔE00."""
    max_unevenness: float = 6.0
    """How far nearly all of the ground (95 %) may be from its median colour, ΔE00."""


@rule("background_clutter", since="0.1")
@with_glance("background_clutter", "cluttered_ground", "uneven_ground", weighs=False)
def judge(facts: Facts, limit: BackgroundClutter) -> Iterator[Finding]:
    """The ground is busy, shaded or blotchy.

    Why: a buyer looks at a grid of small pictures for a second; folds, tiles, a carpet or a half-dark wall
    pull the eye away from the goods and make the offer look second-hand.
    Measured: the share of the ground that holds edges or texture; how far its lightest and darkest large
    parts are apart; how far the ground strays from its own median colour. The product's shadow is left
    out of all three: a shadow is not a grey ground.
    Breaks: shoes on a parquet floor; a vase before a wall that is bright at one side and dark at the other.
    Holds: the same shoes on a sheet of paper, with their soft shadow under them.
    How to shoot: iron the cloth or take smooth paper, clear the table, move the goods away from the wall
    and light the ground evenly from both sides.
    Fix: yes; the retouch takes the product out and lays an even ground. Where the product's edge melts into
    the pattern, look at the cut-out once.
    Known limits: hard shadows of things outside the frame count as clutter; a very soft, wide shadow may
    count as a shaded ground; how even the colour is says nothing about whether it is the right one.
    """
    ground, subject = facts.background, facts.subject
    confidence = sure(subject.confidence) if subject.found else 1.0
    cure = say("Shoot on smooth, evenly lit paper, or let the retouch lay an even ground under the cut-out.")
    if ground.clutter > limit.max_clutter:
        figure, most = told(ground.clutter * 100, limit.max_clutter * 100), percent(limit.max_clutter)
        yield Finding(
            rule="background_clutter",
            severity=limit.severity,
            message=say(
                "Pattern, folds or things cover {share:g} % of the ground; at most {limit:g} % is fine.",
                share=figure,
                limit=most,
            ),
            cure=cure,
            measured=figure,
            limit=most,
            unit="%",
            confidence=confidence,
            fixable=Fixable.YES if subject.found else Fixable.NO,
        )
    elif ground.span > limit.max_span:
        figure = told(ground.span, limit.max_span)
        yield Finding(
            rule="background_clutter",
            severity=limit.severity,
            message=say(
                "The ground runs from light to dark: its ends are ΔE {span:g} apart, at most {limit:g}"
                " is fine.",
                span=figure,
                limit=limit.max_span,
            ),
            cure=say(
                "Light the ground from both sides, or let the retouch lay an even ground under the cut-out."
            ),
            measured=figure,
            limit=limit.max_span,
            unit="ΔE",
            confidence=confidence,
            fixable=Fixable.YES if subject.found else Fixable.NO,
        )
    elif ground.evenness > limit.max_unevenness:
        figure = told(ground.evenness, limit.max_unevenness)
        yield Finding(
            rule="background_clutter",
            severity=limit.severity,
            message=say(
                "The ground is blotchy: it strays ΔE {away:g} from its own colour, at most {limit:g} is"
                " fine.",
                away=figure,
                limit=limit.max_unevenness,
            ),
            cure=cure,
            measured=figure,
            limit=limit.max_unevenness,
            unit="ΔE",
            confidence=confidence,
            fixable=Fixable.YES if subject.found else Fixable.NO,
        )
