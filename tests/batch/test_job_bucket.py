"""A run from a bucket to a bucket, killed in the middle: the next one goes on, and no byte is another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from bucket_server import Buckets, running
from drawn import mug

from packshot.batch.job import rows_that_hold
from packshot.batch.store import Store

pytestmark = pytest.mark.slow
PHOTOS = 12


@pytest.fixture(scope="module")
def buckets() -> Iterator[Buckets]:
    with running() as made:
        made.client.create_bucket(Bucket="shop")
        photos = made.store("s3://shop/photos")
        for number in range(PHOTOS):
            photos.write(f"{number:02d}.png", mug((150, 9 * number, 40), side=240))
        yield made


def begun(buckets: Buckets, to: str) -> subprocess.Popen[str]:
    words = ["batch", "s3://shop/photos", f"s3://shop/{to}", "--endpoint", buckets.endpoint, "-j", "2"]
    return subprocess.Popen(
        [sys.executable, "-c", "from packshot.cli.app import main; main()", *words, "--lang", "en"],
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )


def pictures(store: Store) -> dict[str, bytes]:
    return {one.name: store.read(one.name) for one in store.list() if not one.name.startswith("_packshot")}


def test_what_is_killed_between_buckets_goes_on(buckets: Buckets) -> None:
    undisturbed, disturbed = buckets.store("s3://shop/calm"), buckets.store("s3://shop/storm")
    run = begun(buckets, "calm")
    assert run.communicate(timeout=120)[0] is None
    for after in (4, 12):
        run = begun(buckets, "storm")
        until = time.monotonic() + 90
        while len(pictures(disturbed)) < after and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
    assert 12 <= len(pictures(disturbed)) <= 2 * PHOTOS
    run = begun(buckets, "storm")
    run.communicate(timeout=120)
    rows = list(rows_that_hold(disturbed))
    assert len(rows) == len({row["key"] for row in rows}) == PHOTOS
    assert pictures(disturbed) == pictures(undisturbed)
    assert not list(disturbed.list("_packshot/open"))
