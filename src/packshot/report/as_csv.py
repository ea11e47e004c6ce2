"""For tables: one row a finding, and a row for each photo that has none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from packshot.report.entry import Entry, Found

COLUMNS = (
    *("photo", "verdict", "why", "rule", "severity", "message", "cure"),
    *("measured", "limit", "unit", "boxes", "confidence", "learned", "fixable", "sha256", "profile"),
)


def lines(entries: Iterable[Entry], language: str) -> Iterator[str]:
    yield _row(COLUMNS)
    for entry in entries:
        photo = (_inert(entry.key), entry.state, _inert(" ".join(why[language] for why in entry.why)))
        for finding in entry.findings or (None,):
            yield _row((*photo, *_cells(finding, language), entry.sha256, entry.profile))


def _cells(finding: Found | None, language: str) -> tuple[object, ...]:
    if finding is None:
        return ("",) * (len(COLUMNS) - 5)
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
        "" if finding.learned is None else finding.learned,
        finding.fixable,
    )


def _value(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _inert(words: str) -> str:
    """A file may be called `=HYPERLINK(…).jpg`; a table must not run it."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t")) else words


def _row(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()
