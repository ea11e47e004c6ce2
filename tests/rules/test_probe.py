"""What a rule measures where it holds: asked of the rule itself, and true to the facts that it was given."""

from __future__ import annotations

import pytest
from builders import FRAME, background, boxed, facts, quality, subject
from hypothesis import given, settings
from hypothesis import strategies as st

from packshot.look.facts import Facts
from packshot.rules.base import RULES, Limit
from packshot.rules.probe import Asks, Probed, findings_of, probe, silenced


def probed(name: str, measured: Facts, limit: Limit | None = None) -> dict[str, Probed]:
    rule = RULES[name]
    return {one.field: one for one in probe(rule, measured, limit or rule.limit())}


def test_a_rule_that_holds_tells_its_figure_in_both_units() -> None:
    found = probed("frame_fill", facts(subject=subject(boxed(0.742, 0.5))))
    assert found["min_share"].asks is Asks.AT_LEAST
    assert found["max_share"].asks is Asks.AT_MOST
    assert found["min_share"].measured == pytest.approx(74.2, abs=0.1)
    assert found["min_share"].own == pytest.approx(0.742, abs=0.001)


def test_a_broken_rule_that_tells_one_break_hides_no_other_figure() -> None:
    """Clutter holds here, the span does not, and only the span would be told."""
    found = probed("background_clutter", facts(background=background(clutter=0.02, span=40.0, evenness=30.0)))
    assert found["max_clutter"].measured == pytest.approx(2.0)
    assert found["max_span"].measured == pytest.approx(40.0)


def test_what_tells_how_to_measure_is_no_limit() -> None:
    limit = RULES["safe_zone"].limit(min_gap_px=9)  # type: ignore[call-arg]
    found = probed("safe_zone", facts(subject=subject(boxed(0.5, 0.5))), limit)
    assert "min_gap_px" in found
    assert not {"tolerance_px", "reference_side"} & found.keys()


def test_where_there_is_nothing_to_measure_nothing_is_told() -> None:
    assert probed("file_format", facts()) == {}
    assert probed("duplicate_photo", facts()) == {}


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0.05, 0.99), asked=st.floats(0.05, 0.99))
def test_the_figure_says_what_the_rule_does_at_any_limit(share: float, asked: float) -> None:
    """The probed value is the very point at which the rule changes its mind."""
    rule, measured = RULES["frame_fill"], facts(subject=subject(boxed(share, min(share, 0.5))))
    (found,) = (one for one in probe(rule, measured, rule.limit()) if one.field == "min_share")
    if abs(found.own - asked) > 0.001:
        broken = any(findings_of(rule, measured, rule.limit(min_share=asked)))  # type: ignore[call-arg]
        assert broken == (found.own < asked)


def test_by_one_field_alone_the_others_are_silent() -> None:
    rule, measured = RULES["sharpness"], facts(quality=quality(sharpness=2.0, noise=40.0))
    limit = rule.limit(max_noise=14.0, min_sharpness=12.0)  # type: ignore[call-arg]
    names = [one.field for one in probe(rule, measured, limit)]
    alone = list(findings_of(rule, measured, silenced(rule, measured, limit, names, but="max_noise")))
    assert [one.measured for one in alone] == [40.0]


@pytest.mark.parametrize("name", RULES.names())
def test_no_rule_is_upset_by_being_asked(name: str) -> None:
    for measured in (facts(), facts(size=FRAME, subject=subject(boxed(0.02, 0.9, right=0.4)))):
        for one in probe(RULES[name], measured, RULES[name].limit()):
            assert one.told_per_field > 0
