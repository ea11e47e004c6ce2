"""Source → orders → work → receipts: how a run goes, whoever does the work.

Orders are cut into shards. A shard's receipts are one file, written after all its pictures; until then it is
open, and a list of what it may write lies beside, so that the run after a crash knows its own half-done work
from what is not ours. What is finished when a run is stopped is accounted for; what is not is done again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol, TypeVar

from packshot.batch.crew import done as worked
from packshot.batch.ledger import Ledger
from packshot.batch.orders import Order, Produce, Work, code_of, free_to_write, touched, twin_of, with_bytes
from packshot.batch.reading import Read, read
from packshot.batch.receipts import Row, files_of, own_files
from packshot.batch.runner import Broken, Done
from packshot.batch.shelf import Shelf
from packshot.batch.store import Store
from packshot.errors import PackshotError, Refused, StoreFailed

SHARD = 200
"""Photos of a shard: what a crash can cost at most, and what a file of receipts holds until it is tidied."""
COPIES = 4
"""Twins that are copied at once."""
MOST_COPYING = 64
"""Twins that wait for it: reading is faster than writing."""

One = TypeVar("One")


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
                with (
                    _ended(runner.read(self._opened(orders))) as photos,
                    _ended(self._gate(photos)) as given,
                    _ended(runner.work(given, self.produce)) as answers,
                ):
                    for done in answers:
                        self._take(done)
                self._drain(0)
            finally:
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
        wanted = [(order.item.key, self._work.names(order.item).values(), order.own) for order in orders]
        may_write = free_to_write(self._store, wanted)
        names = {order.item.key: (order.item.folder, order.item.sku) for order in orders}
        shard = Shard(self._shelf.open_shard(self._number, may_write, names), set(may_write))
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
            self._store.settle(file for row in shard.rows for file in own_files(row))
            written = self._shelf.write(shard.rows)
            self._ledger.record(self._shelf.spots(written, shard.rows))
            self._settled(shard.rows)
            for row in shard.rows:
                self._made.pop((row["sha256"], row["identity"]), None)
        if not shard.waiting:
            self._store.delete(shard.file)

    def _close_all(self) -> None:
        """Shards that a stop left half done keep their list: what it names and no receipt tells is ours."""
        for shard in dict.fromkeys(self._shards.values()):
            with suppress(StoreFailed):  # why the run ends is told already
                self._close(shard)

    # ---- the same bytes twice ------------------------------------------------------------------------------

    def _gate(self, photos: Iterator[Read[Order]]) -> Iterator[Order]:
        """Lets through what must be worked. The rest has its receipt without."""
        for photo in photos:
            self._drain()
            order = with_bytes(photo.task, photo.data, photo.sha256, photo.size_bytes)
            if photo.error is not None:
                self._finish(_unread(order, photo.error))
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
        self._drain(MOST_COPYING)
        order = with_bytes(order, b"", order.sha256, order.size_bytes)
        self._copying.append(self._copier.submit(self._copied, order, twin))

    def _copied(self, order: Order, twin: Row) -> Row:
        if twin["key"] == order.item.key:
            return touched(order, twin)
        if twin["error"] == Refused.code:  # a foreign file lay where its pictures go; ours go elsewhere
            return self._alone(order)
        try:
            return twin_of(order, twin, self._work, self._store)
        except FileNotFoundError:  # somebody took the pictures away, or changed them
            return self._alone(order)

    def _alone(self, order: Order) -> Row:
        """A twin that is worked for itself: so rare that no worker need be asked."""
        again = read(order, order.item.origin)
        if again.error is not None:
            return _unread(order, again.error)
        made = worked(self.produce, with_bytes(order, again.data, again.sha256, again.size_bytes))
        if isinstance(made, StoreFailed):
            raise made
        return order.failed(made.reason, code=made.code) if isinstance(made, Broken) else made

    def _drain(self, most: int | None = None) -> None:
        """Takes copies that are done, and waits for some where more than `most` are on the way."""
        while self._copying and (self._copying[0].done() or (most is not None and len(self._copying) > most)):
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
            self._copy(twin, row)  # of one that failed, too: the same bytes fail in the same way
        self._drain()


def _unread(order: Order, error: PackshotError) -> Row:
    return order.failed(error.message, code=code_of(error), cure=error.cure)


@contextmanager
def _ended(ones: Iterator[One]) -> Iterator[Iterator[One]]:
    """However we leave, who gives them stops now, and not when somebody drops the traceback."""
    try:
        yield ones
    finally:
        if isinstance(ones, Generator):
            ones.close()
