"""Status and verdict: every case of the table."""

from __future__ import annotations

import itertools

import pytest

from packshot.journey.report import Difficulty, Level, Report, Verdict
from packshot.journey.result import Guard, Status
from packshot.journey.status import decide
from packshot.journey.verdict import decide as verdict_on
from packshot.rules.base import Finding, Fixable, Severity
from packshot.words import Words, say


def finding(severity: Severity = Severity.ERROR, fixable: Fixable = Fixable.YES) -> Finding:
    return Finding("aspect_ratio", severity, say("Too wide."), say("Crop it."), 2.0, 1.0, fixable=fixable)


def report(*findings: Finding, where: str = "source") -> Report:
    return Report("mug", None, "yandex_market", "", "", where, findings, Verdict.PUBLISH)


def guard(passed: bool) -> Guard:
    return Guard("colour", passed, 0.0, 1.0, say("The colour moved."))


def expected_status(source_error: bool, variant_error: bool, guard_fails: bool, doubt: bool) -> Status:
    if variant_error or guard_fails or doubt:
        return Status.REVIEW
    return Status.FIXED if source_error else Status.COMPLIANT


@pytest.mark.parametrize("case", list(itertools.product((False, True), repeat=4)))
def test_every_case_of_the_status_table(case: tuple[bool, bool, bool, bool]) -> None:
    source_error, variant_error, guard_fails, doubt = case
    before = report(*[finding()] if source_error else [])
    after = {
        "light": report(where="light"),
        "dark": report(*[finding()] if variant_error else [], where="dark"),
    }
    doubts: list[Words] = [say("The badge lies on the product.")] if doubt else []

    status, reasons = decide(before, after, [guard(True), guard(not guard_fails)], doubts)

    assert status is expected_status(*case)
    assert reasons, "a status always says why"
    assert len(reasons) == max(1, variant_error + guard_fails + doubt)


def test_without_pictures_a_photo_has_failed() -> None:
    status, reasons = decide(report(), {}, [], [])
    assert status is Status.FAILED
    assert reasons


def test_warnings_in_a_variant_do_not_hold_it_back() -> None:
    after = {"light": report(finding(Severity.WARNING), where="light")}
    assert decide(report(finding()), after, [], [])[0] is Status.FIXED


EASY, BY_HAND = Difficulty(Level.SIMPLE, ()), Difficulty(Level.BY_HAND, (say("No product was found."),))
ADVICE, WARNING = finding(Severity.ADVICE, Fixable.NO), finding(Severity.WARNING, Fixable.NO)
YES, PARTLY, NO = (finding(fixable=fixable) for fixable in (Fixable.YES, Fixable.PARTLY, Fixable.NO))


@pytest.mark.parametrize("difficulty", [None, EASY, Difficulty(Level.HARD, (say("Two things."),)), BY_HAND])
@pytest.mark.parametrize(
    ("findings", "verdict", "why"),
    [
        ([], Verdict.PUBLISH, "Every rule holds"),
        ([ADVICE], Verdict.PUBLISH, "Nothing here keeps"),
        ([WARNING], Verdict.PUBLISH, "Nothing here keeps"),
        ([YES], Verdict.FIX, "mends this error by itself"),
        ([YES, YES, WARNING], Verdict.FIX, "mends all 2 errors by itself"),
        ([YES, PARTLY], Verdict.FIX, "look at the result"),
        ([NO], Verdict.ASK_SELLER, "Only a new photo helps here: Too wide."),
        ([YES, NO, PARTLY, NO], Verdict.ASK_SELLER, "2 faults only a new photo"),
    ],
)
def test_every_case_of_the_verdict_table(
    findings: list[Finding], difficulty: Difficulty | None, verdict: Verdict, why: str
) -> None:
    """Where the retouch could mend but is not sure of the photo, a person decides; nothing else changes."""
    found, words = verdict_on(findings, difficulty)
    if verdict is Verdict.FIX and difficulty is BY_HAND:
        verdict, why = Verdict.BY_HAND, "No product was found."
    assert found is verdict
    assert why in words.in_("en")


def test_without_a_product_that_is_the_reason_and_not_the_ground() -> None:
    missing = Finding("no_subject", Severity.ERROR, say("No product."), say("Send one."), 0.0, 1.0)
    assert "The first: No product." in verdict_on([NO, missing], None)[1].in_("en")
