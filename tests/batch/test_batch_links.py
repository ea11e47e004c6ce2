"""Links: fetched with limits, and never a door into the network we stand in."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from drawn import mug

from packshot.batch import links
from packshot.batch.manners import Manners
from packshot.errors import BadPhoto, Refused

ANSWERS: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "/mug.png": (200, mug(), {}),
    "/big.png": (200, bytes(3_000_000), {}),
    "/moved": (302, b"", {"Location": "/mug.png"}),
    "/inside": (302, b"", {"Location": "http://169.254.169.254/latest/meta-data"}),
    "/file": (302, b"", {"Location": "file:///etc/passwd"}),
    "/round": (302, b"", {"Location": "/round"}),
    "/nowhere": (304, b"", {}),
    "/packed": (200, gzip.compress(mug()), {"Content-Encoding": "gzip"}),
    "/bomb": (200, gzip.compress(bytes(50_000_000)), {"Content-Encoding": "gzip"}),
    "/brotli": (200, b"x", {"Content-Encoding": "br"}),
}
asked: dict[str, int] = {}


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/host":
            self._answer(200, self.headers["Host"].encode())
        elif self.path.startswith("/stumbles/"):
            self._stumble(*self.path.split("/")[2:4])
        else:
            status, body, headers = ANSWERS.get(self.path, (404, b"no", {}))
            self._answer(status, body, **headers)

    def _stumble(self, how: str, times: str) -> None:
        """Fails so many times, then gives the photo."""
        asked[self.path] = asked.get(self.path, 0) + 1
        if asked[self.path] > int(times):
            self._answer(200, mug())
        elif how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif how == "torn":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
        elif how == "later":
            self._answer(429, b"", **{"Retry-After": "7"})
        else:
            self._answer(int(how), b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


class Waited:
    """Sleeps in no time, and remembers how long."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.now = 0.0
        self.manners = Manners(pause=0.0, clock=lambda: self.now, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def fetch(url: str, waited: Waited | None = None) -> bytes:
    manners = (waited or Waited()).manners
    return links.fetch(url, max_bytes=1_000_000, allow_private=True, manners=manners)


def test_a_photo_is_fetched_also_behind_a_redirect(shop: str) -> None:
    assert fetch(f"{shop}/mug.png") == mug()
    assert fetch(f"{shop}/moved") == mug()


def test_the_server_hears_its_own_name(shop: str) -> None:
    assert fetch(f"{shop}/host").decode() == shop.removeprefix("http://")


def test_a_private_address_is_refused_unless_allowed(shop: str) -> None:
    with pytest.raises(Refused, match="--allow-private-urls"):
        links.fetch(f"{shop}/mug.png", max_bytes=1000)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.7", "192.168.1.1", "172.16.3.4", "169.254.169.254", "100.64.0.1", "0.0.0.0",
     "224.0.0.1",
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::"],
)  # fmt: skip
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not links.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_outer_addresses_are_public(address: str) -> None:
    assert links.is_public(address)


@pytest.mark.parametrize("url", ["http://2130706433/a.png", "http://0x7f.1/a.png", "http://[::1]/a.png"])
def test_odd_spellings_of_this_machine_are_refused(url: str) -> None:
    with pytest.raises((Refused, BadPhoto)):
        links.fetch(url, max_bytes=1000)


