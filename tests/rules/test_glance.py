"""The learned judge beside the rules: it doubts, it suspects, and it never speaks where it was not asked."""

from __future__ import annotations

from typing import Any

import pytest
from builders import facts, findings, glance, marks, objects, piece, subject, text
from hypothesis import given, settings
from hypothesis import strategies as st

from packshot.look.facts import Facts
from packshot.look.glance import Glance
from packshot.look.sides import Sides
from packshot.rules._glance import Glimpsed, together
from packshot.rules.base import RULES, Fixable, Severity

chances = st.floats(0, 1)
GLIMPSED = [name for name in RULES.names() if issubclass(RULES[name].limit, Glimpsed)]
TOO_MANY = objects(0.6, 0.4)


def with_prop(chance: float, **known: Any) -> Facts:
    return facts(glance=glance(prop=chance), **known)


def test_a_finding_shows_what_was_measured_and_what_was_learned() -> None:
    (found,) = findings("extra_objects", with_prop(0.97, objects=TOO_MANY))
    assert (found.measured, found.limit) == (2.0, 1.0)
    assert found.learned == 0.97


@given(chances, chances)
def test_together_they_are_as_sure_as_something_between_them(measured: float, learned: float) -> None:
    both = together(measured, learned)
    assert min(measured, learned) - 0.002 <= both <= max(measured, learned) + 0.002


@given(chances, chances, chances)
def test_a_surer_judge_never_makes_a_finding_less_sure(measured: float, one: float, other: float) -> None:
    assert together(measured, min(one, other)) <= together(measured, max(one, other))


@pytest.mark.parametrize("name", GLIMPSED)
@settings(deadline=None)
@given(st.floats(0, 0.9))
def test_below_the_profiles_bar_the_judge_alone_says_nothing(name: str, chance: float) -> None:
    seen = facts(glance=Glance(True, dict.fromkeys(glance().defects, chance)))
    told = seen.glance.chance(glance().defects) or 0.0
    assert findings(name, seen, suspect_from=min(1.0, told + 0.001)) == []


def test_a_suspicion_is_a_warning_at_most_and_says_that_nothing_was_measured() -> None:
    (found,) = findings("extra_objects", with_prop(0.96), suspect_from=0.9, severity=Severity.ERROR)
    assert found.severity is Severity.WARNING
    assert "no measurement says so" in str(found.message)
    assert found.fixable is Fixable.NO
    assert found.learned == found.confidence == 0.96


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ("extra_objects", {"allow_props": True}),
        ("extra_objects", {"max_objects": 3}),
        ("overlaid_text", {"max_boxes": 2}),
        ("overlaid_text", {"max_area_share": 0.2}),
    ],
)
def test_what_the_profile_lets_pass_is_not_suspected(rule: str, allowed: dict[str, Any]) -> None:
    seen = facts(glance=glance(prop=0.99, text_ru=0.99))
    assert len(findings(rule, seen, suspect_from=0.5)) == 1
    assert findings(rule, seen, suspect_from=0.5, **allowed) == []


def test_a_judge_that_contradicts_silences_a_rule_as_far_as_the_profile_lets_it() -> None:
    seen = with_prop(0.01, objects=TOO_MANY)
    assert len(findings("extra_objects", seen)) == 1
    assert findings("extra_objects", seen, believe_from=0.05) == []


@pytest.mark.parametrize("name", GLIMPSED)
def test_where_nobody_looked_the_rule_measures_alone(name: str) -> None:
    broken = facts(
        objects=TOO_MANY, marks=marks(confidence=0.9, repeated=True), text=text(*[piece() for _ in range(6)])
    )
    assert all(found.learned is None for found in findings(name, broken, suspect_from=0.0, believe_from=1.0))


@pytest.mark.parametrize("person", ["part", "whole"])
@pytest.mark.parametrize(("limits", "told"), [({}, 1), ({"allowed": True}, 0), ({"min_chance": 0.97}, 0)])
def test_a_person_is_told_where_the_profile_wants_none(
    person: str, limits: dict[str, Any], told: int
) -> None:
    assert len(findings("person_present", facts(glance=glance(person=person)), **limits)) == told


def test_who_wears_the_goods_belongs_to_them_unless_the_profile_says_no() -> None:
    worn = facts(glance=glance(person="whole", shown="person"))
    assert findings("person_present", worn) == []
    assert len(findings("person_present", worn, worn_is_fine=False)) == 1


def test_a_mannequin_is_no_person() -> None:
    assert findings("person_present", facts(glance=glance(shown="mannequin"))) == []


@pytest.mark.parametrize(
    ("shown", "cropped", "limits", "told"),
    [
        ("person", 0.05, {}, 0),
        ("person", 0.05, {"model_may_be_cut": False}, 1),
        ("person", 0.6, {}, 1),
        ("none", 0.05, {}, 1),
    ],
)
def test_a_model_may_run_out_of_the_frame_her_dress_may_not(
    shown: str, cropped: float, limits: dict[str, Any], told: int
) -> None:
    cut = facts(
        subject=subject(touches=Sides(bottom=0.4)),
        glance=glance(shown=shown, person="whole", cropped=cropped),
    )
    assert len(findings("subject_cropped", cut, **limits)) == told


@pytest.mark.parametrize(("view", "told"), [("back", 1), ("front", 0), ("three_quarter", 0)])
def test_the_side_that_is_asked_for(view: str, told: int) -> None:
    seen = facts(glance=glance(view=view))
    assert len(findings("view_angle", seen, views=("front", "three_quarter"))) == told
    assert findings("view_angle", seen) == []


def test_a_label_full_of_print_is_no_infographic() -> None:
    printed = facts(text=text(*[piece(on_product=1.0, overlaid=0.3) for _ in range(12)]))
    assert findings("infographic", printed) == []


def test_on_grounds_that_it_never_learned_on_it_keeps_its_suspicions_to_itself() -> None:
    known = {**glance(prop=0.96).defects, "coloured_ground": 0.6}
    assert findings("extra_objects", facts(glance=Glance(True, known)), suspect_from=0.9) == []
    assert len(findings("background_color", facts(glance=Glance(True, known)), suspect_from=0.5)) == 1
