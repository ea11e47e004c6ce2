"""The whole photo is tinted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.look.tone import Tone
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import sure, told
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import Words, say


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorCast(Glimpsed):
    max_cast: float = 8.0
    """How strongly what should be neutral may be tinted, in units of CIE a*b*: 8 is plainly seen."""
    min_confidence: float = 0.5
    """Casts that we are less sure of are left out."""


@rule("color_cast", since="0.1")
@with_glance("color_cast", "colour_cast")
def judge(facts: Facts, limit: ColorCast) -> Iterator[Finding]:
    """The light tints the whole photo.

    Why: under a yellow lamp a white blouse becomes cream and a blue one grey; the buyer gets another colour
    than was shown and sends it back.
    Measured: the colour of what should be neutral: a pale ground or the brightest greys; how far it is from
    grey, and to which side.
    Breaks: a white plate under a kitchen lamp, 18 towards yellow.
    Holds: the same plate by a window on a cloudy day, 2.
    How to shoot: switch off the lamps and shoot by a window, or use lamps of one kind only; set the white
    balance by a sheet of white paper.
    Fix: partly; white balance is mended when you ask for it, for a machine cannot know whether the wall was
    cream. A person should compare the result with the goods.
    Known limits: a truly coloured ground (mint paper, wood) may look like a cast; where nothing neutral is in
    the photo we say nothing. Mixed light, yellow at one side and blue at the other, is judged by its mean.
    """
    if not facts.subject.found:
        return
    tone = facts.tone
    cast = math.hypot(tone.cast_a, tone.cast_b)
    if cast <= limit.max_cast or tone.cast_confidence < limit.min_confidence:
        return
    figure = told(cast, limit.max_cast)
    yield Finding(
        rule="color_cast",
        severity=limit.severity,
        message=say(
            "What should be grey or white looks {tint}: it is off by {cast:g}, at most {limit:g} is fine.",
            tint=_tint(tone),
            cast=figure,
            limit=limit.max_cast,
        ),
        cure=say(
            "Shoot by a window without lamps, or switch on white balance in the retouch and compare with"
            " the goods."
        ),
        measured=figure,
        limit=float(limit.max_cast),
        confidence=sure(tone.cast_confidence),
        fixable=Fixable.PARTLY,
    )


def _tint(tone: Tone) -> Words:
    if abs(tone.cast_b) >= abs(tone.cast_a):
        return say("yellowish") if tone.cast_b > 0 else say("bluish")
    return say("pinkish") if tone.cast_a > 0 else say("greenish")
