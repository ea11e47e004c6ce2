"""Does work on many items, some at a time, in processes of their own; every item gets an answer.

One item is done right here. A worker that dies (no memory, a crash in a native library) costs the others
nothing: its item is tried once more, and given up only where it kills again.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from packshot.batch.crew import IN_HAND, Broken, Crew, Hand, Limits, done

__all__ = ["IN_HAND", "Broken", "Done", "Limits", "Stop", "default_jobs", "in_order", "run"]

Task = TypeVar("Task")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Done(Generic[Answer]):
    index: int
    """Of the task, in the order they were given."""
    answer: Answer | Broken
    attempts: int = 1


def run(
    tasks: Iterable[Task],
    work: Callable[[Task], Answer],
    *,
    jobs: int,
    here: bool = False,
    limits: Limits = Limits(),  # noqa: B008 – frozen
    watch: Callable[[Crew], None] = lambda crew: None,
) -> Iterator[Done[Answer]]:
    """Answers as they come. `here` works in this process, one by one. Close the iterator to stop early:
    what is in hand is finished first (and lost: ask for the rest to keep it)."""
    numbered = enumerate(tasks)
    if here:
        for index, task in numbered:
            yield Done(index, done(work, task))
        return
    with quiet_interrupts() as stop:
        crew = Crew(work, jobs, limits)
        watch(crew)
        yield from _in_processes(numbered, crew, stop)


def in_order(done: Iterable[Done[Answer]]) -> Iterator[Done[Answer]]:
    """The same, in the order of the tasks; holds back only what overtook."""
    waiting: dict[int, Done[Answer]] = {}
    upcoming = 0
    for one in done:
        waiting[one.index] = one
        while upcoming in waiting:
            yield waiting.pop(upcoming)
            upcoming += 1
    yield from (waiting[index] for index in sorted(waiting))  # after a stop there are gaps


def default_jobs() -> int:
    with_affinity = getattr(os, "sched_getaffinity", None)
    return len(with_affinity(0)) if with_affinity else os.cpu_count() or 1


class Stop:
    """Set by Ctrl-C: no new items, those in hand are finished."""

    def __init__(self) -> None:
        self.asked = False


@contextmanager
def quiet_interrupts() -> Iterator[Stop]:
    """The first Ctrl-C asks to stop, the second one stops."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def on_interrupt(_signal: int, _frame: object) -> None:
        stop.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
    if stop.asked:
        raise KeyboardInterrupt


def _in_processes(tasks: Iterator[tuple[int, Task]], crew: Crew, stop: Stop) -> Iterator[Done[Answer]]:
    try:
        more = True
        while more or not crew.is_idle:
            while more and crew.has_room:
                numbered = None if stop.asked else next(tasks, None)
                if numbered is None:
                    more = False
                else:
                    crew.give(Hand(*numbered))
            for hand, answer in crew.answers(timeout=0.2):
                yield Done(hand.index, answer, hand.attempts)
    finally:
        crew.end()
