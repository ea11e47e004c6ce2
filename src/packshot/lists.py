"""A list that a user gives: CSV in UTF-8, columns named in the first line, split by commas or semicolons."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from packshot.errors import BadOption
from packshot.words import say

MOST_BYTES = 200_000_000


def rows(path: Path, one: str, other: str) -> Iterator[tuple[int, str, str]]:
    """Line number and the cells of two columns, which may stand in any order; one or both may be empty."""
    cure = say("Save it as CSV in UTF-8 with the columns {one} and {other}.", one=one, other=other)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise OSError(say("larger than {size:.0f} MB", size=MOST_BYTES / 1e6).in_("en"))
        text = path.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        split = ";" if first.count(";") > first.count(",") else ","
        table = csv.DictReader(text.splitlines(), delimiter=split)
        titles = {title.strip().lower(): title for title in table.fieldnames or () if title}
        if not {one, other} <= titles.keys():
            columns = say("The list {file} has the columns {columns}.", file=str(path), columns=first.strip())
            raise BadOption(columns, cure)
        for number, row in enumerate(table, start=2):
            yield number, (row[titles[one]] or "").strip(), (row[titles[other]] or "").strip()
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise BadOption(
            say("The list {file} cannot be read: {why}.", file=str(path), why=str(exc)), cure
        ) from exc
