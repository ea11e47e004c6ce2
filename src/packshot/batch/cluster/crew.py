"""Workers of a cluster: actors that each do one photo after the other, watched from the driver.

As with the processes of one machine (batch/crew.py), one that dies, sticks or swells is replaced, and only
the photo that it was at is to blame. Here machines go, too: for that no photo is blamed. And here a death can
overtake the answer of the photo before: what lay with the dead is tried again alone, so that it is sure which
photo killed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import ray
from ray.exceptions import ObjectLostError, RayActorError, RayError

import packshot
from packshot.batch.cluster.actors import Hello, environment, run_in
from packshot.batch.cluster.actors import Worker as Actor
from packshot.batch.cluster.connection import Ref, machines, waited
from packshot.batch.cluster.networks import Networks
from packshot.batch.crew import ATTEMPTS, FALSE_STARTS, IN_HAND, Broken, Limits
from packshot.batch.orders import Order, Produce
from packshot.errors import BadOption, EngineFailed
from packshot.words import Words, say, verbatim

MOST_ATTEMPTS = 5
"""A photo under which that many machines went is given up: perhaps it was not chance."""
LOOK_SECONDS = 2.0
"""Between two looks at how many workers are wanted."""
SPARE = 4
"""Of so many workers, one more asks for room, where nobody said how many there may be."""


@dataclass(slots=True, eq=False)
class Hand:
    """A photo on its way."""

    index: int
    order: Order
    attempts: int = 1
    killed: int = 0
    """Workers that died of it."""
    alone: bool = False
    """Perhaps a worker died of it: nothing else lies with who has it."""


@dataclass(slots=True, eq=False)
class Worker:
    actor: Any
    hello: Ref
    hands: dict[Ref, Hand] = field(default_factory=dict)
    """What lies with it, in order; it is at the first."""
    machine: str = ""
    """Empty until it runs, which may take long: the cluster has to have room."""
    ready: bool = False
    since: float = 0.0
    """When it began the photo that it is at."""
    memory_bytes: int = 0
    retired: bool = False
    """It has grown too large, and ends when what lies with it is done."""

    @property
    def awaited(self) -> list[Ref]:
        return list(self.hands) if self.ready else [self.hello]

    def takes(self, *, alone: bool = False) -> bool:
        """One that waits for a machine is given none: it may wait long."""
        if not self.ready or self.retired:
            return False
        in_company = not (alone or any(hand.alone for hand in self.hands.values()))
        return len(self.hands) < IN_HAND if in_company else not self.hands


class Crew:
    def __init__(self, produce: Produce, limits: Limits, most: int | None, patience_seconds: float) -> None:
        self._produce, self._limits, self._most = produce, limits, most
        self._patience_seconds = patience_seconds
        self._run = run_in(produce.store)
        self._environment = environment()
        self._workers: list[Worker] = []
        self._networks = Networks(self._environment)
        self._again: deque[Hand] = deque()
        self._heard: deque[tuple[Hand, Any]] = deque()
        self._false_starts = 0
        self._looked = 0.0
        self._without_since = time.monotonic()

    @property
    def strength(self) -> int:
        """Workers that have started; 1 where there is none yet."""
        return max(1, sum(1 for worker in self._workers if worker.ready))

    @property
    def has_room(self) -> bool:
        return not self._again and any(worker.takes() for worker in self._workers)

    @property
    def is_idle(self) -> bool:
        return not self._again and not self._heard and not any(worker.hands for worker in self._workers)

    @property
    def memory_bytes(self) -> int:
        """Of the largest worker, as far as it told."""
        return max((worker.memory_bytes for worker in self._workers), default=0)

    def give(self, hand: Hand) -> None:
        if not self._given(hand):  # who had room went while this photo was read
            self._again.append(hand)

    def _given(self, hand: Hand) -> bool:
        free = (worker for worker in self._workers if worker.takes(alone=hand.alone))
        worker = min(free, key=lambda worker: len(worker.hands), default=None)
        if worker is None:
            return False
        if not worker.hands:
            worker.since = time.monotonic()
        order, data = replace(hand.order, data=b""), hand.order.data
        answer = worker.actor.make.remote(order, data, hand.attempts > 1 or data is None)
        worker.hands[answer] = hand
        return True

    def answers(self, timeout: float) -> Iterator[tuple[Hand, Any]]:
        """What is ready by then."""
        if not self._heard:
            self.listen(timeout)
        while self._heard:
            yield self._heard.popleft()

    def listen(self, timeout: float) -> None:
        """Hears answers and looks after workers; who waits for photos to be read must not forget it."""
        self._look()
        awaited = {ref: worker for worker in self._workers for ref in worker.awaited}
        for worker in dict.fromkeys(awaited[ref] for ref in waited(list(awaited), timeout)):
            self._heard.extend(self._hear(worker))
        for worker in list(self._workers):
            self._heard.extend(self._watch(worker))
        while self._again and self._given(self._again[0]):
            self._again.popleft()

    def end(self) -> None:
        for worker in list(self._workers):
            self._dismiss(worker)
        self._networks.end()

    # ---- how many ------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Workers that find no room wait, and an autoscaling cluster brings machines for them."""
        now = time.monotonic()
        if self._workers and now - self._looked < LOOK_SECONDS:
            return
        self._looked, there = now, machines()
        for worker in list(self._workers):
            if worker.ready and worker.machine not in there and not worker.hands:
                self._dismiss(worker)
        started = sum(1 for worker in self._workers if worker.ready)
        if started:
            self._without_since = now
        elif now - self._without_since > self._patience_seconds:
            minutes = self._patience_seconds / 60
            raise EngineFailed(
                say("For {minutes:.0f} min the cluster had no room for a worker.", minutes=minutes),
                say("Look at it with `ray status`: a worker asks for one CPU."),
            )
        self._watch_networks()
        cores = int(sum(machine.cpus for machine in there.values()))
        wanted = self._most or max(started, cores) + 1 + started // SPARE
        while len(self._workers) < wanted:
            self._hire()

    def _hire(self) -> None:
        options = {"num_cpus": 1, "max_restarts": 0, "scheduling_strategy": "SPREAD"}
        actor: Any = ray.remote(Actor).options(**options).remote(self._produce, self._environment)
        self._workers.append(Worker(actor, actor.hello.remote()))

    # ---- one worker ----------------------------------------------------------------------------------------

    def _hear(self, worker: Worker) -> Iterator[tuple[Hand, Any]]:
        if not worker.ready:
            self._greet(worker)
            return
        while worker.hands:
            ref, hand = next(iter(worker.hands.items()))
            if not ray.wait([ref], timeout=0)[0]:
                return
            try:
                answer, worker.memory_bytes = ray.get(ref)
                worker.retired |= 0 < (self._limits.memory_bytes or 0) < worker.memory_bytes
            except RayActorError:
                reason = say("The process died at this photo: out of memory, or a crash in a library.")
                yield from self._lose(worker, "died", reason)
                return
            except ObjectLostError:  # its bytes went with a machine: the next worker reads them itself
                self._again.append(replace(hand, order=replace(hand.order, data=None)))
            except RayError as exc:
                yield hand, Broken(say("bug: {what}", what=_last_line(exc)), str(exc))
            else:
                yield hand, answer
            del worker.hands[ref]
            worker.since = time.monotonic()

    def _greet(self, worker: Worker) -> None:
        try:
            hello: Hello | None = cast("Any", ray.get(worker.hello))
        except RayError as exc:
            self._dismiss(worker)
            self._count_false_start(exc)
            return
        if hello is not None:
            self._check(hello)
            worker.machine, there = hello.node, machines().get(hello.node)
            if there is not None and there.gpus:
                worker.hello = worker.actor.join.remote(self._networks.place_on(hello.node))
                return
        self._false_starts = 0
        worker.ready = True

    def _count_false_start(self, exc: RayError) -> None:
        if isinstance(exc, RayActorError) and not exc.actor_init_failed:
            return  # it went with its machine; without any, patience ends
        self._false_starts += 1
        if self._false_starts >= FALSE_STARTS:
            why = say("No worker can start in the cluster: {why}.", why=verbatim(_last_line(exc)))
            raise EngineFailed(why, _cure()) from exc

    def _watch_networks(self) -> None:
        """Where those of a machine died, its workers have nobody to ask: other workers take their place."""
        for machine, exc in self._networks.lost():
            for worker in [one for one in self._workers if one.machine == machine]:
                self._dismiss(worker)
                self._again.extend(worker.hands.values())
            self._count_false_start(exc)

    def _check(self, hello: Hello) -> None:
        """What would spoil every photo is told before the first one."""
        ours, theirs = packshot.__version__, hello.version
        if theirs != ours:
            what = say("The cluster has packshot {theirs}, here is {ours}.", theirs=theirs, ours=ours)
            raise BadOption(what, _cure())
        if hello.run != self._run:
            place = self._produce.store.url
            raise BadOption(
                say("{place} is on this machine, and not on those of the cluster.", place=place),
                say("Give a bucket (s3://…), or a disk that all machines have under the same path."),
            )

    def _watch(self, worker: Worker) -> Iterator[tuple[Hand, Any]]:
        if worker not in self._workers:
            return
        seconds = self._limits.seconds
        if seconds and worker.hands and time.monotonic() - worker.since > seconds:
            reason = say("It took longer than {seconds:.0f} s.", seconds=seconds)
            yield from self._lose(worker, "too_slow", reason)
        elif worker.retired and not worker.hands:
            self._dismiss(worker)
            self._hire()

    def _lose(self, worker: Worker, code: str, reason: Words) -> Iterator[tuple[Hand, Any]]:
        """What lay with it goes to others. Only what it was at is to blame, and not if its machine went."""
        self._dismiss(worker)
        self._hire()
        blamed, *others = worker.hands.values()
        self._again.extend(others)
        if worker.machine in machines():
            blamed.killed += 1
            for hand in worker.hands.values():
                hand.alone = True
        if blamed.killed == ATTEMPTS or blamed.attempts == MOST_ATTEMPTS:
            yield blamed, Broken(reason, code=code)
        else:
            blamed.attempts += 1
            self._again.append(blamed)

    def _dismiss(self, worker: Worker) -> None:
        self._workers.remove(worker)
        ray.kill(worker.actor)


def _last_line(exc: Exception) -> str:
    return str(exc).strip().rpartition("\n")[2].rstrip(".")


def _cure() -> Words:
    command = f'pip install "packshot[batch,ray]=={packshot.__version__}"'
    return say("Every machine of it needs packshot, of the same version: {command}", command=command)
