"""The runner on a cluster: reads on every machine, works on every core, survives machines that go.

A photo's bytes stay in the cluster: they go from the machine that read them to the one that works. Only what
tells twins apart (sha256, size) comes to the driver, whose flow decides what is worked at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

from packshot.batch.crew import Limits
from packshot.batch.orders import Order, Produce
from packshot.batch.reading import Read
from packshot.batch.receipts import Row
from packshot.batch.runner import Done, Stop, quiet_interrupts
from packshot.errors import StoreFailed, WeightsMissing
from packshot.words import say

if TYPE_CHECKING:
    from packshot.batch.cluster.crew import Crew
    from packshot.batch.cluster.hosts import Hosts, Reading

AHEAD = 4
"""Photos a worker that are read and wait: a few megabytes each, in the cluster's memory."""
PATIENCE_SECONDS = 900.0
"""Without a single worker: a machine that a cloud has to bring needs minutes."""
TICK_SECONDS = 0.2


@dataclass
class Ray:
    address: str = ""
    """Of a cluster, as `auto` or `ray://head:10001`. Empty: that of RAY_ADDRESS, or one started here."""
    workers: int | None = None
    """At most. None: as many as find room, and a few more that ask an autoscaling cluster for machines."""
    limits: Limits = field(default_factory=Limits)
    patience_seconds: float = PATIENCE_SECONDS
    _crew: Crew | None = field(default=None, init=False)
    _hosts: Hosts | None = field(default=None, init=False)
    _stop: Stop = field(default_factory=Stop, init=False)

    def read(self, orders: Iterable[Order]) -> Iterator[Read[Order]]:
        """Goes on only within `work`, which is connected."""
        from packshot.batch.cluster.connection import Ref, waited
        from packshot.batch.cluster.hosts import Reading

        waiting = (Reading(order) for order in orders)
        on_the_way: dict[Ref, Reading] = {}
        again: deque[Reading] = deque()
        more = True
        while (more or again or on_the_way) and not self._stop.asked:
            crew, hosts = self._crew, self._hosts
            assert crew is not None
            assert hosts is not None
            hosts.look()
            while hosts.are_there and len(on_the_way) < AHEAD * crew.strength:
                reading = again.popleft() if again else next(waiting, None)
                if reading is None:
                    more = False
                    break
                on_the_way[hosts.ask(reading)] = reading
            ready = waited(list(on_the_way), TICK_SECONDS)
            if not ready:
                crew.listen(timeout=0)
            for told in ready:
                reading = on_the_way.pop(told)
                if (photo := hosts.answer(reading, told)) is not None:
                    yield photo
                else:
                    again.append(reading)

    def work(self, orders: Iterable[Order], produce: Produce) -> Iterator[Done[Row | StoreFailed]]:
        _refuse_without_ray()
        from packshot.batch.cluster.connection import connected
        from packshot.batch.cluster.crew import Crew
        from packshot.batch.cluster.hosts import Hosts

        with quiet_interrupts() as self._stop, connected(self.address, self.workers) as most:
            self._crew = Crew(produce, self.limits, most, self.patience_seconds)
            self._hosts = Hosts()
            try:
                yield from self._answers(enumerate(orders), self._crew)
            finally:
                self._crew.end()
                self._hosts.end()

    def _answers(self, orders: Iterator[tuple[int, Order]], crew: Crew) -> Iterator[Done[Row | StoreFailed]]:
        from packshot.batch.cluster.crew import Hand

        more = True
        while more or not crew.is_idle:
            while more and crew.has_room:
                numbered = None if self._stop.asked else next(orders, None)
                if numbered is None:
                    more = False
                else:
                    crew.give(Hand(*numbered))
            for hand, answer in crew.answers(TICK_SECONDS):
                yield Done(hand.index, answer, hand.attempts)
            more = more and not self._stop.asked

    @property
    def memory_bytes(self) -> int:
        """Of the largest worker; 0 where there is none."""
        return self._crew.memory_bytes if self._crew else 0


def _refuse_without_ray() -> None:
    if find_spec("ray") is None:
        raise WeightsMissing(
            say("A cluster needs the extra `ray`."),
            say("{command} brings it.", command='pip install "packshot[ray]"'),
        )
