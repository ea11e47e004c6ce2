"""The tables of a catalogue: failures for a spreadsheet, metrics for Prometheus, decisions from people."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from receipts_drawn import failed, receipt

from packshot.errors import BadSource
from packshot.report import table
from packshot.report.catalogue import failures, metrics
from packshot.report.catalogue.decisions import Choice, Decision, read
from packshot.report.catalogue.survey import Survey

# ---- failures ----------------------------------------------------------------------------------------------


def told(language: str = "en") -> list[dict[str, str]]:
    rows = [
        receipt("good.jpg"),
        failed('=cmd|"/c calc".jpg', sku="@SUM(A1)"),
        failed("осень.jpg", where="s3://shop/осень.jpg"),
    ]
    text = "".join(failures.lines(rows, language))
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_only_failures_are_told_with_cause_and_cure() -> None:
    rows = told("ru")
    assert [row["key"] for row in rows] == ['\'=cmd|"/c calc".jpg', "осень.jpg"]
    assert rows[1] == {
        "key": "осень.jpg",
        "sku": "",
        "status": "failed",
        "error": "bad_photo",
        "cause": "осень.jpg не открывается.",
        "cure": "Сохраните фото ещё раз.",
        "attempts": "1",
        "where": "s3://shop/осень.jpg",
    }


def test_no_cell_runs_in_a_spreadsheet() -> None:
    cells = [cell for row in told() for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_excel_is_told_that_it_is_unicode() -> None:
    assert "".join(failures.lines([], "ru")).encode().startswith(b"\xef\xbb\xbf")


def test_a_table_of_ten_million_is_never_held() -> None:
    endless = (failed(f"{n}.jpg") for n in iter(int, 1))
    lines = failures.lines(endless, "en")
    assert next(lines).startswith("\ufeffkey")
    assert next(lines).startswith("0.jpg,")


@given(text=st.text(max_size=20) | st.from_regex(r"'*[=+\-@\t\r'].*", fullmatch=True))
def test_a_marked_cell_reads_back_as_it_was(text: str) -> None:
    assert table.read_back(str(table.inert(text))) == text
    assert not str(table.inert(text)).startswith(("=", "+", "-", "@", "\t", "\r"))


# ---- metrics -----------------------------------------------------------------------------------------------


def test_prometheus_reads_the_metrics() -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    odd = 'a "quoted" \\ back\nslash'
    stages = [{"stage": "open", "ms": 1500.0}, {"stage": "look: text", "ms": 10.0}]
    rows = [
        receipt("a.jpg", stages=stages, attempts=2),
        failed("b.jpg", odd),
        failed("c.jpg", odd, stages=[]),
    ]
    text = "".join(metrics.lines(Survey().add_all(rows)))
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["packshot_batch_photos", "failed"] == 2
    assert samples["packshot_batch_photos", "review"] == 0
    assert samples["packshot_batch_failures", odd] == 2
    assert samples["packshot_batch_stage_seconds", "open"] == 1.6
    assert samples["packshot_batch_attempts",] == 4
    assert not [labels for labels in samples if "look: text" in labels]


# ---- decisions ---------------------------------------------------------------------------------------------

TABLE = "key,decision,note,quality,reasons\n"
DECIDED = [
    Decision("a.jpg", Choice.APPROVE),
    Decision("б,1.jpg", Choice.REDO, "the strap is cut", "best"),
    Decision("=c.jpg", Choice.REJECT, "not ours"),
]


def as_csv(separator: str = ",") -> str:
    written = io.StringIO()
    rows = csv.writer(written, delimiter=separator, lineterminator="\r\n")
    rows.writerow(("key", "decision", "note", "quality", "reasons"))
    for one in DECIDED:
        rows.writerow((table.inert(one.key), one.choice.value, one.note, one.quality, "why"))
    rows.writerow(("open.jpg", "", "", "", "why"))
    return written.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_decisions_are_read_as_any_spreadsheet_saves_them(separator: str, encoding: str) -> None:
    assert read(as_csv(separator).encode(encoding), "decisions.csv") == DECIDED


def test_decisions_are_read_from_json_lines() -> None:
    lines = [
        {"key": one.key, "choice": one.choice.value, "note": one.note, "quality": one.quality}
        for one in DECIDED
    ]
    text = "\n".join(json.dumps(line) for line in [*lines, {"key": "open.jpg", "choice": None}])
    assert read(text.encode(), "decisions.jsonl") == DECIDED


def test_the_letters_of_the_sheet_stand_for_the_words() -> None:
    data = (TABLE + "a,A\nb, r \nc,X\n").encode()
    assert [one.choice.value for one in read(data, "d.csv")] == ["approve", "redo", "reject"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a.jpg,aprove\n", 2, "aprove"),
        ("a.jpg,redo,,finest\n", 2, "finest"),
        (",approve\n", 2, "no key"),
        ("a.jpg,approve\nb.jpg,redo\na.jpg,reject\n", 4, "approve in line 2, reject here"),
        ('a.jpg,redo,"two\nlines"\nb.jpg,maybe\n', 4, "maybe"),
    ],
)
def test_a_wrong_line_is_told_with_its_number_and_a_cure(text: str, line: int, words: str) -> None:
    with pytest.raises(BadSource) as caught:
        read((TABLE + text).encode(), "decisions.csv")
    assert f"decisions.csv, line {line}: " in caught.value.message.in_("en")
    assert words in caught.value.message.in_("en")
    assert caught.value.cure


def test_all_wrong_lines_are_counted() -> None:
    with pytest.raises(BadSource, match="2 more lines are wrong"):
        read((TABLE + "a,x1\nb,x2\nc,x3\n").encode(), "decisions.csv")


@pytest.mark.parametrize(
    ("data", "file"),
    [
        (b"", "decisions.csv"),
        (b"photo;what\n", "decisions.csv"),
        (b"\x98\x00\xff", "decisions.csv"),
        (b'key,decision\n"a' + b"x" * 200_000, "decisions.csv"),
        (b"{broken\n", "decisions.jsonl"),
        (b"[1]\n", "decisions.jsonl"),
    ],
)
def test_what_is_no_table_of_decisions_is_told(data: bytes, file: str) -> None:
    with pytest.raises(BadSource) as caught:
        read(data, file)
    assert file in caught.value.message.in_("ru")


@given(data=st.binary(max_size=60), json_lines=st.booleans())
def test_any_bytes_give_decisions_or_a_sentence(data: bytes, json_lines: bool) -> None:
    with suppress(BadSource):
        read(b"key,decision\n" + data, "d.jsonl" if json_lines else "d.csv")
