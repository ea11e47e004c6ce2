"""The triage adds up: every photo is in it once, and hours are those of the minutes that were given."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packshot.journey.assess import Hands, estimate
from packshot.journey.report import Level, Verdict
from packshot.report import triage
from packshot.report.entry import Entry, Found


def both(text: str) -> dict[str, str]:
    return {"en": text, "ru": text}


def entry(level: Level | None, state: str = "fix", **rules: str) -> Entry:
    found = tuple(
        Found(rule, "error", both(rule), both(""), 1.0, 2.0, "", (), 1.0, fixable)
        for rule, fixable in rules.items()
    )
    told: dict[str, Any] = {
        "difficulty": level and {"level": level.value, "reasons": [both(f"{level} it is.")]}
    }
    return Entry(
        "=a.jpg", "=a.jpg", "ozon", "a.jpg", state, both("head"), (), found, {}, {}, (10, 10), "", told
    )  # fmt: skip


EVERY = st.lists(st.tuples(st.sampled_from(Level), st.sampled_from(Verdict)), max_size=40)


@given(photos=EVERY, edit=st.floats(0, 60), look=st.floats(0, 5))
def test_minutes_and_photos_add_up(photos: list[tuple[Level, Verdict]], edit: float, look: float) -> None:
    hands = Hands(edit, look)
    rows = [triage.row_of(entry(level, verdict.value), hands) for level, verdict in photos]
    total = triage.summed(rows, hands)
    assert total.photos == len(photos) == sum(map(len, triage.by_level(rows).values()))
    assert 0 <= total.done <= total.photos
    assert total.hand_minutes <= len(rows) * (edit + look) + 1e-6
    assert total.all_by_hand_minutes == pytest.approx(len(rows) * edit)


@pytest.mark.parametrize("level", Level)
def test_what_only_a_new_photo_mends_costs_a_look(level: Level) -> None:
    guess = estimate(level, Verdict.ASK_SELLER, Hands(8, 0.5))
    assert (guess.done, guess.hand_minutes) == (0.0, 0.5)


def test_easier_photos_want_less_of_a_person() -> None:
    minutes = [
        estimate(level, Verdict.FIX, Hands()).hand_minutes
        for level in (Level.SIMPLE, Level.HARD, Level.BY_HAND)
    ]
    assert minutes == sorted(minutes)


def test_rules_are_told_apart_by_who_mends_them() -> None:
    row = triage.row_of(
        entry(Level.HARD, "ask_seller", frame_fill="yes", sharpness="partly", cut="no"), Hands()
    )
    assert (row.mends, row.asks) == (("frame_fill", "sharpness"), ("cut",))
    assert triage.why([row, row], "en") == {"cut": 2}


def test_a_photo_that_nobody_could_judge_is_for_a_person() -> None:
    row = triage.row_of(entry(None, "failed"), Hands())
    assert (row.level, row.verdict, row.done) == (Level.BY_HAND, Verdict.BY_HAND, 0.0)


def test_tables_hold_each_photo_and_run_no_formula() -> None:
    rows = [triage.row_of(entry(Level.SIMPLE), Hands()), triage.row_of(entry(Level.HARD), Hands())]
    read = list(csv.DictReader(io.StringIO("".join(triage.csv_lines(rows, "en")))))
    assert [line["photo"] for line in read] == ["'=a.jpg", "'=a.jpg"]
    assert [line["level"] for line in read] == ["simple", "hard"]
    told = json.loads("".join(triage.json_lines(rows, triage.summed(rows, Hands()))))
    assert len(told["photos"]) == told["total"]["photos"] == 2
