"""An S3 on the loopback for tests: real requests, real paging, no cloud."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from packshot.batch.store import Store


@dataclass(frozen=True)
class Buckets:
    endpoint: str

    @property
    def options(self) -> dict[str, str]:
        return {"endpoint_url": self.endpoint}

    def store(self, url: str) -> Store:
        return Store.at(url, self.options)

    @property
    def client(self) -> Any:
        """For what a test puts there behind our back."""
        import boto3

        return boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1")

    def fill(self, bucket: str, names: Iterable[str], data: bytes = b"") -> None:
        """Many objects, straight into the server: ten milliseconds a request would be the test's time."""
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.s3.models import s3_backends

        for name in names:
            s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(bucket, name, data)


@contextmanager
def running() -> Iterator[Buckets]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        keys(patch)
        yield Buckets(f"http://{host}:{port}")
    server.stop()


def keys(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def no_keys(patch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        patch.delenv(name, raising=False)
    patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    patch.setenv("AWS_CONFIG_FILE", "/nowhere")
