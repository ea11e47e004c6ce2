"""For tables: one row a finding, and a row for each photo that has none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from packshot.report.entry import Entry, Found

COLUMNS = (
    *("photo", "verdict", "rule", "severity", "message", "cure"),
    *("measured", "limit", "unit", "boxes", "confidence", "fixable", "sha256", "profile"),
)


def lines(entries: Iterable[Entry], language: str) -> Iterator[str]:
    yield _row(COLUMNS)
    for entry in entries:
        for finding in entry.findings or (None,):
            yield _row(
                (_inert(entry.key), entry.state, *_cells(finding, language), entry.sha256, entry.profile)
            )


def _cells(finding: Found | None, language: str) -> tuple[object, ...]:
    if finding is None:
        return ("",) * (len(COLUMNS) - 4)
    return (
        finding.rule,
        finding.severity,
        finding.message[language],
        finding.cure[language],
        _value(finding.measured),
        _value(finding.limit),
        finding.unit,
        " ".join(",".join(map(str, box)) for box in finding.boxes),
        finding.confidence,
        finding.fixable,
    )


def _value(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _inert(name: str) -> str:
    """A file may be called `=HYPERLINK(…).jpg`; a table must not run it."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t")) else name


def _row(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()
