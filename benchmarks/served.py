"""Does one process that runs the networks for all pay: calls per second, served and by own sessions.

    python benchmarks/served.py [--seconds S] [--rounds N] [--device auto|cpu|cuda] [--network NAME]

1, 2 and 4 threads call as fast as they can; own: they share a session. The best of some rounds, for other
work on the machine only slows; beside it what the processors spent on a call, here and in the server.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from packshot.engines import cards, onnx, served

PHOTOS = sorted((Path(__file__).parent.parent / "examples" / "photos").glob("*.jpg"))
SHAPES = {
    "segment_net": (1, 3, 384, 384),
    "judge": (1, 4, 288, 288),
    "text_find": (1, 3, 640, 480),
    "text_read": (1, 3, 32, 256),
}
ASKERS = (1, 2, 4)
WARM_SECONDS = 1.0

Tensor = NDArray[np.float32]


def main() -> None:
    options = parse()
    used = onnx.configure(options.device)
    print(f"{used.name} {used.version}, {used.device}, {used.precision}; {os.cpu_count()} cores\n")
    print(
        "| network | askers | calls/s: own | served | × | CPU ms a call: own | served | run together: times |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in [options.network] if options.network else SHAPES:
        for askers in ASKERS:
            own, there, sizes = [], [], Counter[int]()
            for _ in range(options.rounds):
                own.append(asked(name, askers, options.seconds))
                with served.serving():
                    asked(name, askers, WARM_SECONDS)  # opens the network for each number of rows
                    before = seen()
                    there.append(asked(name, askers, options.seconds))
                    sizes += seen() - before
            (rate, cost), (rate_there, cost_there) = best(own), best(there)
            told = ", ".join(f"{rows}: {times}" for rows, times in sorted(sizes.items()))
            print(
                f"| {name} | {askers} | {rate:.0f} | {rate_there:.0f} | {rate_there / rate:.2f} "
                f"| {cost:.1f} | {cost_there:.1f} | {told} |",
                flush=True,
            )


def best(runs: list[tuple[float, float]]) -> tuple[float, float]:
    return max(rate for rate, _ in runs), min(cost for _, cost in runs)


def seen() -> Counter[int]:
    """Asked in a thread of its own, which hangs up: the server waits for askers that are idle."""
    with ThreadPoolExecutor(1) as pool:
        return Counter(pool.submit(served.seen).result())


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="auto", choices=onnx.DEVICES)
    parser.add_argument("--network", choices=SHAPES)
    return parser.parse_args()


def asked(name: str, askers: int, seconds: float) -> tuple[float, float]:
    """Calls a second of all together, and CPU ms a call."""
    all_ready, all_done = Barrier(askers + 1), Barrier(askers + 1)

    def ask(number: int) -> int:
        run, photo, done = onnx.session(path_of(name), SHAPES[name]), tensor(name, number), 0
        run(photo)
        all_ready.wait()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            run(photo)
            done += 1
        all_done.wait()
        return done

    with ThreadPoolExecutor(askers) as pool:
        told = [pool.submit(ask, number) for number in range(askers)]
        all_ready.wait()
        start, before = time.perf_counter(), cpu_seconds()
        all_done.wait()
        took, spent = time.perf_counter() - start, cpu_seconds() - before
        calls = sum(one.result() for one in told)
    return calls / took, 1000 * spent / calls


def cpu_seconds() -> float:
    """Of this process and its server."""
    here = psutil.Process()
    times = [process.cpu_times() for process in (here, *here.children())]
    return sum(time.user + time.system for time in times)


def path_of(name: str) -> Path:
    return cards.CARDS / f"{name}.onnx"


def tensor(name: str, number: int) -> Tensor:
    shape = SHAPES[name]
    pixels = cv2.resize(cv2.imread(str(PHOTOS[number % len(PHOTOS)])), shape[:1:-1])
    planes = (np.dstack([pixels, pixels[..., :1]])[..., : shape[1]] / 127.5 - 1).astype(np.float32)
    return np.ascontiguousarray(planes.transpose(2, 0, 1)[None])


if __name__ == "__main__":
    main()
