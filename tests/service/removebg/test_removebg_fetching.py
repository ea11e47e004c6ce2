"""Links that answer slowly hold up nobody else."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest

from packshot.errors import Refused
from packshot.service.removebg import queued


def house() -> queued.Queued:
    return queued.Queued(SimpleNamespace(settings=SimpleNamespace(allow_private_urls=False)))  # type: ignore[arg-type]


def test_slow_servers_leave_the_loops_threads_free(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()

    def slow(url: str, **_: object) -> bytes:
        assert answers.wait(20)
        return b"photo"

    monkeypatch.setattr(queued, "fetch", slow)

    async def many() -> list[bytes]:
        under_way = [asyncio.create_task(house().fetch("http://slow.example/", 10)) for _ in range(100)]
        await asyncio.sleep(0)
        try:
            assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 10) == "free"
        finally:
            answers.set()
        return await asyncio.gather(*under_way)

    assert asyncio.run(many()) == [b"photo"] * 100


def test_the_house_refuses_links_inside() -> None:
    with pytest.raises(Refused):
        asyncio.run(house().fetch("http://127.0.0.1:9/mug.png", 10))
