"""`POST /v1.0/removebg`, `GET /v1.0/account`, `POST /v1.0/improve`, as clients of remove.bg know them."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from packshot.errors import BadPhoto, PackshotError, Refused
from packshot.service.removebg import described, errors
from packshot.service.removebg.accepting import wants_json
from packshot.service.removebg.compose import Answer
from packshot.service.removebg.errors import Mistake, Refusal, bad
from packshot.service.removebg.sending import MOST_FILE, order_of
from packshot.service.removebg.wish import Wish
from packshot.service.removebg.work import measure, megapixels

log = logging.getLogger(__name__)
Caller = TypeVar("Caller")


@dataclass(frozen=True, slots=True)
class Rate:
    """In megapixels a minute."""

    limit: int
    remaining: int
    reset: int
    """Unix seconds at which all of the limit is there again."""

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.remaining)),
            "X-RateLimit-Reset": str(self.reset),
        }


@dataclass(frozen=True, slots=True)
class Balance:
    total: float
    subscription: float = 0
    payg: float = 0
    enterprise: float = 0
    free_calls: int = 0


class Serve(Protocol[Caller]):
    """The house behind the door. Each may raise `Refusal`, or any other `PackshotError`."""

    async def admit(self, request: Request) -> Caller:
        """Who asks; `errors.missing_key`, `errors.wrong_key`. Called before the body is read."""
        ...

    async def charge(self, caller: Caller, megapixels: int) -> Rate:
        """Counts a photo's megapixels; `errors.too_many` where too few are left. With 0 it only asks whether
        any are, so that no body is read for nothing."""
        ...

    async def cut(
        self, caller: Caller, data: bytes, name: str, wish: Wish, background: bytes | None
    ) -> Answer:
        """`work.make` in a worker; `TimeoutError` where it takes too long, `errors.no_credits`."""
        ...

    async def fetch(self, url: str, max_bytes: int) -> bytes:
        """The bytes behind a link; `Refused` where it leads inside, `BadPhoto` where it gives none."""
        ...

    async def balance(self, caller: Caller) -> Balance: ...


def router(serve: Serve[Caller]) -> APIRouter:
    """All that answers below /v1.0, also where nothing is."""
    door = APIRouter(prefix=PREFIX, route_class=InShape, tags=["remove.bg"])

    @door.post("/removebg", **described.REMOVEBG)
    async def removebg(request: Request) -> Response:
        """Cuts the product out of a photo."""
        caller = await serve.admit(request)
        rate = await serve.charge(caller, 0)
        try:
            order = await order_of(request)
            data = order.data
            if data is None:
                data = await _fetched(serve, order.link, "image_url")
            size = await asyncio.to_thread(measure, data, order.name)
            rate = await serve.charge(caller, megapixels(size))
            background = order.background
            if order.background_link:
                background = await _fetched(serve, order.background_link, "bg_image_url")
            answer = await serve.cut(caller, data, order.name, order.wish, background)
        except Exception as exc:
            raise _refusal(exc, rate) from exc
        charged = {"X-Credits-Charged": f"{order.wish.credits:g}", "Vary": "Accept", **rate.headers}
        return _answered(answer, charged, request.headers.get("accept", ""))

    @door.get("/account", **described.ACCOUNT)
    async def account(request: Request) -> Response:
        """What is left of the credits."""
        caller = await serve.admit(request)
        rate = await serve.charge(caller, 0)
        return _json(200, _account(await serve.balance(caller)), rate.headers)

    @door.post("/improve", **described.IMPROVE)
    async def improve(request: Request) -> Response:
        """Not taken: photos that are sent to improve a network would have nobody who looks at them."""
        await serve.admit(request)
        raise Refusal(501, Mistake("not_implemented", "Photos for improvement are not collected here"))

    door.routes.append(Route(f"{PREFIX}/{{path:path}}", _nothing_here, include_in_schema=False))
    return door


PREFIX = "/v1.0"
ALLOWED = {"removebg": "POST", "account": "GET", "improve": "POST"}


class InShape(APIRoute):
    """Whatever a handler raises becomes an answer in remove.bg's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as exc:
                return answer_of(_refusal(exc))

        return told


class _NothingHere:
    """Unknown paths and wrong methods; a class, for Starlette then passes every method."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = ALLOWED.get(scope["path_params"]["path"])
        if allowed:
            mistake = Mistake("method_not_allowed", "Method not allowed")
            refusal = Refusal(405, mistake, headers={"Allow": allowed})
        else:
            refusal = Refusal(404, Mistake("not_found", "Not found"))
        await answer_of(refusal)(scope, receive, send)


_nothing_here: Callable[..., Awaitable[None]] = _NothingHere()


async def _fetched(serve: Serve[Caller], link: str, field: str) -> bytes:
    try:
        return await serve.fetch(link, MOST_FILE)
    except Refused as exc:
        # Where the name led is not told: it would draw a map of the network that we stand in.
        raise bad(f"invalid_{field}", f"Invalid {field}", "It does not lead to a public address.") from exc
    except BadPhoto as exc:
        code = "failed_image_download" if field == "image_url" else "failed_bg_download"
        if exc.reason != "unreadable":
            raise errors.of(exc) if field == "image_url" else errors.of_background(exc) from exc
        raise bad(code, f"Failed to download image from given {field}", str(exc.message)) from exc


def answer_of(refusal: Refusal) -> Response:
    """Also for whoever turns requests below `PREFIX` away before they come here."""
    return _json(refusal.status, refusal.body(), refusal.headers)


def _refusal(exc: Exception, rate: Rate | None = None) -> Refusal:
    if isinstance(exc, PackshotError):
        refusal = errors.of(exc)
    elif isinstance(exc, TimeoutError):
        refusal = errors.too_late()
    elif isinstance(exc, OperationalError):
        refusal = errors.away()  # the database restarts: nothing was accepted
    elif isinstance(exc, HTTPException):
        title = str(exc.detail)
        refusal = Refusal(exc.status_code, Mistake("refused", title), headers=exc.headers)
    else:
        refusal = errors.broken()
    if refusal.status == 500:
        log.exception("a request to the remove.bg door broke", exc_info=exc)
    if rate is None:
        return refusal
    return Refusal(refusal.status, *refusal.mistakes, headers={**rate.headers, **refusal.headers})


def _answered(answer: Answer, headers: Mapping[str, str], accept: str) -> Response:
    headers = {**answer.headers, **headers}
    if not wants_json(accept, answer.media_type):
        return Response(answer.data, media_type=answer.media_type, headers=headers)
    sides = ("top", "left", "width", "height")
    told: dict[str, object] = {"result_b64": base64.b64encode(answer.data).decode("ascii")}
    told |= {f"foreground_{side}": int(headers[f"X-Foreground-{side.title()}"]) for side in sides}
    return _json(200, {"data": told}, headers)


def _account(balance: Balance) -> dict[str, Any]:
    left = {
        "total": balance.total,
        "subscription": balance.subscription,
        "payg": balance.payg,
        "enterprise": balance.enterprise,
    }
    api = {"free_calls": balance.free_calls, "sizes": "all"}
    return {"data": {"attributes": {"credits": left, "api": api}}}


def _json(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    return Response(json.dumps(body), status, dict(headers), media_type="application/json")
