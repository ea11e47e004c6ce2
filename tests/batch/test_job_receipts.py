"""Receipts: what is written is what is read, one holds for each photo, and what is damaged is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn import tree
from hypothesis import given, settings
from hypothesis import strategies as st
from job_works import Mirror, receipts
from test_job_plan import SEVEN, do

from packshot.batch import shelf as shelf_module
from packshot.batch.ledger import Ledger
from packshot.batch.receipts import Asked, Row, failed_row, own_files, row_of, schema
from packshot.batch.shelf import RECEIPTS, Shelf, new_run, packed
from packshot.batch.store import Store
from packshot.errors import BadSource
from packshot.words import verbatim

TEXTS = st.text(max_size=20)
ASKED = st.builds(
    Asked,
    key=TEXTS,
    stamp=TEXTS,
    sku=TEXTS,
    place=st.integers(0, 99),
    title=TEXTS,
    shelf=st.lists(TEXTS, max_size=3).map(tuple),
    category=TEXTS,
    category_confidence=st.one_of(st.none(), st.just(0.5)),
    folder=TEXTS,
    name=TEXTS,
    identity=TEXTS,
    making=st.fixed_dictionaries({"profile": TEXTS, "options": TEXTS, "version": TEXTS}),
    run=TEXTS,
)


def row(key: str, **said: Any) -> Row:
    asked = Asked(key, "1", "", 1, "", (), "", None, "", key, "id", {}, "run")
    made = {"file": f"{key}.txt", "sha256": "f" * 64, "size_bytes": 1, "width": 1, "height": 1}
    line = {"status": "fixed", "reasons": [], "outputs": {"light": made}}
    return {**row_of(asked, line, sha256=key * 2, size_bytes=1, attempts=1), **said}


def read(data: bytes) -> list[Row]:
    found: list[Row] = pq.read_table(pa.BufferReader(data)).to_pylist()
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(ASKED, min_size=1, max_size=5))
def test_a_receipt_comes_back_as_it_was_written(asked: list[Asked]) -> None:
    rows = [failed_row(one, verbatim("so"), code="died", cure=None, attempts=2) for one in asked]
    for one, back in zip(rows, read(packed(rows)), strict=True):
        moment, back_at = one.pop("done_at"), back.pop("done_at")
        assert abs((moment - back_at).total_seconds()) < 0.001
        assert back == {**dict.fromkeys(back), **one}


def test_a_name_that_is_no_text_is_spelt_out() -> None:
    (back,) = read(packed([row("1", error_en="raw\udcff.jpg cannot be read", left=["raw\udcff.txt"])]))
    assert back["error_en"] == "raw\\udcff.jpg cannot be read"
    assert back["left"] == ["raw\\udcff.txt"]


def test_a_row_that_no_receipt_can_hold_does_not_take_its_shard_along() -> None:
    rows = [row("1"), row("2", place=10**15), row("3")]
    back = read(packed(rows))
    assert [(one["key"], one["status"]) for one in back] == [("1", "fixed"), ("2", "failed"), ("3", "fixed")]
    assert back[1]["error"] == "bug"
    assert own_files(back[1]) == {"2.txt"}  # its picture is still known to be ours


def holding(store: Store) -> dict[str, str]:
    with Ledger() as ledger:
        shelf = Shelf(store, new_run())
        ledger.load(shelf)
        return {one["key"]: one["status"] for spot, one in shelf.rows() if ledger.holds(one["key"], spot)}


def test_of_two_receipts_the_later_one_holds_before_and_after_tidying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "MOST_ROWS", 4)
    store = Store.at(tmp_path)
    for statuses in (["fixed"] * 6, ["review"] * 3, ["failed"] * 1, ["fixed", "review"]):
        Shelf(store, new_run()).write([row(str(n), status=one) for n, one in enumerate(statuses)])
    expected = {"0": "fixed", "1": "review", "2": "review", "3": "fixed", "4": "fixed", "5": "fixed"}
    assert holding(store) == expected
    shelf = Shelf(store, new_run())
    with Ledger() as ledger:
        ledger.load(shelf)
        assert [(rows, held) for _, rows, held in ledger.files()] == [(6, 3), (3, 1), (1, 0), (2, 2)]
        shelf.tidy(ledger)
    assert holding(store) == expected
    assert sorted(one["key"] for _, one in shelf.rows()) == sorted(expected)


def test_what_is_tidy_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "MOST_ROWS", 4)
    store = Store.at(tmp_path)
    large = Shelf(store, new_run()).write([row(str(n)) for n in range(5)])
    small = [Shelf(store, new_run()).write([row(name)]) for name in "ab"]
    shelf = Shelf(store, new_run())
    with Ledger() as ledger:
        ledger.load(shelf)
        shelf.tidy(ledger)
    files = shelf.files()
    assert large in files
    assert len(files) == 2
    assert not set(small) & set(files)


def test_receipts_of_a_run_that_we_do_not_know_of_are_not_tidied_away(tmp_path: Path) -> None:
    store = Store.at(tmp_path)
    mine = Shelf(store, new_run())
    with Ledger() as ledger:
        for name in "ab":
            mine.write([row(name)])
        ledger.load(mine)
        Shelf(store, new_run()).write([row("of another")])
        mine.tidy(ledger)
    assert set(holding(store)) == {"a", "b", "of another"}


def test_a_crash_between_tidying_and_deleting_leaves_one_receipt_a_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = tree(tmp_path / "in", SEVEN), tmp_path / "out"
    monkeypatch.setattr(Store, "delete", lambda self, name: None)
    do(source, out)
    monkeypatch.undo()
    assert sum(1 for _ in Shelf(Store.at(out), "x").rows()) == 14
    assert len(receipts(out)) == 7
    do(source, out)
    assert sum(1 for _ in Shelf(Store.at(out), "x").rows()) == 7


@pytest.mark.parametrize("data", [b"", b"PAR1", b"a text that somebody saved here"])
def test_a_torn_file_among_receipts_is_told(tmp_path: Path, data: bytes) -> None:
    source, out = tree(tmp_path / "in", SEVEN), tmp_path / "out"
    do(source, out)
    (out / RECEIPTS / "torn.parquet").write_bytes(data)
    with pytest.raises(BadSource, match=r"torn\.parquet is damaged.*are done again"):
        do(source, out)
    (out / RECEIPTS / "torn.parquet").unlink()
    assert do(source, out).statuses == {"fixed": 7}


def test_a_table_of_something_else_among_receipts_is_told(tmp_path: Path) -> None:
    source, out = tree(tmp_path / "in", SEVEN), tmp_path / "out"
    do(source, out)
    pq.write_table(pa.table({"key": [1, 2]}), out / RECEIPTS / "other.parquet")
    with pytest.raises(BadSource, match=r"other\.parquet is damaged: these are no receipts"):
        do(source, out)


def test_receipts_of_an_older_packshot_are_read(tmp_path: Path) -> None:
    """A column that came later is empty in them, one that went is left out."""
    source, out = tree(tmp_path / "in", SEVEN), tmp_path / "out"
    do(source, out)
    (file,) = (out / RECEIPTS).iterdir()
    old = pq.read_table(file).drop_columns(["left", "where"]).append_column("gone", pa.array(["x"] * 7))
    pq.write_table(old, file)
    tree(source, {"2.jpg": b"other bytes"})
    assert do(source, out).statuses == {"fixed": 7}
    assert len(receipts(out)) == 7
    assert do(source, out, Mirror(options="!")).statuses == {"fixed": 7}


def test_a_name_of_a_run_sorts_by_time() -> None:
    names = [new_run() for _ in range(50)]
    assert sorted(name.rpartition("-")[0] for name in names) == [name.rpartition("-")[0] for name in names]
    assert len(set(names)) == 50


def test_columns_have_one_type_for_each_name() -> None:
    assert len(set(schema().names)) == len(schema().names)
