"""The service is asked to end while photos are in work: it ends in time, with an answer for who waits."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from service_kit import mug, noise, served

pytestmark = pytest.mark.slow


def test_it_ends_in_time_answers_who_waits_and_goes_on_at_the_next_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data, "--workers", "1") as (address, process), ThreadPoolExecutor(1) as pool:
        files = [("files", (f"{number}.jpg", noise(number))) for number in range(40)]
        job = httpx.post(f"{address}/v1/jobs", files=files, data={"kind": "fix"}, timeout=30).json()["id"]
        waits = pool.submit(
            httpx.post,
            f"{address}/v1/fix",
            files={"file": ("mug.jpg", mug())},
            data={"wait": "30"},
            timeout=60,
        )
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        assert waits.result().status_code in (200, 202)
        assert process.wait(60) == 0
    with served(data, "--workers", "1") as (address, _):
        until = time.monotonic() + 120
        while (told := httpx.get(f"{address}/v1/jobs/{job}").json())["done"] < 40:
            assert time.monotonic() < until, told
            time.sleep(0.5)
        (photo,) = httpx.get(f"{address}/v1/photos", params={"search": "mug"}).json()["items"]
        assert photo["outcome"]
