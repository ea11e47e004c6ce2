"""Who runs the networks on machines that have a GPU: one actor each, for all workers there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from packshot.batch.cluster.actors import Networks as Actor
from packshot.batch.cluster.connection import Ref

END_SECONDS = 10.0
"""For the processes that run networks to take their leave."""


@dataclass(slots=True, eq=False)
class Served:
    actor: Any
    place: Ref
    """What workers there have to know. Asked again and again, it tells whether the actor lives."""


class Networks:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._machines: dict[str, Served] = {}

    def place_on(self, machine: str) -> Ref:
        """Ray waits for it on behalf of who is given it."""
        if machine not in self._machines:
            here = NodeAffinitySchedulingStrategy(machine, soft=False)
            options = {"num_cpus": 0, "num_gpus": 1, "max_restarts": 0, "scheduling_strategy": here}
            actor: Any = ray.remote(Actor).options(**options).remote(self._environment)
            self._machines[machine] = Served(actor, actor.place.remote())
        return self._machines[machine].place

    def lost(self) -> Iterator[tuple[str, RayError]]:
        """Machines where they died, and why; each is told once."""
        for machine, served in list(self._machines.items()):
            if not ray.wait([served.place], timeout=0)[0]:
                continue
            try:
                ray.get(served.place)
            except RayError as exc:
                del self._machines[machine]
                yield machine, exc
            else:
                served.place = served.actor.place.remote()

    def end(self) -> None:
        ending = [served.actor.end.remote() for served in self._machines.values()]
        if ending:
            ray.wait(ending, num_returns=len(ending), timeout=END_SECONDS)
        for served in self._machines.values():
            ray.kill(served.actor)
