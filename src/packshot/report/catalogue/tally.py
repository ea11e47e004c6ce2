"""Counts and spreads of any number of photos in a bounded room, the same in whatever order they come."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

OTHER = "…"
"""Where the photos of all further names are counted."""


class Tally:
    """How many of each name; no more than `most` names, so that hostile names cannot fill the memory."""

    def __init__(self, *names: str, most: int = 1000) -> None:
        self._counts = dict.fromkeys(names, 0)
        self._most = most

    def add(self, name: str | None, count: int = 1) -> None:
        name = name or ""
        if name not in self._counts and len(self._counts) >= self._most:
            name = OTHER
        self._counts[name] = self._counts.get(name, 0) + count

    def __getitem__(self, name: str) -> int:
        return self._counts.get(name, 0)

    def __len__(self) -> int:
        return len(self._counts)

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    @property
    def total(self) -> int:
        return sum(self._counts.values())

    def as_dict(self) -> dict[str, int]:
        """The most frequent first; of equal ones by name."""
        return dict(sorted(self._counts.items(), key=lambda one: (-one[1], one[0])))


@dataclass
class Histogram:
    """Counts between edges: `counts[0]` lies below the first edge, `counts[-1]` above the last."""

    edges: Sequence[float]
    counts: array[int] = field(init=False)
    missing: int = 0
    """Photos that have no such figure."""

    def __post_init__(self) -> None:
        self.counts = array("Q", bytes(8 * (len(self.edges) + 1)))

    def add(self, value: Any) -> None:
        number = finite(value)
        if number is None:
            self.missing += 1
        else:
            self.counts[self.place(number)] += 1

    def place(self, value: float) -> int:
        """Of its bin in `counts`; what is just as large as the last edge, as a share of 1, lies below it."""
        place = bisect_right(self.edges, value)
        return place - 1 if value == self.edges[-1] else place

    @property
    def count(self) -> int:
        return sum(self.counts)

    def quantile(self, share: float) -> float | None:
        """The middle of the bin in which it lies: true to half a bin."""
        wanted = share * self.count
        if not self.count:
            return None
        bin_ = next(place for place, sum_ in enumerate(accumulate(self.counts)) if sum_ >= wanted and sum_)
        return self.middle(bin_)

    def middle(self, bin_: int) -> float:
        low = self.edges[max(0, bin_ - 1)]
        high = self.edges[min(bin_, len(self.edges) - 1)]
        return (low + high) / 2

    def spread(self, median: float) -> float:
        """Median of the distances from the median (MAD), of bins' middles."""
        away = sorted((abs(self.middle(place) - median), n) for place, n in enumerate(self.counts) if n)
        half, seen = self.count / 2, 0
        for distance, n in away:
            seen += n
            if seen >= half:
                return distance
        return 0.0

    def beyond(self, low: float, high: float) -> int:
        """How many lie in bins whose middle is outside."""
        return sum(n for place, n in enumerate(self.counts) if n and not low <= self.middle(place) <= high)

    def as_dict(self) -> dict[str, Any]:
        return {
            "edges": [round(edge, 4) for edge in self.edges],
            "counts": list(self.counts),
            "count": self.count,
            "missing": self.missing,
        }


def steps(first: float, last: float, bins: int) -> tuple[float, ...]:
    return tuple(first + (last - first) * place / bins for place in range(bins + 1))


def ratios(first: float, last: float, bins: int) -> tuple[float, ...]:
    """Each so many times the one before: for times, which reach from milliseconds to minutes."""
    return tuple(first * (last / first) ** (place / bins) for place in range(bins + 1))


def finite(value: Any) -> float | None:
    """None where a receipt holds no number."""
    if isinstance(value, (int, float)) and math.isfinite(value):
        return float(value)
    return None
