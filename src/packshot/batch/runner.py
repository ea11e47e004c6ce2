"""Does work on many items, some at a time, in processes of their own; every item gets an answer.

One item is done right here. A worker that dies (no memory, a crash in a native library) costs at most the
items that were in hand: each is tried again alone, and only one that kills again is given up.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from packshot.words import Words, say

Task = TypeVar("Task")
Answer = TypeVar("Answer")

log = logging.getLogger(__name__)

IN_HAND = 3
"""Items handed out per worker: enough that none waits for the next, few enough that memory stays flat."""


@dataclass(frozen=True, slots=True)
class Broken:
    """No answer: why not, and the traceback where it was a bug of ours."""

    reason: Words
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Done(Generic[Answer]):
    index: int
    """Of the task, in the order they were given."""
    answer: Answer | Broken


def run(
    tasks: Iterable[Task], work: Callable[[Task], Answer], *, jobs: int, here: bool = False
) -> Iterator[Done[Answer]]:
    """Answers as they come. `here` works in this process, one by one. Close the iterator to stop early:
    what is in hand is finished first (and lost: ask for the rest to keep it)."""
    numbered = enumerate(tasks)
    if here:
        for index, task in numbered:
            yield Done(index, _answer(work, task))
        return
    with quiet_interrupts() as stop:
        yield from _in_processes(numbered, work, jobs, stop)


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


def _in_processes(
    tasks: Iterator[tuple[int, Task]], work: Callable[[Task], Answer], jobs: int, stop: Stop
) -> Iterator[Done[Answer]]:
    pool = _pool(jobs)
    in_hand: dict[Future[Answer | Broken], tuple[int, Task]] = {}
    try:
        more = True
        while more or in_hand:
            lost: list[tuple[int, Task]] = []
            while more and not lost and not stop.asked and len(in_hand) < jobs * IN_HAND:
                numbered = next(tasks, None)
                if numbered is None:
                    more = False
                    break
                try:
                    in_hand[pool.submit(_answer, work, numbered[1])] = numbered
                except BrokenProcessPool:  # a worker died since the last answer
                    lost.append(numbered)
            if stop.asked:
                more = False
                for future in [future for future in in_hand if future.cancel()]:
                    del in_hand[future]
            ready, _ = wait(in_hand, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in ready:
                index, task = in_hand.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    lost.append((index, task))
                else:
                    yield Done(index, future.result())
            if lost:
                pool.shutdown(wait=True, cancel_futures=True)
                yield from _one_by_one(lost, in_hand, work)
                in_hand.clear()
                pool = _pool(jobs)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one_by_one(
    lost: list[tuple[int, Task]],
    in_hand: dict[Future[Answer | Broken], tuple[int, Task]],
    work: Callable[[Task], Answer],
) -> Iterator[Done[Answer]]:
    """After a worker died: answers that were ready are kept, all else that was in hand is done alone."""
    for future, (index, task) in in_hand.items():
        if future.cancelled() or future.exception() is not None:
            lost.append((index, task))
        else:
            yield Done(index, future.result())
    log.warning("a worker died; %d photos are tried again, one by one", len(lost))
    for index, task in sorted(lost, key=lambda pair: pair[0]):
        yield Done(index, _alone(work, task))


def _alone(work: Callable[[Task], Answer], task: Task) -> Answer | Broken:
    """Twice, for at the first death nobody could know whether it was this one that killed."""
    for _ in range(2):
        with _pool(1) as pool:
            try:
                return pool.submit(_answer, work, task).result()
            except BrokenProcessPool:
                continue
    return Broken(say("The process died twice at this photo: out of memory, or a crash in a library."))


def _answer(work: Callable[[Task], Answer], task: Task) -> Answer | Broken:
    """A bug at one photo must not cost the others theirs; it is told as what it is."""
    try:
        return work(task)
    except Exception as exc:
        last = traceback.format_exception_only(exc)[-1].strip()
        return Broken(say("bug: {what}", what=last), traceback.format_exc())


def _pool(jobs: int) -> ProcessPoolExecutor:
    # spawn: threads of OpenCV and of inference runtimes don't survive a fork
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_settle)


def _settle() -> None:
    """One thread a worker: the cores are shared by processes. Ctrl-C is for the parent to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    threading.Thread(target=_leave_with_the_parent, daemon=True).start()
    import cv2

    cv2.setNumThreads(1)


def _leave_with_the_parent() -> None:
    """A parent that was killed says nothing: its workers would wait for ever, with all they hold."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
