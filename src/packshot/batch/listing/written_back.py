"""What the user's own row is told of its photos: columns that the user made and named for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from packshot.batch.listing.tables import pointers_in, text_of
from packshot.batch.receipts import Row
from packshot.errors import BadOption, BadSource
from packshot.journey.report import Verdict
from packshot.journey.result import Status
from packshot.words import default_language, say

STATUSES = tuple(Status)
VERDICTS = tuple(Verdict)
"""From the best to the worst: a row is as good as the worst of its photos."""
LISTS = ("outputs", "reasons_en", "reasons_ru")
FIELDS = (
    "status",
    "verdict",
    "outputs",
    "reasons",
    "reasons_en",
    "reasons_ru",
    "error",
    "decision",
    "done_at",
)
TYPES: Mapping[str, sa.types.TypeEngine[Any]] = {
    "outputs": sa.JSON(),
    "done_at": sa.DateTime(timezone=True),
}


def told(row: Row) -> str:
    """Of a receipt, what a row may be told: JSON."""
    done_at = row.get("done_at")
    return json.dumps(
        {
            "status": row["status"],
            "verdict": row.get("verdict"),
            "outputs": [one["file"] for one in row.get("outputs") or ()],
            "reasons_en": list(row.get("reasons_en") or ()),
            "reasons_ru": list(row.get("reasons_ru") or ()),
            "error": row.get("error"),
            "decision": row.get("decision"),
            "done_at": done_at.isoformat() if isinstance(done_at, datetime) else done_at,
        }
    )


def combined(photos: Mapping[int, str]) -> dict[str, Any]:
    """One answer for a row of several photos: the worst status and verdict, all outputs and different
    reasons in the order of the links, the time of the last."""
    each = [json.loads(photos[nth]) for nth in sorted(photos)]
    lists = {name: _once([text for one in each for text in one[name]]) for name in LISTS}
    return {
        "status": _worst([one["status"] for one in each], STATUSES),
        "verdict": _worst([one["verdict"] for one in each], VERDICTS),
        **lists,
        "reasons": lists[f"reasons_{default_language()}"],
        "error": ", ".join(_once([one["error"] for one in each])) or None,
        "decision": ", ".join(_once([one["decision"] for one in each])) or None,
        "done_at": max((one["done_at"] for one in each if one["done_at"]), default=None),
    }


@dataclass(frozen=True)
class WriteBack:
    table: sa.Table
    key: sa.ColumnElement[Any]
    pictures: Sequence[sa.ColumnElement[Any]]
    columns: Mapping[str, str]
    """What is told → the column for it."""

    def check(self, base: sa.Connection) -> None:
        """Before a photo is worked: does every column exist, and may we write there?"""
        for name in self.columns:
            if name not in FIELDS:
                raise _unknown(name)
        missing = {name: column for name, column in self.columns.items() if column not in self.table.c}
        if missing:
            raise BadSource(
                say(
                    "The table {table} has no column {columns}.",
                    table=self.table.name,
                    columns=", ".join(missing.values()),
                ),
                say("Make it: {sql}", sql="; ".join(self._added(base, *one) for one in missing.items())),
            )
        if base.dialect.name == "sqlite" and isinstance(self.key.type, sa.types.NullType):
            raise BadSource(
                say("The key {column} has no type: its rows cannot be found again.", column=self.key.name),
                say("Give the column a type, as TEXT or INTEGER."),
            )
        nothing = {self.table.c[column]: self.table.c[column] for column in self.columns.values()}
        base.execute(sa.update(self.table).where(sa.false()).values(nothing))

    def put(self, base: sa.Connection, rows: Mapping[str, Mapping[int, str]]) -> int:
        """How many rows were told. A row that is there no more is none; nor is a photo that left its row."""
        key_of = {key_value(row, self.key.type): row for row in rows}
        asked = sa.select(self.key, *self.pictures).where(self.key.in_(list(key_of)))
        new = []
        for key, *cells in base.execute(asked):
            told_of = rows[key_of[key]] if key in key_of else {}
            photos = {nth: text for nth, text in told_of.items() if nth <= len(links_of(cells))}
            if photos:
                new.append({"packshot_key": key, **self._values(combined(photos))})
        if new:
            base.execute(self._update, new)
        return len(new)

    @property
    def _update(self) -> sa.Update:
        parameters = {
            self.table.c[column]: sa.bindparam(f"packshot_{name}", type_=self.table.c[column].type)
            for name, column in self.columns.items()
        }
        this = self.key == sa.bindparam("packshot_key", type_=self.key.type)
        return sa.update(self.table).where(this).values(parameters)

    def _values(self, all_told: Mapping[str, Any]) -> dict[str, Any]:
        return {
            f"packshot_{name}": _as_cell(name, all_told[name], self.table.c[column].type)
            for name, column in self.columns.items()
        }

    def _added(self, base: sa.Connection, name: str, column: str) -> str:
        quoted = base.dialect.identifier_preparer
        kind = TYPES.get(name, sa.Text()).compile(dialect=base.dialect)
        return f"ALTER TABLE {quoted.format_table(self.table)} ADD COLUMN {quoted.quote(column)} {kind}"


def links_of(cells: Iterable[Any]) -> list[str]:
    """The photos of a row, in order. An array, or a list in JSON, says by itself where each of them ends."""
    found: list[str] = []
    for cell in map(_of_json, cells):
        found += map(text_of, cell) if isinstance(cell, (list, tuple)) else pointers_in(cell)
    return [link.replace("\0", "\ufffd") for link in found if link]


def _of_json(cell: Any) -> Any:
    if isinstance(cell, str) and cell.lstrip().startswith("["):
        with suppress(ValueError):
            return json.loads(cell)
    return cell


def key_text(value: Any) -> str:
    """A row's key as a part of a photo's; `/` parts the key from the number of the link."""
    text = bytes(value).hex() if isinstance(value, (bytes, memoryview)) else str(value)
    return text.replace("%", "%25").replace("/", "%2F")


def key_value(text: str, kind: sa.types.TypeEngine[Any]) -> Any:
    """The way back."""
    text = text.replace("%2F", "/").replace("%25", "%")
    try:
        python = kind.python_type
    except NotImplementedError:
        return text
    ways: Mapping[type, Any] = {
        int: int,
        float: float,
        Decimal: Decimal,
        UUID: UUID,
        bytes: bytes.fromhex,
        datetime: datetime.fromisoformat,
        date: date.fromisoformat,
    }
    try:
        return ways.get(python, str)(text)
    except ValueError:  # SQLite keeps words in columns of numbers
        return text


def _as_cell(name: str, value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    """Arrays and JSON take lists as they are. In text, outputs are JSON and reasons are lines."""
    if isinstance(value, list):
        value = [_clean(text) for text in value]
        if isinstance(kind, (sa.ARRAY, sa.JSON)):
            return value
        return json.dumps(value, ensure_ascii=False) if name == "outputs" else "\n".join(value)
    if value is None:
        return sa.null() if isinstance(kind, sa.JSON) else None
    if name == "done_at" and isinstance(kind, sa.DateTime):
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment if kind.timezone else moment.replace(tzinfo=None)
    return _clean(value)


def _clean(text: str) -> str:
    """Databases take neither a zero byte nor half of a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _worst(words: Sequence[str | None], scale: Sequence[str]) -> str | None:
    told = [word for word in words if word]
    return max(told, key=lambda word: scale.index(word) if word in scale else len(scale), default=None)


def _once(texts: Sequence[str | None]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _unknown(name: str) -> BadOption:
    near = next(iter(get_close_matches(name, FIELDS, n=1, cutoff=0.5)), None)
    known = say("Known here: {names}.", names=", ".join(FIELDS))
    if near:
        return BadOption(
            say('Nothing called "{name}" can be written back; did you mean "{near}"?', name=name, near=near),
            known,
        )
    return BadOption(say('Nothing called "{name}" can be written back.', name=name), known)
