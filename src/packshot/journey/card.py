"""Judge the photos of one card: each by itself, and all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from packshot.image.codec import PhotoLike, open_photo
from packshot.image.photo import Photo
from packshot.journey.examine import look_at, report_on, working_side
from packshot.journey.report import Report, Verdict, plain_dict
from packshot.journey.verdict import decide
from packshot.look.facts import Facts
from packshot.profiles.profile import Profile
from packshot.rules.base import CARD, Finding, Judged, Severity
from packshot.rules.main_photo import MainPhoto
from packshot.words import Words, say, say_n

WORST_LAST = (Verdict.PUBLISH, Verdict.FIX, Verdict.BY_HAND, Verdict.ASK_SELLER)


@dataclass(frozen=True, slots=True)
class CardReport:
    sku: str
    profile: str
    photos: Mapping[str, Report]
    """By key, the main photo first."""
    findings: tuple[Finding, ...]
    """On the card as a whole."""
    verdict: Verdict
    """The worst of its photos and of its own."""
    why: Words

    @property
    def headline(self) -> Words:
        every = [*self.findings, *(one for report in self.photos.values() for one in report.findings)]
        severities = [finding.severity for finding in every]
        return say(
            "{verdict}: {photos}, {errors}, {warnings}",
            verdict=self.verdict.words,
            photos=say_n("{count} photo", "{count} photos", len(self.photos)),
            errors=say_n("{count} error", "{count} errors", severities.count(Severity.ERROR)),
            warnings=say_n("{count} warning", "{count} warnings", severities.count(Severity.WARNING)),
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            **plain_dict(
                {
                    "sku": self.sku,
                    "profile": self.profile,
                    "verdict": self.verdict,
                    "headline": self.headline,
                    "why": self.why,
                    "findings": self.findings,
                }
            ),
            "photos": [{"key": key, **report.as_dict()} for key, report in self.photos.items()],
        }


def look_and_judge(
    photo: PhotoLike, profile: Profile, *, quality: str = "normal", name: str = ""
) -> tuple[Report, Facts]:
    """The report on one photo, and what is known of it without its pixels: small enough to be kept for all
    photos of a card, and to come from another process."""
    opened = open_photo(photo, name=name, want=working_side(profile))
    facts = look_at(opened, quality)
    report = report_on(facts, profile, "source")
    light = Facts(Photo(np.zeros((1, 1, 3), np.uint8), None, opened.scale, opened.source))
    light.known = {fact: value for fact, value in facts.known.items() if fact != "cutout"}
    return report, light


def judge_card(
    sku: str, reports: Mapping[str, Report], facts: Mapping[str, Facts], profile: Profile
) -> CardReport:
    """`reports` of all photos in their order, the main one first; `facts` of those that could be opened."""
    known = {key: facts[key] for key in reports if key in facts}
    judged = {key: Judged(one, reports[key].findings) for key, one in known.items()}
    together: dict[str, list[Finding]] = {key: [] for key in (CARD, *reports)}
    lenient: frozenset[str] = frozenset()
    for rule, limit in profile.rules("source"):
        if isinstance(limit, MainPhoto):
            lenient = frozenset(limit.asked_only_of_main)
        found: Mapping[str, Sequence[Finding]] = {}
        if rule.judge_many is not None:
            found = rule.judge_many(known, limit)
        elif rule.judge_card is not None:
            found = rule.judge_card(judged, limit)
        for key, findings in found.items():
            together[key] += findings
    main = next(iter(reports), None)
    photos = {
        key: _with(report, together[key], frozenset() if key == main else lenient)
        for key, report in reports.items()
    }
    own = tuple(together[CARD])
    decided = [decide(own, None), *((report.verdict, report.why) for report in photos.values())]
    verdict, why = max(decided, key=lambda pair: WORST_LAST.index(pair[0]))
    return CardReport(sku, profile.name, photos, own, verdict, why)


def _with(report: Report, more: Sequence[Finding], not_asked: frozenset[str]) -> Report:
    kept = tuple(finding for finding in report.findings if finding.rule not in not_asked)
    findings = (*kept, *more)
    if findings == report.findings:
        return report
    verdict, why = decide(findings, report.difficulty)
    return replace(report, findings=findings, verdict=verdict, why=why)
