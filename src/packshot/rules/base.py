"""What a rule is, what a finding is, and the door by which both our own and strangers' rules come in."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints

from packshot.image.types import Box
from packshot.look.facts import Facts
from packshot.registry import Registry
from packshot.words import Words


class Severity(StrEnum):
    ERROR = "error"
    """The marketplace refuses such a photo."""
    WARNING = "warning"
    """It may be refused, shown worse, or harm sales."""
    ADVICE = "advice"
    OFF = "off"
    """The rule is silent."""


class Fixable(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    """The retouch makes it better, yet a person should look."""
    NO = "no"


Measured = float | str | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    severity: Severity
    message: Words
    """What is seen, with the figure."""
    cure: Words
    """What to do."""
    measured: Measured
    limit: Measured
    unit: str = ""
    """px, %, ΔE, bytes, …; empty where none."""
    boxes: tuple[Box, ...] = ()
    """Where, in upright source pixels."""
    confidence: float = 1.0
    fixable: Fixable = Fixable.NO
    learned: float | None = None
    """The chance that the learned judge gives this defect; None: it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a profile may say about a rule; each rule's file has its own, derived from this."""

    severity: Severity = Severity.WARNING
    """How bad a break is; `off` silences the rule."""


Judge = Callable[[Facts, Any], Iterator[Finding]]
JudgeMany = Callable[[Mapping[str, Facts], Any], Mapping[str, list[Finding]]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A photo of a card, after the rules over one photo."""

    facts: Facts
    findings: tuple[Finding, ...] = ()


CARD = ""
"""In place of a photo's key: the finding is about the card as a whole."""
JudgeCard = Callable[[Mapping[str, Judged], Any], Mapping[str, list[Finding]]]


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    limit: type[Limit]
    title: str
    """First line of the docstring: what is wrong, in one sentence."""
    page: tuple[tuple[str, str], ...]
    """(heading, text) of the docstring: Why, Measured, Breaks, Holds, How to shoot, Fix, Known limits."""
    since: str
    judge: Judge | None = None
    judge_many: JudgeMany | None = None
    """For rules over any photos together."""
    judge_card: JudgeCard | None = None
    """For rules over the photos of one card, in their order; one of the three is set."""


RULES: Registry[Rule] = Registry("packshot.rules", "packshot.rules", besides=frozenset({"base", "probe"}))

F = TypeVar("F", bound=Callable[..., Any])


def rule(name: str, *, since: str) -> Callable[[F], F]:
    """Registers `judge(facts, limit)`; the docstring is the rule's page, the limit's class its settings."""

    def register(judge: F) -> F:
        title, page = read_page(inspect.getdoc(judge) or "")
        limit = get_type_hints(judge)["limit"]
        RULES.add(name, Rule(name, limit, title, page, since, judge=judge))
        return judge

    return register


def rule_over_many(name: str, *, since: str) -> Callable[[F], F]:
    """As `rule`, for `judge_many(facts_by_key, limit)`: findings for each key."""

    def register(judge_many: F) -> F:
        title, page = read_page(inspect.getdoc(judge_many) or "")
        limit = get_type_hints(judge_many)["limit"]
        RULES.add(name, Rule(name, limit, title, page, since, judge_many=judge_many))
        return judge_many

    return register


def rule_over_card(name: str, *, since: str) -> Callable[[F], F]:
    """As `rule`, for `judge_card(photos_by_key, limit)`: findings for each key, or for `CARD`."""

    def register(judge_card: F) -> F:
        title, page = read_page(inspect.getdoc(judge_card) or "")
        limit = get_type_hints(judge_card)["limit"]
        RULES.add(name, Rule(name, limit, title, page, since, judge_card=judge_card))
        return judge_card

    return register


def read_page(docstring: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """First line, then paragraphs "Heading: text" (text may run over lines)."""
    first, _, rest = docstring.partition("\n")
    page: list[tuple[str, str]] = []
    for line in (line.strip() for line in rest.splitlines()):
        heading, colon, text = line.partition(": ")
        if colon and heading[:1].isupper() and heading in HEADINGS:
            page.append((heading, text))
        elif line and page:
            page[-1] = (page[-1][0], f"{page[-1][1]} {line}")
    return first.strip(), tuple(page)


HEADINGS = ("Why", "Measured", "Breaks", "Holds", "How to shoot", "Fix", "Known limits")


def judge_photo(facts: Facts, limits: Iterable[tuple[Rule, Limit]]) -> list[Finding]:
    """All findings of one photo, worst first."""
    order = list(Severity)
    findings = [
        finding
        for rule, limit in limits
        if rule.judge is not None and limit.severity is not Severity.OFF
        for finding in rule.judge(facts, limit)
    ]
    return sorted(findings, key=lambda finding: (order.index(finding.severity), finding.rule))
