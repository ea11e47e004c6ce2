"""What every request passes on its way in and out: numbers, limits, headers, the log.

Plain ASGI: a body is counted as it comes, so that nothing larger than allowed ever lies in memory or on disk,
and one that drips is cut off.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from packshot.service.ids import new_id
from packshot.service.metrics import Metrics
from packshot.service.problems import bug, problem
from packshot.service.settings import Settings
from packshot.words import say

log = structlog.get_logger("packshot.web")

BODY_SECONDS = 30.0
"""Without one byte."""
LEAST_RATE = 8_000
"""Bytes a second on the average, after the first half minute: a phone on a bad day is faster."""
WHERE_PHOTOS_COME = frozenset(
    {"/", "/v1/check", "/v1/fix", "/v1/cutout", "/v1/upscale", "/v1/jobs", "/v1/uploads"}
)
MOST_ELSEWHERE = 10_000_000
"""Bytes: a mask that somebody drew, and some more."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Door:
    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self.app, self.settings, self.metrics = app, settings, metrics
        self.most = settings.max_archive_mb * 1_000_000
        self.hosts = _own_hosts(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = new_id()
        scope.setdefault("state", {})["number"] = number
        began = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(message, number, secure=scope["scheme"] == "https")
                MutableHeaders(raw=message["headers"]).update(scope["state"].get("rate", {}))
            await send(message)

        refused = self._refused(Request(scope))
        try:
            if refused is not None:
                await refused(scope, receive, sending)
            else:
                await self.app(scope, _counted(receive, self._most(scope)), sending)
        except Exception as exc:
            # Here and not further out, so that this answer, too, is dressed and counted.
            told = bug(Request(scope), exc)
            if not status:
                await told(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            self.metrics.request(scope, status, seconds)
            log.info(
                "request",
                number=number,
                method=scope["method"],
                path=scope["path"][:200],
                status=status,
                ms=round(seconds * 1000, 1),
            )

    def _refused(self, request: Request) -> Any:
        """What is turned away before anybody looks at it."""
        host = _name(request.headers.get("host", ""))
        if self.hosts and host not in self.hosts:
            # Without accounts, a stranger's page whose name comes to point at this machine would be let in.
            why = say("This service is not called {host}.", host=host[:100])
            return problem(request, 421, "wrong_host", why, say("Set PACKSHOT_PUBLIC_URL to its address."))
        if request.method not in SAFE and not self._of_our_pages(request):
            why = say("The request comes from a page of another site.")
            return problem(request, 403, "other_origin", why)
        if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
            # PostgreSQL refuses it in any text; nobody means one.
            why = say("There is something in the request that is no text.")
            return problem(request, 422, "bad_request", why, say("Take out what cannot be seen."))
        length = request.headers.get("content-length", "0")
        most = self._most(request.scope)
        if not length.isdecimal() or int(length) > most:
            why = say("At most {limit:.0f} MB are taken at once.", limit=most / 1e6)
            return problem(request, 413, "too_large", why, say("Send fewer photos at once."))
        return None

    def _most(self, scope: Scope) -> int:
        """Large only where a body is taken piece by piece: elsewhere it lies in memory as a whole, and that
        before anybody looks who sent it.
        """
        large = scope["path"] in WHERE_PHOTOS_COME or scope["path"].startswith("/v1.0/")
        return self.most if large else min(self.most, MOST_ELSEWHERE)

    def _of_our_pages(self, request: Request) -> bool:
        """Programs send no Origin; browsers send it with all that could change something."""
        origin = request.headers.get("origin")
        if origin is None:
            return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        if self.settings.public_url and origin == self.settings.public_url:
            return True
        return urlsplit(origin).netloc == request.headers.get("host", "")


def _counted(receive: Receive, most: int) -> Receive:
    count, began = 0, time.monotonic()

    async def counted() -> Message:
        nonlocal count
        try:
            message = await asyncio.wait_for(receive(), BODY_SECONDS if count >= 0 else None)
        except TimeoutError:
            return {"type": "http.disconnect"}
        if message["type"] == "http.request":
            count += len(message.get("body", b""))
            spent = time.monotonic() - began
            if count > most or (spent > BODY_SECONDS and count < LEAST_RATE * spent):
                return {"type": "http.disconnect"}
            if not message.get("more_body"):
                count = -(1 << 62)  # it is whole: from here on we are only told that the caller has gone
        return message

    return counted


def _dress(message: MutableMapping[str, Any], number: str, *, secure: bool) -> None:
    headers = MutableHeaders(raw=message["headers"])
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Request-Id"] = number
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _own_hosts(settings: Settings) -> frozenset[str]:
    """Names we answer to; empty: any."""
    public = urlsplit(settings.public_url).hostname
    if settings.people_sign_in:
        return frozenset()
    return LOOPBACK | {settings.host} | ({public} if public else set())


def _name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
