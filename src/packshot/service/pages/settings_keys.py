"""Settings, keys: what programs come in with."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from packshot.errors import BadOption, PackshotError
from packshot.service.house import House
from packshot.service.pages.fields import Fields, Form
from packshot.service.pages.roles import MAY_SAID
from packshot.service.pages.settings import Home, Manager, shown
from packshot.service.people import audit, keys
from packshot.service.people.caller import Caller, May
from packshot.words import say

router = APIRouter(prefix="/settings/keys", include_in_schema=False)


@router.get("")
def show(request: Request, home: Home, caller: Manager) -> Response:
    return _page(request, home, caller)


@router.post("")
def make(request: Request, home: Home, caller: Manager, form: Fields) -> Response:
    """The key stands on this answer, and nowhere else ever."""
    scopes = frozenset(May(one) for one in form.get("scopes", []) if one in list(May))
    try:
        limits = {name: _limit(form, name) for name in ("per_minute", "per_day")}
        with home.database.transaction() as session:
            made, text = keys.make(session, caller, form.text("name"), scopes, **limits)
    except PackshotError as exc:
        return _page(request, home, caller, problem=exc, name=form.text("name")[:200])
    answer = _page(request, home, caller, fresh=made.name, secret=text)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/{key_id}/revoke")
def revoke(key_id: str, home: Home, caller: Manager) -> Response:
    with home.database.transaction() as session:
        keys.revoke(session, caller, key_id)
    return RedirectResponse("/settings/keys?done=revoked", 303)


def _limit(form: Form, name: str) -> int | None:
    """Empty: as the service says."""
    told = form.number(name)
    if form.text(name).strip() and not told:
        raise BadOption(
            say("A limit is a whole number from 1 up."), say("Leave it empty for the service's own.")
        )
    return told


def _page(
    request: Request,
    home: House,
    caller: Caller,
    *,
    problem: PackshotError | None = None,
    fresh: str = "",
    secret: str = "",
    name: str = "",
) -> Response:
    with home.database.reading() as session:
        alive = keys.alive(session, caller.org_id)
        makers = audit.names(session, caller.org_id, {key.created_by for key in alive})
    return shown(
        request,
        caller,
        "settings_keys.html",
        problem=problem,
        keys=alive,
        makers=makers,
        scopes={may: text for may, text in MAY_SAID.items() if may in caller.may},
        may_said={may.value: text for may, text in MAY_SAID.items()},
        fresh=fresh,
        secret=secret,
        name=name,
        per_minute=home.settings.per_minute,
        per_day=home.settings.per_day,
    )
