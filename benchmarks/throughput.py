"""Photos a second: `packshot batch` at 1 and 2 workers, a naive loop, and a network that only cuts out.

    python benchmarks/throughput.py --from DIR… [--photos 300] [--isnet FILE] [--rounds 1]

Photos of 2000 × 2000 are made of those in DIR (examples/photos by default), as JPEG: each covers the square,
and what comes twice is mirrored and lit otherwise, so that no two have the same bytes. Every way works on the
same files, one after another, in the order 1, 2, naive, peer, and each round turns the order about. A rate is
told without the start of the processes (first to last photo), and with it. The naive loop is what a user
writes: `packshot.fix` on one file after the other, in one process with a thread. The peer (see
benchmarks/peers/isnet.py) only decodes and cuts out, on one core, and writes nothing: twice its rate is what
two cores could do at best.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
sys.path.insert(0, str(Path(__file__).parent))

import cv2
from PIL import Image, ImageEnhance, ImageOps

SIDE = 2000
SAMPLES = Path(__file__).parent.parent / "examples" / "photos"
WARM = 8
"""Photos that are worked before the clock of the peer and of the naive loop runs."""
PEER_PHOTOS = 60


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--from", dest="sources", type=Path, nargs="+", default=[SAMPLES])
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--isnet", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        photos = made(wish.sources, wish.photos, Path(folder) / "photos")
        ways: dict[str, Callable[[], tuple[float, float]]] = {
            "packshot batch, 1 worker": lambda: batch(photos, 1),
            "packshot batch, 2 workers": lambda: batch(photos, 2),
            "the same, --quality fast": lambda: batch(photos, 2, "fast"),
            "naive loop": lambda: naive(photos),
        }
        if wish.isnet:
            ways["IS-Net, cut-out only, 1 core"] = lambda: peer(photos, wish.isnet)
        rates: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for turn in range(wish.rounds):
            names = list(ways)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                rates[name].append(ways[name]())
                print(f"{name}: {rates[name][-1][0]:.2f} photos/s", file=sys.stderr)
    table(rates, wish.photos)


def made(sources: list[Path], count: int, into: Path) -> list[Path]:
    """In turn from each folder, so that none drowns the others."""
    into.mkdir(parents=True)
    pools = [
        sorted(path for path in one.rglob("*") if path.suffix.lower() in (".jpg", ".png", ".webp"))
        for one in sources
    ]
    chance = random.Random(7)
    for pool in pools:
        chance.shuffle(pool)
    found = []
    for number in range(count):
        pool = pools[number % len(pools)]
        turn = number // len(pools)
        photo = Image.open(pool[turn % len(pool)]).convert("RGB")
        found.append(into / f"{number:04d}.jpg")
        found[-1].write_bytes(squared(photo, turn // len(pool)))
    return found


def squared(photo: Image.Image, again: int) -> bytes:
    whole = ImageOps.fit(photo, (SIDE, SIDE), Image.Resampling.LANCZOS)
    if again % 2:
        whole = ImageOps.mirror(whole)
    whole = ImageEnhance.Brightness(whole).enhance(1 - 0.01 * again)
    written = io.BytesIO()
    whole.save(written, "JPEG", quality=90)
    return written.getvalue()


def batch(photos: list[Path], workers: int, quality: str = "normal") -> tuple[float, float]:
    """The whole way: check → fix → two variants → check, files and receipts written."""
    from packshot.batch.fixing import Fix
    from packshot.batch.job import Job, run
    from packshot.batch.listing.folders import Folder
    from packshot.batch.local import Local
    from packshot.batch.store import Store
    from packshot.batch.tally import Tally

    seen: list[float] = []
    with tempfile.TemporaryDirectory(prefix="throughput-out-") as out:
        tally = Tally()
        tally.also = lambda row: seen.append(time.perf_counter())
        started = time.perf_counter()
        job = Job(
            Folder(str(photos[0].parent)), Store.at(out), Fix(out=Path(), profile=None, quality=quality)
        )
        run(job, Local(workers), tally)
    assert tally.done == len(photos)
    return (len(seen) - workers) / (seen[-1] - seen[workers - 1]), len(seen) / (seen[-1] - started)


def naive(photos: list[Path]) -> tuple[float, float]:
    import packshot

    with tempfile.TemporaryDirectory(prefix="throughput-out-") as out:

        def one(path: Path) -> None:
            for name, picture in packshot.fix(path).variants.items():
                picture.save(Path(out) / f"{path.stem}_{name}.jpg")

        return timed(one, photos)


def peer(photos: list[Path], file: Path) -> tuple[float, float]:
    from peers.isnet import IsNet

    net = IsNet(file)
    return timed(
        lambda path: net.alpha(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)), photos[:PEER_PHOTOS]
    )


def timed(work: Callable[[Path], object], photos: list[Path]) -> tuple[float, float]:
    started = time.perf_counter()
    for path in photos[:WARM]:
        work(path)
    warm = time.perf_counter()
    for path in photos[WARM:]:
        work(path)
    ended = time.perf_counter()
    return (len(photos) - WARM) / (ended - warm), len(photos) / (ended - started)


def table(rates: dict[str, list[tuple[float, float]]], count: int) -> None:
    print(f"{count} photos of {SIDE} × {SIDE}\n")
    print(f"{'way':32}{'photos/s':>10}{'with start':>12}{'× naive':>9}")
    base = statistics.median(rate for rate, _ in rates["naive loop"])
    for name, told in rates.items():
        rate, whole = (statistics.median(column) for column in zip(*told, strict=True))
        print(f"{name:32}{rate:10.2f}{whole:12.2f}{rate / base:9.2f}")
    one, two = (statistics.median(rate for rate, _ in rates[name]) for name in list(rates)[:2])
    print(f"\n1 → 2 workers: × {two / one:.2f}")


if __name__ == "__main__":
    main()
