"""What should happen to the photo now?"""

from __future__ import annotations

from collections.abc import Iterable

from packshot.journey.report import Difficulty, Level, Verdict
from packshot.rules.base import Finding, Fixable, Severity


def verdict_of(findings: Iterable[Finding], difficulty: Difficulty | None) -> Verdict:
    """Only errors keep a photo from being published; who mends them depends on what the retouch can do."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if not errors:
        return Verdict.PUBLISH
    if any(finding.fixable is Fixable.NO for finding in errors):
        return Verdict.ASK_SELLER
    if difficulty is not None and difficulty.level is Level.BY_HAND:
        return Verdict.BY_HAND
    return Verdict.FIX
