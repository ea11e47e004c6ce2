"""Links: slow ones hold up nobody else, those that lead inside are not followed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import httpx
import pytest
from fastapi.testclient import TestClient
from removebg_direct import KEY, Direct, app

from packshot.batch import links
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


class Elsewhere(BaseHTTPRequestHandler):
    """A public server, as far as the test says, that sends callers into our network."""

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://169.254.169.254/latest/meta-data")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/mug.jpg"
    server.shutdown()
    server.server_close()


def sent(link: str) -> httpx.Response:
    with TestClient(app(Direct()), headers={"X-Api-Key": KEY}) as client:
        return client.post("/v1.0/removebg", data={"image_url": link})


def test_a_redirect_into_our_network_is_refused(elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "is_public", lambda address: address == "127.0.0.1")
    answer = sent(elsewhere)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "invalid_image_url"
    assert "169.254" not in answer.text


def test_a_name_with_a_public_and_an_inner_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(host: str, port: int, **_: object) -> list[object]:
        return [(2, 1, 6, "", (address, port)) for address in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(links.socket, "getaddrinfo", two)
    answer = sent("http://two.example/mug.jpg")
    assert answer.json()["errors"][0]["code"] == "invalid_image_url"
    assert "10.0.0.1" not in answer.text
