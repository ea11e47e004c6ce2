"""Does the catalogue look like one? How light, strong and large its pictures are, and which fall out.

Pictures of one category and variant should be alike. What is usual there is told by the median, how far they
usually are from it by the median distance (MAD): neither moves when a few pictures are far off. Both come
from fixed bins, so one pass is enough; they are true to half a bin. All outliers are counted, the furthest
are listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packshot.report.catalogue.cases import Case, Foremost, Row
from packshot.report.catalogue.tally import Histogram, finite, steps
from packshot.words import Words, say

Z_LIMIT = 3.5
"""Spreads from the median: Iglewicz and Hoaglin's limit for the modified z-score (1993)."""
TO_SIGMA = 1.4826
"""MAD × this is the standard deviation where values are spread normally."""
FEWEST = 12
"""Pictures of a group from which one can say what is usual."""
MOST_GROUPS = 500
"""Further categories are not measured one by one; a taxonomy has fewer."""
MOST_LISTED = 8
"""At each end of a group."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One way in which pictures of a catalogue should be alike."""

    name: str
    title: Words
    unit: str
    edges: tuple[float, ...]
    unseen: float
    """A difference that nobody sees: no smaller spread is held against a picture."""


MEASURES = (
    Measure("tone", say("How light the goods are"), "L*", steps(0, 100, 400), 2.0),
    Measure("contrast", say("Contrast of the goods"), "L*", steps(0, 100, 400), 3.0),
    Measure("fill_share", say("Size in the frame"), "%", steps(0, 1, 400), 0.01),
    Measure("shadow_share", say("Shadow's share of the picture"), "%", steps(0, 1, 400), 0.005),
)


@dataclass(frozen=True, slots=True)
class Outlier:
    measure: str
    category: str
    variant: str
    value: float
    median: float
    z: float
    case: Case

    def as_dict(self) -> dict[str, Any]:
        return {
            "key": self.case.key,
            "measure": self.measure,
            "category": self.category,
            "variant": self.variant,
            "value": round(self.value, 4),
            "median": round(self.median, 4),
            "z": round(self.z, 2),
        }


@dataclass(frozen=True, slots=True)
class Evenness:
    """Of one measure in one category and variant."""

    measure: str
    category: str
    variant: str
    pictures: int
    median: float
    spread: float
    """Standard deviation as the MAD tells it; not below what nobody sees."""
    outliers: int
    furthest: tuple[Outlier, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "measure": self.measure,
            "category": self.category,
            "variant": self.variant,
            "pictures": self.pictures,
            "median": round(self.median, 4),
            "spread": round(self.spread, 4),
            "outliers": self.outliers,
            "furthest": [one.as_dict() for one in self.furthest],
        }


class _Group:
    """The pictures of one category and variant, by one measure."""

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.seen = Histogram(measure.edges)
        self.lowest, self.highest = Foremost(MOST_LISTED), Foremost(MOST_LISTED)

    def add(self, value: float, row: Row) -> None:
        self.seen.add(value)
        self.lowest.add(-value, row)
        self.highest.add(value, row)

    def told(self, category: str, variant: str) -> Evenness | None:
        median = self.seen.quantile(0.5)
        if median is None or self.seen.count < FEWEST:
            return None
        spread = max(TO_SIGMA * self.seen.spread(median), self.measure.unseen)
        far = Z_LIMIT * spread
        ends = [(-score, case) for score, case in self.lowest.scored()] + self.highest.scored()
        furthest = {
            case.key: Outlier(
                self.measure.name, category, variant, value, median, (value - median) / spread, case
            )
            for value, case in ends
            if abs(value - median) > far
        }
        return Evenness(
            self.measure.name,
            category,
            variant,
            self.seen.count,
            median,
            spread,
            max(len(furthest), self.seen.beyond(median - far, median + far)),
            tuple(sorted(furthest.values(), key=lambda one: (-abs(one.z), one.case.key))),
        )


class Evennesses:
    """Of all categories and variants; outputs are added as they come."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], dict[str, _Group]] = {}

    def add(self, row: Row, output: Mapping[str, Any]) -> None:
        place = (row.get("category") or "", output["variant"])
        if place not in self._groups:
            if len(self._groups) >= MOST_GROUPS:
                return
            self._groups[place] = {measure.name: _Group(measure) for measure in MEASURES}
        for name, group in self._groups[place].items():
            if (value := finite(output.get(name))) is not None:
                group.add(value, row)

    def __iter__(self) -> Iterator[Evenness]:
        for (category, variant), groups in sorted(self._groups.items()):
            for group in groups.values():
                if told := group.told(category, variant):
                    yield told


def furthest(evennesses: Sequence[Evenness], most: int) -> list[Outlier]:
    """Of all groups, a picture once: the light and the dark one of a photo are usually far off together."""
    far = sorted(
        (one for told in evennesses for one in told.furthest), key=lambda one: (-abs(one.z), one.case.key)
    )
    first: dict[tuple[str, str], Outlier] = {}
    for one in far:
        first.setdefault((one.case.key, one.measure), one)
    return list(first.values())[:most]
