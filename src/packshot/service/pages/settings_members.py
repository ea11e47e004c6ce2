"""Settings, members: who belongs to the organisation, as what, and who is invited."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from packshot.errors import PackshotError
from packshot.service.house import House
from packshot.service.pages.fields import Fields
from packshot.service.pages.roles import ROLES_SAID
from packshot.service.pages.settings import Home, Manager, change, shown
from packshot.service.people import invitations, members
from packshot.service.people.caller import ROLES, Caller

router = APIRouter(prefix="/settings/members", include_in_schema=False)

HERE = "/settings/members"


@router.get("")
def show(request: Request, home: Home, caller: Manager) -> Response:
    return _page(request, home, caller)


@router.post("/invite")
def invite(request: Request, home: Home, caller: Manager, form: Fields) -> Response:
    """The link stands on this answer, and nowhere else ever."""
    email, role = form.text("email"), form.text("role")
    try:
        with home.database.transaction() as session:
            made, token = invitations.make(session, caller, email, role)
    except PackshotError as exc:
        return _page(request, home, caller, problem=exc, email=email[:254], role=role)
    link = invitations.link(home.settings, request, token)
    answer = _page(request, home, caller, link=link, invited=made.email)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/invitations/{invitation_id}/delete")
def take_back(invitation_id: str, home: Home, caller: Manager) -> Response:
    with home.database.transaction() as session:
        invitations.take_back(session, caller, invitation_id)
    return RedirectResponse(f"{HERE}?done=saved", 303)


@router.post("/{user_id}/role")
def change_role(user_id: str, request: Request, home: Home, caller: Manager, form: Fields) -> Response:
    def act(session: Session) -> None:
        members.change_role(session, caller, user_id, form.text("role"))

    return change(home, HERE, "saved", act, lambda exc: _page(request, home, caller, problem=exc))


@router.post("/{user_id}/remove")
def remove(user_id: str, request: Request, home: Home, caller: Manager) -> Response:
    def act(session: Session) -> None:
        members.remove(session, caller, user_id)

    return change(home, HERE, "removed", act, lambda exc: _page(request, home, caller, problem=exc))


def _page(
    request: Request,
    home: House,
    caller: Caller,
    *,
    problem: PackshotError | None = None,
    link: str = "",
    invited: str = "",
    email: str = "",
    role: str = "editor",
) -> Response:
    with home.database.reading() as session:
        here = members.of_organisation(session, caller.org_id)
        waiting = invitations.open_ones(session, caller.org_id)
    return shown(
        request,
        caller,
        "settings_members.html",
        problem=problem,
        members=here,
        invitations=waiting,
        roles={name: ROLES_SAID[name] for name in ROLES if ROLES[name] <= caller.may},
        roles_said=ROLES_SAID,
        link=link,
        invited=invited,
        email=email,
        role=role,
        accounts=home.settings.people_sign_in,
    )
