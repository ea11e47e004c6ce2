"""Status and verdict: every case of the table."""

from __future__ import annotations

import itertools

import pytest

from packshot.journey.report import Difficulty, Level, Report, Verdict
from packshot.journey.result import Guard, Status
from packshot.journey.status import decide
from packshot.journey.verdict import verdict_of
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


@pytest.mark.parametrize(
    ("findings", "difficulty", "verdict"),
    [
        ([], EASY, Verdict.PUBLISH),
        ([], BY_HAND, Verdict.PUBLISH),
        ([finding(Severity.WARNING, Fixable.NO)], EASY, Verdict.PUBLISH),
        ([finding()], EASY, Verdict.FIX),
        ([finding(fixable=Fixable.PARTLY)], EASY, Verdict.FIX),
        ([finding(fixable=Fixable.NO)], EASY, Verdict.ASK_SELLER),
        ([finding(), finding(fixable=Fixable.NO)], BY_HAND, Verdict.ASK_SELLER),
        ([finding()], BY_HAND, Verdict.BY_HAND),
        ([finding()], None, Verdict.FIX),
    ],
)
def test_verdict(findings: list[Finding], difficulty: Difficulty | None, verdict: Verdict) -> None:
    assert verdict_of(findings, difficulty) is verdict
