"""What would a rule measure, also where it holds? Asked of the rule itself, by limits that nothing keeps.

A rule tells its number only in a finding. So each numeric field of its limit is set so strict that the photo
must break it, and all others so mild that none speaks in its place. The finding that comes names the field's
value as its limit, and beside it what was measured: the rule's own figure, and no rule has to know.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from packshot.look.facts import Facts
from packshot.rules.base import Finding, Limit, Rule, Severity

LOW, HIGH = (-1_000_000, -2_000_000), (1_000_000, 2_000_000)
"""Beyond all that a share, a ΔE, a count or a side can be. Two of each: a finding that is really about the
field names twice the limit when the field is doubled."""


class Asks(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Probed:
    """One numeric field of a limit, for one photo."""

    field: str
    asks: Asks
    measured: float
    """In the finding's unit."""
    unit: str
    told_per_field: float
    """The limit as a finding tells it, over the field's own value: 100 where a share is told in per cent."""

    @property
    def own(self) -> float:
        """The measured value in the unit of the field."""
        return self.measured / self.told_per_field


def probe(rule: Rule, facts: Facts, limit: Limit) -> tuple[Probed, ...]:
    """Every field that decides something for this photo; none where the rule has nothing to measure."""
    if rule.judge is None:
        return ()
    limit = replace(limit, severity=Severity.WARNING)
    names = numeric_fields(rule.limit)  # type: ignore[arg-type]  # a class can be hashed
    found = (_strict(rule, facts, silenced(rule, facts, limit, names, but=name), name) for name in names)
    return tuple(probed for probed in found if probed is not None)


@lru_cache(maxsize=256)
def numeric_fields(kind: type[Any]) -> tuple[str, ...]:
    """Of a limit: fields that are a number, or may be one."""
    hints = get_type_hints(kind)
    return tuple(field.name for field in fields(kind) if _is_number(hints[field.name]))


def silenced(rule: Rule, facts: Facts, limit: Limit, names: Iterable[str], *, but: str) -> Limit:
    """The limit with these fields as mild as can be, but for one.

    Twice, for a rule that tells one break hides the others behind it. To judge by one field alone, name the
    fields that were probed: others, as a tolerance, are part of the measuring and stay.
    """
    for name in 2 * tuple(names):
        if name != but:
            limit = _milder(rule, facts, limit, name)
    return limit


def _milder(rule: Rule, facts: Facts, limit: Limit, name: str) -> Limit:
    """Very high, very low or as it is: that with which the rule says least."""
    now = getattr(limit, name)
    if now is None:
        return limit
    # Where all three say as much, another break hides this one: then its name tells the mild end.
    guess = {"max": HIGH[0], "min": LOW[0]}.get(name.partition("_")[0], now)
    tried = [_with(limit, name, value) for value in (guess, now, LOW[0], HIGH[0])]
    return min(tried, key=lambda one: sum(1 for _ in findings_of(rule, facts, one)))


def _strict(rule: Rule, facts: Facts, mild: Limit, name: str) -> Probed | None:
    for asks, (once, twice) in ((Asks.AT_MOST, LOW), (Asks.AT_LEAST, HIGH)):
        first = _about(rule, facts, _with(mild, name, once), once)
        second = _about(rule, facts, _with(mild, name, twice), twice)
        if first and second and first[1] == second[1]:
            finding, ratio = first
            return Probed(name, asks, float(finding.measured), finding.unit, ratio)  # type: ignore[arg-type]
    return None


def _with(limit: Limit, name: str, value: float) -> Limit:
    return replace(limit, **{name: value})  # type: ignore[arg-type]


def _about(rule: Rule, facts: Facts, limit: Limit, value: float) -> tuple[Finding, float] | None:
    """The finding whose limit is this value, in whatever unit it tells it."""
    for finding in findings_of(rule, facts, limit):
        if isinstance(finding.measured, int | float) and isinstance(finding.limit, int | float):
            ratio = float(finding.limit) / value
            if ratio > 0:
                return finding, round(ratio, 9)
    return None


def findings_of(rule: Rule, facts: Facts, limit: Limit) -> Iterator[Finding]:
    assert rule.judge is not None
    try:
        yield from rule.judge(facts, limit)
    except (ArithmeticError, ValueError):  # no sense can be made of the value: then it is no limit to be kept
        return


def _is_number(hint: Any) -> bool:
    if get_origin(hint) in (Union, types.UnionType):
        return any(_is_number(one) for one in get_args(hint))
    return hint in (int, float)
