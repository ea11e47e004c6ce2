"""A row of a CSV table that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

RUNS = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet takes for a formula; what bears our mark already gets another, so that it reads back."""


def row(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(map(inert, cells))
    return written.getvalue()


def inert(cell: object) -> object:
    """A file may be called `=HYPERLINK(…).jpg`."""
    return f"'{cell}" if isinstance(cell, str) and RUNS.match(cell) else cell


def read_back(cell: str) -> str:
    """What `inert` was given."""
    return cell[1:] if cell.startswith("'") and RUNS.match(cell[1:]) else cell
