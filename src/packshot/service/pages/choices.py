"""In which language and theme somebody reads: the address says it, else a cookie, else the browser."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from packshot.words import LANGUAGES, default_language

THEMES = ("system", "light", "dark")
YEAR = 365 * 24 * 3600
MOST_ACCEPTED = 20
"""Languages that a browser may list; more are noise, or malice."""


def language_of(request: Request) -> str:
    told = _told(request, "lang", LANGUAGES)
    return told or next(_accepted(request.headers.get("accept-language", "")), default_language())


def theme_of(request: Request) -> str:
    return _told(request, "theme", THEMES) or "system"


def remember(request: Request, response: Response) -> None:
    """What the address chose holds for the pages after it."""
    for name, known in (("lang", LANGUAGES), ("theme", THEMES)):
        if (value := request.query_params.get(name)) in known:
            secure = request.url.scheme == "https"
            response.set_cookie(name, str(value), max_age=YEAR, samesite="lax", secure=secure)


def _told(request: Request, name: str, known: tuple[str, ...]) -> str:
    for told in (request.query_params.get(name), request.cookies.get(name)):
        if told in known:
            return str(told)
    return ""


def _accepted(header: str) -> Iterator[str]:
    """Of `ru-RU, en;q=0.8`, ours, the best first."""
    weighed = []
    for part in header.split(",")[:MOST_ACCEPTED]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), tag.strip().lower()[:2]))
        except ValueError:
            continue
    yield from (
        tag for weight, tag in sorted(weighed, key=lambda pair: pair[0]) if weight and tag in LANGUAGES
    )
