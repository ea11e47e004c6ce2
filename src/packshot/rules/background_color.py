"""The ground has the wrong colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.image.colour import delta_e, lab_of
from packshot.image.types import Colour, colour_of, hex_of
from packshot.look.background import Background
from packshot.look.facts import Facts
from packshot.look.subject import Origin
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import Words, say

ENOUGH_GROUND = 0.01
"""Share of the frame: under it the median of the ground is the median of a few rim pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundColor(Glimpsed):
    colours: tuple[str, ...] = ("#FFFFFF",)
    """Colours that the ground may have; any of them is fine. Empty: every colour is."""
    max_delta_e: float = 3.0
    """How far the ground may be from the nearest of them, ΔE00."""
    min_exact_share: float = 0.0
    """Share of the ground that must have the colour within one level a channel."""
    min_white_share: float = 0.0
    """Share of the ground that must have every channel at 250 or more."""
    min_pure_white_share: float = 0.0
    """Share of the ground that must be 255,255,255 exactly."""
    transparent_is_fine: bool = False
    """A ground that the file itself makes transparent counts as right."""


@rule("background_color", since="0.1")
@with_glance("background_color", "coloured_ground", weighs=False)
def judge(facts: Facts, limit: BackgroundColor) -> Iterator[Finding]:
    """The ground is not the colour that the marketplace asks for.

    Why: goods from many sellers stand in one grid; a grey or beige ground looks like dirt beside clean
    ones. "Almost white" is one of the commonest reasons for a refusal, for the eye forgives it and the
    check does not.
    Measured: the median colour of the ground outside the product and its shadow, and its distance to the
    nearest allowed colour as the eye sees it (ΔE00: 1 is hardly seen, 3 is seen side by side, 10 is
    another colour); where the profile asks, also which share of the ground is exact or white.
    Breaks: a white mug on a beige table, ΔE 14 away from white.
    Holds: the same mug in a light tent, ΔE 1.2 away.
    How to shoot: bend a large sheet of white paper behind and under the goods, light the sheet itself,
    keep the goods half a metre away from it and set the camera's white balance by the sheet.
    Fix: yes; the retouch lays the exact colour under the cut-out and keeps or redraws the shadow.
    Known limits: white goods on white have little edge to cut along, and confidence falls with the
    cut-out's; the exact share is counted round the ground's own median, so it is none when that median
    is more than one level away.
    """
    ground = facts.background
    if ground.seen_share < ENOUGH_GROUND:
        return
    if limit.transparent_is_fine and facts.subject.origin is Origin.ALPHA:
        return
    subject = facts.subject
    confidence = sure(subject.confidence) if subject.found else 1.0
    broken = next(_breaks(ground, limit), None)
    if broken is None:
        return
    message, measured, asked, unit = broken
    wanted = " / ".join(hex_of(colour_of(colour)) for colour in limit.colours) or hex_of(ground.colour)
    yield Finding(
        rule="background_color",
        severity=limit.severity,
        message=message,
        cure=say(
            "Shoot on a lit sheet of paper, or let the retouch lay an even {colour} under the cut-out.",
            colour=wanted,
        ),
        measured=measured,
        limit=asked,
        unit=unit,
        confidence=confidence,
        fixable=Fixable.YES if subject.found else Fixable.NO,
    )


def _breaks(ground: Background, limit: BackgroundColor) -> Iterator[tuple[Words, float, float, str]]:
    """What is wrong, worst first: message, measured, limit, unit."""
    away, wanted = min(
        ((distance(ground.colour, colour_of(c)), colour_of(c)) for c in limit.colours),
        default=(0.0, ground.colour),
    )
    if away > limit.max_delta_e:
        figure = told(away, limit.max_delta_e)
        message = say(
            "The ground is {colour}, {drift} than the {wanted} that is asked for. The two are ΔE"
            " {away:g} apart;"
            " at most {limit:g} is fine.",
            colour=hex_of(ground.colour),
            drift=_drift(ground.colour, wanted),
            wanted=hex_of(wanted),
            away=figure,
            limit=limit.max_delta_e,
        )
        yield message, figure, limit.max_delta_e, "ΔE"
    one_level = all(abs(a - b) <= 1 for a, b in zip(ground.colour, wanted, strict=True))
    exact = ground.exact_share if one_level else 0.0
    if exact < limit.min_exact_share:
        figure, least = told(exact * 100, limit.min_exact_share * 100), percent(limit.min_exact_share)
        message = say(
            "Only {share:g} % of the ground is exactly {colour}; {limit:g} % is asked for.",
            share=figure,
            colour=hex_of(wanted),
            limit=least,
        )
        yield message, figure, least, "%"
    if ground.white_share < limit.min_white_share:
        figure, least = (
            told(ground.white_share * 100, limit.min_white_share * 100),
            percent(limit.min_white_share),
        )
        message = say(
            "Only {share:g} % of the ground is white; {limit:g} % is asked for.", share=figure, limit=least
        )
        yield message, figure, least, "%"
    if ground.pure_white_share < limit.min_pure_white_share:
        least = percent(limit.min_pure_white_share)
        figure = told(ground.pure_white_share * 100, least)
        message = say(
            "Only {share:g} % of the ground is pure white (255, 255, 255); {limit:g} % is asked for.",
            share=figure,
            limit=least,
        )
        yield message, figure, least, "%"


def distance(first: Colour, second: Colour) -> float:
    """ΔE00 of two colours."""
    return float(delta_e(lab_of(first), lab_of(second)))


def _drift(colour: Colour, wanted: Colour) -> Words:
    """In which direction the ground leaves the wanted colour, as people say it."""
    light, red, yellow = (float(away) for away in lab_of(colour) - lab_of(wanted))
    if light**2 >= red**2 + yellow**2:
        return say("lighter") if light > 0 else say("darker")
    if abs(yellow) >= abs(red):
        return say("yellower") if yellow > 0 else say("bluer")
    return say("redder") if red > 0 else say("greener")
