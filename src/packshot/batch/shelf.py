"""Where receipts lie: Parquet files below `_packshot/receipts` in the place of results.

A file is written once, whole, after the pictures that it speaks of. Its name begins with the run that wrote
it, so the order of names is the order of time: of two receipts for one photo the later one holds, until
`tidy` has taken the earlier one away.
"""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from packshot.batch.receipts import Row, schema, table
from packshot.batch.store import Store
from packshot.errors import BadSource, StoreFailed
from packshot.words import say

if TYPE_CHECKING:
    import pyarrow as pa

HOUSE = "_packshot"
"""All that is not a picture lies below it."""
RECEIPTS, OPEN, RUN = f"{HOUSE}/receipts", f"{HOUSE}/open", f"{HOUSE}/run.json"
GROUP = 1000
"""Rows that are read at once."""
MOST_ROWS = 20_000
"""Of a file that `tidy` writes: some ten megabytes."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a receipt lies."""

    file: str
    row: int


def new_run() -> str:
    """A name that sorts by time, and that no other run has."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


class Shelf:
    def __init__(self, store: Store, run: str) -> None:
        self.store, self.run = store, run
        self._count = 0

    # ---- receipts ------------------------------------------------------------------------------------------

    def files(self) -> list[str]:
        """In the order of time."""
        return sorted(one.name for one in self.store.list(RECEIPTS) if one.name.endswith(".parquet"))

    def write(self, rows: Sequence[Row]) -> str:
        """The file's name. When this returns, neither the rows nor the files they speak of can be lost."""
        self._count += 1
        name = f"{RECEIPTS}/{self.run}-{self._count:06d}.parquet"
        self.store.write(name, packed(rows))
        self.store.settle(iter((name,)))
        return name

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
        import pyarrow.parquet as pq

        with self.store.open(spot.file) as stream:
            group = pq.ParquetFile(stream).read_row_group(spot.row // GROUP)
        found: Row = group.slice(spot.row % GROUP, 1).to_pylist()[0]
        return found

    def _batches(self, file: str, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with self.store.open(file) as stream:
                opened = pq.ParquetFile(stream)
                known = set(opened.schema_arrow.names)
                wanted = [name for name in columns if name in known] if columns else None
                yield from opened.iter_batches(batch_size=GROUP, columns=wanted)
        except FileNotFoundError:  # another run has tidied it up meanwhile
            return
        except (pa.ArrowInvalid, pa.ArrowIOError) as exc:
            raise BadSource(
                say("{file} is damaged: {why}.", file=self.store.place_of(file), why=str(exc)[:200]),
                say("Take the file away; the photos that it spoke of are done again."),
            ) from exc

    def tidy(self, holds: Callable[[str, Spot], bool], *, above: int = 1) -> int:
        """Puts many small files together and leaves out receipts that no longer hold; gives their number."""
        old = self.files()
        if len(old) <= above:
            return 0
        left_out = 0
        waiting: list[pa.RecordBatch] = []
        for file in old:
            start = 0
            for batch in self._batches(file, None):
                keys = batch.column("key").to_pylist()
                kept = [holds(key, Spot(file, start + at)) for at, key in enumerate(keys)]
                waiting.append(batch.filter(kept) if not all(kept) else batch)
                left_out += kept.count(False)
                start += len(keys)
            if sum(batch.num_rows for batch in waiting) >= MOST_ROWS:
                self._write_tidied(waiting)
                waiting = []
        if any(batch.num_rows for batch in waiting):
            self._write_tidied(waiting)
        for file in old:
            self.store.delete(file)
        return left_out

    def _write_tidied(self, batches: Sequence[pa.RecordBatch]) -> None:
        import pyarrow as pa

        self._count += 1
        together = pa.Table.from_batches([batch.cast(schema()) for batch in batches])
        self.store.write(f"{RECEIPTS}/{self.run}-~{self._count:06d}.parquet", _packed(together))

    # ---- shards that are being worked ----------------------------------------------------------------------

    def open_shard(self, number: int, files: dict[str, list[str]]) -> str:
        """Before a file of the shard is written: which photo may write which."""
        name = f"{OPEN}/{self.run}-{number:06d}.json"
        self.store.write(name, json.dumps(files, ensure_ascii=True).encode())
        return name

    def left_open(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """Shards of runs that ended in the middle."""
        for one in list(self.store.list(OPEN)):
            with suppress(FileNotFoundError, ValueError):
                files = json.loads(self.store.read(one.name))
                if isinstance(files, dict):
                    yield one.name, files

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


def packed(rows: Sequence[Row]) -> bytes:
    return _packed(table(rows))


def _packed(rows: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(rows, stream, compression="zstd", row_group_size=GROUP)
    return stream.getvalue()
