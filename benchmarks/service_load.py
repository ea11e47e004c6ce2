"""The service under load: many clients at once hand photos in, for a while, on the loopback.

    python benchmarks/service_load.py [--clients 50] [--seconds 120] [--workers 1] [--side 2000]

Starts `packshot serve` on SQLite in a folder that is thrown away, lets the clients send photos (each another
one, of 2000×2000 px) as fast as they are answered and wait where they are told to, and asks for /healthz and
for pages all the while. Prints what was accepted, refused and finished, how long answers took, and the memory
of each process at the beginning and at the end. Stops by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import itertools
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psutil
from PIL import Image, ImageDraw

PAGES = ("/healthz", "/", "/history", "/v1/photos?limit=50")
PAUSE = 0.5
"""Seconds between two looks at a page."""
BASES = 6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--side", type=int, default=2000)
    parser.add_argument("--kind", choices=("check", "fix"), default="fix")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="packshot-load-") as folder:
        process, address = start(Path(folder), asked.workers)
        try:
            seen = asyncio.run(load(address, asked, process))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(200)
    tell(seen, asked)


@dataclass
class Seen:
    statuses: Counter[str] = field(default_factory=Counter)
    uploads: list[float] = field(default_factory=list)
    pages: dict[str, list[float]] = field(default_factory=lambda: {page: [] for page in PAGES})
    broken: Counter[str] = field(default_factory=Counter)
    no_retry_after: int = 0
    memory: list[dict[str, float]] = field(default_factory=list)
    done: int = 0
    accepted: int = 0


def start(folder: Path, workers: int) -> tuple[subprocess.Popen[bytes], str]:
    log = folder / "log"
    command = [
        sys.executable,
        "-m",
        "packshot.cli.app",
        "serve",
        "--data",
        str(folder / "data"),
        "--port",
        "0",
    ]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PACKSHOT_PER_MINUTE": "100000",
        "PACKSHOT_MAX_WAITING": "200",
    }
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command, "--workers", str(workers)], stdout=written, stderr=written, env=environment
        )
    for _ in range(300):
        if found := re.search(r"(http://\S+)", log.read_text()):
            try:
                if httpx.get(f"{found[1]}/healthz").status_code == 200:
                    return process, found[1]
            except httpx.TransportError:
                pass
        time.sleep(0.1)
    raise SystemExit(log.read_text())


async def load(address: str, asked: argparse.Namespace, process: subprocess.Popen[bytes]) -> Seen:
    seen, bases, numbers = Seen(), photos(asked.side), itertools.count()
    until = time.monotonic() + asked.seconds
    limits = httpx.Limits(max_connections=asked.clients + 10)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        senders = [send(client, asked.kind, bases, numbers, until, seen) for _ in range(asked.clients)]
        lookers = [look(client, page, until, seen) for page in PAGES]
        await asyncio.gather(*senders, *lookers, watch(process, until, seen))
        counts = (await client.get("/v1/photos/counts")).json()
    seen.accepted = sum(counts.values())
    seen.done = sum(count for outcome, count in counts.items() if outcome)
    return seen


async def send(
    client: httpx.AsyncClient,
    kind: str,
    bases: list[bytes],
    numbers: itertools.count[int],
    until: float,
    seen: Seen,
) -> None:
    while time.monotonic() < until:
        number = next(numbers)
        began = time.monotonic()
        try:
            got = await client.post(
                "/v1/jobs",
                files={"files": (f"{number}.jpg", another(bases[number % len(bases)], number))},
                data={"kind": kind},
            )
        except httpx.HTTPError as exc:
            seen.broken[type(exc).__name__] += 1
            continue
        seen.statuses[str(got.status_code)] += 1
        seen.uploads.append(time.monotonic() - began)
        if got.status_code == 429:
            after = got.headers.get("retry-after")
            seen.no_retry_after += after is None
            await asyncio.sleep(min(float(after or 1), max(0.0, until - time.monotonic())))


async def look(client: httpx.AsyncClient, page: str, until: float, seen: Seen) -> None:
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            got = await client.get(page)
            seen.statuses[f"page {got.status_code}"] += 1
            seen.pages[page].append(time.monotonic() - began)
        except httpx.HTTPError as exc:
            seen.broken[f"{page} {type(exc).__name__}"] += 1
        await asyncio.sleep(PAUSE)


async def watch(process: subprocess.Popen[bytes], until: float, seen: Seen) -> None:
    """Memory of each process, by its role."""
    while time.monotonic() < until:
        now: Counter[str] = Counter()
        for one in psutil.Process(process.pid).children(recursive=True):
            try:
                command = " ".join(one.cmdline())
                role = (
                    "web"
                    if command.endswith(" web")
                    else "worker"
                    if command.endswith(" worker")
                    else "photos"
                )
                if "resource_tracker" not in command:
                    now[role] += one.memory_info().rss
            except psutil.Error:
                continue
        seen.memory.append({role: size / 1e6 for role, size in now.items()})
        await asyncio.sleep(2)


def photos(side: int) -> list[bytes]:
    """Drawn goods on paper with some grain."""
    found = []
    for number in range(BASES):
        random = np.random.default_rng(number)
        pixels = np.full((side, side, 3), 236, np.int16) + random.integers(
            -3, 4, (side, side, 3), dtype=np.int16
        )
        picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
        colour = tuple(int(one) for one in random.integers(20, 200, 3))
        box = tuple(side * share // 100 for share in (25, 20 + number, 75, 85))
        ImageDraw.Draw(picture).rounded_rectangle(box, side // 20, fill=colour)
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=90)
        found.append(written.getvalue())
    return found


def another(base: bytes, number: int) -> bytes:
    """The same picture with other bytes: a comment behind the first marker."""
    comment = f"photo {number}".encode()
    return base[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + base[2:]


def tell(seen: Seen, asked: argparse.Namespace) -> None:
    print(f"{asked.clients} clients, {asked.seconds:.0f} s, {asked.workers} worker processes")
    print(f"photos of {asked.side}² px, {asked.kind}")
    print("answers:", dict(sorted(seen.statuses.items())), "broken:", dict(seen.broken))
    print(f"429 without Retry-After: {seen.no_retry_after}")
    print(f"accepted {seen.accepted}, done by then {seen.done} ({seen.done / asked.seconds:.2f}/s)")
    print(f"uploads: {spread(seen.uploads)}")
    for page, times in seen.pages.items():
        print(f"{page}: {spread(times)}")
    middle = seen.memory[len(seen.memory) // 3]
    for role in sorted(middle):
        first, last = middle[role], seen.memory[-1].get(role, 0.0)
        most = max(one.get(role, 0.0) for one in seen.memory)
        print(
            f"memory of {role}: {first:.0f} MB after a third, {last:.0f} MB at the end, {most:.0f} MB at most"
        )


def spread(times: list[float]) -> str:
    if len(times) < 2:
        return "–"
    cuts = statistics.quantiles(times, n=20)
    middle, high, most = (round(1000 * one) for one in (cuts[9], cuts[18], max(times)))
    return f"n {len(times)}, median {middle} ms, p95 {high} ms, most {most} ms"


if __name__ == "__main__":
    main()
