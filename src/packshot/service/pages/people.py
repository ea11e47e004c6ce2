"""Coming in: sign in, sign out, accept an invitation."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from packshot.errors import PackshotError
from packshot.service import problems
from packshot.service.house import House, house
from packshot.service.pages.choices import remember
from packshot.service.pages.fields import Fields
from packshot.service.pages.render import page
from packshot.service.pages.roles import ROLES_SAID
from packshot.service.people import invitations, sessions
from packshot.service.people.auth import known, needs
from packshot.service.people.caller import Caller, May
from packshot.service.people.passwords import LEAST
from packshot.service.people.sign_in import sign_in, sign_out
from packshot.service.tables import User

router = APIRouter(include_in_schema=False)

Home = Annotated[House, Depends(house)]
SignedIn = Annotated[Caller, Depends(needs(May.READ))]
MOST_NEXT = 2000


@router.get("/sign-in")
def ask(request: Request, home: Home) -> Response:
    onward = own_path(request.query_params.get("next", ""))
    if known(request, home) is not None:
        return RedirectResponse(onward, 303)
    return _sign_in_page(request, home, onward)


@router.post("/sign-in")
def enter(request: Request, home: Home, form: Fields) -> Response:
    onward = own_path(form.text("next"))
    try:
        token = sign_in(home, request, form.text("email"), form.text("password"))
    except PackshotError as exc:
        return _sign_in_page(request, home, onward, email=form.text("email")[:254], problem=exc)
    return _into(home, request, token, onward)


@router.post("/sign-out")
def leave(request: Request, home: Home, caller: SignedIn) -> Response:
    if caller.session:
        sign_out(home, caller)
    response = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": '"cache"'})
    sessions.take(home.settings, request, response)
    return response


@router.get("/invitation")
def invited(request: Request, home: Home) -> Response:
    return _invitation_page(request, home, request.query_params.get("token", ""))


@router.post("/invitation")
def accept(request: Request, home: Home, form: Fields) -> Response:
    token, password = form.text("token"), form.text("password")
    try:
        with home.database.reading() as session:
            welcome = invitations.find(session, token)
        if welcome.user_id:
            entered = invitations.accept_known(home, request, token, password)
        else:
            entered = invitations.accept_new(home, request, token, form.text("name"), password)
    except PackshotError as exc:
        return _invitation_page(request, home, token, problem=exc, name=form.text("name")[:200])
    return _into(home, request, entered, "/")


def to_sign_in(request: Request, exc: Exception) -> Response:
    """Who opens a page without being signed in is asked to; programs get the problem itself."""
    path = request.url.path
    if path.startswith("/v1") or "text/html" not in request.headers.get("accept", ""):
        return problems.told(request, exc)
    asked = f"{path}?{request.url.query}" if request.url.query else path
    onward = f"?next={quote(asked, safe='')}" if request.method == "GET" and asked != "/" else ""
    response = RedirectResponse(f"/sign-in{onward}", 303)
    remember(request, response)
    return response


def own_path(told: str) -> str:
    """Where to go on, if it is one of our own pages: browsers read `//`, `/\\`, `/<tab>/` as another site."""
    fine = told.startswith("/") and told[1:2] not in ("/", "\\") and len(told) <= MOST_NEXT
    return told if fine and told.isprintable() and "\\" not in told else "/"


def _into(home: House, request: Request, token: str, onward: str) -> Response:
    response = RedirectResponse(onward, 303)
    sessions.give(home.settings, request, response, token)
    return response


def _sign_in_page(
    request: Request, home: House, onward: str, *, email: str = "", problem: PackshotError | None = None
) -> Response:
    with home.database.reading() as session:
        nobody = session.scalar(select(User.id).limit(1)) is None
    return _with(problem, page(
        request, "sign_in.html", status=problems.status_of(problem) if problem else 200,
        onward=onward, email=email, problem=problem, nobody=nobody,
    ))  # fmt: skip


def _invitation_page(
    request: Request, home: House, token: str, *, problem: PackshotError | None = None, name: str = ""
) -> Response:
    try:
        with home.database.reading() as session:
            welcome = invitations.find(session, token)
    except invitations.UsedUp as exc:
        return page(request, "error.html", status=404, title=exc.message, cure=exc.cure, request_number="")
    return _with(problem, page(
        request, "invitation.html", status=problems.status_of(problem) if problem else 200,
        welcome=welcome, token=token, role=ROLES_SAID[welcome.role], problem=problem, name=name, least=LEAST,
    ))  # fmt: skip


def _with(problem: PackshotError | None, response: Response) -> Response:
    if after := getattr(problem, "retry_after", None):
        response.headers["Retry-After"] = str(after)
    return response
