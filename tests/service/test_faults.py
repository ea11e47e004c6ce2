"""Processes are killed, the database restarts, the store fails: what was accepted ends once, and is there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from bucket_server import running
from service_kit import noise, postgres, served
from sqlalchemy import select

from packshot.service import tables
from packshot.service.database import Database

pytestmark = pytest.mark.slow
MANY, SOME, FEW = 200, 100, 50


def hand_in(address: str, number: int) -> str:
    """As a good client: it sends the same again, with the same key, until it has an answer."""
    for _ in range(100):
        try:
            got = httpx.post(
                f"{address}/v1/jobs",
                files={"files": (f"{number}.jpg", noise(number))},
                data={"kind": "check"},
                headers={"Idempotency-Key": f"photo-{number}"},
                timeout=30,
            )
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if got.status_code == 202:
            return str(got.json()["id"])
        assert got.status_code in (429, 503), got.text
        time.sleep(0.3)
    raise AssertionError("never accepted")


def children(process: subprocess.Popen[str], role: str) -> list[psutil.Process]:
    return [
        one
        for one in psutil.Process(process.pid).children()
        if one.status() != psutil.STATUS_ZOMBIE and one.cmdline()[-1:] == [role]
    ]


def kill(process: subprocess.Popen[str], role: str) -> None:
    for one in children(process, role):
        os.kill(one.pid, signal.SIGKILL)


def wait_until_done(database: Database, jobs: list[str], seconds: float = 200) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with database.reading() as session:
            states = Counter(session.scalars(select(tables.Photo.progress)))
        if set(states) == {"done"} and states["done"] >= len(jobs):
            return
        time.sleep(0.5)
    raise AssertionError(f"not done: {states}")


def holds(database: Database, jobs: list[str]) -> None:
    """One photo a job, each done once, each with its original and its account."""
    with database.reading() as session:
        photos = list(session.scalars(select(tables.Photo)))
        files = Counter((one.photo_id, one.role) for one in session.scalars(select(tables.File)))
    assert len(set(jobs)) == len(jobs)
    assert sorted(photo.job_id for photo in photos) == sorted(jobs)
    assert all(photo.outcome not in ("", "failed") for photo in photos), Counter(p.outcome for p in photos)
    assert all(files[photo.id, role] == 1 for photo in photos for role in ("original", "account"))


def test_web_and_worker_are_killed_while_two_hundred_photos_are_in_flight(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data, "--workers", "1") as (address, process):
        with ThreadPoolExecutor(8) as pool:
            handed = [pool.submit(hand_in, address, number) for number in range(MANY)]
            for role in ("worker", "web", "worker", "web"):
                time.sleep(1.5)
                kill(process, role)
            jobs = [one.result() for one in handed]
        kill(process, "worker")
        database = Database.at(f"sqlite:///{data / 'packshot.db'}")
        wait_until_done(database, jobs)
        holds(database, jobs)


def test_a_database_that_is_killed_and_comes_back_costs_no_photo(
    tmp_path: Path,
) -> None:
    with own_postgres() as (url, restart):
        environment = {"PACKSHOT_DATABASE": url}
        with served(tmp_path / "data", "--workers", "1", environment=environment) as (address, _):
            with ThreadPoolExecutor(8) as pool:
                handed = [pool.submit(hand_in, address, number) for number in range(SOME)]
                for _ in range(2):
                    time.sleep(2)
                    restart()
                jobs = [one.result() for one in handed]
            database = Database.at(url.replace("postgresql:", "postgresql+psycopg:"))
            wait_until_done(database, jobs)
            holds(database, jobs)
            database.close()


def test_a_bucket_that_fails_one_call_in_ten_costs_no_photo(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running() as buckets, failing(buckets.endpoint, one_in=10) as endpoint:
        buckets.client.create_bucket(Bucket="pictures")
        environment = {
            "PACKSHOT_STORAGE": "s3://pictures/shop",
            "PACKSHOT_STORAGE_ENDPOINT": endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }
        with served(data, "--workers", "1", environment=environment) as (address, _):
            with ThreadPoolExecutor(8) as pool:
                jobs = list(pool.map(lambda number: hand_in(address, number), range(FEW)))
            database = Database.at(f"sqlite:///{data / 'packshot.db'}")
            wait_until_done(database, jobs)
            holds(database, jobs)
            stored = {one.rpartition("/")[2] for one in keys_of(buckets.client)}
            with database.reading() as session:
                assert {file.sha256 for file in session.scalars(select(tables.File))} <= stored


@contextmanager
def own_postgres() -> Iterator[tuple[str, Callable[[], None]]]:
    """A server that may be killed: the others' is left alone."""
    with postgres() as (url, running):

        def restart() -> None:
            """At once, as when the power goes; it comes back by its log."""
            server = psutil.Process(running.get_pid())
            server.send_signal(signal.SIGQUIT)
            psutil.wait_procs([server], timeout=20)
            time.sleep(1.5)
            running.ensure_postgres_running()

        yield url, restart


@contextmanager
def failing(endpoint: str, *, one_in: int) -> Iterator[str]:
    """Before a store: answers some calls with 503, as a store that is asked too much."""
    chance = random.Random(16)

    class Before(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if chance.randrange(one_in) == 0:
                self.answer(503, {"content-type": "application/xml"}, b"<Error><Code>SlowDown</Code></Error>")
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            with httpx.Client(timeout=30) as client:
                got = client.request(self.command, f"{endpoint}{self.path}", headers=headers, content=body)
            kept = {
                k: v
                for k, v in got.headers.items()
                if k not in ("connection", "content-length", "date", "server")
            }
            self.answer(got.status_code, kept, got.content, got.headers.get("content-length"))

        def answer(
            self, status: int, headers: Mapping[str, str], body: bytes, length: str | None = None
        ) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)) if self.command != "HEAD" else length or "0")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = forward  # noqa: N815 – http.server's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Before)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def keys_of(client: Any) -> Iterator[str]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket="pictures"):
        yield from (one["Key"] for one in page.get("Contents", ()))
