"""Processes that work on photos, for threads that wait for them.

The batch's crew, which replaces a worker that dies, sticks or swells, is for one thread alone. Here one
thread keeps it, and any other hands in a task and waits for the answer.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from packshot.batch.crew import Crew, Hand, Limits

PAUSE = 0.01
"""Seconds between two looks at new tasks, while photos are in work."""
REST = 1.0
"""Between two looks at processes that have nothing to do; a new task ends it at once."""

Task = tuple[Any, Future[Any]]


class Workbench:
    def __init__(self, work: Callable[[Any], Any], size: int, limits: Limits) -> None:
        self._work, self._size, self._limits = work, size, limits
        self._waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._ends = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="workbench", daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        return self._size

    def do(self, task: Any) -> Any:
        """The answer, or `Broken`. Raises what ended the bench, where it has ended."""
        if self._error is not None or self._ends.is_set():
            raise RuntimeError("the workbench has ended") from self._error
        future: Future[Any] = Future()
        self._waiting.put((task, future))
        return future.result()

    def end(self) -> None:
        """What is in hand is finished first."""
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        futures: dict[int, Future[Any]] = {}
        try:
            crew = Crew(self._work, self._size, self._limits)
            try:
                self._serve(crew, futures)
            finally:
                crew.end()
        except BaseException as exc:  # who waits must hear that nobody comes
            self._error = exc
        finally:
            ended = self._error or RuntimeError("the workbench has ended")
            while not self._waiting.empty():
                futures[-1 - len(futures)] = self._waiting.get()[1]
            for future in futures.values():
                future.set_exception(ended)

    def _serve(self, crew: Crew, futures: dict[int, Future[Any]]) -> None:
        number = 0
        while not (self._ends.is_set() and crew.is_idle):
            while crew.has_room and (given := self._next(wait=REST if crew.is_idle else 0)):
                number += 1
                task, futures[number] = given
                crew.give(Hand(number, task))
            for hand, answer in crew.answers(timeout=0 if crew.is_idle else PAUSE):
                futures.pop(hand.index).set_result(answer)

    def _next(self, *, wait: float) -> Task | None:
        try:
            return self._waiting.get(timeout=wait) if wait else self._waiting.get_nowait()
        except queue.Empty:
            return None
