"""Who works on which photo of a table: a table of ours beside it, so that many workers never meet.

A claim is open until a time (a lease) or done. The clock is the database's, for workers' clocks differ.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from packshot.batch.listing.database import Database
from packshot.errors import BadSource
from packshot.words import Words, say, verbatim

INSERTS: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
"""Of the databases that can claim in one statement."""
CLOCKS: Mapping[str, sa.ColumnElement[float]] = {
    "postgresql": sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Double()),
    "sqlite": (sa.func.julianday("now") - 2440587.5) * 86400.0,
}
OPEN, DONE = "open", "done"

# Sorted by bytes, as Python sorts: whoever locks several rows does so in the same order as all others.
_Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

CLAIMS = sa.Table(
    "packshot_claims",
    sa.MetaData(),
    sa.Column("source", sa.Text(), primary_key=True),
    sa.Column("row_key", _Key, primary_key=True),
    sa.Column("nth", sa.Integer(), primary_key=True),
    sa.Column("run", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("until", sa.Double(), nullable=False),
    sa.Column("done_at", sa.Double()),
    sa.Column("identity", sa.Text(), nullable=False),
    sa.Column("stamp", sa.Text(), nullable=False),
    sa.Column("status", sa.Text()),
    sa.Column("told", sa.Text()),
)
_OPEN = sa.Index(
    "packshot_claims_open",
    CLAIMS.c.source,
    CLAIMS.c.run,
    postgresql_where=CLAIMS.c.state == OPEN,
    sqlite_where=CLAIMS.c.state == OPEN,
)


class Spot(NamedTuple):
    """A photo of a table: the key of its row, and which link of the row it is."""

    row: str
    nth: int


@dataclass(frozen=True, slots=True)
class Claim:
    spot: Spot
    identity: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Finished:
    """What the receipt of a photo says."""

    spot: Spot
    identity: str
    stamp: str
    run: str
    status: str
    told: str
    """JSON, for the row: its other photos may be finished elsewhere and later."""


class Claims:
    """`source` tells tables, and those who share one, apart. What was done before this was made is known."""

    def __init__(self, database: Database, source: str, run: str, lease_seconds: float) -> None:
        name = database.dialect.name
        if name not in INSERTS:
            raise BadSource(
                say("Workers can share a table of PostgreSQL or SQLite, not of {name}.", name=name),
                say("Save the table as CSV or Parquet and give that file."),
            )
        self._database, self._source, self._run, self._lease = database, source, run, lease_seconds
        self._insert = INSERTS[name]
        self._ahead = self._asked_clock() - time.monotonic()
        self._since = self._now()
        self._renewed = self._since
        self._is_there = False

    # ---- a claim's life ------------------------------------------------------------------------------------

    def take(self, wanted: Sequence[Claim], *, trust_done: bool) -> set[Spot]:
        """Those that are ours now. Never waits for a worker, only for the moment of its transaction."""
        self.must_be_there()
        c, now = CLAIMS.c, self._now()
        new = self._insert(CLAIMS)
        other = sa.or_(c.identity != new.excluded.identity, c.stamp != new.excluded.stamp)
        if not trust_done:
            other = sa.or_(other, c.done_at < self._since)
        free = sa.or_(
            sa.and_(c.state == OPEN, sa.or_(c.run == self._run, c.until < now)),
            sa.and_(c.state == DONE, other),
        )
        taken = new.on_conflict_do_update(
            index_elements=[c.source, c.row_key, c.nth],
            # What was done keeps its identity and stamp until it is done anew: it may be given back.
            set_={name: new.excluded[name] for name in ("run", "state", "until")},
            where=free,
        ).returning(c.row_key, c.nth)
        rows = [
            self._row(one, run=self._run, state=OPEN, until=now + self._lease)
            for one in sorted({one.spot: one for one in wanted}.values(), key=lambda one: one.spot)
        ]
        if not rows:
            return set()
        return self._database.write(lambda base: {Spot(*row) for row in base.execute(taken, rows)})

    def renew(self) -> None:
        """Nothing to do until a third of the lease is gone: call it as often as you like."""
        now = self._now()
        if self._is_there and now - self._renewed > self._lease / 3:
            self._change(until=now + self._lease)
            self._renewed = now

    def release(self) -> None:
        """What is ours and not done is anybody's again."""
        if self._is_there:
            was_done = sa.case((CLAIMS.c.done_at.is_not(None), DONE), else_=OPEN)
            self._change(until=0.0, state=was_done)

    def _change(self, **values: Any) -> None:
        ours = (CLAIMS.c.source == self._source, CLAIMS.c.run == self._run, CLAIMS.c.state == OPEN)
        change = sa.update(CLAIMS).where(*ours).values(**values)
        self._database.write(lambda base: base.execute(change))

    # ---- within the transaction that also writes to the user's row -----------------------------------------

    def finish(self, base: sa.Connection, finished: Iterable[Finished]) -> dict[str, dict[int, str]]:
        """Marks photos as done. Answers with what is told of every done photo of their rows."""
        done = sorted(finished, key=lambda one: one.spot)
        rows = sorted({one.spot.row for one in done})
        # Two workers that finish photos of one row: the second one must see what the first one told.
        held = self._of(rows).order_by(CLAIMS.c.row_key, CLAIMS.c.nth).with_for_update()
        if base.dialect.name == "postgresql":  # SQLite has one writer anyway
            base.execute(held).all()
        new = self._insert(CLAIMS)
        names = ("run", "state", "until", "done_at", "identity", "stamp", "status", "told")
        mark = new.on_conflict_do_update(
            index_elements=[CLAIMS.c.source, CLAIMS.c.row_key, CLAIMS.c.nth],
            set_={name: new.excluded[name] for name in names},
        )
        now = self._now()
        told = [
            self._row(one, run=one.run, state=DONE, until=0.0)
            | {"done_at": now, "status": one.status, "told": one.told}
            for one in done
        ]
        base.execute(mark, told)
        answer: dict[str, dict[int, str]] = {row: {} for row in rows}
        for row, nth, text in base.execute(self._of(rows).where(CLAIMS.c.told.is_not(None))):
            answer[row][nth] = text
        return answer

    def _of(self, rows: Sequence[str]) -> sa.Select[Any]:
        return sa.select(CLAIMS.c.row_key, CLAIMS.c.nth, CLAIMS.c.told).where(
            CLAIMS.c.source == self._source, CLAIMS.c.row_key.in_(rows)
        )

    def _row(self, one: Claim | Finished, **more: Any) -> dict[str, Any]:
        row, nth = one.spot
        return {
            "source": self._source,
            "row_key": row,
            "nth": nth,
            "identity": one.identity,
            "stamp": one.stamp,
            **more,
        }

    # ---- the clock and the table ---------------------------------------------------------------------------

    def _now(self) -> float:
        return time.monotonic() + self._ahead

    def _asked_clock(self) -> float:
        asked = sa.select(CLOCKS[self._database.dialect.name])
        return self._database.read(lambda base: float(base.execute(asked).scalar_one()))

    def must_be_there(self) -> None:
        if self._is_there:
            return
        columns = self._database.read(_columns)
        if columns is None:
            self._database.write(_make, cure=self._cure())
            columns = self._database.read(_columns)
        name = self._database.name
        if columns is None or not columns.issuperset(CLAIMS.c.keys()):
            raise BadSource(
                say("{source} has a table {table} that is not ours.", source=name, table=CLAIMS.name),
                say("Rename it or drop it: packshot makes its own."),
            )
        self._is_there = True

    def _cure(self) -> Words:
        dialect = self._database.dialect
        table = " ".join(str(CreateTable(CLAIMS).compile(dialect=dialect)).split())
        return say(
            "Claims of workers need a table beside yours. Let somebody who may make it once: {sql};"
            " this user needs SELECT, INSERT and UPDATE on it.",
            sql=verbatim(table),
        )


def _columns(base: sa.Connection) -> set[str] | None:
    inspector = sa.inspect(base)
    if not inspector.has_table(CLAIMS.name):
        return None
    return {column["name"] for column in inspector.get_columns(CLAIMS.name)}


def _make(base: sa.Connection) -> None:
    """Of workers that start at once, one makes it; PostgreSQL tells the others that it is there."""
    try:
        with base.begin_nested():
            base.execute(CreateTable(CLAIMS, if_not_exists=True))
            base.execute(CreateIndex(_OPEN, if_not_exists=True))
    except DBAPIError as exc:
        if getattr(exc.orig, "sqlstate", None) not in ("23505", "42P07", "42710"):
            raise
