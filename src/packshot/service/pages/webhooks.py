"""Settings, webhooks: who is told, what, and whether it arrived."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from packshot.errors import PackshotError
from packshot.service import webhooks
from packshot.service.house import House
from packshot.service.pages.fields import Fields
from packshot.service.pages.settings import Home, Manager, shown
from packshot.service.people.caller import Caller
from packshot.service.tables import Webhook
from packshot.service.telling import EVENTS, TEST
from packshot.words import Words, say

router = APIRouter(prefix="/settings/webhooks", include_in_schema=False)

SHOWN = 25
"""Messages of one webhook."""
EVENTS_SAID = {
    "photo.done": say("a photo is done"),
    "job.done": say("all photos of a job are done"),
    "photo.decided": say("a person decided about a photo"),
    TEST: say("a test"),
}
ERRORS_SAID = {
    "refused": say("the receiver refused it"),
    "redirect": say("the receiver sends us on to another address: give that one here"),
    "private_address": say("the name leads to an address that is not public"),
    "unknown_host": say("there is no such host"),
    "certificate": say("the receiver’s certificate is not valid"),
    "timeout": say("no answer within 10 seconds"),
    "no_answer": say("the connection failed"),
}


@router.get("")
def show(request: Request, home: Home, caller: Manager) -> Response:
    return _page(request, home, caller)


@router.post("")
def add(request: Request, home: Home, caller: Manager, form: Fields) -> Response:
    url = form.text("url")
    try:
        with home.database.transaction() as session:
            made = webhooks.add(session, caller, home.settings, url, form.get("events", []))
    except PackshotError as exc:
        return _page(request, home, caller, problem=exc, url=url)
    return _with_secret(request, home, caller, made)


@router.post("/{webhook_id}/secret")
def renew_secret(webhook_id: str, request: Request, home: Home, caller: Manager) -> Response:
    with home.database.transaction() as session:
        made = webhooks.renew_secret(session, caller, webhook_id)
    return _with_secret(request, home, caller, made)


@router.post("/{webhook_id}/switch")
def switch(webhook_id: str, home: Home, caller: Manager, form: Fields) -> Response:
    wish = webhooks.Change(enabled=form.text("enabled") == "true")
    with home.database.transaction() as session:
        webhooks.change(session, caller, home.settings, webhook_id, wish)
    return _back(webhook_id)


@router.post("/{webhook_id}/test")
def test(webhook_id: str, home: Home, caller: Manager) -> Response:
    with home.database.transaction() as session:
        webhooks.test(session, caller, webhook_id)
    return _back(webhook_id)


@router.post("/{webhook_id}/deliveries/{delivery_id}/replay")
def replay(webhook_id: str, delivery_id: str, home: Home, caller: Manager) -> Response:
    with home.database.transaction() as session:
        webhooks.replay(session, caller, webhook_id, delivery_id)
    return _back(webhook_id)


@router.post("/{webhook_id}/delete")
def remove(webhook_id: str, home: Home, caller: Manager) -> Response:
    with home.database.transaction() as session:
        webhooks.remove(session, caller, webhook_id)
    return RedirectResponse("/settings/webhooks", 303)


def _with_secret(request: Request, home: House, caller: Caller, made: Webhook) -> Response:
    answer = _page(request, home, caller, fresh=made)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _back(webhook_id: str) -> Response:
    return RedirectResponse(f"/settings/webhooks#{webhook_id}", 303)


def _page(
    request: Request,
    home: House,
    caller: Caller,
    *,
    fresh: Webhook | None = None,
    problem: PackshotError | None = None,
    url: str = "",
) -> Response:
    with home.database.reading() as session:
        hooks = [
            (one, webhooks.deliveries(session, one, limit=SHOWN))
            for one in webhooks.of(session, caller.org_id)
        ]
    return shown(
        request,
        caller,
        "webhooks.html",
        problem=problem,
        hooks=hooks,
        fresh=fresh,
        secret=webhooks.secret_of(home.settings, fresh) if fresh else "",
        url=url,
        events=[(event, EVENTS_SAID[event]) for event in EVENTS],
        event_said=_said,
        error_said=lambda error: ERRORS_SAID.get(error, ""),
    )


def _said(event: str) -> Words | str:
    return EVENTS_SAID.get(event, event)
