"""The review queue as a page: one photo fills the screen, the next one is loaded already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from packshot.report.entry import Entry, checked, fixed
from packshot.service import photos, review, tables
from packshot.service.api.shapes import Output, PhotoFull, PhotoShort
from packshot.service.house import House, house
from packshot.service.pages.render import page
from packshot.service.pages.wish_form import name_of_variant
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.photos import NotFound
from packshot.words import Words, say

router = APIRouter(prefix="/review", include_in_schema=False)

Home = Annotated[House, Depends(house)]
Moderator = Annotated[Caller, Depends(needs(May.REVIEW))]

REDOES = {
    "best": (review.Redo("best"), say("Best quality, slower")),
    "fast": (review.Redo("fast"), say("The quick way")),
    "shadowless": (review.Redo(settings={"retouch.shadow.kind": "none"}), say("Without shadow")),
    "colours": (review.Redo(engine="grabcut"), say("By its colours, without the network")),
    "margin": (review.Redo(settings={"retouch.place.gap_px": 60}), say("With more margin")),
}
"""What a moderator does again with one key; the photo's own page offers the rest."""


@dataclass(frozen=True, slots=True)
class Case:
    """A photo as a moderator sees it."""

    photo: PhotoFull
    original: Output | None
    shown: tuple[tuple[Words, Output], ...]
    """The variants, and the cut-out, which is see-through, last."""
    entry: Entry | None
    failed: tuple[Any, ...]
    """Guards that did not pass."""
    editable: bool
    parent: PhotoShort | None
    """The try before, to be compared with."""


@router.get("")
def show(request: Request, home: Home, caller: Moderator) -> Response:
    """Who opens the page holds what it shows: without script, too, nobody else looks at it."""
    held = review.claim(home, caller)
    with home.database.reading() as session:
        left = review.left(session, caller.org_id)
    cases = [_case(home, caller, photo_id) for photo_id in held]
    return page(request, "review.html", cases=cases, left=left, redoes=REDOES)


@router.get("/{photo_id}")
def card(photo_id: str, request: Request, home: Home, caller: Moderator) -> Response:
    """A piece of the page, for its module."""
    return page(request, "review_card.html", case=_case(home, caller, photo_id))


@router.post("/{photo_id}")
def decide(
    photo_id: str,
    home: Home,
    caller: Moderator,
    choice: Annotated[Literal["approve", "reject", "redo", "undo", "later"], Form()],
    how: Annotated[Literal["best", "fast", "shadowless", "colours", "margin"], Form()] = "best",
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Where no script runs."""
    if choice == "approve":
        review.approve(home, caller, photo_id, note)
    elif choice == "reject":
        review.reject(home, caller, photo_id, note)
    elif choice == "redo":
        review.redo(home, caller, photo_id, REDOES[how][0], note)
    elif choice == "undo":
        review.undo(home, caller, photo_id)
    return RedirectResponse("/review", 303)


def _case(home: House, caller: Caller, photo_id: str) -> Case:
    with home.database.reading() as session:
        row = photos.find(session, caller.org_id, photo_id)
        photo = photos.full(session, home.depot, row)
        editable = any(one.role == "outline" for one in photos.files_of(session, [photo_id])[photo_id])
        parent = _parent(session, caller, row)
    report = photo.report or {}
    files = {one.role: one for one in photo.outputs}
    variants = list(report.get("outputs", {})) or [role for role in photo.pictures if role != "original"]
    shown = [(name_of_variant(role), files[role]) for role in variants if role in files]
    if "cutout" in files and "cutout" not in variants:
        shown.append((say("Cut-out"), files["cutout"]))
    return Case(
        photo,
        files.get("original"),
        tuple(shown),
        _entry(photo, report),
        tuple(guard for guard in report.get("guards", ()) if not guard["passed"]),
        editable,
        parent,
    )


def _parent(session: Session, caller: Caller, row: tables.Photo) -> PhotoShort | None:
    try:
        return photos.short(session, [photos.find(session, caller.org_id, row.parent_id or "")])[0]
    except NotFound:
        return None


def _entry(photo: PhotoFull, report: dict[str, Any]) -> Entry | None:
    if "status" in report:
        return fixed({**report, "key": photo.name}, path="")
    return checked(report, key=photo.name, path="") if "verdict" in report else None
