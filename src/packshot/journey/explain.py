"""How did each rule come to its answer: what it read, what it compared with what, and who asks for that?

The rules know nothing of it. One is judged once more through a glass that writes down which facts and which
fields it looked at; the measured value of a rule that holds comes from `rules/probe`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, cast

from packshot.journey.report import plain
from packshot.look.facts import Facts
from packshot.profiles.profile import Profile, Value
from packshot.rules.base import Finding, Limit, Measured, Rule, Severity
from packshot.rules.probe import Asks, Probed, findings_of, probe, silenced


@dataclass(frozen=True, slots=True)
class Said:
    """Who asks for a number, and how sure that is."""

    by: str
    """The profile, and its category."""
    source: str
    trust: str
    confidence: str
    read: str
    """The day on which the source was read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that the profile asks through a rule."""

    field: str
    limit: Measured
    """In the unit of a finding where it is a number, else as the profile says it."""
    unit: str = ""
    asks: Asks | None = None
    """None: no number, or one that tells how to measure."""
    measured: Measured | None = None
    holds: bool | None = None
    """None where the rule compares more than one number with it."""
    said: Said | None = None
    """None: nobody but the rule's own default."""


@dataclass(frozen=True, slots=True)
class Explained:
    rule: str
    severity: Severity
    holds: bool
    asked: tuple[Asked, ...]
    read: Mapping[str, Any]
    """`subject.box` → its value, as plain data: all that the rule looked at."""
    findings: tuple[Finding, ...] = ()


def explain(facts: Facts, profile: Profile, where: str = "source") -> tuple[Explained, ...]:
    """Every rule of the profile that judges one photo, those that hold too."""
    return tuple(
        _explained(facts, profile, where, rule, limit)
        for rule, limit in profile.rules(where)
        if rule.judge is not None
    )


def _explained(facts: Facts, profile: Profile, where: str, rule: Rule, limit: Limit) -> Explained:
    seen: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    watched_limit = cast(Limit, Watched(limit, fields.setdefault))
    findings = tuple(findings_of(rule, cast(Facts, _WatchedFacts(facts, seen)), watched_limit))
    measured = {probed.field: probed for probed in probe(rule, facts, limit)}
    names = [name for name in {**fields, **measured} if name != "severity"]
    asked = (
        _asked(_origin(profile, where, rule.name, name), getattr(limit, name), name)
        if name not in measured
        else _compared(
            _origin(profile, where, rule.name, name), getattr(limit, name), measured[name],
            findings_of(rule, facts, silenced(rule, facts, limit, measured, but=name)), findings,
        )
        for name in names
    )  # fmt: skip
    return Explained(
        rule.name,
        limit.severity,
        not findings,
        tuple(one for one in asked if one is not None),
        {path: plain(value) for path, value in seen.items()},
        findings,
    )


def _asked(origin: Value | None, value: Any, field: str) -> Asked | None:
    """What is no number, or tells how to measure."""
    return None if value is None or value == () else Asked(field, plain(value), said=_said(origin))


def _compared(
    origin: Value | None,
    value: float | None,
    probed: Probed,
    alone: Iterable[Finding],
    together: Sequence[Finding],
) -> Asked | None:
    """A number and what was measured against it; `alone` is what the rule finds by this number only,
    `together` by all: a number that counts only beside another is kept by itself."""
    if value is None or _asks_nothing(value, probed):
        return None
    asked = round(float(value) * probed.told_per_field, 4)
    broken = next((finding for finding in (*alone, *together) if _is_broken(finding, probed, asked)), None)
    return Asked(
        probed.field,
        asked,
        probed.unit,
        probed.asks,
        broken.measured if broken else probed.measured,
        False if broken else None if _exceeds(probed, value) else True,
        _said(origin),
    )


def _exceeds(probed: Probed, value: float) -> bool:
    """By itself; the rule may yet ask another number first."""
    return probed.own < value if probed.asks is Asks.AT_LEAST else probed.own > value


def _is_broken(finding: Finding, probed: Probed, asked: float) -> bool:
    """The finding is about this number. It rounds its limit to what people read."""
    told = finding.limit
    same = isinstance(told, int | float) and abs(told - asked) <= 0.05 + 1e-6 * abs(asked)
    return same and finding.unit == probed.unit


def _asks_nothing(value: float, probed: Probed) -> bool:
    """A share may be 100 % at most, and nothing is less than nothing."""
    if probed.asks is Asks.AT_LEAST:
        return value <= 0
    return probed.unit == "%" and value * probed.told_per_field >= 100


def _origin(profile: Profile, where: str, rule: str, field: str) -> Value | None:
    place = "source" if where == "source" else "variant"
    paths = (f"{place}.{rule}.{field}", f"rules.{rule}.{field}")
    return next((profile.values[path] for path in paths if path in profile.values), None)


def _said(origin: Value | None) -> Said | None:
    if origin is None:
        return None
    return Said(
        by=".".join(filter(None, (origin.profile, origin.category))),
        source=origin.source,
        trust=origin.trust,
        confidence=origin.confidence,
        read=origin.read.isoformat() if origin.read else "",
    )


class Watched:
    """A fact, or a limit, that tells which of its fields were looked at."""

    def __init__(self, value: object, note: Callable[[str, Any], object]) -> None:
        self._value, self._note = value, note

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._value, name)
        if not callable(value):
            self._note(name, value)
        return value


class _WatchedFacts:
    """Facts whose answers are watched; a fact's parts are noted by their path."""

    def __init__(self, facts: Facts, seen: dict[str, Any]) -> None:
        self._facts, self._seen = facts, seen

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._facts, name)
        if name in ("photo", "full", "cutout") or not is_dataclass(value):
            return value  # pixels are no fact
        return Watched(value, lambda part, found: self._seen.setdefault(f"{name}.{part}", found))
