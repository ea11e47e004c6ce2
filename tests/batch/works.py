"""Works that stand in for the journey where a test is about the run; workers import them from here."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packshot.batch.names import Item
from packshot.batch.writing import Task, Written, failed_line, line_of, placed, still_holds, write_files
from packshot.errors import Refused


@dataclass(frozen=True)
class Copy:
    """Writes the photo's bytes as its result; what the photo says can make it break."""

    out: Path
    pause: float = 0.0
    options: str = ""

    def planned(self, item: Item) -> tuple[str, ...]:
        return (placed(item, f"{item.sku}_copy.txt"),)

    def __call__(self, task: Task) -> Written:
        data = task.item.origin.read()
        identity: dict[str, Any] = {"photo_sha256": hashlib.sha256(data).hexdigest(), "options": self.options}
        if still_holds(task.previous, identity, task, self.out):
            assert task.previous is not None
            return Written(task.previous, resumed=True)
        if data == b"bug":
            raise ZeroDivisionError("a bug of ours")
        if data == b"die":
            os._exit(9)
        if data == b"die once":
            marker = self.out.with_name("died")
            if not marker.exists():
                marker.touch()
                os._exit(9)
        time.sleep(self.pause)
        try:
            digests = write_files(task, self.out, {task.planned[0]: data + self.options.encode()})
        except Refused as error:
            return Written(failed_line(task.item, error.message, error))
        return Written(line_of(task.item, {"status": "fixed", "reasons": [], "identity": identity}, digests))


def double(number: int) -> int:
    return number * 2


def slow_first(number: int) -> int:
    time.sleep(0.5 if number == 0 else 0.0)
    return number


def fatal(number: int) -> int:
    """Every fifth number ends the process that works on it."""
    if number % 5 == 0:
        os._exit(3)
    return number
