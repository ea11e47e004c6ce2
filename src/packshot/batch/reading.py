"""Bytes before they are needed: some threads read ahead while the cores work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from packshot.batch.origins import Origin, unreadable
from packshot.errors import PackshotError, StoreFailed

Task = TypeVar("Task")


@dataclass(frozen=True, slots=True)
class Read(Generic[Task]):
    """A photo that was read, or why it could not be."""

    task: Task
    data: Any = field(default=b"", repr=False)
    """Its bytes, or what stands for them where they lie on another machine."""
    sha256: str = ""
    size_bytes: int = 0
    error: PackshotError | None = None


def read(task: Task, origin: Origin) -> Read[Task]:
    """A photo's own fault is an answer, and so is a bug of ours; a store that fails ends the run."""
    try:
        data = origin.read()
    except StoreFailed:
        raise
    except PackshotError as error:
        return Read(task, error=error)
    except Exception as exc:
        return Read(task, error=unreadable(origin.where, f"{type(exc).__name__}: {exc}"))
    return Read(task, data, hashlib.sha256(data).hexdigest(), len(data))


def read_ahead(
    tasks: Iterable[Task], origin_of: Callable[[Task], Origin], *, threads: int, ahead: int
) -> Iterator[Read[Task]]:
    """As they come, at most `ahead` of them in memory. A slow one holds up nobody while others come."""
    waiting = iter(tasks)
    on_the_way: set[Future[Read[Task]]] = set()
    with ThreadPoolExecutor(threads, thread_name_prefix="read") as pool:
        try:
            more = True
            while more or on_the_way:
                while more and len(on_the_way) < ahead:
                    try:
                        task = next(waiting)
                    except StopIteration:
                        more = False
                    else:
                        on_the_way.add(pool.submit(read, task, origin_of(task)))
                ready, on_the_way = (
                    wait(on_the_way, return_when=FIRST_COMPLETED) if on_the_way else ((), set())
                )
                for one in ready:
                    yield one.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
