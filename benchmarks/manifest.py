"""How far does the account of a batch reach? A million photos that need no work.

    python benchmarks/manifest.py [--photos N] [--at FOLDER]

The source is made by code, a photo's bytes are its number, the work makes nothing: what is measured is
listing, planning, shards, receipts and their tidying. Then the same command again (nothing to do), a tenth
of the photos changed, and another option for every twentieth of them. One process, no worker.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packshot.batch.job import Job, Outcome, run
from packshot.batch.listing.listed import Listed
from packshot.batch.local import Local
from packshot.batch.names import Item
from packshot.batch.plan import Wishes
from packshot.batch.sources import Skipped
from packshot.batch.store import Store
from packshot.batch.tally import Tally


@dataclass(frozen=True, slots=True)
class Number:
    """The bytes of a photo that is nowhere."""

    value: int

    @property
    def where(self) -> str:
        return f"made/{self.value}"

    def read(self) -> bytes:
        return b"%d" % self.value


@dataclass
class Numbers:
    count: int
    changed: Callable[[int], bool] = lambda number: False
    name: str = "made by code"
    skipped: Skipped = field(default_factory=Skipped)

    def __iter__(self) -> Iterator[Listed]:
        for number in range(self.count):
            stamp = f"{number}:{int(self.changed(number))}"
            sku = f"{number % 1_000_000:07d}"
            yield Listed(
                f"{number // 1000:05d}/{sku}.jpg",
                Number(number),
                f"{sku}.jpg",
                f"{number // 1000:05d}",
                stamp,
            )


@dataclass(frozen=True)
class Nothing:
    """Looks at a photo and finds that nothing is to be done."""

    options: str = ""

    def names(self, item: Item) -> dict[str, str]:
        return {"light": f"{item.folder}/{item.sku}_main_light.jpg"}

    def identity(self, sha256: str, category: str = "") -> dict[str, Any]:
        return {"photo_sha256": sha256, "options": self.options}

    def at(self, quality: str) -> Nothing:
        return self

    def make(self, item: Item, data: bytes) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
        return {"status": "compliant", "reasons": [], "outputs": {}, "seconds": {"look": 0.0}}, {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--at", type=Path, help="where receipts go; a temporary folder otherwise")
    given = parser.parse_args()
    at = given.at or Path(tempfile.mkdtemp(prefix="packshot-manifest-"))
    print(
        f"{'what':34}{'seconds':>9}{'photos/s':>10}{'done':>10}{'peak MB':>9}{'receipts MB':>13}{'files':>7}"
    )
    try:
        count = given.photos
        told("the first run", at, Numbers(count))
        told("the same again: nothing to do", at, Numbers(count))
        told("every tenth file changed", at, Numbers(count, changed=lambda number: number % 10 == 0))
        told("another option, 5 % of them", at, Numbers(count // 20, lambda n: n % 10 == 0), Nothing("other"))
    finally:
        if given.at is None:
            shutil.rmtree(at)


def told(what: str, at: Path, source: Numbers, work: Nothing = Nothing()) -> None:
    started = time.perf_counter()
    outcome: Outcome = run(Job(source, Store.at(at), work, Wishes()), Local(1, here=True), Tally())
    seconds = time.perf_counter() - started
    worked = sum(count for why, count in outcome.counted.items() if why != "done")
    files = list((at / "_packshot" / "receipts").glob("*.parquet"))
    size = sum(file.stat().st_size for file in files) / 1e6
    print(
        f"{what:34}{seconds:9.1f}{source.count / seconds:10.0f}{worked:10}{peak_mb():9.0f}{size:13.1f}"
        f"{len(files):7}",
        flush=True,
    )


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
