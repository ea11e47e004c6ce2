"""Another photo of the card would make the better main photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules.base import Finding, Judged, Limit, Severity, rule_over_card
from packshot.words import say, say_n


@dataclass(frozen=True, slots=True, kw_only=True)
class MainPhoto(Limit):
    larger_by: float = 1.5
    """Of two equally good photos, the product must be so many times as large (in area) to be told."""
    asked_only_of_main: tuple[str, ...] = ()
    """Rules that the other photos need not keep: a detail may be cut, a drawing may hold words."""


@rule_over_card("main_photo", since="0.2")
def judge_card(photos: Mapping[str, Judged], limit: MainPhoto) -> Mapping[str, list[Finding]]:
    """Another photo of the card would make the better main photo.

    Why: the first photo is the only one that buyers see in a list, and the one that moderators judge most
    strictly.
    Measured: errors and warnings of each photo; where these are equal, how much of its picture the product
    takes. Only photos that show the whole product are named.
    Breaks: a first photo with a price on it before a clean one; a tiny product before one that fills it.
    Holds: the clean front view first, details and people behind it.
    How to shoot: shoot the main photo first, from the front, the product whole and large on the ground that
    the marketplace asks for.
    Fix: no; the order of the photos is yours, and we name the one to put first.
    Known limits: it does not know front from back: a clean back view may be named where the front view has
    a fault.
    """
    if len(photos) < 2:
        return {}
    (first, main), *others = photos.items()
    whole = [(key, photo) for key, photo in others if _is_whole(photo.facts)]
    if not whole:
        return {}
    better, best = min(whole, key=lambda pair: (_faults(pair[1]), -_share(pair[1].facts)))
    fewer = _faults(best) < _faults(main)
    equal = _faults(best) == _faults(main)
    if not fewer and not (equal and _share(best.facts) >= limit.larger_by * _share(main.facts)):
        return {}
    return {first: [_finding(limit, main, better, best, fewer=fewer)]}


def _finding(limit: MainPhoto, main: Judged, better: str, best: Judged, *, fewer: bool) -> Finding:
    if fewer:
        message = say(
            "{other} would make the better main photo: {its_errors} and {its_warnings} against {errors} and"
            " {warnings} here.",
            other=better,
            its_errors=say_n("{count} error", "{count} errors", _faults(best)[0]),
            its_warnings=say_n("{count} warning", "{count} warnings", _faults(best)[1]),
            errors=say_n("{count} error", "{count} errors", _faults(main)[0]),
            warnings=say_n("{count} warning", "{count} warnings", _faults(main)[1]),
        )
        measured, asked = tuple(map(float, _faults(main))), tuple(map(float, _faults(best)))
    else:
        message = say(
            "{other} would make the better main photo: the product takes {its_share:.0%} of it, here"
            " {share:.0%}.",
            other=better,
            its_share=_share(best.facts),
            share=_share(main.facts),
        )
        measured, asked = (round(_share(main.facts), 3),), (round(_share(best.facts), 3),)
    return Finding(
        rule="main_photo",
        severity=limit.severity,
        message=message,
        cure=say("Put {other} first, or mend what is wrong here.", other=better),
        measured=measured,
        limit=asked,
        confidence=round(best.facts.subject.confidence, 3),
    )


def _faults(photo: Judged) -> tuple[int, int]:
    severities = [finding.severity for finding in photo.findings]
    return severities.count(Severity.ERROR), severities.count(Severity.WARNING)


def _is_whole(facts: Facts) -> bool:
    return facts.subject.found and facts.subject.touches.largest == 0


def _share(facts: Facts) -> float:
    if not facts.subject.found:
        return 0.0
    return facts.subject.box.area / facts.source.size.area
