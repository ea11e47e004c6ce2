"""Judging many photos: each by itself, and then each beside those before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from packshot.batch import runner
from packshot.batch.names import Item
from packshot.batch.runner import Broken
from packshot.batch.thumbs import thumb
from packshot.errors import BadPhoto, EngineFailed, Refused, WeightsMissing

if TYPE_CHECKING:
    from packshot.journey.report import Report
    from packshot.look.facts import Facts
    from packshot.profiles.profile import Profile
    from packshot.rules.base import Finding, Limit, Rule

MOST_COMPARED = 2_000
"""Photos that later ones are compared with: comparing is quadratic (5 µs a pair), and a card has a dozen."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one photo. `report` is None only where we broke."""

    item: Item
    report: Report | None
    thumb: bytes = field(default=b"", repr=False)
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """The work on one photo."""

    profile: str | Path | None
    category: str = ""
    switches: tuple[str, ...] = ()
    quality: str = "normal"
    thumb_side: int = 0
    """0 makes none."""

    def __call__(self, item: Item) -> Checked:
        from packshot.journey.check import check
        from packshot.journey.examine import profile_of
        from packshot.journey.report import unreadable

        try:
            data = item.origin.read()
            report = check(
                data,
                profile=self.profile,
                category=self.category,
                switches=self.switches,
                quality=self.quality,
                name=item.key,
            )
        except BadPhoto as error:
            profile = profile_of(self.profile, self.category, self.switches)
            return Checked(item, unreadable(error, profile.name, profile.sha256, profile.category))
        except (Refused, EngineFailed, WeightsMissing) as error:
            return Checked(item, None, broken=Broken(error.message))
        small = thumb(data, self.thumb_side) if self.thumb_side else b""
        return Checked(item, _portable(report), small)


def check_all(items: Sequence[Item], work: Check, *, jobs: int) -> Iterator[Checked]:
    """In the order of the items."""
    from packshot.journey.examine import profile_of

    beside = Beside(profile_of(work.profile, work.category, work.switches))
    here = len(items) == 1
    for done in runner.in_order(runner.run(items, work, jobs=min(jobs, len(items)), here=here)):
        if isinstance(done.answer, Broken):
            yield Checked(items[done.index], None, broken=done.answer)
        elif done.answer.report is None:
            yield done.answer
        else:
            yield replace(done.answer, report=beside.judged(done.answer.item.key, done.answer.report))


class Beside:
    """The rules that compare photos: each photo is judged beside those that came before it."""

    def __init__(self, profile: Profile) -> None:
        self._rules = [
            (rule, limit) for rule, limit in profile.rules("source") if rule.judge_many is not None
        ]
        self._facts: dict[str, Facts] = {}

    def judged(self, key: str, report: Report) -> Report:
        from packshot.journey.verdict import decide

        facts = _retold(report.facts)
        if not self._rules or facts is None:
            return report
        more = [finding for rule, limit in self._rules for finding in self._findings(rule, limit, key, facts)]
        if not more:
            if len(self._facts) < MOST_COMPARED:
                self._facts[key] = facts
            return report
        findings = (*report.findings, *more)
        verdict, why = decide(findings, report.difficulty)
        return replace(report, findings=findings, verdict=verdict, why=why)

    def _findings(self, rule: Rule, limit: Limit, key: str, facts: Facts) -> Iterator[Finding]:
        """Beside each earlier photo by itself; of several findings the clearest is told."""
        assert rule.judge_many is not None
        found = [
            finding
            for other, others in self._facts.items()
            for finding in rule.judge_many({other: others, key: facts}, limit).get(key, ())
        ]
        if found:
            yield max(found, key=lambda finding: finding.confidence)


def _retold(facts: Mapping[str, Any]) -> Facts | None:
    """What rules over many photos ask for, out of a report that came from another process."""
    from packshot.look.hash import Hash

    told = facts.get("hash")
    return cast("Facts", SimpleNamespace(hash=Hash(**told))) if told else None


def _portable(report: Report) -> Report:
    """Read-only views of dicts don't travel between processes."""
    return replace(report, facts=dict(report.facts), seconds=dict(report.seconds))
