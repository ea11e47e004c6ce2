"""A table or a query as a source: read in pages by its key, shared by many workers, told what became of it.

No transaction stays open while photos are worked: a page is read, and the next one begins behind its last
key. Rows of the user's are neither locked nor changed, but for the columns that the user named for it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from itertools import islice, pairwise
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SAWarning

from packshot.batch.listing.claims import Claim, Claims, Finished, Spot
from packshot.batch.listing.columns import Columns, check_roles, find, missing
from packshot.batch.listing.database import Database
from packshot.batch.listing.keys import Counts
from packshot.batch.listing.listed import Listed
from packshot.batch.listing.pictures import Reach
from packshot.batch.listing.queries import as_table, reading
from packshot.batch.listing.tables import shelf_of, text_of
from packshot.batch.listing.written_back import FIELDS, WriteBack, key_text, links_of, told
from packshot.batch.receipts import Row
from packshot.batch.sources import Skipped
from packshot.batch.store import Store
from packshot.errors import BadOption, BadSource
from packshot.words import say

PAGE = 1000
CHUNK = 500
"""Receipts that are written back in one transaction."""
MOST_NAMES = 20


class Rows:
    """One of `table` and `query`. `columns`: our word → the column. `write_back`: what is told → the column.

    Workers that share a source name the same `to`, the place of their results, and each has a `run` of its
    own. `close` at the end.
    """

    def __init__(
        self,
        url: str,
        *,
        table: str = "",
        query: str = "",
        columns: Mapping[str, str] | None = None,
        root: str = "",
        allow_private: bool = False,
        options: Mapping[str, object] | None = None,
        write_back: Mapping[str, str] | None = None,
        run: str = "",
        to: str = "",
        lease_seconds: float = 900,
        page: int = PAGE,
    ) -> None:
        if bool(table) == bool(query):
            raise BadOption(
                say("A database needs either a table or a query."), say("Give one of --table and --query.")
            )
        if query and write_back:
            raise BadOption(
                say("Nothing can be written back to a query."),
                say("Name the table, or leave the write-back out: the receipts tell all of it."),
            )
        self.skipped = Skipped()
        self._run, self._page = run or secrets.token_hex(8), page
        beside = Store.at(root or ".", dict(options or {}))
        self._reach = Reach(beside, bool(root), options or {}, allow_private)
        self._database = Database(url)
        try:
            self._rows = self._database.read(partial(_rows, table, reading(query) if query else ""))
            self._names = [column.name for column in self._rows.c]
            self._columns, self._key = self._found(columns or {}, set((write_back or {}).values()))
            self._claims = Claims(self._database, self._digest(query, to), self._run, lease_seconds)
            self._write_back = self._checked(write_back or {})
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"Rows({self.name!r})"

    @property
    def name(self) -> str:
        if isinstance(self._rows, sa.Table):
            return f"{self._database.name} {self._rows.fullname}"
        return self._database.name

    def close(self) -> None:
        self._database.close()

    # ---- reading -------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Listed]:
        self.skipped, skus = Skipped(), Counts()
        self.skipped.without_picture += self._database.read(self._without_key)
        last: Any = None
        while True:
            rows = self._database.read(partial(self._read_page, last))
            self._tell_keys_apart([row[self._key] for row in rows])
            for row in rows[: self._page]:
                yield from self._listed(row, skus)
            if len(rows) <= self._page:
                return
            last = rows[self._page - 1][self._key]

    def _read_page(self, last: Any, base: sa.Connection) -> Sequence[Any]:
        """One row more than a page: it says whether there is a next one, and that its key is another."""
        used = {self._key, *self._columns.used}
        key = self._column(self._key)
        asked = sa.select(
            *(column if at in used else sa.null().label(None) for at, column in enumerate(self._rows.c))
        )
        asked = asked.where(key.is_not(None) if last is None else key > last).order_by(key)
        return base.execute(asked.limit(self._page + 1)).all()

    def _without_key(self, base: sa.Connection) -> int:
        """SQLite lets even a primary key be empty."""
        asked = sa.select(sa.func.count()).select_from(self._rows).where(self._column(self._key).is_(None))
        return base.execute(asked).scalar_one()

    def _tell_keys_apart(self, keys: Sequence[Any]) -> None:
        for one, other in pairwise(keys):
            if one == other:
                raise BadSource(
                    say(
                        "{source} has two rows with {column} {key}.",
                        source=self.name,
                        column=self._names[self._key],
                        key=str(one),
                    ),
                    say("The key must be another one in each row: say which column is, as key=…"),
                )

    def _listed(self, row: Any, skus: Counts) -> Iterator[Listed]:
        def said(at: int | None) -> str:
            return text_of(row[at]) if at is not None else ""

        columns = self._columns
        links = links_of(row[at] for at in columns.pictures)
        self.skipped.without_picture += not links
        key, sku, place = key_text(row[self._key]), said(columns.sku), said(columns.place)
        is_shared = sku and columns.sku != self._key
        for nth, link in enumerate(links, start=1):
            picture = self._reach.picture(link)
            count = skus.add(sku) if is_shared else nth
            yield Listed(
                key=photo_key(key, nth),
                origin=picture.origin,
                name=picture.name,
                folder=picture.folder,
                stamp=said(columns.stamp) or picture.stamp,
                # A row is a product where nothing else says what is: its results bear its key.
                sku=sku or text_of(row[self._key]),
                place=int(place) + nth - 1 if place.isdecimal() and int(place) else count,
                title=said(columns.title),
                shelf=_shelf(row[columns.category] if columns.category is not None else None),
            )

    # ---- sharing -------------------------------------------------------------------------------------------

    def claim(
        self, photos: Sequence[Listed], identity: Callable[[Listed], str], *, trust_done: bool = False
    ) -> list[Listed]:
        """Those that are ours to do now: no other run has them in hand, or has done them in the same way
        since this source was opened.

        What was done before stands in the receipts, which know more: it failed and is to be tried again, or
        its results were thrown away. `trust_done` is for a caller who reads none: done is done.
        """
        taken = self._claims.take(
            [Claim(spot_of(photo.key), identity(photo), photo.stamp) for photo in photos],
            trust_done=trust_done,
        )
        return [photo for photo in photos if spot_of(photo.key) in taken]

    def renew(self) -> None:
        """Says that we are alive. Cheap: call it at every photo."""
        self._claims.renew()

    def settle(self, rows: Sequence[Row]) -> None:
        """After their receipts are written: these photos are done, and their rows told."""
        self._settle(iter(rows))
        self.renew()

    def release(self) -> None:
        """At the end of a run, however it came: what was not done is free at once."""
        self._claims.release()

    def sync(self, rows: Iterable[Row]) -> int:
        """Tells the table of all receipts again; how many of its rows were told. A receipt is the truth."""
        if self._write_back is None:
            raise BadOption(
                say("It is not said which columns to write to."),
                say("Name them, as status=photo_status; known: {names}.", names=", ".join(FIELDS)),
            )
        return self._settle(iter(rows))

    def _settle(self, rows: Iterator[Row]) -> int:
        self._claims.must_be_there()
        count = 0
        while some := list(islice(rows, CHUNK)):
            finished = {spot_of(row["key"]): self._finished(row) for row in some}
            count += self._database.write(partial(self._write, list(finished.values())))
        return count

    def _write(self, finished: Sequence[Finished], base: sa.Connection) -> int:
        photos = self._claims.finish(base, finished)
        return self._write_back.put(base, photos) if self._write_back else 0

    def _finished(self, row: Row) -> Finished:
        return Finished(
            spot=spot_of(row["key"]),
            identity=row.get("identity") or "",
            stamp=row.get("stamp") or "",
            run=row.get("run") or self._run,
            status=row["status"],
            told=told(row),
        )

    # ---- what is where -------------------------------------------------------------------------------------

    def _found(self, wanted: Mapping[str, str], told: Set[str]) -> tuple[Columns, int]:
        check_roles(wanted)
        # A column that we fill, as `images`, must not be read as photos the next time.
        columns = find(["" if name in told else name for name in self._names], wanted)
        if columns is None:
            raise missing(self.name, self._names, wanted)
        # Names that only differ in signs are one to a person, and two to a database.
        exact = {role: self._names.index(name) for role, name in wanted.items() if name in self._names}
        if "url" in exact:
            columns = replace(columns, pictures=(exact.pop("url"),))
        columns = replace(columns, **cast("dict[str, Any]", exact))
        keys = [at for at, column in enumerate(self._rows.c) if column.primary_key]
        if "key" not in wanted and len(keys) == 1:
            return columns, keys[0]
        if columns.key is not None:
            return columns, columns.key
        if "id" in self._names and len(keys) < 2:
            return columns, self._names.index("id")
        raise BadSource(
            say("{source} has no column that tells its rows apart.", source=self.name),
            say("Say which one does, as key=id. Its columns: {names}.", names=", ".join(self._names)),
        )

    def _column(self, at: int) -> sa.ColumnElement[Any]:
        column: sa.ColumnElement[Any] = self._rows.c[self._names[at]]
        return column

    def _digest(self, query: str, to: str) -> str:
        """Without the address: workers may reach one database by different names."""
        what = [self._rows.schema, self._rows.name] if isinstance(self._rows, sa.Table) else [query]
        pictures = [self._names[at] for at in self._columns.pictures]
        source = [what, self._names[self._key], pictures, to]
        return hashlib.sha256(json.dumps(source).encode()).hexdigest()[:32]

    def _checked(self, columns: Mapping[str, str]) -> WriteBack | None:
        if not columns:
            return None
        assert isinstance(self._rows, sa.Table)
        pictures = [self._column(at) for at in self._columns.pictures]
        written = WriteBack(self._rows, self._column(self._key), pictures, columns)
        self._database.write(written.check)
        return written


def photo_key(row: str, nth: int) -> str:
    return row if nth == 1 else f"{row}/{nth}"


def spot_of(key: str) -> Spot:
    row, _, nth = key.partition("/")
    return Spot(row, int(nth or 1))


def _shelf(cell: Any) -> tuple[str, ...]:
    """An array or JSON says it in parts."""
    return tuple(map(text_of, cell)) if isinstance(cell, (list, tuple)) else shelf_of(text_of(cell))


def _rows(table: str, query: str, base: sa.Connection) -> sa.Table | sa.Subquery:
    if query:
        names = list(base.execute(sa.select(sa.text("*")).select_from(as_table(query, [])).limit(0)).keys())
        return as_table(query, names)
    inspector = sa.inspect(base)
    schema, name = None, table
    if not inspector.has_table(table) and "." in table:
        schema, name = table.split(".", 1)
    if not inspector.has_table(name, schema):
        names = sorted(inspector.get_table_names())[:MOST_NAMES]
        raise BadSource(
            say("There is no table {table}.", table=table),
            say("There are: {tables}.", tables=", ".join(names)),
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # a type that it does not know is read as it comes
        told = inspector.get_columns(name, schema)
    keys = inspector.get_pk_constraint(name, schema)["constrained_columns"]
    columns = [sa.Column(one["name"], _plain(one["type"]), primary_key=one["name"] in keys) for one in told]
    return sa.Table(name, sa.MetaData(), *columns, schema=schema)


def _plain(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """A domain is a type with a rule; it is compared and filled as that type."""
    return kind.data_type if isinstance(kind, postgresql.DOMAIN) else kind
