"""One host a machine: an actor that reads for all, wherever there is a machine just now.

It asks for no core, so that it can always start: readers that wait for a core which workers hold would stop
the run.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, cast

import ray
from ray.exceptions import RayActorError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from packshot.batch.cluster.actors import Fetched, Host, on_disk
from packshot.batch.cluster.connection import Ref, machines
from packshot.batch.orders import Order
from packshot.batch.reading import Read
from packshot.errors import BadPhoto, BadSource, StoreFailed
from packshot.words import say

READERS = 16
"""Photos that a machine reads at once: a bucket answers slowly, and costs no core."""
READS = 5
"""Times that a photo is read before it is given up: machines go, but hardly that many under one photo."""
LOOK_SECONDS = 2.0
"""Between two looks at which machines there are."""


@dataclass(slots=True, eq=False)
class Held:
    machine: str
    actor: Any
    asked: set[Ref] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class Reading:
    """A photo on its way into the cluster."""

    order: Order
    attempts: int = 0
    data: Ref = None
    """Its bytes, where they will lie."""
    host: Held | None = None


class Hosts:
    def __init__(self) -> None:
        self._hosts: dict[str, Held] = {}
        self._looked = 0.0

    def look(self) -> None:
        """Which machines there are: new ones get a host, those that are gone are asked no more."""
        if self._hosts and time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        there = machines()
        self._hosts = {machine: host for machine, host in self._hosts.items() if machine in there}
        for machine in there.keys() - self._hosts.keys():
            self._hosts[machine] = Held(machine, _hired(machine))

    @property
    def are_there(self) -> bool:
        return bool(self._hosts)

    def ask(self, reading: Reading) -> Ref:
        """For what will be told of the photo. The machine with the least to read is asked."""
        host = reading.host = min(self._hosts.values(), key=lambda host: len(host.asked))
        reading.attempts += 1
        told, reading.data = host.actor.read.options(num_returns=2).remote(reading.order.item.origin)
        host.asked.add(told)
        return told

    def answer(self, reading: Reading, told: Ref) -> Read[Order] | None:
        """None where the photo has to be read once more."""
        assert reading.host is not None
        reading.host.asked.discard(told)
        try:
            fetched: Fetched = cast("Any", ray.get(told))
        except RayActorError:
            self._lose(reading.host)
            return None if reading.attempts < READS else Read(reading.order, error=_given_up(reading.order))
        if isinstance(fetched.error, StoreFailed):
            raise fetched.error
        if fetched.blind:
            _refuse_blind_machines(reading.order)
        data = b"" if fetched.error is not None else reading.data
        return Read(reading.order, data, fetched.sha256, fetched.size_bytes, fetched.error)

    def _lose(self, host: Held) -> None:
        """If it died and its machine lives, that gets another one."""
        if self._hosts.get(host.machine) is host:
            del self._hosts[host.machine]

    def end(self) -> None:
        for host in self._hosts.values():
            ray.kill(host.actor)


def _hired(machine: str) -> Any:
    here = NodeAffinitySchedulingStrategy(machine, soft=False)
    host = ray.remote(Host).options(num_cpus=0, max_concurrency=READERS, scheduling_strategy=here)
    return host.remote()


def _refuse_blind_machines(order: Order) -> None:
    """A file that we see and the machine does not: so it is with all of them."""
    path = on_disk(order.item.origin)
    if path is not None and path.exists():
        raise BadSource(
            say("{place} is on this machine, and not on those of the cluster.", place=str(path)),
            say("Give a bucket (s3://…), or a disk that all machines have under the same path."),
        )


def _given_up(order: Order) -> BadPhoto:
    return BadPhoto(
        order.item.name,
        "unreadable",
        say("{count} times the machine that read {name} was lost.", count=READS, name=order.item.name),
        say("Give the same command again with --retry-failed."),
    )
