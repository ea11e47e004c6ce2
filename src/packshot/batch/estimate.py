"""What a run would take, from a sample: time, cost, and how the photos would end. Nothing is written."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory

from packshot.batch.flow import Runner
from packshot.batch.job import Job
from packshot.batch.ledger import Ledger
from packshot.batch.orders import Order, Produce
from packshot.batch.plan import Plan
from packshot.batch.receipts import Row
from packshot.batch.runner import Broken
from packshot.batch.shelf import Shelf
from packshot.batch.store import Store
from packshot.errors import StoreFailed

SEED = 17
DRAWS = 2000
"""Of the bootstrap that says how far the mean may be off."""


@dataclass(frozen=True, slots=True)
class Estimate:
    listed: int
    to_do: int
    tried: int
    statuses: dict[str, int]
    difficulties: dict[str, int]
    seconds_a_photo: float
    """Of one core."""
    between: tuple[float, float]
    """In which 95 of 100 such samples would find it."""
    bytes_a_photo: float
    """That would be written."""

    @property
    def core_hours(self) -> float:
        return self.to_do * self.seconds_a_photo / 3600

    def hours(self, cores: int) -> float:
        return self.core_hours / max(1, cores)


def estimate(job: Job, runner: Runner, *, sample: int) -> Estimate:
    with Ledger() as ledger, TemporaryDirectory(prefix="packshot-") as nowhere:
        shelf = Shelf(job.store, job.run)
        ledger.load(shelf)
        plan = Plan(job.work, ledger, shelf, job.wishes, job.sort, job.run)
        drawn, to_do = draw(plan.orders(job.source), sample if job.limit is None else min(sample, job.limit))
        rows = list(_tried(drawn, runner, Produce(job.work, Store.at(nowhere))))
    seconds = [row["ms"] / 1000 for row in rows if row["ms"]]
    return Estimate(
        listed=plan.counted.total(),
        to_do=to_do if job.limit is None else min(to_do, job.limit),
        tried=len(rows),
        statuses=dict(Counter(row["status"] for row in rows)),
        difficulties=dict(Counter(row["difficulty"] for row in rows if row["difficulty"])),
        seconds_a_photo=statistics.fmean(seconds) if seconds else 0.0,
        between=spread(seconds),
        bytes_a_photo=statistics.fmean(
            [sum(one["size_bytes"] for one in row["outputs"]) for row in rows] or [0.0]
        ),
    )


def draw(orders: Iterable[Order], size: int) -> tuple[list[Order], int]:
    """A fair sample of a stream, and how long the stream was."""
    chance = random.Random(SEED)
    drawn: list[Order] = []
    count = 0
    for count, order in enumerate(orders, start=1):
        if len(drawn) < size:
            drawn.append(order)
        elif (at := chance.randrange(count)) < size:
            drawn[at] = order
    return drawn, count


def spread(seconds: list[float]) -> tuple[float, float]:
    if not seconds:
        return 0.0, 0.0
    chance = random.Random(SEED)
    means = sorted(statistics.fmean(chance.choices(seconds, k=len(seconds))) for _ in range(DRAWS))
    return means[int(DRAWS * 0.025)], means[int(DRAWS * 0.975)]


def _tried(orders: list[Order], runner: Runner, produce: Produce) -> Iterator[Row]:
    given: list[Order] = []

    def readable() -> Iterator[Order]:
        for photo in runner.read(orders):
            if photo.error is not None:
                failed.append(photo.task.failed(photo.error.message, code=photo.error.code))
                continue
            order = photo.task
            given.append(order)
            yield replace(
                order,
                data=photo.data,
                sha256=photo.sha256,
                size_bytes=photo.size_bytes,
                own=frozenset(produce.work.names(order.item).values()),
            )

    failed: list[Row] = []
    for done in runner.work(readable(), produce):
        if isinstance(done.answer, StoreFailed):
            raise done.answer
        if isinstance(done.answer, Broken):
            yield given[done.index].failed(done.answer.reason, code=done.answer.code)
        else:
            yield done.answer
    yield from failed
