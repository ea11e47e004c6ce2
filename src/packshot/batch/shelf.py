"""Where receipts lie: Parquet files below `_packshot/receipts` in the place of results.

A file is written once, whole, after the pictures that it speaks of. Its name begins with the run that wrote
it, so the order of names is the order of time: of two receipts for one photo the later one holds, until
`tidy` has taken the earlier one away.
"""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from packshot.batch.receipts import Row, schema, table
from packshot.batch.store import HOUSE as HOUSE
from packshot.batch.store import Store
from packshot.errors import BadSource, StoreFailed
from packshot.words import say

if TYPE_CHECKING:
    import pyarrow as pa

RECEIPTS, OPEN, RUN = f"{HOUSE}/receipts", f"{HOUSE}/open", f"{HOUSE}/run.json"
GROUP = 1000
"""Rows that are read at once."""
GROUPS = 8
"""Of them are held: who asks for one receipt soon asks for its neighbour."""
MOST_ROWS = 20_000
"""Of a file that `tidy` writes: some ten megabytes."""
NEEDED = frozenset({"key", "sha256", "identity", "status"})
"""Columns without which rows are no receipts."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a receipt lies."""

    file: str
    row: int


class Counts(Protocol):
    """Who knows which receipts hold."""

    def holds(self, key: str, spot: Spot) -> bool: ...

    def files(self) -> Iterator[tuple[str, int, int]]:
        """Each file with its receipts, and how many of them hold."""
        ...


