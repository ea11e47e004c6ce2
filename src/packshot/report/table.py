"""A row of a CSV table that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def row(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(map(_inert, cells))
    return written.getvalue()


def _inert(cell: object) -> object:
    """A file may be called `=HYPERLINK(…).jpg`."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t")) else cell
