"""Source → orders → work → receipts: how a run goes, whoever does the work.

Orders are cut into shards. A shard's receipts are one file, written after all its pictures; until then it is
open, and a list of what it may write lies beside, so that the run after a crash knows its own half-done work
from what is not ours. What is finished when a run is stopped is accounted for; what is not is done again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

from packshot.batch.ledger import Ledger
from packshot.batch.orders import Order, Produce, Work, twin_of, with_bytes
from packshot.batch.reading import Read, read
from packshot.batch.receipts import Row, files_of
from packshot.batch.runner import Broken, Done
from packshot.batch.shelf import Shelf, Spot
from packshot.batch.store import Store
from packshot.errors import BadPhoto, PackshotError, StoreFailed

SHARD = 200
"""Photos of a shard: what a crash can cost at most, and what a file of receipts holds until it is tidied."""
COPIES = 4
"""Twins that are copied at once."""


class Runner(Protocol):
    """Who does the work: processes here, or a cluster."""

    def read(self, orders: Iterable[Order]) -> Iterator[Read[Order]]: ...

    def work(self, orders: Iterable[Order], produce: Produce) -> Iterator[Done[Row | StoreFailed]]:
        """Each with the place of its order in `orders`."""
        ...


Tell = Callable[[Row], None]
Settled = Callable[[Sequence[Row]], None]


@dataclass(eq=False)
class Shard:
    file: str
    """The list of what it may write."""
    waiting: set[str]
    full: bool = False
    rows: list[Row] = field(default_factory=list)


class Flow:
    def __init__(
        self,
        work: Work,
        store: Store,
        shelf: Shelf,
        ledger: Ledger,
        *,
        tell: Tell = lambda row: None,
        settled: Settled = lambda rows: None,
        shard: int = SHARD,
    ) -> None:
        self.produce = Produce(work, store)
        self._work, self._store, self._shelf, self._ledger = work, store, shelf, ledger
        self._tell, self._settled, self._size = tell, settled, shard
        self._filling: Shard | None = None
        self._number = 0
        self._shards: dict[str, Shard] = {}
        """Photo → the open shard that it is in."""
        self._given: dict[int, Order] = {}
        self._count = count()
        self._begun: dict[tuple[str, str], list[Order]] = {}
        """Bytes that are being worked, and who else has the same."""
        self._made: dict[tuple[str, str], Row] = {}
        """Those that are done, as long as their shard is open and the ledger does not know them."""
        self._copying: deque[Future[Row]] = deque()

    def run(self, orders: Iterable[Order], runner: Runner) -> None:
        """Until there are no more. However it ends, what is finished is accounted for."""
        with ThreadPoolExecutor(COPIES, thread_name_prefix="copy") as self._copier:
            try:
                given = self._gate(runner.read(self._opened(orders)))
                for done in runner.work(given, self.produce):
                    self._take(done)
                while self._copying:
                    self._finish(self._copying.popleft().result())
            finally:
                with suppress(StoreFailed):
                    self._close_all()

    # ---- shards --------------------------------------------------------------------------------------------

    def _opened(self, orders: Iterable[Order]) -> Iterator[Order]:
        """A shard is written down as open before the first of its photos is even read."""
        shard: list[Order] = []
        for order in orders:
            shard.append(order)
            if len(shard) == self._size:
                yield from self._open(shard)
                shard = []
        if shard:
            yield from self._open(shard)

    def _open(self, orders: list[Order]) -> Iterator[Order]:
        self._number += 1
        may_write = {order.item.key: sorted(self._work.names(order.item).values()) for order in orders}
        shard = Shard(self._shelf.open_shard(self._number, may_write), set(may_write))
        self._shards.update(dict.fromkeys(may_write, shard))
        yield from orders

    def _finish(self, row: Row) -> None:
        shard = self._shards.pop(row["key"])
        shard.waiting.discard(row["key"])
        shard.rows.append(row)
        if row["status"] != "failed":
            self._made[row["sha256"], row["identity"]] = row
        self._tell(row)
        if not shard.waiting:
            self._close(shard)

    def _close(self, shard: Shard) -> None:
        """Pictures are safe first, then receipts, then the list of what was open is no longer needed."""
        if shard.rows:
            self._store.settle(file for row in shard.rows for file, _ in files_of(row))
            written = self._shelf.write(shard.rows)
            self._ledger.record((Spot(written, number), row) for number, row in enumerate(shard.rows))
            self._settled(shard.rows)
            for row in shard.rows:
                self._made.pop((row["sha256"], row["identity"]), None)
        if not shard.waiting:
            self._store.delete(shard.file)

    def _close_all(self) -> None:
        """Shards that a stop left half done keep their list: what it names and no receipt tells is ours."""
        for shard in dict.fromkeys(self._shards.values()):
            self._close(shard)

    # ---- the same bytes twice ------------------------------------------------------------------------------

    def _gate(self, photos: Iterator[Read[Order]]) -> Iterator[Order]:
        """Lets through what must be worked. The rest has its receipt without."""
        for photo in photos:
            self._drain()
            order = with_bytes(photo.task, photo.data, photo.sha256, photo.size_bytes)
            if photo.error is not None:
                error = photo.error
                self._finish(order.failed(error.message, code=_code(error), cure=error.cure))
                continue
            same = (photo.sha256, order.asked.identity)
            if same in self._begun:
                self._begun[same].append(with_bytes(order, b"", order.sha256, order.size_bytes))
            elif not order.afresh and (twin := self._done_before(order)) is not None:
                self._copy(order, twin)
            else:
                self._begun[same] = []
                self._given[next(self._count)] = replace(order, data=b"")
                yield order

    def _done_before(self, order: Order) -> Row | None:
        """Its own receipt too: a file that was only touched has the same bytes still."""
        row = self._made.get((order.sha256, order.asked.identity))
        if row is None:
            known = self._ledger.one_with(order.sha256, order.asked.identity)
            if known is None or known.decision is not None:
                return None
            row = self._shelf.row(known.spot)
        needed = set(self._work.names(order.item)) - {"trail"}
        there = {one["variant"] for one in row["outputs"]} | {one["layer"] for one in row["layers"]}
        if not needed <= there or any(self._store.stat(file) is None for file, _ in files_of(row)):
            return None
        return row

    def _copy(self, order: Order, twin: Row) -> None:
        self._copying.append(self._copier.submit(self._copied, order, twin))

    def _copied(self, order: Order, twin: Row) -> Row:
        if twin["key"] == order.item.key:  # only its stamp is another
            return {**twin, "stamp": order.asked.stamp, "run": order.asked.run}
        try:
            return twin_of(order, twin, self._work, self._store)
        except FileNotFoundError:  # somebody took the pictures away: this photo is worked for itself
            again = read(order, order.item.origin)
            if again.error is not None:
                return order.failed(again.error.message, code=_code(again.error), cure=again.error.cure)
            made = self.produce(with_bytes(order, again.data, again.sha256, again.size_bytes))
            if isinstance(made, StoreFailed):
                raise made from None
            return made

    def _drain(self) -> None:
        while self._copying and self._copying[0].done():
            self._finish(self._copying.popleft().result())

    # ---- answers -------------------------------------------------------------------------------------------

    def _take(self, done: Done[Row | StoreFailed]) -> None:
        order = self._given.pop(done.index)
        answer = done.answer
        if isinstance(answer, StoreFailed):
            raise answer
        if isinstance(answer, Broken):
            row = order.failed(answer.reason, code=answer.code, attempts=done.attempts)
        else:
            row = {**answer, "attempts": order.attempts + done.attempts}
        self._finish(row)
        for twin in self._begun.pop((order.sha256, order.asked.identity)):
            if row["status"] == "failed":  # the same bytes fail in the same way, and there is nothing to copy
                self._finish(twin_of(twin, row, self._work, self._store))
            else:
                self._copy(twin, row)
        self._drain()


def _code(error: PackshotError) -> str:
    return error.reason if isinstance(error, BadPhoto) else error.code
