"""What became of a photo: decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packshot.journey.report import Report
from packshot.journey.result import Guard, Status
from packshot.words import Words, say

LEFT_TO_PEOPLE = ("person_present",)
"""What no stage mends, and no second look can clear: the photo goes to review, whatever else became right."""


def decide(
    before: Report,
    after: Mapping[str, Report],
    guards: Iterable[Guard],
    doubts: Iterable[Words],
) -> tuple[Status, tuple[Words, ...]]:
    """The status and why, most important first. Without pictures it is `failed`."""
    if not after:
        return Status.FAILED, (say("No picture could be made."),)
    reasons = (
        *{guard.name: guard.message for guard in guards if not guard.passed}.values(),
        *doubts,
        *(finding.message for finding in before.findings if finding.rule in LEFT_TO_PEOPLE),
        *(finding.message for report in after.values() for finding in report.errors),
    )
    if reasons:
        return Status.REVIEW, tuple(dict.fromkeys(reasons))
    if not before.errors:
        return Status.COMPLIANT, (say("The photo keeps the rules as it is."),)
    return Status.FIXED, (say("Every error is mended and the product is unharmed."),)
