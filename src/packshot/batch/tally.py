"""How a run stands, while it goes: for the eye, and for those who measure."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from packshot.batch.receipts import Row

RECENT = 60.0
"""Seconds over which the rate is told: that of the last minute says how long the rest will take."""


@dataclass
class Tally:
    clock: Callable[[], float] = time.monotonic
    statuses: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    """Milliseconds by stage, over all photos."""
    twins: int = 0
    listed: int | None = None
    """Photos of the source, as soon as somebody has counted them."""
    also: Callable[[Row], None] = lambda row: None
    """Who else is to see every receipt as it comes."""
    done_before: Callable[[], int] = lambda: 0
    """Photos of the source that needed nothing, so far."""
    _ticks: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.started = self.clock()
        self._ticks = [(self.started, 0)]

    def add(self, row: Row) -> None:
        self.also(row)
        self.statuses[row["status"]] += 1
        self.twins += row["same_as"] is not None
        for one in row["stages"]:
            if not one["stage"].startswith("look: "):  # they are within "look and judge"
                self.stages[one["stage"]] += one["ms"]
        now = self.clock()
        if now - self._ticks[-1][0] >= 1.0:
            self._ticks.append((now, self.done))
            while len(self._ticks) > 2 and now - self._ticks[1][0] > RECENT:
                self._ticks.pop(0)

    @property
    def done(self) -> int:
        return self.statuses.total()

    @property
    def seconds(self) -> float:
        return self.clock() - self.started

    @property
    def rate(self) -> float:
        """Photos a second, of late."""
        then, done = self._ticks[0]
        return (self.done - done) / max(self.clock() - then, 1e-6)

    @property
    def seconds_left(self) -> float | None:
        if self.left is None or not self.done or self.rate <= 0:
            return None
        return self.left / self.rate

    @property
    def left(self) -> int | None:
        """Photos to do; at most, while those that are done already are still being met."""
        return None if self.listed is None else max(0, self.listed - self.done_before() - self.done)

    @property
    def slowest_stage(self) -> tuple[str, float] | None:
        """Its name, and its share of all time."""
        if not self.stages:
            return None
        name, spent = self.stages.most_common(1)[0]
        return name, spent / max(self.stages.total(), 1e-6)
