"""Settings, usage: how many photos on which day; and what was done by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from packshot.service.pages.settings import Home, Manager, Reader, shown
from packshot.service.people import audit, usage
from packshot.service.people.usage import Day
from packshot.words import Words, say

router = APIRouter(prefix="/settings", include_in_schema=False)

DAYS = 30
BAR, GAP, HIGH = 10, 3, 100
"""Of the drawing, in its own units."""
KINDS = {
    "check": say("checked"),
    "fix": say("mended"),
    "cutout": say("cut out"),
    "upscale": say("enlarged"),
    "removebg": say("by remove.bg's calls"),
}
WHAT: dict[str, Words] = {
    "sign_in": say("signed in"),
    "password.change": say("changed the password"),
    "key.make": say("made a key"),
    "key.revoke": say("revoked a key"),
    "member.role": say("changed a role"),
    "member.remove": say("removed a member"),
    "invitation.make": say("invited somebody"),
    "invitation.accept": say("accepted an invitation"),
    "invitation.take_back": say("took an invitation back"),
    "organisation.change": say("changed the organisation"),
    "photos.delete": say("deleted photos"),
    "photos.restore": say("took deleted photos back"),
    "photos.delete_all": say("deleted all photos"),
    "photos.restore_all": say("took all deleted photos back"),
    "webhook.add": say("added a webhook"),
    "webhook.change": say("changed a webhook"),
    "webhook.secret": say("made a new secret for a webhook"),
    "webhook.remove": say("removed a webhook"),
    "webhook.replay": say("had a message sent again"),
    "user.add": say("added a person on the command line"),
    "user.password": say("set a new password on the command line"),
    "review.approved": say("approved a photo"),
    "review.rejected": say("rejected a photo"),
    "review.edited": say("edited a photo's mask"),
    "review.redone": say("had a photo done again"),
    "review.undo": say("took a decision back"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    day: Day
    x: int
    y: int
    height: int


@router.get("/usage")
def used(request: Request, home: Home, caller: Reader) -> Response:
    with home.database.reading() as session:
        days = usage.by_day(session, caller.org_id, DAYS)
        so_far, limit = usage.today(session, caller, home.settings)
    return shown(
        request,
        caller,
        "settings_usage.html",
        bars=_bars(days),
        days=[day for day in reversed(days) if day.photos],
        kinds={kind: text for kind, text in KINDS.items() if any(kind in day.kinds for day in days)},
        width=DAYS * (BAR + GAP),
        high=HIGH,
        bar=BAR,
        total=sum(day.photos for day in days),
        so_far=so_far,
        limit=limit,
    )


@router.get("/audit")
def done(request: Request, home: Home, caller: Manager) -> Response:
    after = request.query_params.get("after", "")[:26]
    with home.database.reading() as session:
        rows, onward = audit.page(session, caller.org_id, after=after)
        names = audit.names(session, caller.org_id, {row.who for row in rows})
    return shown(
        request, caller, "settings_audit.html", rows=rows, names=names, what=WHAT, after=after, onward=onward
    )


def _bars(days: Sequence[Day]) -> list[Bar]:
    """The highest fills the drawing; a day with one photo can still be seen beside one with a thousand."""
    most = max((day.photos for day in days), default=0) or 1
    bars = []
    for number, day in enumerate(days):
        height = max(2, round(HIGH * day.photos / most)) if day.photos else 1
        bars.append(Bar(day, number * (BAR + GAP), HIGH - height, height))
    return bars
