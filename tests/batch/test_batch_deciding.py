"""Decisions of people, written into receipts: what they change, and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from packshot.batch.deciding import apply
from packshot.batch.job import rows_that_hold
from packshot.batch.ledger import Known
from packshot.batch.plan import Why, Wishes, asked_quality, why
from packshot.batch.receipts import Asked, Row, row_of
from packshot.batch.shelf import Shelf, Spot, new_run
from packshot.batch.store import Store
from packshot.report.catalogue.decisions import read


def row(key: str, status: str) -> Row:
    asked = Asked(key, "1:1", "", 1, "", (), "", None, "", key, "id", {}, "run")
    return row_of(asked, {"status": status, "files": {}}, sha256="0" * 64, size_bytes=1, attempts=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.at(tmp_path)
    states = {"a": "review", "b": "review", "c": "review", "d": "fixed", "e": "failed", "f": "review"}
    Shelf(made, new_run()).write([row(key, status) for key, status in states.items()])
    return made


def test_each_choice_changes_its_photo_and_no_other(store: Store) -> None:
    told = b"key,decision,note,quality\na,approve,,\nb,reject,not ours,\nc,redo,,best\n"
    told += b"d,reject,,\nnowhere,redo,,\n"
    applied = apply(store, read(told, "decisions.csv"))
    assert (applied.approved, applied.rejected, applied.to_redo) == (1, 1, 1)
    assert applied.unknown == ("nowhere",)
    assert applied.not_doubtful == ("d",)
    rows = {one["key"]: one for one in rows_that_hold(store)}
    assert sorted(rows) == ["a", "b", "c", "d", "e", "f"]
    assert [rows[key]["status"] for key in "abcdef"] == [
        "fixed",
        "failed",
        "review",
        "fixed",
        "failed",
        "review",
    ]
    assert [rows[key]["decision"] for key in "abcdef"] == [
        "approved",
        "rejected",
        "redo:best",
        None,
        None,
        None,
    ]
    assert "not ours" in rows["b"]["error_en"]
    assert "not ours" in rows["b"]["error_ru"]
    assert rows["b"]["cure_en"]


def test_the_same_decisions_twice_change_nothing(store: Store) -> None:
    told = read(b"key,decision\na,approve\nb,reject\n", "decisions.csv")
    apply(store, told)
    before = {one["key"]: one for one in rows_that_hold(store)}
    applied = apply(store, told)
    assert (applied.approved, applied.rejected) == (0, 0)
    assert applied.not_doubtful == ("a", "b")
    assert {one["key"]: one for one in rows_that_hold(store)} == before


def known(decision: str | None, status: str = "review", identity: str = "id") -> Known:
    return Known("a", "1:1", "0", identity, status, 1, decision, "", "a", frozenset(), 2, Spot("file", 0))


def test_what_was_asked_for_is_done_once_and_stays() -> None:
    asked = known("redo:best")
    assert why(asked, "1:1", "best", Wishes()) is Why.ASKED
    assert asked_quality(asked) == "best"
    done = known("redone:best", "fixed", "best")
    assert asked_quality(done) == "best"  # so its identity is that of best, and it is not made again
    assert why(done, "1:1", "best", Wishes()) is Why.DONE


@pytest.mark.parametrize("wishes", [Wishes(), Wishes(retry_failed=True), Wishes(only_review=True)])
def test_a_rejected_photo_stays_rejected_until_it_is_another(wishes: Wishes) -> None:
    rejected = known("rejected", "failed")
    assert why(rejected, "1:1", "id", wishes) is Why.DONE
    assert why(rejected, "2:2", "id", Wishes()) is Why.OTHER_BYTES
