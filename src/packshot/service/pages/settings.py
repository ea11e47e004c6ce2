"""Settings: yourself, and your organisation. Members, keys and usage have files of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import update
from sqlalchemy.orm import Session

from packshot.errors import PackshotError
from packshot.service import problems
from packshot.service.house import House, house
from packshot.service.pages.fields import Fields
from packshot.service.pages.render import page
from packshot.service.people import organisations, passwords, sessions
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.people.names import one_line
from packshot.service.people.sign_in import change_password, switch
from packshot.service.photos import NotFound
from packshot.service.tables import User
from packshot.words import Words, say, verbatim

router = APIRouter(prefix="/settings", include_in_schema=False)

Home = Annotated[House, Depends(house)]
Reader = Annotated[Caller, Depends(needs(May.READ))]
Manager = Annotated[Caller, Depends(needs(May.MANAGE))]

TABS = (
    ("/settings", say("You"), May.READ),
    ("/settings/members", say("Members"), May.MANAGE),
    ("/settings/keys", say("API keys"), May.MANAGE),
    ("/settings/webhooks", say("Webhooks"), May.MANAGE),
    ("/settings/usage", say("Usage"), May.READ),
    ("/settings/audit", say("What was done"), May.MANAGE),
    ("/settings/organisation", say("Organisation"), May.MANAGE),
)
DONE: dict[str, Words] = {
    "saved": say("Saved."),
    "password": say("The password is changed. All other browsers are signed out."),
    "ended": say("Signed out there."),
    "removed": say("Removed. What this person was signed in with, and made keys of, ends at once."),
    "revoked": say("The key is revoked: nothing comes in with it any more."),
    "restored": say("The photos are back."),
}
BROWSERS = {
    "YaBrowser/": "Yandex Browser",
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}
SHOWN = 8
"""Letters of a session's hash that name it in a form."""


def shown(
    request: Request, caller: Caller, template: str, *, problem: PackshotError | None = None, **values: Any
) -> Response:
    """A tab, with what was just done, or what was refused."""
    return page(
        request,
        template,
        status=problems.status_of(problem) if problem else 200,
        tabs=[(path, name) for path, name, may in TABS if may in caller.may],
        flash=None if problem else DONE.get(request.query_params.get("done", "")),
        problem=problem,
        caller=caller,
        **values,
    )


def change(
    home: House,
    path: str,
    done: str,
    act: Callable[[Session], object],
    refused: Callable[[PackshotError], Response],
) -> Response:
    """Does it, and shows the tab again: as new, or with what stood in the way."""
    try:
        with home.database.transaction() as session:
            act(session)
    except NotFound:
        raise
    except PackshotError as exc:
        return refused(exc)
    return RedirectResponse(f"{path}?done={done}", 303)


# ---- you ---------------------------------------------------------------------------------------------------


@router.get("")
def you(request: Request, home: Home, caller: Reader) -> Response:
    return _you(request, home, caller)


@router.post("/name")
def rename_me(request: Request, home: Home, caller: Reader, form: Fields) -> Response:
    def act(session: Session) -> None:
        name = one_line(form.text("name"), say("Your name"), may_be_empty=True)
        session.execute(update(User).where(User.id == caller.user_id).values(name=name))

    return change(home, "/settings", "saved", act, lambda exc: _you(request, home, caller, problem=exc))


@router.post("/password")
def new_password(request: Request, home: Home, caller: Reader, form: Fields) -> Response:
    if not caller.session:
        raise NotFound
    try:
        token = change_password(home, request, caller, form.text("old"), form.text("new"))
    except PackshotError as exc:
        return _you(request, home, caller, problem=exc)
    return _with_token(home, request, token, "/settings?done=password")


@router.post("/sessions/end")
def end_session(home: Home, caller: Reader, form: Fields) -> Response:
    """One of one's own, or, where none is named, all but this one."""
    asked = form.text("session")
    with home.database.transaction() as session:
        if not asked:
            sessions.end_all(session, caller.user_id, but=caller.session)
        for one in sessions.of_user(session, caller.user_id):
            if asked and one.token.startswith(asked) and one.token != caller.session and len(asked) == SHOWN:
                sessions.end(session, one.token)
    return RedirectResponse("/settings?done=ended", 303)


@router.post("/switch")
def to_other_organisation(request: Request, home: Home, caller: Reader, form: Fields) -> Response:
    if not caller.session:
        raise NotFound
    return _with_token(home, request, switch(home, request, caller, form.text("organisation")), "/")


def _you(request: Request, home: House, caller: Caller, *, problem: PackshotError | None = None) -> Response:
    with home.database.reading() as session:
        user = session.get(User, caller.user_id) if caller.user_id else None
        mine = sessions.of_user(session, user.id) if user else []
        others = organisations.of_user(session, user.id) if user else []
    return shown(
        request,
        caller,
        "settings_you.html",
        problem=problem,
        user=user,
        sessions=[(one, one.token[:SHOWN], one.token == caller.session) for one in mine],
        organisations=others,
        least=passwords.LEAST,
        browser_said=_browser,
    )


def _browser(told: str) -> Words:
    """Of a User-Agent: as people call it. Each names those that it wants to be taken for, too."""
    browser = next((name for mark, name in BROWSERS.items() if mark in told), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in told), "")
    return verbatim(", ".join(filter(None, (browser, system)))) if browser or system else say("unknown")


def _with_token(home: House, request: Request, token: str, onward: str) -> Response:
    response = RedirectResponse(onward, 303)
    sessions.give(home.settings, request, response, token)
    return response


# ---- the organisation --------------------------------------------------------------------------------------


@router.get("/organisation")
def organisation(request: Request, home: Home, caller: Manager) -> Response:
    return _organisation(request, home, caller)


@router.post("/organisation")
def change_organisation(request: Request, home: Home, caller: Manager, form: Fields) -> Response:
    def act(session: Session) -> None:
        days = form.number("keep_days") if form.text("keep_days").strip() else 0
        organisations.change(
            session, caller, name=form.text("name"), keep_days=-1 if days is None else days
        )  # -1 is refused in words

    return change(
        home,
        "/settings/organisation",
        "saved",
        act,
        lambda exc: _organisation(request, home, caller, problem=exc),
    )


@router.post("/organisation/data/delete")
def delete_photos(home: Home, caller: Manager) -> Response:
    _, moment = organisations.delete_photos(home, caller)
    return RedirectResponse(f"/settings/organisation?deleted={moment:%Y-%m-%dT%H:%M:%S.%fZ}", 303)


@router.post("/organisation/data/restore")
def restore_photos(request: Request, home: Home, caller: Manager, form: Fields) -> Response:
    try:
        organisations.restore_photos(home, caller, _moment(form.text("moment")))
    except PackshotError as exc:
        return _organisation(request, home, caller, problem=exc)
    return RedirectResponse("/settings/organisation?done=restored", 303)


def _organisation(
    request: Request, home: House, caller: Caller, *, problem: PackshotError | None = None
) -> Response:
    with home.database.reading() as session:
        found = organisations.find(session, caller.org_id)
    return shown(
        request,
        caller,
        "settings_organisation.html",
        problem=problem,
        organisation=found,
        service_days=home.settings.keep_days,
        most_days=organisations.MOST_DAYS,
        undo_hours=f"{home.settings.undo_hours:g}",
        deleted=request.query_params.get("deleted", "")[:40],
    )


def _moment(told: str) -> datetime:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise NotFound from None
    if moment.tzinfo is None:
        raise NotFound
    return moment
