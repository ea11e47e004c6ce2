"""One line a photo and engine: measured, written as CSV, read again."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path

import cv2
from sets.measure import Measures, measures
from sets.pairs import Pair

from judge.cutters import cutter


@dataclass(frozen=True, slots=True)
class Score:
    engine: str
    set: str
    name: str
    product: str
    ground: str
    side: int
    """The shorter one, in pixels."""
    claimed: float
    """Share of the frame that the cut-out calls product."""
    found: bool
    confidence: float
    agreement: float | None
    how: str
    ms: float
    """Of one core's time: the file read, cut, laid into a whole RGBA."""
    measures: Measures | None
    """None where the photo holds no product."""

    @property
    def key(self) -> tuple[str, str]:
        return self.set, self.name


def score(pair: Pair, engine: str, isnet: Path | None = None) -> Score:
    cv2.setNumThreads(1)
    cut_out = cutter(engine, isnet)
    started = time.process_time()
    cut = cut_out(pair.photo)
    ms = 1000 * (time.process_time() - started)
    truth, colours_known = pair.truth()
    alpha = cut.rgba[..., 3]
    return Score(
        engine, pair.set, pair.name, pair.product, pair.ground, min(alpha.shape),
        float((alpha >= 128).mean()), cut.found, cut.confidence, cut.agreement, cut.how, ms,
        measures(truth, cut.rgba, colours_known=colours_known) if truth[..., 3].any() else None,
    )  # fmt: skip


def scores(some: Sequence[Pair], engine: str, jobs: int = 1, isnet: Path | None = None) -> Iterator[Score]:
    """In the order of the pairs. The first cut of a process pays for sessions, so it is not counted."""
    if not some:
        return
    ask = partial(score, engine=engine, isnet=isnet)
    if jobs > 1:
        with ProcessPoolExecutor(jobs, initializer=_warm, initargs=(some[0].photo, engine, isnet)) as pool:
            yield from watched(pool.map(ask, some, chunksize=4), len(some), engine)
    else:
        _warm(some[0].photo, engine, isnet)
        yield from watched(map(ask, some), len(some), engine)


def _warm(photo: Path, engine: str, isnet: Path | None) -> None:
    cutter(engine, isnet)(photo)


def watched(found: Iterable[Score], whole: int, engine: str) -> Iterator[Score]:
    for count, one in enumerate(found, 1):
        if count % 100 == 0 or count == whole:
            print(f"{engine}: {count} of {whole}", file=sys.stderr, flush=True)
        yield one


# --- lines in a file --------------------------------------------------------------------------------------

MEASURED = tuple(field.name for field in fields(Measures))
TITLES = (*(field.name for field in fields(Score) if field.name != "measures"), *MEASURED)


def append(one: Score, path: Path) -> None:
    """Line by line, so that a run that was cut short is no loss."""
    new = not path.exists()
    with path.open("a", encoding="utf8", newline="") as held:
        table = csv.DictWriter(held, TITLES, extrasaction="ignore", restval="")
        if new:
            table.writeheader()
        table.writerow({**asdict(one), **(asdict(one.measures) if one.measures else {})})


def read(path: Path) -> list[Score]:
    if not path.exists():
        return []
    with path.open(encoding="utf8") as held:
        return [_read(row) for row in csv.DictReader(held)]


def _read(row: dict[str, str]) -> Score:
    def number(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    known = row["iou"] != ""
    return Score(
        row["engine"], row["set"], row["name"], row["product"], row["ground"], int(row["side"]),
        float(row["claimed"]), row["found"] == "True", float(row["confidence"]), number("agreement"),
        row["how"], float(row["ms"]),
        Measures(*(number(name) for name in MEASURED)) if known else None,
    )  # fmt: skip


def by(found: Iterable[Score], key: Callable[[Score], str]) -> dict[str, list[Score]]:
    """In the order in which they came."""
    groups: dict[str, list[Score]] = {}
    for one in found:
        groups.setdefault(key(one), []).append(one)
    return groups
