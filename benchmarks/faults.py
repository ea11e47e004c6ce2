"""Is anything lost? Runs are killed at random moments, their workers too, over a place that fails.

    python benchmarks/faults.py [--photos N] [--kills N] [--flaky SHARE] [--real] [--seed N] [--shard N]

Each run is a process of its own, killed (SIGKILL to all of it) when a number of photos drawn by the seed has
been begun; at every third stop a worker alone is killed first. Bad, deadly, empty and oddly named photos are
mixed in, every ninth is a twin. Every tenth call of the place of results fails, before or after the deed.
Then one run goes to the end, and all is compared with a run that nobody disturbed. Without `--real` the work
is the stand-in of the tests; with it photos are mended in full.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

HERE = Path(__file__).parent
TESTS = HERE.parent / "tests" / "batch"
sys.path.insert(0, str(TESTS))

import psutil
from job_works import Flaky, Mirror, Photos, accounted, pictures, receipts
from test_job_faults import HOSTILE

from packshot.batch.crew import Limits
from packshot.batch.fixing import Fix
from packshot.batch.job import Job, run
from packshot.batch.local import Local
from packshot.batch.names import Item
from packshot.batch.receipts import Line
from packshot.batch.tally import Tally

SAMPLES = HERE.parent / "examples" / "photos"
SIDE = 600
"""Of real photos, so that forty of them are done in reasonable time."""
TOLD = ("sha256", "status", "outputs", "folder", "name", "error")
"""What a receipt says of the photo and not of the run."""


class Noting(Fix):
    """`Fix` that leaves a letter for each photo it begins."""

    __slots__ = ()

    def make(self, item: Item, data: bytes) -> tuple[Line, dict[str, bytes]]:
        Mirror(Path(os.environ["PACKSHOT_NOTES"]))._note(item)
        return super().make(item, data)


def main() -> None:
    given = parse()
    if given.one:
        one_run(given)
        return
    at = Path(tempfile.mkdtemp(prefix="packshot-faults-"))
    try:
        show(given, at)
    finally:
        shutil.rmtree(at)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--flaky", type=float, default=0.1)
    parser.add_argument("--shard", type=int, default=50)
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def one_run(given: argparse.Namespace) -> None:
    source, out = given.one
    notes = Path(os.environ["PACKSHOT_NOTES"])
    work = Noting(out, None) if given.real else Mirror(notes, pause=0.002)
    job = Job(Photos(source), Flaky(str(out), share=given.flaky), work, shard=given.shard)
    run(job, Local(2, Limits(seconds=120)), Tally())


def show(given: argparse.Namespace, at: Path) -> None:
    source, out, calm = drawn(given, at / "in"), at / "out", at / "calm"
    notes = {name: at / f"notes-{name}" for name in ("out", "calm")}
    for folder in notes.values():
        folder.mkdir()
    started = time.perf_counter()
    ended(start(given, source, calm, notes["calm"], flaky=0.0))
    undisturbed = time.perf_counter() - started
    by = random.Random(given.seed)
    total = len(begun(notes["calm"]))
    stops = sorted(by.sample(range(2, total - 1), given.kills))
    counts: Counter[str] = Counter()
    done_before: set[str] = set()
    for number, stop in enumerate([*stops, total + 1]):
        before = begun(notes["out"])
        process = start(given, source, out, notes["out"], flaky=given.flaky)
        if number == len(stops):
            ended(process)
        else:
            grown_to(stop, notes["out"], process)
            if number % 3 == 0:
                counts["workers killed"] += kill_a_worker(process, by)
                grown_to(stop + 2, notes["out"], process)
            counts["runs killed" if kill(process) else "runs that ended by themselves"] += 1
        now = begun(notes["out"])
        again = sum(now[name] > before[name] for name in done_before)
        counts["photos worked again that had a receipt"] += again
        told = receipts(out)
        done_before = {name for name in named(told) if name in now}
        print(f"run {number + 1:3}: {len(told):5} photos with a receipt", flush=True)
    report(given, source, out, calm, counts, begun(notes["out"]), total, undisturbed)


def report(
    given: argparse.Namespace,
    source: Path,
    out: Path,
    calm: Path,
    counts: Counter[str],
    worked: Counter[str],
    total: int,
    undisturbed: float,
) -> None:
    listed = list(Photos(source))
    rows = accounted(Job(Photos(source), Flaky(str(out)), Mirror()), out)
    quiet = receipts(calm)
    other = [key for key in rows if any(rows[key][name] != quiet[key][name] for name in TOLD)]
    ours, theirs = pictures(out), pictures(calm)
    lines = {
        "photos listed": len(listed),
        "receipts": len(rows),
        "lost": len({one.key for one in listed} - set(rows)),
        "receipts that say anything else than undisturbed": len(other),
        "pictures": len(ours),
        "pictures with other bytes, missing or more": len(
            {name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)}
        ),
        **dict(sorted(counts.items())),
        "pieces of work begun, undisturbed": total,
        "pieces of work begun, disturbed": sum(worked.values()),
        "seconds undisturbed": round(undisturbed),
    }
    statuses = Counter(row["status"] for row in rows.values())
    print()
    for what, value in lines.items():
        print(f"{what:52}{value:8}")
    print(", ".join(f"{status} {count}" for status, count in sorted(statuses.items())))
    for key in other[:5]:
        print(key, {name: (rows[key][name], quiet[key][name]) for name in TOLD})


# ---- photos ------------------------------------------------------------------------------------------------


def drawn(given: argparse.Namespace, top: Path) -> Path:
    hostile = {**HOSTILE, "die.jpg": b"die"}
    photos = real(given.photos) if given.real else stood_in(given.photos)
    for name, data in {**photos, **hostile}.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return top


def stood_in(count: int) -> dict[str, bytes]:
    """Of some kilobytes."""
    return {f"{n % 20}/{n:05d}.jpg": b"%06d" % (n - n % 9 // 8) * 1000 for n in range(count)}


def real(count: int) -> dict[str, bytes]:
    import io

    from PIL import Image

    photos, samples = {}, sorted(SAMPLES.glob("*.jpg"))
    for number in range(count):
        seed = number - number % 9 // 8
        with Image.open(samples[seed % len(samples)]) as image:
            image.thumbnail((SIDE + seed, SIDE + seed))
            held = io.BytesIO()
            image.convert("RGB").save(held, "JPEG", quality=90)
        photos[f"{number % 4}/{number:05d}.jpg"] = held.getvalue()
    return photos


# ---- processes ---------------------------------------------------------------------------------------------


def start(
    given: argparse.Namespace, source: Path, out: Path, notes: Path, flaky: float
) -> subprocess.Popen[bytes]:
    options = ["--flaky", str(flaky), "--shard", str(given.shard), *(["--real"] if given.real else [])]
    return subprocess.Popen(
        [sys.executable, __file__, *options, "--one", str(source), str(out)],
        env={**os.environ, "PACKSHOT_NOTES": str(notes)},
        start_new_session=True,
    )


def ended(process: subprocess.Popen[bytes]) -> None:
    if process.wait():
        raise SystemExit(f"a run ended with {process.returncode}")


def grown_to(count: int, notes: Path, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None and sum(1 for _ in notes.iterdir()) < count:
        time.sleep(0.005)


def kill(process: subprocess.Popen[bytes]) -> bool:
    """False where it had ended."""
    if process.poll() is not None:
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


def kill_a_worker(process: subprocess.Popen[bytes], by: random.Random) -> int:
    try:
        inside = psutil.Process(process.pid).children()
        workers = [one for one in inside if "spawn_main" in " ".join(one.cmdline())]
        if workers:
            by.choice(workers).kill()
    except psutil.NoSuchProcess:
        return 0
    return len(workers[:1])


def begun(notes: Path) -> Counter[str]:
    """How often each photo was begun."""
    return Counter({note.name: note.stat().st_size for note in notes.iterdir()})


def named(keys: Iterable[str]) -> list[str]:
    return [hashlib.sha256(key.encode()).hexdigest()[:20] for key in keys]


if __name__ == "__main__":
    main()
