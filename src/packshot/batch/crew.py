"""Workers: processes that each do one task after the other, watched from here.

One that dies, sticks or swells is replaced; only the task that it was at is to blame, and that one is tried
once more. While a worker is at a task, the next one already lies with it, so that none waits for us.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

from packshot.errors import EngineFailed
from packshot.words import Words, say

IN_HAND = 2
"""Tasks a worker: the one it is at, and the next."""
ATTEMPTS = 2
FALSE_STARTS = 3
"""Workers in a row that died before they could work: then it is not the photos."""
START_SECONDS = 120.0
"""For a worker to be ready: far longer than its imports take, whatever else the machine does."""
GIVE_UP_SECONDS = 30.0
"""For workers to finish what they are at, when all is over."""
SWOLLEN = 1.6
"""Times the memory limit: in the middle of a task, too. At the limit itself a worker ends after its task."""


@dataclass(frozen=True, slots=True)
class Broken:
    """No answer: why not, and the traceback where it was a bug of ours."""

    reason: Words
    traceback: str = ""
    code: str = "bug"
    """bug, died, too_slow, too_much_memory."""


@dataclass(frozen=True, slots=True)
class Limits:
    """None sets none."""

    seconds: float | None = None
    """For one task."""
    memory_bytes: int | None = None
    """Of one worker."""


@dataclass(slots=True)
class Hand:
    """A task on its way."""

    index: int
    task: Any
    attempts: int = 1


@dataclass(slots=True, eq=False)
class Worker:
    process: Any
    pipe: Connection
    post: queue.SimpleQueue[bytes | None]
    """What is to be sent to it. A worker that sticks takes nothing, and we must not stick with it."""
    sender: threading.Thread
    hands: deque[Hand] = field(default_factory=deque)
    """What lies with it, in order; it is at the first."""
    ready: bool = False
    since: float = 0.0
    """When it began the task that it is at."""
    memory_bytes: int = 0
    retired: bool = False


class Crew:
    def __init__(self, work: Callable[[Any], Any], size: int, limits: Limits) -> None:
        self._work, self._limits = work, limits
        self._false_starts = 0
        self._again: deque[Hand] = deque()
        self.workers = [self._hire() for _ in range(size)]

    @property
    def has_room(self) -> bool:
        return not self._again and self._next is not None

    @property
    def is_idle(self) -> bool:
        return not self._again and not any(worker.hands for worker in self.workers)

    @property
    def memory_bytes(self) -> int:
        """Of the largest worker, as far as it told."""
        return max(worker.memory_bytes for worker in self.workers)

    @property
    def _next(self) -> Worker | None:
        """Who is to be given the next task; None where all have enough."""
        free = [worker for worker in self.workers if len(worker.hands) < IN_HAND and not worker.retired]
        return min(free, key=lambda worker: len(worker.hands), default=None)

    def give(self, hand: Hand) -> None:
        worker = self._next
        assert worker is not None
        if not worker.hands:
            worker.since = time.monotonic()
        worker.hands.append(hand)
        worker.post.put(bytes(ForkingPickler.dumps((hand.task,))))

    def answers(self, timeout: float) -> Iterator[tuple[Hand, Any]]:
        """What is ready by then."""
        ends = {end: worker for worker in self.workers for end in (worker.pipe, worker.process.sentinel)}
        for worker in dict.fromkeys(ends[end] for end in wait(list(ends), timeout)):
            yield from self._hear(worker)
        for worker in list(self.workers):
            yield from self._watch(worker)
        while self._again and self._next is not None:
            self.give(self._again.popleft())

    def end(self) -> None:
        """What is in hand is finished first, within reason."""
        for worker in self.workers:
            worker.post.put(bytes(ForkingPickler.dumps(None)))
        until = time.monotonic() + GIVE_UP_SECONDS
        for worker in self.workers:
            worker.process.join(max(0.0, until - time.monotonic()))
            self._dismiss(worker)

    # ---- one worker ----------------------------------------------------------------------------------------

    def _hire(self) -> Worker:
        # spawn: threads of OpenCV and of inference runtimes don't survive a fork
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
        process.start()
        theirs.close()
        post: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        sender = threading.Thread(target=_send, args=(ours, post), daemon=True)
        sender.start()
        return Worker(process, ours, post, sender, since=time.monotonic())

    def _hear(self, worker: Worker) -> Iterator[tuple[Hand, Any]]:
        try:
            while worker.pipe.poll():
                kind, answer, worker.memory_bytes = worker.pipe.recv()
                worker.since = time.monotonic()
                if kind == "ready":
                    worker.ready, self._false_starts = True, 0
                else:
                    worker.retired |= self._is_large(worker.memory_bytes)
                    yield worker.hands.popleft(), done(ForkingPickler.loads, answer)
        except (EOFError, OSError):
            yield from self._replace(
                worker, "died", say("The process died at this photo: out of memory, or a crash in a library.")
            )

    def _watch(self, worker: Worker) -> Iterator[tuple[Hand, Any]]:
        if worker not in self.workers:
            return
        seconds, memory = self._limits.seconds, self._limits.memory_bytes
        spent = time.monotonic() - worker.since
        if seconds and worker.ready and worker.hands and spent > seconds:
            reason = say("It took longer than {seconds:.0f} s.", seconds=seconds)
            yield from self._replace(worker, "too_slow", reason)
        elif not worker.ready and spent > START_SECONDS:
            yield from self._replace(worker, "died", say("The process did not start."))
        elif memory and memory_of(worker.process.pid) > SWOLLEN * memory:
            reason = say("It took more than {size:.0f} MB of memory.", size=SWOLLEN * memory / 1e6)
            yield from self._replace(worker, "too_much_memory", reason)
        elif worker.retired and not worker.hands:
            self.workers[self.workers.index(worker)] = self._hire()
            self._dismiss(worker)

    def _is_large(self, memory_bytes: int) -> bool:
        """It ends when what lies with it is done."""
        return self._limits.memory_bytes is not None and memory_bytes > self._limits.memory_bytes

    def _replace(self, worker: Worker, code: str, reason: Words) -> Iterator[tuple[Hand, Any]]:
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts >= FALSE_STARTS:
                raise EngineFailed(
                    say("No worker can start here: {count} ended at once.", count=self._false_starts),
                    say("Run packshot doctor; with little memory, use fewer workers."),
                )
        self.workers[self.workers.index(worker)] = self._hire()
        self._dismiss(worker)
        # One that had grown too large before is no fault of the photo that it was given next.
        innocent = not worker.ready or (worker.retired and code == "too_much_memory")
        blamed = worker.hands.popleft() if worker.hands and not innocent else None
        self._again.extend(worker.hands)
        if blamed is not None and blamed.attempts < ATTEMPTS:
            blamed.attempts += 1
            self._again.append(blamed)
        elif blamed is not None:
            yield blamed, Broken(reason, code=code)

    def _dismiss(self, worker: Worker) -> None:
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join()
        worker.post.put(None)
        worker.sender.join()  # at once: nobody is left to take what it sends
        worker.pipe.close()


def _send(pipe: Connection, post: queue.SimpleQueue[bytes | None]) -> None:
    with suppress(OSError):  # it has died, and is heard of elsewhere
        while (data := post.get()) is not None:
            pipe.send_bytes(data)


# ---- in the worker -----------------------------------------------------------------------------------------


def _serve(pipe: Connection, work: Callable[[Any], Any]) -> None:
    settle()
    waiting: queue.Queue[tuple[Any] | None] = queue.Queue()
    threading.Thread(target=_take, args=(pipe, waiting), daemon=True).start()
    pipe.send(("ready", None, memory_of(os.getpid())))
    while (given := waiting.get()) is not None:
        answer = done(lambda task: ForkingPickler.dumps(work(task)), given[0])
        given = None  # a photo's bytes need not wait for the next one
        if isinstance(answer, Broken):
            answer = ForkingPickler.dumps(answer)
        pipe.send(("answer", bytes(answer), memory_of(os.getpid())))


def _take(pipe: Connection, waiting: queue.Queue[tuple[Any] | None]) -> None:
    """Takes tasks off the pipe, so that who sends them never waits. Where the parent is gone, so are we."""
    try:
        while True:
            given = pipe.recv()
            waiting.put(given)
            if given is None:
                return
    except (EOFError, OSError):
        os._exit(1)


def done(work: Callable[[Any], Any], task: Any) -> Any:
    """A bug at one photo must not cost the others theirs; it is told as what it is."""
    try:
        return work(task)
    except Exception as exc:
        return _bug(exc)


def _bug(exc: Exception) -> Broken:
    last = traceback.format_exception_only(exc)[-1].strip()
    return Broken(say("bug: {what}", what=last), "".join(traceback.format_exception(exc)))


def settle() -> None:
    """One thread a worker: the cores are shared by processes. Ctrl-C is for the parent to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    import cv2

    cv2.setNumThreads(1)


def memory_of(pid: int) -> int:
    """Bytes in real memory; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
