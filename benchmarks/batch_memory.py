"""Does memory grow over a long batch?

    python benchmarks/batch_memory.py [--photos N] [--side PIXELS] [--workers N] [--every N]

Real mending of small photos, each another one (a sample turned, cut and compressed anew, so that no twin is
copied). Resident memory of the parent and of each worker after every so many photos; slopes by least squares
over what comes after the first fifth, in MB per 1,000 photos. Results go to a temporary folder.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import numpy as np
import psutil
from PIL import Image

from packshot.batch.fixing import Fix
from packshot.batch.job import Job, run
from packshot.batch.listing.listed import Listed
from packshot.batch.local import Local
from packshot.batch.receipts import Row
from packshot.batch.sources import Skipped
from packshot.batch.store import Store
from packshot.batch.tally import Tally

SAMPLES = Path(__file__).parent.parent / "examples" / "photos"
WARM = 0.2
"""Share of the run in which sessions open and caches fill."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A photo that is drawn when it is read."""

    number: int
    side: int

    @property
    def where(self) -> str:
        return f"sample {self.number}"

    def read(self) -> bytes:
        names = sorted(SAMPLES.glob("*.jpg"))
        image = _small(names[self.number % len(names)], self.side)
        if self.number // len(names) % 2:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        cut = self.number // (2 * len(names)) % 20
        image = image.crop((0, 0, image.width - cut, image.height))
        held = io.BytesIO()
        image.save(held, "JPEG", quality=92 - self.number // (40 * len(names)) % 20)
        return held.getvalue()


@lru_cache(maxsize=64)
def _small(path: Path, side: int) -> Image.Image:
    with Image.open(path) as image:
        image.thumbnail((side, side))
        return image.convert("RGB")


@dataclass
class Samples:
    count: int
    side: int
    name: str = "samples"
    skipped: Skipped = field(default_factory=Skipped)

    def __iter__(self) -> Iterator[Listed]:
        for number in range(self.count):
            file = f"{number:06d}.jpg"
            yield Listed(file, Sample(number, self.side), file, f"{number // 1000:03d}", "1")


class Meter:
    """Reads what each process holds after every so many photos."""

    def __init__(self, every: int) -> None:
        self.every, self.count, self.started = every, 0, time.perf_counter()
        self.seen: dict[str, list[tuple[int, float]]] = defaultdict(list)

    def __call__(self, _row: Row) -> None:
        self.count += 1
        if self.count % self.every:
            return
        parent = psutil.Process()
        inside = [one for one in parent.children() if "spawn_main" in " ".join(one.cmdline())]
        told = {"parent": parent, **{f"worker {one.pid}": one for one in inside}}
        for name, process in told.items():
            self.seen[name].append((self.count, process.memory_info().rss / 1e6))
        held = ", ".join(f"{name} {points[-1][1]:.0f}" for name, points in self.seen.items())
        print(f"{self.count:6} photos, {time.perf_counter() - self.started:6.0f} s, MB: {held}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=int, default=5000)
    parser.add_argument("--side", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=int, default=50)
    given = parser.parse_args()
    at, meter = Path(tempfile.mkdtemp(prefix="packshot-memory-")), Meter(given.every)
    try:
        job = Job(Samples(given.photos, given.side), Store.at(at), Fix(at, None))
        outcome = run(job, Local(given.workers), Tally(also=meter))
    finally:
        shutil.rmtree(at)
    print(f"\n{dict(outcome.statuses)}")
    print(f"{'process':20}{'first MB':>10}{'last MB':>10}{'most MB':>10}{'MB per 1,000':>14}{'±':>7}")
    for name, points in meter.seen.items():
        warm = [point for point in points if point[0] > WARM * given.photos]
        if len(warm) > 2:
            slope, doubt = fitted(warm)
            most = max(held for _, held in points)
            print(f"{name:20}{warm[0][1]:10.0f}{warm[-1][1]:10.0f}{most:10.0f}{slope:14.2f}{doubt:7.2f}")


def fitted(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Slope in MB per 1,000 photos, and its standard error."""
    counts, held = np.array(points).T
    counts = counts / 1000
    slope, base = np.polyfit(counts, held, 1)
    rest = held - slope * counts - base
    spread = ((counts - counts.mean()) ** 2).sum()
    return float(slope), float(np.sqrt((rest**2).sum() / (len(points) - 2) / spread))


if __name__ == "__main__":
    main()
