"""The runner on one machine: threads that read ahead, a process a core that works."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from packshot.batch import runner
from packshot.batch.crew import Crew, Limits
from packshot.batch.orders import Order, Produce
from packshot.batch.reading import Read, read_ahead
from packshot.batch.receipts import Row
from packshot.batch.runner import Done
from packshot.engines import onnx, served
from packshot.errors import StoreFailed

READERS = 4
"""Threads a worker: a bucket or a shop's server answers slowly, and costs no core."""
AHEAD = 4
"""Photos a worker that are read and wait: a few megabytes each."""


@dataclass
class Local:
    workers: int
    limits: Limits = field(default_factory=Limits)
    here: bool = False
    """In this very process: for one photo, and for tests."""
    _crew: Crew | None = field(default=None, init=False)

    def read(self, orders: Iterable[Order]) -> Iterator[Read[Order]]:
        return read_ahead(
            orders,
            lambda order: order.item.origin,
            threads=self.workers * READERS,
            ahead=self.workers * AHEAD,
        )

    def work(self, orders: Iterable[Order], produce: Produce) -> Iterator[Done[Row | StoreFailed]]:
        with _one_gpu_for_all() if not self.here else nullcontext():
            yield from runner.run(
                orders, produce, jobs=self.workers, here=self.here, limits=self.limits, watch=self._watch
            )

    @property
    def memory_bytes(self) -> int:
        """Of the largest worker; 0 where there is none."""
        return self._crew.memory_bytes if self._crew else 0

    def _watch(self, crew: Crew) -> None:
        self._crew = crew


def _one_gpu_for_all() -> AbstractContextManager[object]:
    """Where networks run on a GPU, one process has it, and runs them for all workers in batches."""
    if os.environ.get(onnx.DEVICE) != "cuda":
        return nullcontext()  # asked first, for loading a runtime only to hear that it is a CPU's takes time
    return served.serving() if served.pays() else nullcontext()
