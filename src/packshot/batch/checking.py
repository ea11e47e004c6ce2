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
    """What one profile says of one photo. `report` is None only where we broke."""

    item: Item
    report: Report | None
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """`before`, and each variant of the fix that is proposed: small, for pages."""
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """The work on one photo."""

    profiles: tuple[str | Path | None, ...]
    category: str = ""
    switches: tuple[str, ...] = ()
    quality: str = "normal"
    explain: bool = False
    thumb_side: int = 0
    """0 makes none."""
    preview: bool = False
    """Small pictures of the mended photo, too, where we can mend it."""

    def __call__(self, item: Item) -> tuple[Checked, ...]:
        from packshot.journey.check import check_each
        from packshot.journey.report import unreadable

        try:
            data = item.origin.read()
            reports = check_each(
                data, self.known(), quality=self.quality, name=item.key, explain=self.explain
            )
        except BadPhoto as error:
            return tuple(
                Checked(item, unreadable(error, one.name, one.sha256, one.category)) for one in self.known()
            )
        except (Refused, EngineFailed, WeightsMissing) as error:
            return (Checked(item, None, broken=Broken(error.message)),)
        before = thumb(data, self.thumb_side) if self.thumb_side else b""
        return tuple(
            Checked(item, _portable(report), {"before": before, **self._after(data, profile, report)})
            for profile, report in zip(self.known(), reports, strict=True)
        )

    def showing(self, side: int, *, preview: bool = False) -> Check:
        """The same work, with small pictures."""
        return replace(self, thumb_side=side, preview=preview)

    def known(self) -> tuple[Profile, ...]:
        from packshot.journey.examine import profile_of

        return tuple(profile_of(name, self.category, self.switches) for name in self.profiles)

    def _after(self, data: bytes, profile: Profile, report: Report) -> dict[str, bytes]:
        """The fix that the verdict promises, small."""
        from packshot.journey.fix import fix
        from packshot.journey.report import Verdict

        if not (self.preview and self.thumb_side and report.verdict is Verdict.FIX):
            return {}
        made = fix(data, profile=profile, quality=self.quality).variants
        return {name: thumb(picture.data, self.thumb_side) for name, picture in made.items()}


def check_all(items: Sequence[Item], work: Check, *, jobs: int) -> Iterator[Checked]:
    """In the order of the items; of each, in the order of the profiles."""
    beside = [Beside(profile) for profile in work.known()]
    here = len(items) == 1
    for done in runner.in_order(runner.run(items, work, jobs=min(jobs, len(items)), here=here)):
        if isinstance(done.answer, Broken):
            yield Checked(items[done.index], None, broken=done.answer)
            continue
        for answer, others in zip(done.answer, beside, strict=False):  # a photo that broke has one answer
            if answer.report is None:
                yield answer
            else:
                yield replace(answer, report=others.judged(answer.item.key, answer.report))


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
