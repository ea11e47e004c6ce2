"""The web here, workers there: PostgreSQL and a bucket between them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from bucket_server import running
from service_kit import mug, noise, postgres, served

pytestmark = pytest.mark.slow
PHOTOS = 30


@contextmanager
def worker(data: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "packshot.cli.app", "serve", "--data", str(data), "--role", "worker"]
    with (data.parent / f"{data.name}.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--workers", "1"],
            env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def test_one_web_and_two_workers_share_the_work_and_one_may_go(tmp_path: Path) -> None:
    with postgres() as (url, _), running() as buckets:
        buckets.client.create_bucket(Bucket="pictures")
        environment = {
            "PACKSHOT_SECRET": "of the tests, and of nothing else",
            "PACKSHOT_DATABASE": url,
            "PACKSHOT_STORAGE": "s3://pictures",
            "PACKSHOT_STORAGE_ENDPOINT": buckets.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }
        with (
            served(tmp_path / "web", "--role", "web", environment=environment) as (address, _),
            worker(tmp_path / "first", environment) as first,
            worker(tmp_path / "second", environment),
            httpx.Client(base_url=address, timeout=60) as client,
        ):
            files = [("files", (f"{number}.jpg", noise(number))) for number in range(PHOTOS)]
            made = client.post(
                "/v1/jobs", files=[*files, ("files", ("mug.jpg", mug()))], data={"kind": "fix"}
            )
            job = made.json()["id"]
            wait(client, job, done=3)
            first.kill()
            wait(client, job, done=PHOTOS + 1)
            (photo,) = client.get("/v1/photos", params={"search": "mug"}).json()["items"]
            assert photo["tone"] == "good"
            assert client.get(f"/v1/photos/{photo['id']}/files/light").headers["content-type"] == "image/jpeg"
            assert client.get(f"/v1/photos/{photo['id']}/picture/light?w=320").status_code == 200


def wait(client: httpx.Client, job: str, *, done: int, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while (told := client.get(f"/v1/jobs/{job}").json())["done"] < done:
        assert time.monotonic() < until, told
        time.sleep(0.3)
