"""Who calls: a key, a browser that signed in, or, on one's own machine, whoever sits at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from packshot.service.database import Database
from packshot.service.house import House, house
from packshot.service.people import keys, sessions
from packshot.service.people.caller import ROLES, Caller, May
from packshot.service.people.refusals import NotAllowed, NotOurPage, NotSignedIn
from packshot.service.tables import Organisation
from packshot.words import say

__all__ = ["LOCAL", "NotAllowed", "NotSignedIn", "caller_of", "ensure_local", "known", "needs"]

LOCAL = "0" * 26
"""The one organisation of a machine without accounts."""
LOCAL_CALLER = Caller(LOCAL, "local", ROLES["owner"], name="packshot")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_FILES, MOST_FIELDS, MOST_FIELD = 1000, 100, 1_000_000
"""Of a form. It is read once, by whoever asks first: for its token here, or for its photos."""


def ensure_local(database: Database) -> None:
    with database.transaction() as session:
        if session.get(Organisation, LOCAL) is None:
            session.add(Organisation(id=LOCAL, name="packshot"))


def caller_of(request: Request, home: House) -> Caller | None:
    """For doors of programs: no cookie opens them, so no page can make a browser knock there."""
    caller = known(request, home)
    if caller is None or caller.session:
        return None
    _count(request, home, caller)
    return caller


def known(request: Request, home: House) -> Caller | None:
    """Who it is, whatever is asked for."""
    if not hasattr(request.state, "caller"):
        request.state.caller = _look_up(request, home)
    found: Caller | None = request.state.caller
    return found


def needs(permission: May) -> Callable[..., Awaitable[Caller]]:
    """For `Depends`: the caller, who may do this."""

    async def admitted(request: Request, home: Annotated[House, Depends(house)]) -> Caller:
        caller = await run_in_threadpool(known, request, home)
        if caller is None:
            raise NotSignedIn(
                say("Nobody is signed in."), say("Send an API key in X-Api-Key, or sign in with a browser.")
            )
        if _wants_proof(request, caller):
            _believe(home, caller, request.headers.get("x-csrf-token") or await _form_token(request))
        if permission not in caller.may:
            raise NotAllowed(
                say("You may not do this."), say("Ask an owner of the organisation for another role.")
            )
        await run_in_threadpool(_count, request, home, caller)
        return caller

    return admitted


def _look_up(request: Request, home: House) -> Caller | None:
    """A key goes before a cookie. One of ours that is revoked opens nothing, on one's own machine neither;
    what only looks like a key there is one of another service, whose client came over.
    """
    told = keys.given(request)
    local = None if home.settings.people_sign_in else LOCAL_CALLER
    if told is not None:
        return keys.caller(home, told) if told.is_ours else local
    return local or sessions.caller(home, request)


def _wants_proof(request: Request, caller: Caller) -> bool:
    """A browser sends its cookie with whatever any page asks for; nobody but our pages knows the token."""
    return bool(caller.session) and request.method not in SAFE


def _believe(home: House, caller: Caller, told: str) -> None:
    if not sessions.is_ours(home.settings, caller, told):
        raise NotOurPage(
            say("The page that sent this is out of date."), say("Load the page again and repeat it.")
        )


async def _form_token(request: Request) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FORMS:
        return ""
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD)
    except ClientDisconnect:
        return ""
    told = form.get("csrf")
    return told if isinstance(told, str) else ""


def _count(request: Request, home: House, caller: Caller) -> None:
    """Once for each request; the door puts the headers on whatever is answered."""
    if not hasattr(request.state, "rate"):
        request.state.rate = home.limits.count(caller, reading=request.method in SAFE)
