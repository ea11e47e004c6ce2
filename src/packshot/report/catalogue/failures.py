"""`failures.csv`: every photo that got no picture, why, and what to do; a spreadsheet opens it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packshot.journey.result import Status
from packshot.report import table
from packshot.report.catalogue.cases import Row
from packshot.report.catalogue.causes import UNKNOWN, why

COLUMNS = ("key", "sku", "status", "error", "cause", "cure", "attempts", "where")
BOM = "\ufeff"
"""Without it, Excel reads Russian as something else."""


def lines(rows: Iterable[Row], language: str) -> Iterator[str]:
    yield BOM + table.row(COLUMNS)
    for row in rows:
        if row["status"] == Status.FAILED:
            yield table.row(
                (
                    row["key"],
                    row.get("sku") or "",
                    row["status"],
                    row.get("error") or UNKNOWN,
                    why(row)[language],
                    row.get(f"cure_{language}") or "",
                    row.get("attempts") or 0,
                    row.get("where") or "",
                )
            )
