"""What should happen to the photo now, and why?"""

from __future__ import annotations

from collections.abc import Iterable

from packshot.journey.report import Difficulty, Level, Verdict
from packshot.rules.base import Finding, Fixable, Severity
from packshot.words import Words, say, say_n


def decide(findings: Iterable[Finding], difficulty: Difficulty | None) -> tuple[Verdict, Words]:
    """Only errors keep a photo from being published; who mends them depends on what the retouch can do."""
    findings = tuple(findings)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if not errors:
        return Verdict.PUBLISH, _publish(findings)
    if lost := [finding for finding in errors if finding.fixable is Fixable.NO]:
        lost.sort(
            key=lambda finding: finding.rule != "no_subject"
        )  # without a product the rest cannot follow
        return Verdict.ASK_SELLER, say_n(
            "Only a new photo helps here: {first}",
            "{count} faults only a new photo can mend. The first: {first}",
            len(lost),
            first=lost[0].message,
        )
    if difficulty is not None and difficulty.level is Level.BY_HAND:
        why = difficulty.reasons[0]
        return Verdict.BY_HAND, say("The retouch would not be sure of itself: {why}", why=why)
    if partly := [finding for finding in errors if finding.fixable is Fixable.PARTLY]:
        return Verdict.FIX, say(
            "The retouch makes it better; look at the result, for not all can be mended: {first}",
            first=partly[0].message,
        )
    return Verdict.FIX, say_n(
        "The retouch mends this error by itself.",
        "The retouch mends all {count} errors by itself.",
        len(errors),
    )


def _publish(findings: tuple[Finding, ...]) -> Words:
    if not findings:
        return say("Every rule holds.")
    return say("Nothing here keeps the photo from being published; what is noted would make it better.")
