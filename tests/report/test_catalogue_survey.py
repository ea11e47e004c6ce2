"""The sums of a catalogue are right, whatever the rows, their number and their order."""

from __future__ import annotations

import json
import random
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from receipts_drawn import Row, failed, finding, output, receipt, receipts

from packshot.batch.receipts import schema
from packshot.report.catalogue import tally
from packshot.report.catalogue.survey import COLUMNS, Survey

DOCS = Path(__file__).parents[2] / "docs" / "summary.md"


@settings(max_examples=40, deadline=None)
@given(rows=receipts())
def test_every_photo_is_counted_once_in_each_sum(rows: list[Row]) -> None:
    told = Survey().add_all(rows).as_dict()
    sums = [told[name] for name in ("statuses", "difficulty", "routes", "categories", "engines")]
    sums += [told["verdicts"]["before"], told["verdicts"]["after"], told["made_by"]["runs"]]
    assert told["photos"] == len(rows)
    assert {sum(counted.values()) for counted in sums} == {len(rows)}
    json.dumps(told, allow_nan=False)
    for name in ("delta_e", "confidence"):
        histogram = told["histograms"][name]
        assert sum(histogram["counts"]) == histogram["count"] == len(rows) - histogram["missing"]
    assert told["pictures"]["count"] == sum(len(row["outputs"] or ()) for row in rows)
    assert told["twins"] + told["time"]["photos"] + told["histograms"]["ms"]["missing"] == len(rows)


@settings(max_examples=40, deadline=None)
@given(rows=receipts(), chance=st.randoms(use_true_random=False))
def test_any_order_gives_the_same_summary(rows: list[Row], chance: random.Random) -> None:
    """To the last digit: a run that was resumed gives its rows in another order."""
    first = Survey(seed=3).add_all(rows).as_dict()
    chance.shuffle(rows)
    again = Survey(seed=3).add_all(rows).as_dict()
    assert json.dumps(first, sort_keys=True) == json.dumps(again, sort_keys=True)


def test_a_rule_counts_photos_at_the_worst_severity_that_it_gave() -> None:
    row = receipt(
        findings=[finding("frame_fill", "advice"), finding("frame_fill"), finding("frame_fill", "warning")],
        outputs=[
            output("a", "light", findings=[finding("frame_fill", "warning")]),
            output("a", "dark", findings=[finding("frame_fill", "warning")]),
        ],
    )
    assert Survey().add_all([row]).rules() == {
        "frame_fill": {
            "before": {"error": 1, "warning": 0, "advice": 0},
            "after": {"error": 0, "warning": 1, "advice": 0},
        }
    }


def test_the_verdict_after_is_that_of_the_worst_picture() -> None:
    outputs = [output("a", "light", verdict="publish"), output("a", "dark", verdict="by_hand")]
    survey = Survey().add_all([receipt(outputs=outputs), failed("b.jpg")])
    assert survey.after["by_hand"] == 1
    assert survey.after[""] == 1, "a photo without pictures has no verdict after"


def test_time_is_of_photos_that_were_worked() -> None:
    rows = [receipt("a.jpg", ms=400.0), receipt("b.jpg", ms=400.0, same_as="a.jpg")]
    told = Survey().add_all(rows).as_dict()
    assert told["time"]["ms"] == 400.0
    assert told["twins"] == 1
    assert [(one["stage"], one["share"]) for one in told["time"]["stages"]] == [
        ("guards", 0.75),
        ("open", 0.25),
    ]


def test_a_part_of_a_stage_is_never_the_slowest_stage() -> None:
    stages = [{"stage": "look: text", "ms": 90.0}, {"stage": "look and judge", "ms": 80.0}]
    told = Survey().add_all([receipt(stages=stages)]).as_dict()["time"]
    assert told["slowest_stage"] == "look and judge"


def test_a_catalogue_of_several_makers_is_told_to_be_mixed() -> None:
    one = [receipt("a.jpg"), receipt("b.jpg", category="beauty", options='{"b": 1}', profile_sha256="baa")]
    assert Survey().add_all(one).mixed == (), "another category has other values by right"
    changed = [*one, receipt("c.jpg", profile_sha256="changed")]
    assert Survey().add_all(changed).mixed == ("profile_sha256",)
    assert Survey().add_all([*one, receipt("d.jpg", version="0.2.0")]).mixed == ("version",)