def test_a_redirect_is_checked_like_the_first_address(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = links.is_public
    monkeypatch.setattr(links, "is_public", lambda address: address in ("127.0.0.1", "::1") or own(address))
    with pytest.raises(Refused, match=r"169\.254"):
        links.fetch(f"{shop}/inside", max_bytes=1000)
    with pytest.raises(Refused, match="no http"):
        links.fetch(f"{shop}/file", max_bytes=1000)


def test_a_large_answer_is_cut_off(shop: str) -> None:
    with pytest.raises(BadPhoto, match="more than 1 MB"):
        fetch(f"{shop}/big.png")


@pytest.mark.parametrize(("path", "why"), [("/gone", "404"), ("/round", "redirects")])
def test_a_link_without_a_photo_says_why(shop: str, path: str, why: str) -> None:
    with pytest.raises(BadPhoto, match=why):
        fetch(f"{shop}{path}")


def test_a_server_that_is_not_there_is_a_bad_photo() -> None:
    with pytest.raises(BadPhoto):
        fetch("http://127.0.0.1:9/a.png")


def test_a_slow_server_does_not_hold_the_run(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "WHOLE_SECONDS", -1.0)
    with pytest.raises(BadPhoto, match="longer"):
        fetch(f"{shop}/mug.png")


# ---- tried again, or not -----------------------------------------------------------------------------------


def stumbling(shop: str, how: str, times: int) -> str:
    return f"{shop}/stumbles/{how}/{times}/{uuid.uuid4().hex}"


@pytest.mark.parametrize("how", ["500", "502", "503", "504", "408", "429", "reset", "torn"])
def test_what_fails_for_a_moment_is_asked_again(shop: str, how: str) -> None:
    waited = Waited()
    assert fetch(stumbling(shop, how, links.ATTEMPTS - 1), waited) == mug()
    assert len(waited.pauses) == links.ATTEMPTS - 1
    first, *_, last = waited.pauses
    assert first < last


@pytest.mark.parametrize(("how", "why"), [("500", "500"), ("reset", "gives no photo")])
def test_what_keeps_failing_is_told_after_bounded_attempts(shop: str, how: str, why: str) -> None:
    url = stumbling(shop, how, 1000)
    with pytest.raises(BadPhoto, match=why):
        fetch(url)
    assert sum(count for path, count in asked.items() if url.endswith(path)) == links.ATTEMPTS


@pytest.mark.parametrize("how", ["404", "403", "401", "410", "501"])
def test_what_fails_for_good_is_asked_once(shop: str, how: str) -> None:
    waited, url = Waited(), stumbling(shop, how, 1000)
    with pytest.raises(BadPhoto, match=how):
        fetch(url, waited)
    assert waited.pauses == []
    assert sum(count for path, count in asked.items() if url.endswith(path)) == 1


def test_a_busy_server_is_left_alone_as_long_as_it_asks(shop: str) -> None:
    waited = Waited()
    assert fetch(stumbling(shop, "later", 2), waited) == mug()
    assert waited.now >= 14


def test_a_name_that_nobody_knows_is_asked_once() -> None:
    waited = Waited()
    with pytest.raises(BadPhoto):
        fetch("http://nosuchhost.invalid/a.png", waited)
    assert len(waited.pauses) < links.ATTEMPTS


# ---- packed and odd answers --------------------------------------------------------------------------------


def test_a_packed_answer_is_unpacked_within_limits(shop: str) -> None:
    assert fetch(f"{shop}/packed") == mug()
    with pytest.raises(BadPhoto, match="more than 1 MB"):
        fetch(f"{shop}/bomb")
    with pytest.raises(BadPhoto, match="packed as br"):
        fetch(f"{shop}/brotli")


def test_a_redirect_to_nowhere_says_so(shop: str) -> None:
    with pytest.raises(BadPhoto, match="304"):
        fetch(f"{shop}/nowhere")


@pytest.mark.parametrize(
    "url", ["http://a:99999/x.png", "http://[::1/x.png", "http:///x.png", f"http://{'я' * 80}.рф/a.png"]
)
def test_addresses_that_are_none_are_told(url: str) -> None:
    with pytest.raises((Refused, BadPhoto)):
        fetch(url)


def test_a_russian_host_is_spelt_as_the_network_does(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *more, **how: own("127.0.0.1", *more, **how))
    port = shop.rpartition(":")[2]
    host = "кружки.рф".encode("idna").decode()
    assert fetch(f"http://кружки.рф:{port}/host").decode() == f"{host}:{port}"
