"""All photos that were ever handed in: found again, chosen, taken along, thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from packshot.report.entry import STATES, Texts, in_all
from packshot.rules.base import RULES
from packshot.service import photos, tables
from packshot.service.archive import zip_of
from packshot.service.house import House, house
from packshot.service.ids import is_id
from packshot.service.pages.render import page
from packshot.service.pages.wish_form import QUALITIES, SHADOWS, markets
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.photos import Filter
from packshot.service.redo import again, delete, restore
from packshot.service.review import Redo
from packshot.words import Words, say, verbatim

router = APIRouter(prefix="/history", include_in_schema=False)

Home = Annotated[House, Depends(house)]
Reader = Annotated[Caller, Depends(needs(May.READ))]
Writer = Annotated[Caller, Depends(needs(May.WRITE))]
Ids = Annotated[list[str], Form(max_length=photos.MOST_PAGE)]

WAITING, REPLACED = "waiting", "replaced"
"""States that are no outcome."""
WORDS = {**STATES, WAITING: say("being worked on"), REPLACED: say("made anew")}
MADE_ANEW = ("redone", "edited")
"""Decisions after which another photo stands for this one."""
STANDS = ("", "approved", "rejected")
KINDS = {
    "fix": say("Fixed"),
    "check": say("Only checked"),
    "cutout": say("Cut out"),
    "upscale": say("Enlarged"),
    "removebg": say("As remove.bg does it"),
}
SHADOW = "retouch.shadow.kind"
MOST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of the address. What makes no sense there is as if it were not there: forms send empty
    fields, and people mend addresses by hand."""

    state: str = ""
    kind: str = ""
    profile: str = ""
    rule: str = ""
    search: str = ""
    since: str = ""
    until: str = ""
    deleted: str = ""

    @staticmethod
    def of(query: QueryParams) -> Asked:
        told = {name: query.get(name, "").strip() for name in Asked.__slots__}
        known = {
            "state": WORDS,
            "kind": KINDS,
            "profile": [market.name for market in markets()],
            "rule": RULES.names(),
            "deleted": ("1",),
        }
        for name, values in known.items():
            told[name] = told[name] if told[name] in values else ""
        for name in ("since", "until"):
            told[name] = told[name] if _day(told[name]) else ""
        return Asked(**{**told, "search": told["search"][:MOST_SEARCH]})

    @property
    def filter(self) -> Filter:
        """Of any state."""
        last = _day(self.until)
        return Filter(
            kind=self.kind,
            profile=self.profile,
            rule=self.rule,
            search=self.search,
            since=_start(_day(self.since)),
            until=_start(last + timedelta(days=1) if last else None),
            deleted=bool(self.deleted),
            **_of_state(self.state),
        )

    @property
    def narrows(self) -> bool:
        """By more than the state."""
        return any((self.kind, self.profile, self.rule, self.search, self.since, self.until))


@dataclass(frozen=True, slots=True)
class Ties:
    """What the photos of a page have to do with others."""

    otherwise: Mapping[str, Sequence[Texts]]
    """Of one that was done again: what is other than before."""
    tries: Mapping[str, int]
    """How often one was done again."""


@router.get("")
def show(request: Request, home: Home, caller: Reader, after: str = Query("", max_length=26)) -> Response:
    asked = Asked.of(request.query_params)
    cursor = after if is_id(after) else ""
    with home.database.reading() as session:
        shown = photos.page(session, caller.org_id, asked.filter, after=cursor, limit=photos.MOST_PAGE)
        states = _states(session, caller.org_id, asked)
        ties = _ties(session, caller.org_id, [photo.id for photo in shown.items])
    return page(
        request,
        "history.html",
        asked=asked,
        photos=shown.items,
        older=shown.next,
        cursor=cursor,
        states=states,
        words=WORDS,
        ties=ties,
        made_anew=MADE_ANEW,
        kinds=KINDS,
        markets=markets(),
        rules=_rules(),
        qualities=QUALITIES,
        all_of_it=_zip_address(asked),
        undo_hours=home.settings.undo_hours,
    )


@router.post("/zip")
def take_along(home: Home, caller: Reader, ids: Ids = []) -> Response:  # noqa: B006 – FastAPI copies it
    archive = zip_of(home.database, home.depot, caller.org_id, Filter(ids=tuple(ids) or ("",)))
    headers = {"Content-Disposition": 'attachment; filename="packshot.zip"'}
    return StreamingResponse(archive, media_type="application/zip", headers=headers)


@router.post("/delete")
def throw_away(request: Request, home: Home, caller: Writer, ids: Ids = []) -> Response:  # noqa: B006
    delete(home, caller, ids)
    return _back(request)


@router.post("/restore")
def take_back(request: Request, home: Home, caller: Writer, ids: Ids = []) -> Response:  # noqa: B006
    restore(home, caller, ids)
    return _back(request)


