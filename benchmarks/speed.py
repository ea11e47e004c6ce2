"""How long does one photo take, and where does the time go?

    python benchmarks/speed.py [PHOTO] [--rounds N] [--memory N]

One process on one core: a 2000×2000 JPEG comes in, two variants with both reports go out. Beside it the
floor (decode and two encodes: nobody can be faster) and a plain Pillow script that only pastes the photo
on white. Then the cut-out alone of 1600×1600, file to RGBA without a PNG: of a photo on paper, where the
ground tells all, and of one on a busy table, where the network is asked; and the network at its own
input. Absolute times drift on shared machines: quote the ratios. `--memory N` fixes N photos in a row
and prints the peak after each tenth.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
from PIL import Image

import packshot
from packshot.image.codec import open_photo
from packshot.image.encode import Encoding, encode
from packshot.journey.examine import segmenter

PHOTOS = Path(__file__).parent.parent / "examples" / "photos"
SAMPLE, BUSY = PHOTOS / "bottle.jpg", PHOTOS / "cluttered_table.jpg"


def main() -> None:
    options = parse()
    one_core()
    cv2.setNumThreads(1)
    photo = at_size(options.photo, 2000, 2000)
    big = at_size(options.photo, 8000, 6000)
    packshot.fix(photo)  # warm: imports, sessions, profiles
    rows = [
        ("floor: decode and two encodes", *timed(lambda: floor(photo), options.rounds)),
        ("Pillow script: paste on white", *timed(lambda: paste(photo), options.rounds)),
        ("packshot check", *timed(lambda: packshot.check(photo), options.rounds)),
        ("packshot fix, two variants", *timed(lambda: packshot.fix(photo), options.rounds)),
        ("packshot fix, 48 MP phone photo", *timed(lambda: packshot.fix(big), max(3, options.rounds // 3))),
    ]
    for title, path in (("on paper", options.photo), ("on a busy table", BUSY)):
        small = at_size(path, 1600, 1600)
        rows.append((f"packshot cutout, {title}", *timed(partial(cutout, small), options.rounds)))
    rows.append(("network alone", *timed(network(), options.rounds)))
    base = rows[0][2]
    print(f"{'what':36}{'min ms':>9}{'median':>9}{'max':>9}{'× floor':>9}")
    for title, low, middle, high in rows:
        print(f"{title:36}{low:9.0f}{middle:9.0f}{high:9.0f}{middle / base:9.1f}")
    result = packshot.fix(photo)
    print(f"\nstages of one fix, status {result.status}:")
    for step, seconds in {**result.before.seconds, **result.seconds}.items():
        print(f"  {step:24}{1000 * seconds:8.1f} ms")
    print(f"\nimport packshot {process_ms('import packshot'):.0f} ms over a bare Python")
    print(f"packshot --help {help_ms():.0f} ms whole")
    print(
        f"peak memory {peak_mb():.0f} MB; of a process that only cuts out {cutout_mb(options.photo):.0f} MB"
    )
    for tenth in range(10 if options.memory else 0):
        for _ in range(options.memory // 10):
            packshot.fix(photo)
        print(
            f"after {(tenth + 1) * (options.memory // 10)} photos: {now_mb():.0f} MB, peak {peak_mb():.0f} MB"
        )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("photo", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--memory", type=int, default=0)
    return parser.parse_args()


def one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def at_size(path: Path, width: int, height: int) -> bytes:
    with Image.open(path) as image:
        resized = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    resized.save(data, "JPEG", quality=90)
    return data.getvalue()


def floor(photo: bytes) -> None:
    pixels = open_photo(photo, name="floor").pixels
    canvas = np.ascontiguousarray(pixels[:1600, :1600])
    for _ in range(2):
        encode(canvas, None, Encoding())


def paste(photo: bytes) -> None:
    with Image.open(io.BytesIO(photo)) as image:
        image.thumbnail((1200, 1200))
        canvas = Image.new("RGB", (1200, 1600), "white")
        canvas.paste(image, (0, 200))
    canvas.save(io.BytesIO(), "JPEG", quality=90)


def cutout(photo: bytes) -> None:
    _ = packshot.cutout(photo).rgba


def network() -> Callable[[], object]:
    """A picture of the size that the network takes, so that nothing is resized."""
    net = segmenter("segment_net")
    with Image.open(SAMPLE) as image:
        side = net.longest_side // 2
        pixels = np.asarray(image.convert("RGB").resize((side, side)))
    net.segment(pixels)  # opens the session
    return lambda: net.segment(pixels)


def cutout_mb(path: Path) -> float:
    """Of a fresh process after two cut-outs: one on paper, one on the busy table."""
    code = (
        "import sys, resource, packshot\n"
        "for file in sys.argv[1:]: packshot.cutout(file).rgba\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, path, BUSY], check=True, capture_output=True, text=True
    )
    return float(told.stdout)


def timed(work: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - start))
    return min(spent), statistics.median(spent), max(spent)


def process_ms(code: str) -> float:
    def run(text: str) -> float:
        return timed(lambda: subprocess.run([sys.executable, "-c", text], check=True), 7)[1]

    return run(code) - run("pass")


def help_ms() -> float:
    command = [str(Path(sys.executable).with_name("packshot")), "--help"]
    return timed(lambda: subprocess.run(command, check=True, capture_output=True), 7)[1]


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def now_mb() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
