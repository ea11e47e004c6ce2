"""A photo of a card shows another good than the main photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from packshot.image.colour import delta_e, lab
from packshot.image.types import Float
from packshot.look.facts import Facts
from packshot.look.palette import Palette
from packshot.rules.base import Finding, Judged, Limit, rule_over_card
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class SameGood(Limit):
    max_delta_e: float = 18.0
    """ΔE00, lightness counted half, from the colours of one photo to the nearest of the main photo's. Of
    1,890 pairs of views of one render, each in its own light, one exceeds it; of 2,256 pairs of different
    goods 53 % do."""
    min_confidence: float = 0.6
    """How sure the cut-outs of both photos must be."""


@rule_over_card("same_good", since="0.2")
def judge_card(photos: Mapping[str, Judged], limit: SameGood) -> Mapping[str, list[Finding]]:
    """A photo shows goods of quite other colours than the main photo.

    Why: a blue jacket among photos of the red one is the most common mix-up of an upload, and the buyer who
    gets red sends it back.
    Measured: how far the colours of the product lie from the nearest ones in the main photo, and the other
    way round; the smaller of the two, for a detail shows only some of the colours.
    Breaks: the green variant on the card of the red one; a bottle among photos of shoes of another colour.
    Holds: a back view with some of the front's colours; a close-up of one button; the same mug in lamp light.
    How to shoot: sort photos into folders by article on the day they are taken, with the label as first shot.
    Fix: no; which of the two goods belongs to the card is for you to say.
    Known limits: goods of like colours are never told apart, so half of all mix-ups stay unseen; a packing of
    its own colours may be told, and may stay.
    """
    if not photos:
        return {}
    (first, main), *others = photos.items()
    if not _speaks(main.facts, limit):
        return {}
    found = {}
    for key, photo in others:
        if _speaks(photo.facts, limit) and photo.facts.subject.touches.largest == 0:
            apart = far(main.facts.palette, photo.facts.palette)
            if apart > limit.max_delta_e:
                found[key] = [_finding(limit, first, main.facts, photo.facts, apart)]
    return found


def far(one: Palette, other: Palette) -> float:
    """ΔE00 between the colours of two products: 0 where those of one are all in the other."""
    first, second = _swatches(one), _swatches(other)
    apart = _each_to_each(first[0], second[0])
    there, back = apart.min(axis=1), apart.min(axis=0)
    return float(min(np.average(there, weights=first[1]), np.average(back, weights=second[1])))


def _swatches(palette: Palette) -> tuple[Float, Float]:
    colours = np.array([swatch.colour for swatch in palette.swatches], np.uint8)
    return lab(colours), np.array([swatch.share for swatch in palette.swatches], np.float32)


def _each_to_each(some: Float, others: Float) -> Float:
    """Lightness counted half: light and shade change it between two views."""
    one, other = (np.array(side) for side in np.broadcast_arrays(some[:, None], others[None]))
    middle = (one[..., 0] + other[..., 0]) / 2
    one[..., 0], other[..., 0] = (one[..., 0] + middle) / 2, (other[..., 0] + middle) / 2
    return delta_e(one, other)


def _speaks(facts: Facts, limit: SameGood) -> bool:
    sure = facts.subject.found and facts.subject.confidence >= limit.min_confidence
    return sure and bool(facts.palette.swatches)


def _finding(limit: SameGood, first: str, main: Facts, other: Facts, apart: float) -> Finding:
    return Finding(
        rule="same_good",
        severity=limit.severity,
        message=say(
            "The colours are quite others than in {main}: ΔE {apart:.0f}, up to {limit:g} is one good.",
            main=first,
            apart=apart,
            limit=limit.max_delta_e,
        ),
        cure=say("Check that the photo belongs to this card."),
        measured=round(apart, 1),
        limit=limit.max_delta_e,
        unit="ΔE",
        confidence=round(min(main.subject.confidence, other.subject.confidence), 3),
    )
