"""Errors as answers: one body everywhere, with the cure, in the caller's language (RFC 9457).

Only clients of remove.bg get theirs, below its prefix.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException

from packshot.errors import PackshotError, StoreFailed
from packshot.journey.report import plain
from packshot.service.api.shapes import Problem
from packshot.service.removebg.door import PREFIX as REMOVEBG
from packshot.service.removebg.door import answer_of
from packshot.service.removebg.errors import Mistake, Refusal
from packshot.words import Words, say, verbatim

log = structlog.get_logger("packshot.web")

STATUSES = {
    "not_found": 404,
    "bad_photo": 422,
    "bad_profile": 422,
    "bad_source": 422,
    "bad_option": 422,
    "refused": 422,
    "weights_missing": 422,
    "too_large": 413,
    "busy": 429,
    "too_many_calls": 429,
    "quota_exceeded": 429,
    "idempotency_key_reused": 422,
    "not_signed_in": 401,
    "not_allowed": 403,
    "csrf": 403,
    "bad_password": 422,
    "too_many_tries": 429,
    "conflict": 409,
    "store_failed": 503,
    "engine_failed": 500,
}
MEDIA_TYPE = "application/problem+json"
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": text}
    for status, text in (
        (400, "The request cannot be read."),
        (401, "Nobody is signed in, or the key is wrong."),
        (403, "The caller may not do this."),
        (404, "There is nothing here."),
        (413, "Too many bytes."),
        (422, "What was asked for makes no sense; `cure` says what to change."),
        (429, "Too much at once; `Retry-After` says when to come back."),
    )
}
AGAIN_SECONDS = 5


def install(app: FastAPI) -> None:
    app.add_exception_handler(PackshotError, told)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(DataError, _no_text)


def problem(
    request: Request,
    status: int,
    code: str,
    message: Words,
    cure: Words | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    language = language_of(request)
    if request.url.path.startswith(f"{REMOVEBG}/"):
        mistake = Mistake(code, message.in_("en"), cure.in_("en") if cure else "")
        return answer_of(Refusal(status, mistake, headers=headers))
    if _is_a_page(request):
        return _page(request, status, code, message, cure, headers)
    body = Problem(
        title=code,
        status=status,
        detail=message.in_(language),
        cure=cure.in_(language) if cure else "",
        texts={"detail": plain(message), **({"cure": plain(cure)} if cure else {})},
        request=getattr(request.state, "number", ""),
    )
    return JSONResponse(body.model_dump(mode="json"), status, dict(headers or {}), MEDIA_TYPE)


def _is_a_page(request: Request) -> bool:
    """A person goes there with a browser; programs and modules of pages ask below /v1, or for JSON."""
    asked = request.headers.get("accept", "")
    return "text/html" in asked and not request.url.path.startswith("/v1") and "router" in request.scope


def _page(
    request: Request,
    status: int,
    code: str,
    message: Words,
    cure: Words | None,
    headers: Mapping[str, str] | None,
) -> Response:
    from packshot.service.pages.render import page

    number = getattr(request.state, "number", "")
    shown = page(
        request, "error.html", status=status, code=code, title=message, cure=cure, request_number=number
    )
    shown.headers.update(headers or {})
    return shown


def language_of(request: Request) -> str:
    """As the caller says; English where he says nothing that we speak."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    if asked in ("ru", "en"):
        return asked
    for part in request.headers.get("accept-language", "").split(","):
        language = part.partition(";")[0].strip().lower()[:2]
        if language in ("ru", "en"):
            return language
    return "en"


def status_of(exc: PackshotError) -> int:
    return STATUSES.get(exc.code, 422)


def told(request: Request, exc: Exception) -> Response:
    """One of our own errors, as its answer."""
    assert isinstance(exc, PackshotError)
    after = getattr(exc, "retry_after", AGAIN_SECONDS if isinstance(exc, StoreFailed) else None)
    headers = {"Retry-After": str(after)} if after else {}
    return problem(request, status_of(exc), exc.code, exc.message, exc.cure, headers)


def _validation(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    faults = [f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in exc.errors()]
    message = say("The request makes no sense: {faults}.", faults=verbatim("; ".join(faults[:5])[:1000]))
    return problem(
        request, 422, "bad_request", message, say("The OpenAPI at /v1/openapi.json says what is asked for.")
    )


def _http(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    if exc.status_code == 404:
        code, message, cure = "not_found", say("There is nothing here."), say("Look at the address.")
    elif exc.status_code == 405:
        code, message, cure = (
            "wrong_method",
            say("This address does not take {method}.", method=request.method),
            None,
        )
    else:
        code, message, cure = "bad_request", verbatim(str(exc.detail)), None
    return problem(request, exc.status_code, code, message, cure, exc.headers)


def _database(request: Request, exc: Exception) -> Response:
    """It restarts, or is gone for a moment: nothing was accepted, so the same request is to be sent again."""
    log.warning("database fails", error=type(exc).__name__)
    return problem(
        request,
        503,
        "database_away",
        say("The database does not answer."),
        say("Send the same again in a moment."),
        {"Retry-After": str(AGAIN_SECONDS)},
    )


def _no_text(request: Request, exc: Exception) -> Response:
    """PostgreSQL keeps no zero byte in a text; nobody means one."""
    message = say("There is something in the request that is no text.")
    return problem(request, 422, "bad_request", message, say("Take out what cannot be seen."))


def bug(request: Request, exc: Exception) -> Response:
    """The traceback goes into the log, and only there."""
    log.error("bug", path=request.url.path, exc_info=exc)
    return problem(
        request,
        500,
        "bug",
        say("Something broke in packshot."),
        say(
            "Try again; if it happens once more, send us the number {number}.",
            number=getattr(request.state, "number", "–"),
        ),
    )
