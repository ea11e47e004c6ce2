"""A figure beside its limit is never rounded onto it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packshot.rules._telling import no_worse_than, percent, sure, told
from packshot.rules.base import Severity

figures = st.floats(0, 1000)


@given(figures, figures, st.integers(0, 3))
def test_a_told_figure_breaks_the_limit_as_the_true_one_does(
    measured: float, limit: float, digits: int
) -> None:
    figure = told(measured, limit, digits)
    assert (figure < limit) == (measured < limit)
    assert (figure > limit) == (measured > limit)


@given(figures, figures)
def test_a_told_figure_is_near_the_true_one(measured: float, limit: float) -> None:
    assert told(measured, limit) == pytest.approx(measured, abs=0.1000001)


def test_too_little_is_never_told_as_enough() -> None:
    assert told(84.97, 85) == 84.9
    assert told(85.03, 85) == 85.1
    assert told(85, 85) == 85


@given(st.floats(0, 1))
def test_per_cent_carries_no_dust(share: float) -> None:
    assert percent(share) == pytest.approx(share * 100, abs=1e-6)
    assert percent(0.07) == 7.0


def test_doubt_and_suspicion_are_bounded() -> None:
    assert sure(0.9, 0.4) == 0.4
    assert sure(1.7) == 1.0
    assert sure(-0.1) == 0.0
    assert no_worse_than(Severity.ADVICE, Severity.ERROR) is Severity.ADVICE
    assert no_worse_than(Severity.WARNING, Severity.ADVICE) is Severity.ADVICE
