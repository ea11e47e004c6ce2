"""What every finding must be, whatever its rule: true, readable, placed, and silent when asked to be."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from builders import facts, judged, no_subject, subject
from cases import BROKEN, GEOMETRIC, Broken

from packshot.image.types import Box
from packshot.look.facts import Facts
from packshot.look.sides import Sides
from packshot.rules.base import RULES, Fixable, Measured, Severity, judge_photo
from packshot.words import Words

each_case = pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case.rule}: {case.says}")
SURE = {
    case.rule: case
    for case in BROKEN
    if case.rule in {*GEOMETRIC, "background_color", "background_clutter"} - {"color_cast", "scale_marker"}
}


@each_case
def test_it_says_what_is_seen(case: Broken) -> None:
    (found,) = judged(case.rule, case.facts, RULES[case.rule].limit(**case.limits))
    assert case.says in str(found.message)
    assert found.rule == case.rule
    for words in (found.message, found.cure):
        assert str(words).endswith(".")
        assert words.in_("ru")
        assert placeholders(words) <= {name for name, _ in words.values} | {"count"}


@each_case
def test_what_was_measured_breaks_the_limit(case: Broken) -> None:
    (found,) = judged(case.rule, case.facts, RULES[case.rule].limit(**case.limits))
    assert breaks(found.measured, found.limit, case.way)


@each_case
def test_the_figure_in_the_words_is_the_figure_in_the_data(case: Broken) -> None:
    (found,) = judged(case.rule, case.facts, RULES[case.rule].limit(**case.limits))
    told = {value for _, value in found.message.values if isinstance(value, int | float)}
    told |= {found.message.count} if found.message.plural else set()
    if found.unit not in ("px", "%", "ΔE"):
        return
    if isinstance(found.measured, float) and told:
        assert found.measured in told
        assert found.limit in told or found.limit == 0


@each_case
def test_places_lie_in_the_photo_and_doubt_is_a_share(case: Broken) -> None:
    (found,) = judged(case.rule, case.facts, RULES[case.rule].limit(**case.limits))
    frame = case.facts.source.size
    for box in found.boxes:
        assert box == box.inside(frame)
        assert not box.is_empty
    assert 0 <= found.confidence <= 1
    assert found.fixable in Fixable


@each_case
def test_severity_off_is_silence(case: Broken) -> None:
    assert judged(case.rule, case.facts, RULES[case.rule].limit(**case.limits, severity=Severity.OFF)) == []


@each_case
def test_no_finding_is_worse_than_asked(case: Broken) -> None:
    order = list(Severity)
    for severity in (Severity.ERROR, Severity.WARNING, Severity.ADVICE):
        for found in judged(case.rule, case.facts, RULES[case.rule].limit(**case.limits, severity=severity)):
            assert order.index(found.severity) >= order.index(severity)


def test_a_perfect_photo_is_left_in_peace() -> None:
    limits = [(RULES[name], RULES[name].limit()) for name in RULES.names()]
    assert judge_photo(facts(), limits) == []


def test_where_nothing_was_found_one_rule_speaks() -> None:
    """Strict limits on everything, and all of them broken: still one cause, one finding."""
    horror = replace(no_subject(), touches=Sides(1, 1, 1, 1), far_apart=True)
    limits = [
        (RULES[case.rule], RULES[case.rule].limit(**case.limits)) for case in BROKEN if case.rule in GEOMETRIC
    ]
    limits.append((RULES["no_subject"], RULES["no_subject"].limit()))
    for case in BROKEN:
        empty = facts_with(case.facts, horror)
        assert [found.rule for found in judge_photo(empty, limits)] == ["no_subject"]


@pytest.mark.parametrize("case", SURE.values(), ids=SURE)
def test_a_doubtful_cutout_makes_a_doubtful_finding(case: Broken) -> None:
    doubt = facts_with(case.facts, replace(case.facts.subject, confidence=0.35))
    (found,) = judged(case.rule, doubt, RULES[case.rule].limit(**case.limits))
    assert found.confidence <= 0.35


def test_worst_findings_come_first() -> None:
    limits = [
        (RULES["centering"], RULES["centering"].limit(severity=Severity.ADVICE)),
        (RULES["subject_cropped"], RULES["subject_cropped"].limit(severity=Severity.ERROR)),
    ]
    bad = facts(subject=subject(Box(0, 0, 300, 300), touches=Sides(left=0.2)))
    assert [found.severity for found in judge_photo(bad, limits)] == [Severity.ERROR, Severity.ADVICE]


def breaks(measured: Measured, limit: Measured, way: str) -> bool:
    match way, measured, limit:
        case "above", float(), float() | int():
            return measured > limit
        case "below", float(), float() | int():
            return measured < limit
        case "from", float(), float() | int():
            return measured >= limit
        case _:
            return way == "other" and measured != limit


def placeholders(words: Words) -> set[str]:
    return {
        name
        for text in (words.english, words.plural)
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    }


def facts_with(measured: Facts, doubted: object) -> Facts:
    made = facts(source=measured.source)
    made.known |= measured.known | {"subject": doubted}
    return made