def new_run() -> str:
    """A name that sorts by time, and that no other run has."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"


class Shelf:
    def __init__(self, store: Store, run: str) -> None:
        self.store, self.run = store, run
        self._count = 0
        self._group = lru_cache(GROUPS)(self._read_group)

    # ---- receipts ------------------------------------------------------------------------------------------

    def files(self) -> list[str]:
        """In the order of time."""
        try:
            return sorted(one.name for one in self.store.list(RECEIPTS) if one.name.endswith(".parquet"))
        except FileNotFoundError as exc:  # an empty place has no receipts; this one is not there at all
            raise StoreFailed(
                say("There is no such bucket: {place}.", place=self.store.url),
                say("Make it first, or check its name."),
            ) from exc

    def write(self, rows: Sequence[Row]) -> str:
        """The file's name. When this returns, neither the rows nor the files they speak of can be lost."""
        self._count += 1
        name = f"{RECEIPTS}/{self.run}-{self._count:06d}.parquet"
        self.store.write(name, packed(rows))
        self.store.settle(iter((name,)))
        return name

    def spots(self, file: str, rows: Sequence[Row]) -> Iterator[tuple[Spot, Row]]:
        """Where the rows of a file that was just written lie."""
        return ((Spot(file, number), row) for number, row in enumerate(rows))

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[tuple[Spot, Row]]:
        """Every receipt of every file, later ones later."""
        for file in self.files():
            yield from self.rows_of(file, columns)

    def rows_of(self, file: str, columns: Sequence[str] | None = None) -> Iterator[tuple[Spot, Row]]:
        number = 0
        for batch in self._batches(file, columns):
            for row in batch.to_pylist():
                yield Spot(file, number), row
                number += 1

    def row(self, spot: Spot) -> Row:
        """One of them, in all its columns."""
        found: Row = self._group(spot.file, spot.row // GROUP).slice(spot.row % GROUP, 1).to_pylist()[0]
        return found

    def _read_group(self, file: str, number: int) -> pa.Table:
        import pyarrow.parquet as pq

        try:
            with self.store.open(file) as stream:
                return pq.ParquetFile(stream).read_row_group(number)
        except FileNotFoundError as exc:
            raise StoreFailed(
                say("{file} is gone: another run has put receipts together.", file=self.store.place_of(file)),
                say("Give the same command again: it goes on from here."),
            ) from exc

    def _batches(self, file: str, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with self.store.open(file) as stream:
                opened = pq.ParquetFile(stream)
                known = set(opened.schema_arrow.names)
                if not known >= NEEDED:
                    raise pa.ArrowInvalid("these are no receipts")
                wanted = [name for name in columns if name.split(".")[0] in known] if columns else None
                yield from opened.iter_batches(batch_size=GROUP, columns=wanted)
        except FileNotFoundError:  # another run has tidied it up meanwhile
            return
        except (pa.ArrowInvalid, pa.ArrowIOError) as exc:
            raise BadSource(
                say("{file} is damaged: {why}.", file=self.store.place_of(file), why=str(exc)[:200]),
                say("Take the file away; the photos that it spoke of are done again."),
            ) from exc

    def tidy(self, counts: Counts) -> None:
        """Puts small files together and leaves out receipts that no longer hold. Those of another run that
        `counts` does not know are left alone."""
        worn = [
            (file, rows == held) for file, rows, held in counts.files() if held < rows or rows < MOST_ROWS
        ]
        if len(worn) < 2 and all(whole for _, whole in worn):
            return
        waiting: list[pa.RecordBatch] = []
        for file, whole in worn:
            start = 0
            for batch in self._batches(file, None):
                if not whole:
                    keys = batch.column("key").to_pylist()
                    holds = [counts.holds(key, Spot(file, start + at)) for at, key in enumerate(keys)]
                    start += len(keys)
                    batch = batch.filter(holds)
                waiting.append(batch)
                if sum(batch.num_rows for batch in waiting) >= MOST_ROWS:
                    self._write_tidied(waiting)
                    waiting = []
        if any(batch.num_rows for batch in waiting):
            self._write_tidied(waiting)
        for file, _ in worn:
            self.store.delete(file)

    def _write_tidied(self, batches: Sequence[pa.RecordBatch]) -> None:
        import pyarrow as pa

        self._count += 1
        together = pa.Table.from_batches([_as_now(batch) for batch in batches])
        name = f"{RECEIPTS}/{self.run}-~{self._count:06d}.parquet"
        self.store.write(name, _packed(together))
        self.store.settle(iter((name,)))  # before the files that it is made of are deleted

    # ---- shards that are being worked ----------------------------------------------------------------------

    def open_shard(
        self,
        number: int,
        files: Mapping[str, list[str]],
        names: Mapping[str, tuple[str, str]] = MappingProxyType({}),
    ) -> str:
        """Before a file of the shard is written: which photo may write which, and by what folder and name
        its results go."""
        list_ = f"{OPEN}/{self.run}-{number:06d}.json"
        self.store.write(list_, json.dumps({"files": dict(files), "names": dict(names)}).encode())
        self.store.settle(iter((list_,)))
        return list_

    def left_open(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """Shards of runs that ended in the middle. A list that is torn names nothing: it is written before
        anything of its shard is."""
        for list_, told in self._lists():
            yield list_, told.get("files", {})

    def names_left_open(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Photos of such shards, each with the folder and name that it was given."""
        for _, told in self._lists():
            yield from ((key, (folder, name)) for key, (folder, name) in told.get("names", {}).items())

    def _lists(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for one in list(self.store.list(OPEN)):
            with suppress(FileNotFoundError):
                try:
                    told = json.loads(self.store.read(one.name))
                except ValueError:
                    told = None
                yield one.name, told if isinstance(told, dict) else {}

    # ---- the run -------------------------------------------------------------------------------------------

    def last_made_by(self) -> dict[str, Any]:
        """What the run before said of itself; empty where there was none."""
        with suppress(FileNotFoundError, ValueError, StoreFailed):
            told = json.loads(self.store.read(RUN))
            if isinstance(told, dict):
                return told
        return {}

    def made_by(self, told: dict[str, Any]) -> None:
        self.store.write(RUN, json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True).encode())


def _as_now(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A receipt of an older packshot lacks columns, or has more."""
    import pyarrow as pa

    if batch.schema.equals(schema()):
        return batch
    return pa.RecordBatch.from_pylist(batch.to_pylist(), schema=schema())


def packed(rows: Sequence[Row]) -> bytes:
    return _packed(table(rows))


def _packed(rows: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(rows, stream, compression="zstd", row_group_size=GROUP)
    return stream.getvalue()
