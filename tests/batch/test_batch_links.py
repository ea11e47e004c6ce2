"""Links: fetched with limits, and never a door into the network we stand in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from drawn import mug

from packshot.batch import links
from packshot.errors import BadPhoto, Refused


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/mug.png":
            self._answer(200, mug())
        elif self.path == "/big.png":
            self._answer(200, bytes(3_000_000))
        elif self.path == "/moved":
            self._answer(302, b"", Location="/mug.png")
        elif self.path == "/inside":
            self._answer(302, b"", Location="http://169.254.169.254/latest/meta-data")
        elif self.path == "/file":
            self._answer(302, b"", Location="file:///etc/passwd")
        elif self.path == "/round":
            self._answer(302, b"", Location="/round")
        elif self.path == "/host":
            self._answer(200, self.headers["Host"].encode())
        else:
            self._answer(404, b"no")

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


def fetch(url: str) -> bytes:
    return links.fetch(url, max_bytes=1_000_000, allow_private=True)


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