def test_the_worst_come_first_and_photos_for_review_before_all() -> None:
    rows = [receipt(f"{n}.jpg", confidence=n / 100, delta_e=float(n), ms=float(n)) for n in range(1, 50)]
    rows += [receipt("doubtful.jpg", status="review", confidence=0.99)]
    survey = Survey(shown=3).add_all(rows)
    assert [case.key for case in survey.least_sure.cases()] == ["doubtful.jpg", "1.jpg", "2.jpg"]
    assert [case.key for case in survey.most_changed.cases()] == ["49.jpg", "48.jpg", "47.jpg"]
    assert [case.key for case in survey.slowest.cases()][1:] == ["49.jpg", "48.jpg"]


def test_a_sample_is_drawn_from_the_whole_run() -> None:
    rows = [receipt(f"{n:04}.jpg") for n in range(1000)]
    drawn = [[int(case.key[:4]) for case in Survey(seed=s).add_all(rows).sample.cases()] for s in (1, 2)]
    assert len(drawn[0]) == 24
    assert drawn[0] != drawn[1]
    assert all(min(places) < 250 and max(places) > 750 for places in drawn)


def test_causes_are_grouped_though_each_sentence_names_its_photo() -> None:
    rows = [failed(f"{n}.jpg") for n in range(9)] + [failed("x.jpg", "bad_source", cure_en="Try later.")]
    causes = Survey().add_all(rows).causes.all()
    assert [(one.code, one.photos, one.example) for one in causes] == [
        ("bad_photo", 9, "0.jpg"),
        ("bad_source", 1, "x.jpg"),
    ]
    assert causes[0].sentence["ru"] == "0.jpg не открывается."


@settings(max_examples=30)
@given(values=st.lists(st.floats(0, 100), min_size=1, max_size=200), share=st.floats(0, 1))
def test_a_quantile_is_true_to_a_bin(values: list[float], share: float) -> None:
    histogram = tally.Histogram(tally.steps(0, 100, 50))
    for value in values:
        histogram.add(value)
    guess = histogram.quantile(share)
    place = max(1, -(-int(share * len(values) * 10**9) // 10**9))
    near = sorted(values)[max(0, place - 2) : place + 1]
    assert guess is not None
    assert min(near) - 2 <= guess <= max(near) + 2


def test_more_photos_need_no_more_memory() -> None:
    """Every row is new in all that a row can be new in: keys, titles, categories, causes, runs."""

    def rows(count: int) -> Iterator[Row]:
        for n in range(count):
            hostile = {"category": f"c{n}", "run": f"r{n}", "weights": f"w{n}", "title": "t" * 5000}
            row = receipt(f"{n}.jpg", ms=float(n), **hostile)
            yield row if n % 2 else row | failed(f"{n}.jpg", f"code{n}", cure_en=f"cure {n}")

    def room(count: int) -> int:
        tracemalloc.start()
        survey = Survey().add_all(rows(count))
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert survey.photos == count
        return size

    assert room(4_000) < 1.1 * room(2_100)


def test_a_survey_reads_columns_that_a_receipt_has() -> None:
    assert set(COLUMNS) <= set(schema().names)
    needed = {name: row for name, row in receipt().items() if name in COLUMNS}
    assert Survey().add_all([needed]).as_dict() == Survey().add_all([receipt()]).as_dict()
    fields = {field.name for field in schema().field("outputs").type.value_type}
    assert set(output("a", "light")) <= fields


def test_each_key_of_a_summary_is_in_the_docs() -> None:
    told = set(re.findall(r"^\| `(\w+)`", DOCS.read_text("utf8"), re.M))
    assert told == set(Survey().as_dict())


@pytest.mark.parametrize("empty", [[], [receipt(outputs=None, stages=None, findings=None)]])
def test_nothing_is_a_catalogue_too(empty: list[Row]) -> None:
    assert Survey().add_all(empty).as_dict()["photos"] == len(empty)
