"""Single photos out of millions: the most of something, and a sample that is drawn alike in any order."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from packshot.report.catalogue.tally import finite
from packshot.words import LANGUAGES

Row = Mapping[str, Any]
"""A receipt: the columns that `Survey.COLUMNS` names, as plain values."""

LONGEST = 400
"""Letters of a title or reason that are kept; a feed may hold whole books."""
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Case:
    """What pages and tables show of one photo."""

    key: str
    sku: str
    title: str
    status: str
    reasons: Mapping[str, tuple[str, ...]]
    """In each language."""
    rules: tuple[str, ...]
    """Errors and warnings of the photo as it came."""
    left: tuple[str, ...]
    """Those still found in a picture that was made."""
    confidence: float | None
    delta_e: float | None
    ms: float | None
    outputs: Mapping[str, str]
    """Variant → file."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def case_of(row: Row) -> Case:
    outputs = row.get("outputs") or ()
    return Case(
        key=row["key"],
        sku=row.get("sku") or "",
        title=(row.get("title") or "")[:LONGEST],
        status=row.get("status") or "",
        reasons={
            language: tuple(one[:LONGEST] for one in (row.get(f"reasons_{language}") or ())[:MOST_REASONS])
            for language in LANGUAGES
        },
        rules=_rules(row.get("findings") or ()),
        left=_rules(finding for one in outputs for finding in one.get("findings") or ()),
        **{name: finite(row.get(name)) for name in ("confidence", "delta_e", "ms")},
        outputs={one["variant"]: one["file"] for one in outputs},
    )


def _rules(findings: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one["rule"] for one in findings if one["severity"] in ("error", "warning")))


class Foremost:
    """The photos of the highest score; of equal ones those whose keys come last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple[float, str, int, Case]] = []
        self._seen = 0

    def add(self, score: float | None, row: Row) -> None:
        """A row is read only where it will be kept."""
        if score is None or not self._most:
            return
        if len(self._kept) == self._most and score < self._kept[0][0]:
            return  # as nearly every photo of a large run
        self._seen += 1
        rank = (score, row["key"])
        if len(self._kept) < self._most:
            heapq.heappush(self._kept, (*rank, self._seen, case_of(row)))
        elif rank > self._kept[0][:2]:
            heapq.heapreplace(self._kept, (*rank, self._seen, case_of(row)))

    def __len__(self) -> int:
        return len(self._kept)

    def scored(self) -> list[tuple[float, Case]]:
        """The highest first."""
        return [(score, case) for score, _, _, case in sorted(self._kept, key=lambda one: one[:3])[::-1]]

    def cases(self) -> list[Case]:
        return [case for _, case in self.scored()]


class Sample:
    """A random sample: those whose keys, stirred with the seed, give the highest numbers."""

    def __init__(self, most: int, seed: int) -> None:
        self._drawn = Foremost(most)
        self._salt = seed.to_bytes(8, "big", signed=True)

    def add(self, row: Row) -> None:
        stirred = hashlib.blake2b(row["key"].encode("utf-8", "surrogatepass"), digest_size=6, salt=self._salt)
        self._drawn.add(float(int.from_bytes(stirred.digest(), "big")), row)

    def cases(self) -> list[Case]:
        return self._drawn.cases()