@router.post("/again")
def do_again(
    home: Home,
    caller: Writer,
    ids: Ids = [],  # noqa: B006
    quality: Annotated[Literal["", "fast", "normal", "best"], Form()] = "",
    shadow: Annotated[Literal["", "none"], Form()] = "",
) -> Response:
    """With the wish that each had, but for what was chosen here."""
    how = Redo(quality, {SHADOW: shadow} if shadow else {})
    with home.database.reading() as session:
        wishes = {one: how.of(photos.find(session, caller.org_id, one).wish) for one in ids}
    for photo_id, wish in wishes.items():
        again(home, caller, photo_id, wish)
    return RedirectResponse("/history", 303)


# ---- what is asked for -------------------------------------------------------------------------------------


def _of_state(state: str) -> dict[str, Any]:
    if state == WAITING:
        return {"outcomes": ("",)}
    if state == REPLACED:
        return {"decisions": MADE_ANEW}
    return {"outcomes": (state,), "decisions": STANDS} if state else {}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def _zip_address(asked: Asked) -> str:
    told = asked.filter
    query = {
        "outcome": told.outcomes,
        "decision": [one or "none" for one in told.decisions],
        "kind": told.kind,
        "profile": told.profile,
        "rule": told.rule,
        "search": told.search,
        "since": told.since.isoformat() if told.since else "",
        "until": told.until.isoformat() if told.until else "",
    }
    return "/v1/photos.zip?" + urlencode({name: one for name, one in query.items() if one}, doseq=True)


def _back(request: Request) -> Response:
    query = request.url.query
    return RedirectResponse(f"/history?{query}" if query else "/history", 303)


@lru_cache(maxsize=1)
def _rules() -> list[tuple[str, Words]]:
    return [(name, Words(RULES[name].title)) for name in RULES.names()]


# ---- what is told of the photos ----------------------------------------------------------------------------


def _states(session: Session, org_id: str, asked: Asked) -> dict[str, int]:
    """How many of each, whatever state was asked for; in the order of WORDS, only what occurs."""
    some = photos.wanted(org_id, replace(asked, state="").filter).subquery()
    columns = (some.c.outcome, some.c.decision)
    counted: dict[str, int] = {}
    for outcome, decision, count in session.execute(select(*columns, func.count()).group_by(*columns)):
        state = REPLACED if decision in MADE_ANEW else outcome or WAITING
        counted[state] = counted.get(state, 0) + count
    return {state: counted[state] for state in WORDS if state in counted}


def _ties(session: Session, org_id: str, ids: Sequence[str]) -> Ties:
    photo, file = tables.Photo, tables.File
    before = select(photo.parent_id).where(photo.id.in_(ids), photo.parent_id.is_not(None))
    rows = {
        row.id: row
        for row in session.execute(
            select(photo.id, photo.parent_id, photo.wish).where(
                photo.org_id == org_id, photo.id.in_(ids) | photo.id.in_(before)
            )
        )
    }
    edited = set(session.scalars(select(file.photo_id).where(file.photo_id.in_(ids), file.role == "edit")))
    again_and_again = (
        select(photo.parent_id, func.count())
        .where(photo.org_id == org_id, photo.parent_id.in_(ids), photo.deleted_at.is_(None))
        .group_by(photo.parent_id)
    )
    return Ties(
        otherwise={
            one: _otherwise(rows[one], rows.get(rows[one].parent_id or ""), one in edited)
            for one in ids
            if one in rows and rows[one].parent_id
        },
        tries={parent: count for parent, count in session.execute(again_and_again) if parent},
    )


def _otherwise(made: Any, parent: Any, edited: bool) -> list[Texts]:
    new, old = made.wish, parent.wish if parent else {}
    told: list[Words] = [say("own mask")] if edited else []
    if new.get("quality") != old.get("quality"):
        told.append(QUALITIES[new.get("quality") or "normal"])
    settings, before = new.get("settings") or {}, old.get("settings") or {}
    if settings.get(SHADOW) != before.get(SHADOW):
        kind = SHADOWS.get(settings.get(SHADOW) or "")
        told += [say("shadow: {kind}", kind=kind)] if kind else []
    if {**settings, SHADOW: 0} != {**before, SHADOW: 0}:
        told.append(say("other settings"))
    if new.get("to") != old.get("to") and new.get("to"):
        told.append(verbatim(new["to"]))
    moved = new.get("profile") != old.get("profile")
    return [*([_title(new.get("profile") or "")] if moved else []), *map(in_all, told)]


def _title(profile: str) -> Texts:
    first = markets()[0]
    known = {market.name: market.titles for market in markets()}
    return known.get(profile or first.name) or {"en": profile, "ru": profile}
