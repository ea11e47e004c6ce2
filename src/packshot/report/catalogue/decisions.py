"""What people decided about doubtful photos: read from `decisions.csv` or from JSON lines.

    key,decision,note,quality
    red/1.jpg,approve,,
    red/2.jpg,redo,the strap is cut,best

Rows without a decision are still open and left out. A spreadsheet may have saved the table with semicolons or
tabs, in UTF-8 or in Windows' Cyrillic.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from packshot.errors import BadSource
from packshot.report import table
from packshot.words import Words, say, say_n, verbatim


class Choice(StrEnum):
    APPROVE = "approve"
    """The pictures are good as they are."""
    REDO = "redo"
    """Once more, with the quality that is named, if any."""
    REJECT = "reject"
    """No picture of this photo is to be published."""


@dataclass(frozen=True, slots=True)
class Decision:
    key: str
    choice: Choice
    note: str = ""
    quality: str = ""
    """For a redo: `fast`, `normal` or `best`; empty: as whoever applies it likes."""


LETTERS = {choice.value[0]: choice for choice in Choice if choice is not Choice.REJECT} | {"x": Choice.REJECT}
"""The keys of the review sheet may stand in the table too."""
QUALITIES = ("", "fast", "normal", "best")
SEPARATORS = ",;\t"
ENCODINGS = ("utf-8-sig", "cp1251")
Line = tuple[int, Mapping[str, Any]]
"""Number of the line in its file, counted from 1, and its cells by name."""


def read(data: bytes, file: str) -> list[Decision]:
    """`file` is told in errors; its ending says which of the two forms it has."""
    text = _text(data, file)
    rows = _json_lines(text, file) if file.lower().endswith((".jsonl", ".ndjson")) else _csv(text, file)
    decided: dict[str, Decision] = {}
    first_at: dict[str, int] = {}
    problems: list[tuple[int, Words, Words]] = []
    for line, cells in rows:
        answer = _decision(cells)
        if isinstance(answer, tuple):
            problems.append((line, *answer))
        elif answer and answer.key in decided:
            problems.append((line, *_twice(answer, decided[answer.key], first_at[answer.key])))
        elif answer:
            decided[answer.key], first_at[answer.key] = answer, line
    if problems:
        raise _told(file, problems)
    return list(decided.values())


def _decision(cells: Mapping[str, Any]) -> Decision | tuple[Words, Words] | None:
    """None: still open. Otherwise what is wrong, and its cure."""
    texts = {name: str(cells.get(name) or "").strip() for name in ("decision", "choice", "note", "quality")}
    said, key = (texts["decision"] or texts["choice"]).lower(), table.read_back(str(cells.get("key") or ""))
    if not said:
        return None
    if not key:
        return say("a decision has no key."), say("Write the photo's key into the same line.")
    choice = LETTERS.get(said) or next((one for one in Choice if one == said), None)
    if choice is None:
        names = ", ".join(Choice)
        return say("unknown decision “{said}”.", said=said), say("Known are: {names}.", names=names)
    quality = texts["quality"].lower()
    if quality not in QUALITIES:
        names = ", ".join(QUALITIES[1:])
        return say("unknown quality “{said}”.", said=quality), say("Known are: {names}.", names=names)
    return Decision(key, choice, table.read_back(texts["note"]), quality)


def _twice(new: Decision, old: Decision, line: int) -> tuple[Words, Words]:
    return (
        say(
            "“{key}” is decided twice: {old} in line {line}, {new} here.",
            key=new.key,
            old=old.choice.value,
            new=new.choice.value,
            line=line,
        ),
        say("Keep one of the two lines."),
    )


def _told(file: str, problems: list[tuple[int, Words, Words]]) -> BadSource:
    """The first problem in full; a table with a wrong column has thousands alike."""
    line, what, cure = problems[0]
    message = say("{file}, line {line}: {what}", file=file, line=line, what=what)
    more = len(problems) - 1
    if more:
        others = say_n("{count} more line is wrong.", "{count} more lines are wrong.", more)
        message = say("{text} {more}", text=message, more=others)
    return BadSource(message, cure)


# ---- the two forms -----------------------------------------------------------------------------------------


def _csv(text: str, file: str) -> Iterator[Line]:
    head = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=head.count)
    # A note may have line breaks, so the line is where its row ends.
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if "key" not in names or not {"decision", "choice"} & set(names):
        raise BadSource(
            say("{file} has no columns “key” and “decision”.", file=file),
            say("Keep the first line of decisions.csv as it was written."),
        )
    rows.fieldnames = names
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as exc:
        raise _unreadable(file, rows.line_num + 1, exc) from exc


def _json_lines(text: str, file: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            cells = json.loads(line)
        except ValueError as exc:
            raise _unreadable(file, number, exc) from exc
        if not isinstance(cells, dict):
            raise _unreadable(file, number, TypeError("not an object"))
        yield number, cells


def _text(data: bytes, file: str) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSource(say("{file} is no text.", file=file), say("Save the table as CSV in UTF-8."))


def _unreadable(file: str, line: int, exc: Exception) -> BadSource:
    return BadSource(
        say("{file}, line {line} cannot be read: {why}.", file=file, line=line, why=verbatim(str(exc))),
        say("Mend this line, or save the decisions once more."),
    )
