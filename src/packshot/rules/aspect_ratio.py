"""The photo has the wrong shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from packshot.look.facts import Facts
from packshot.rules._telling import told
from packshot.rules.base import Finding, Fixable, Limit, rule
from packshot.words import Words, say, verbatim

DUST = 1e-9
"""Binary fractions: 918/1200 is 2 % off 3/4, and a little more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectRatio(Limit):
    ratios: tuple[float, ...] = ()
    """Width over height; any of them is fine. Empty: every shape is."""
    tolerance: float = 0.02
    """How far, as a share of the wanted ratio, the shape may be off."""
    min_ratio: float | None = None
    """Narrowest shape, width over height."""
    max_ratio: float | None = None
    """Widest shape, width over height."""


@rule("aspect_ratio", since="0.1")
def judge(facts: Facts, limit: AspectRatio) -> Iterator[Finding]:
    """The photo does not have the shape that the showcase shows.

    Why: a picture of another shape is cut or padded with bars by the showcase itself: heads, feet and corners
    of the goods are lost, and nobody asked the seller where to cut.
    Measured: width divided by height of the upright picture, against the nearest of the allowed shapes.
    Breaks: a photo of 4:3 lying on its side where 3:4 standing is asked for.
    Holds: 900×1200 px for 3:4; 905×1200 px too, for it is less than 2 % off.
    How to shoot: hold the phone upright for 3:4, leave spare ground above and below, and cut to shape later.
    Fix: yes; the retouch places the cut-out on a canvas of the right shape, without stretching it.
    Known limits: only the shape is looked at; whether the goods survive the cut is told by the rules on
    cropping and on place.
    """
    size = facts.source.size
    ratio = size.ratio
    cure = say(
        "Cut the photo to that shape without stretching it, or let the retouch place the product on such"
        " a canvas."
    )
    if limit.ratios:
        nearest = min(limit.ratios, key=lambda wanted: abs(ratio - wanted) / wanted)
        if abs(ratio - nearest) <= nearest * limit.tolerance + DUST:
            return
        message = say(
            "The photo is {size} px, a shape of {shape}; {wanted} (width to height) is asked for.",
            size=str(size),
            shape=shape_of(ratio),
            wanted=verbatim(" / ".join(str(shape_of(wanted)) for wanted in limit.ratios)),
        )
        asked = nearest
    elif limit.min_ratio is not None and ratio < limit.min_ratio * (1 - limit.tolerance):
        message = say(
            "The photo is too narrow: its shape is {shape}, the narrowest that is fine is {limit} (width"
            " to height).",
            shape=shape_of(ratio),
            limit=shape_of(limit.min_ratio),
        )
        asked = limit.min_ratio
    elif limit.max_ratio is not None and ratio > limit.max_ratio * (1 + limit.tolerance):
        message = say(
            "The photo is too wide: its shape is {shape}, the widest that is fine is {limit} (width to"
            " height).",
            shape=shape_of(ratio),
            limit=shape_of(limit.max_ratio),
        )
        asked = limit.max_ratio
    else:
        return
    yield Finding(
        rule="aspect_ratio",
        severity=limit.severity,
        message=message,
        cure=cure,
        measured=told(ratio, asked, 3),
        limit=asked,
        fixable=Fixable.YES,
    )


def shape_of(ratio: float) -> Words:
    """3:4, 16:9 where it is one of those, else 1:1.37."""
    plain = Fraction(ratio).limit_denominator(20)
    if plain and max(plain.numerator, plain.denominator) <= 20 and abs(float(plain) - ratio) <= 0.003 * ratio:
        return verbatim(f"{plain.numerator}:{plain.denominator}")
    return say("{width:g}:{height:g}", width=round(max(ratio, 1.0), 2), height=round(max(1 / ratio, 1.0), 2))
