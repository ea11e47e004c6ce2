"""A real web server on the loopback, with the habits and faults that real ones have."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Web:
    """What it serves and how; `asked` is every request: path, headers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.files: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.knows_ranges = True
        self.has_tags = True
        self.statuses: list[int] = []
        """Answered first, one a request."""
        self.break_after: list[int] = []
        """Bytes after which the line breaks, one a request."""
        self.stall_after: list[int] = []
        """Bytes after which nothing more comes until the client hangs up, one a request."""
        self.asked: list[tuple[str, dict[str, str]]] = []

    def tag(self, name: str) -> str:
        return f'"{hashlib.md5(self.files[name]).hexdigest()}"'


@contextmanager
def web_folder() -> Iterator[Web]:
    server = _Server(("127.0.0.1", 0), _Handler)
    web = Web(f"http://127.0.0.1:{server.server_address[1]}")
    server.web = web  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        web: Web = self.server.web  # type: ignore[attr-defined]
        web.asked.append((self.path, dict(self.headers)))
        name = self.path.partition("?")[0].rpartition("/")[2]
        if web.statuses:
            return self._say(web.statuses.pop(0))
        if name in web.moved:
            return self._say(302, {"Location": web.moved[name]})
        if name not in web.files:
            return self._say(404)
        return self._send(web, name)

    def _send(self, web: Web, name: str) -> None:
        data, start = web.files[name], 0
        tag = web.tag(name)
        headers = {"ETag": tag} if web.has_tags else {}
        wanted = self.headers.get("Range", "")
        if wanted and web.knows_ranges and self.headers.get("If-Range", tag) == tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                return self._say(416)
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        rest = data[start:]
        self.send_response(206 if start else 200)
        for key, value in {**headers, "Content-Length": str(len(rest))}.items():
            self.send_header(key, value)
        self.end_headers()
        most = web.break_after.pop(0) if web.break_after else len(rest)
        stall = web.stall_after.pop(0) if web.stall_after else None
        self.wfile.write(rest[: most if stall is None else stall])
        if stall is not None:
            self.wfile.flush()
            self.rfile.read(1)
            self.close_connection = True
            return None
        if most < len(rest):
            self.close_connection = True
        return None

    def _say(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {**(headers or {}), "Content-Length": "0"}.items():
            self.send_header(key, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silent."""
