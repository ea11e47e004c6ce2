"""The photos of a card have different shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from packshot.rules.aspect_ratio import DUST, shape_of
from packshot.rules.base import Finding, Fixable, Judged, Limit, rule_over_card
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class SameRatio(Limit):
    tolerance: float = 0.02
    """How far, as a share of the main photo's ratio, the shape may be off."""


@rule_over_card("same_ratio", since="0.2")
def judge_card(photos: Mapping[str, Judged], limit: SameRatio) -> Mapping[str, list[Finding]]:
    """A photo has another shape than the main photo of its card.

    Why: a gallery whose pictures jump between upright, square and lying looks thrown together, and the
    showcase cuts or pads those that differ from the first.
    Measured: width divided by height of each photo against the first one's.
    Breaks: a lying 4:3 detail behind an upright 3:4 main photo.
    Holds: all photos 900×1200 px; one of 1200×1600 px among them, for the shape is the same.
    How to shoot: keep the phone in one position for the whole row, and cut all to one shape afterwards.
    Fix: yes; the retouch places each cut-out on one canvas.
    Known limits: the first photo sets the shape, even where it is the one that is wrong.
    """
    if not photos:
        return {}
    main, *others = photos.items()
    wanted = main[1].facts.source.size.ratio
    return {
        key: [_finding(limit, ratio, wanted)]
        for key, photo in others
        if abs((ratio := photo.facts.source.size.ratio) - wanted) > wanted * limit.tolerance + DUST
    }


def _finding(limit: SameRatio, ratio: float, wanted: float) -> Finding:
    return Finding(
        rule="same_ratio",
        severity=limit.severity,
        message=say(
            "The photo has a shape of {shape} (width to height), the main photo {wanted}.",
            shape=shape_of(ratio),
            wanted=shape_of(wanted),
        ),
        cure=say("Cut it to the main photo's shape, or let the retouch place all on one canvas."),
        measured=round(ratio, 3),
        limit=round(wanted, 3),
        fixable=Fixable.YES,
    )
