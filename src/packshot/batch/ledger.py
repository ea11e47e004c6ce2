"""What a run must know of millions of photos at once: which are done, what they hold, who has which name.

A scratch file of SQLite, made anew from the receipts at every start and thrown away at the end: receipts are
the truth, this is only where they can be asked quickly and without holding them in memory.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from packshot.batch.names import same_name
from packshot.batch.receipts import Row
from packshot.batch.shelf import Shelf, Spot
from packshot.errors import StoreFailed
from packshot.words import say

PLAIN = ("key", "stamp", "sha256", "identity", "status", "attempts", "decision", "folder", "name")
COLUMNS = (*PLAIN, "layers.list.element.layer", "outputs.list.element.variant")
CHUNK = 500

TABLES = """
create table receipts (
  key text primary key, stamp text, sha256 text, identity text, status text, attempts integer,
  decision text, folder text, name text, layers text, pictures integer, file integer, row integer
) without rowid;
create table files (number integer primary key, file text unique, rows integer);
create table names (name text primary key, key text) without rowid;
create table seen (key text primary key) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the receipt of a photo says, as far as a run must know it."""

    key: str
    stamp: str
    sha256: str
    identity: str
    status: str
    attempts: int
    decision: str | None
    folder: str
    name: str
    layers: frozenset[str]
    pictures: int
    spot: Spot


class Ledger:
    """Use as a context."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="packshot-")
        self._at = str(Path(self._folder.name).parent)
        self._base = sqlite3.connect(Path(self._folder.name) / "ledger.sqlite", isolation_level=None)
        for pragma in ("journal_mode=off", "synchronous=off", "locking_mode=exclusive", "cache_size=-65536"):
            self._base.execute(f"pragma {pragma}")
        self._base.executescript(TABLES)
        self._files: dict[str, int] = {}
        self._names: list[str] = []

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()
        self._folder.cleanup()
        if isinstance(exc, sqlite3.OperationalError):
            raise StoreFailed(
                say("The scratch file in {folder} cannot be written: {why}.", folder=self._at, why=str(exc)),
                say("Make room there, or name another folder in TMPDIR, and give the same command again."),
            ) from exc

    # ---- receipts ------------------------------------------------------------------------------------------

    def load(self, shelf: Shelf) -> None:
        for file in shelf.files():
            self.record(shelf.rows_of(file, COLUMNS))
        # Sorted once at the end: 60,000 photos are met again in 1.2 s, in 2.5 where it was kept all along.
        self._base.execute("create index if not exists contents on receipts (sha256, identity)")

    def record(self, rows: Iterable[tuple[Spot, Row]]) -> None:
        """Later ones hold."""
        rows = iter(rows)
        while some := list(islice(rows, CHUNK)):
            self._base.execute("begin")
            self._base.executemany(
                f"insert or replace into receipts values ({','.join('?' * (len(PLAIN) + 4))})",
                [(*_columns(row), self._number(spot.file), spot.row) for spot, row in some],
            )
            self._base.executemany(
                "insert or replace into names values (?,?)",
                [(_name(row["folder"], row["name"]), row["key"]) for _, row in some if row.get("name")],
            )
            self._base.executemany(
                "update files set rows = rows + ? where file = ?",
                [(count, file) for file, count in Counter(spot.file for spot, _ in some).items()],
            )
            self._base.execute("commit")

    def known(self, keys: Sequence[str]) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for start in range(0, len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            marks = ",".join("?" * len(some))
            for row in self._base.execute(f"select * from receipts where key in ({marks})", some):
                found[row[0]] = self._known(row)
        return found

    def one_with(self, sha256: str, identity: str) -> Known | None:
        """A photo of the same bytes that was done in the same way, and well."""
        row = self._base.execute(
            "select * from receipts where sha256 = ? and identity = ? and status != 'failed'"
            " order by key limit 1",
            (sha256, identity),
        ).fetchone()
        return self._known(row) if row else None

    def holds(self, key: str, spot: Spot) -> bool:
        """Is it this receipt that counts for the photo?"""
        row = self._base.execute("select file, row from receipts where key = ?", (key,)).fetchone()
        return row is not None and row == (self._files.get(spot.file), spot.row)

    def files(self) -> Iterator[tuple[str, int, int]]:
        """Each file with its receipts, and how many of them hold."""
        held = dict(self._base.execute("select file, count(*) from receipts group by file"))
        for number, file, rows in self._base.execute("select number, file, rows from files").fetchall():
            yield file, rows, held.get(number, 0)

    def all(self) -> Iterator[Known]:
        with closing(self._base.cursor()) as cursor:
            yield from (self._known(row) for row in cursor.execute("select * from receipts order by key"))

    def statuses(self) -> dict[str, int]:
        return dict(self._base.execute("select status, count(*) from receipts group by status"))

    # ---- names ---------------------------------------------------------------------------------------------

    def name_for(self, key: str, folder: str, choices: Iterator[str]) -> str:
        """The first that no other photo has. Who has one keeps it."""
        for choice in choices:
            name = _name(folder, choice)
            self._base.execute("insert or ignore into names values (?,?)", (name, key))
            (owner,) = self._base.execute("select key from names where name = ?", (name,)).fetchone()
            if owner == key:
                return choice
        raise AssertionError

    def reserve(self, key: str, folder: str, name: str) -> None:
        """For a photo that a run which ended in the middle had begun."""
        self._base.execute("insert or ignore into names values (?,?)", (_name(folder, name), key))

    # ---- what the source gave ------------------------------------------------------------------------------

    def first_time(self, keys: Sequence[str]) -> set[str]:
        """Those that this run has not seen before."""
        fresh = set()
        self._base.execute("begin")
        for key in keys:
            if self._base.execute("insert or ignore into seen values (?)", (key,)).rowcount:
                fresh.add(key)
        self._base.execute("commit")
        return fresh

    def seen(self) -> int:
        (count,) = self._base.execute("select count(*) from seen").fetchone()
        return int(count)

    def gone(self) -> int:
        """Photos that have a receipt and that the source no longer gives."""
        (count,) = self._base.execute(
            "select count(*) from receipts where key not in (select key from seen)"
        ).fetchone()
        return int(count)

    # ---- inside --------------------------------------------------------------------------------------------

    def _number(self, file: str) -> int:
        if file not in self._files:
            number = len(self._names)
            self._base.execute("insert into files values (?,?,0)", (number, file))
            self._files[file] = number
            self._names.append(file)
        return self._files[file]

    def _known(self, row: tuple[Any, ...]) -> Known:
        *told, layers, pictures, file, number = row
        spot = Spot(self._names[int(file)], int(number))
        return Known(*told, frozenset(layers.split(",")) - {""}, pictures, spot)  # type: ignore[call-arg]


def _columns(row: Row) -> tuple[Any, ...]:
    layers = ",".join(one["layer"] for one in row.get("layers") or ())
    return *(row.get(column) for column in PLAIN), layers, len(row.get("outputs") or ())


def _name(folder: str, name: str) -> str:
    return "/".join(same_name(folder, name))
