"""Which limit of a rule finds what a user calls bad, and how sure is that?

Facts are taken once a photo; then the rule is judged by one field alone at every value where its mind could
change. What is claimed is the lower end of Wilson's interval, so a handful of photos proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, get_type_hints

import numpy as np

from packshot.errors import Refused
from packshot.look.facts import Facts
from packshot.rules.base import Limit, Rule, Severity
from packshot.rules.probe import Asks, findings_of, probe, silenced
from packshot.words import say, say_n

Z = 1.96
"""95 % of the time the truth lies inside the interval."""
MOST_POINTS = 400
"""Of a curve: each judges all photos."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A photo that was looked at, and what its owner calls it."""

    key: str
    facts: Facts
    bad: bool


@dataclass(frozen=True, slots=True)
class Point:
    """The rule by one field at one value, on all photos."""

    value: float
    right: int
    """Bad photos that it finds."""
    wrong: int
    """Good photos that it finds."""
    bad: int
    """All bad photos."""

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.bad)

    @property
    def precision_between(self) -> tuple[float, float]:
        return wilson(self.right, self.right + self.wrong)

    @property
    def recall_between(self) -> tuple[float, float]:
        return wilson(self.right, self.bad)


@dataclass(frozen=True, slots=True)
class Curve:
    field: str
    asks: Asks
    points: tuple[Point, ...]
    """From the mildest value to the strictest."""

    def best(self, precision: float) -> Point | None:
        """The value that finds most, of those that surely keep the precision."""
        good = [point for point in self.points if point.right and point.precision_between[0] >= precision]
        return max(good, key=lambda point: (point.recall, point.precision), default=None)


def labelled(key: str, facts: Facts, bad: bool, rule: Rule, limit: Limit) -> Labelled:
    """The photo without its pixels, once all that the rule asks for is known: thousands fit into memory."""
    probe(rule, facts, limit)
    pixels = np.zeros((1, 1, 3), np.uint8)
    known = Facts(replace(facts.photo, pixels=pixels, alpha=None))
    known.known |= {name: fact for name, fact in facts.known.items() if name != "cutout"}
    return Labelled(key, known, bad)


def curves(photos: Sequence[Labelled], rule: Rule, limit: Limit) -> tuple[Curve, ...]:
    """One for each numeric field that decides something on these photos."""
    limit = replace(limit, severity=Severity.WARNING)
    measured: dict[tuple[str, Asks], list[float]] = {}
    for photo in photos:
        for found in probe(rule, photo.facts, limit):
            measured.setdefault((found.field, found.asks), []).append(found.own)
    names = tuple(dict.fromkeys(field for field, _ in measured))
    return tuple(
        Curve(field, asks, tuple(_points(photos, rule, limit, names, field, asks, values)))
        for (field, asks), values in measured.items()
    )


def chosen(found: Iterable[Curve], photos: Sequence[Labelled], precision: float) -> tuple[Curve, Point]:
    """The field and the value; Refused where these photos cannot carry the claim."""
    bad = sum(photo.bad for photo in photos)
    if not bad or bad == len(photos):
        raise Refused(
            say(
                "Both kinds are needed: {bad} bad and {good} good photos were given.",
                bad=bad,
                good=len(photos) - bad,
            ),
            say("Put photos into good/ and bad/, or label them in a CSV with the columns file and label."),
        )
    enough = fewest(precision)
    if bad < enough:
        raise Refused(
            say_n(
                "Too few: with {count} bad photo a precision of {precision:.0%} cannot be shown, even if no"
                " good one is ever taken for it. At least {enough} are needed.",
                "Too few: with {count} bad photos a precision of {precision:.0%} cannot be shown, even if no"
                " good one is ever taken for one. At least {enough} are needed.",
                bad,
                precision=precision,
                enough=enough,
            ),
            say("Label more photos, or ask for a lower precision."),
        )
    options = [(curve, point) for curve in found if (point := curve.best(precision)) is not None]
    if not options:
        raise Refused(
            say(
                "No value of this rule keeps a precision of {precision:.0%} on these photos.",
                precision=precision,
            ),
            say("Look at the curve: ask for a lower precision, or choose a rule that sees the difference."),
        )
    return max(options, key=lambda option: (option[1].recall, option[1].precision))


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Where the true share surely lies, after so many hits of so many; all of 0 to 1 after none."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def fewest(precision: float) -> int:
    """Photos found without a single mistake that it takes to claim the precision."""
    return math.ceil(Z * Z * precision / (1 - precision))


def _points(
    photos: Sequence[Labelled],
    rule: Rule,
    limit: Limit,
    names: Sequence[str],
    field: str,
    asks: Asks,
    measured: Sequence[float],
) -> Iterator[Point]:
    alone = [silenced(rule, photo.facts, limit, names, but=field) for photo in photos]
    written = _written_as(rule.limit, field)
    apart = sorted(set(measured))
    apart = apart[:: math.ceil(len(apart) / MOST_POINTS)]
    values = dict.fromkeys(written(value) for value in _between(apart))
    bad = sum(photo.bad for photo in photos)
    for value in sorted(values, reverse=asks is Asks.AT_MOST):
        asked: dict[str, Any] = {field: value}
        found = [
            photo.bad
            for photo, base in zip(photos, alone, strict=True)
            if any(findings_of(rule, photo.facts, replace(base, **asked)))
        ]
        yield Point(value, sum(found), len(found) - sum(found), bad)


def _between(values: Sequence[float]) -> Iterator[float]:
    """Where the rule could change its mind: between neighbours, in as few digits as tell them apart."""
    for low, high in pairwise(values):
        yield _short(low, high)


def _short(low: float, high: float) -> float:
    middle = (low + high) / 2
    for digits in range(-6, 12):
        rounded = round(middle, digits)
        if low < rounded < high:
            return rounded
    return middle


def _written_as(kind: type[Limit], field: str) -> Callable[[float], float]:
    """Whole numbers where the profile wants them."""
    hint = get_type_hints(kind)[field]
    return (lambda value: value) if hint is float or hint == (float | None) else math.ceil
