"""One photo: what came of it, what was found, how it was made, and what else could be tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from packshot.report.entry import SEVERITIES, Entry, checked, fixed
from packshot.rules.base import RULES
from packshot.service import photos, tables
from packshot.service.api.shapes import Output, PhotoFull, PhotoShort
from packshot.service.house import House, house
from packshot.service.pages.render import page
from packshot.service.pages.wish_form import (
    GROUNDS,
    KINDS,
    MARGINS,
    QUALITIES,
    SHADOWS,
    SIZES,
    category_groups,
    markets,
    name_of_variant,
    wish_of,
)
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.redo import again, delete, restore
from packshot.words import Words, say, verbatim

router = APIRouter(include_in_schema=False)

Home = Annotated[House, Depends(house)]
Reader = Annotated[Caller, Depends(needs(May.READ))]
Writer = Annotated[Caller, Depends(needs(May.WRITE))]

MADE = ("light", "dark", "main", "result", "upscaled")
"""Where the report names none."""
LAYERS = ("cutout",)
"""Of the layers, what is worth a look through the slider."""
STAGES = {
    "source": say("As it came"),
    "cutout": say("Cut out"),
    "erase": say("Stickers and text on the ground removed"),
    "crop": say("Cropped"),
    "tone": say("Light and contrast"),
    "place": say("Put on the canvas"),
    "upscale": say("Enlarged"),
    "shadow": say("Shadow"),
    "backdrop": say("Background"),
    "sticker": say("Sticker"),
}
LEVELS = {"simple": say("simple"), "medium": say("medium"), "hard": say("hard"), "by_hand": say("by hand")}
MOST_TRIES = 12
GOOD_CONFIDENCE = 0.8


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that the slider can show after the edge."""

    role: str
    title: Words
    output: Output
    see_through: bool = False


@router.get("/photos/{photo_id}")
def show(photo_id: str, request: Request, home: Home, caller: Reader) -> Response:
    with home.database.reading() as session:
        row = photos.find(session, caller.org_id, photo_id, deleted=True)
        photo = photos.full(session, home.depot, row)
        tries = _tries(session, caller, row)
    parent = next((one for one in tries if one.id == photo.parent), None)
    return page(
        request,
        "photo.html",
        photo=photo,
        entry=_entry(photo),
        original=_output(photo, "original") if _readable(photo) else None,
        shown=_shown(photo),
        parent=parent,
        tries=tries,
        stages=[_stage(one, photo) for one in photo.stages],
        trail=bool(photo.stages),
        severities=SEVERITIES,
        rules=RULES.names(),
        paragraph=lambda rule: _paragraph(photo, rule),
        levels=LEVELS,
        markets=markets(),
        groups=category_groups(),
        choices={"shadow": SHADOWS, "margin": MARGINS, "ground": GROUNDS, "quality": QUALITIES},
        sizes=SIZES,
        was=_was(photo),
        name_of_variant=name_of_variant,
        fine_from=GOOD_CONFIDENCE,
    )


@router.post("/photos/{photo_id}/again")
async def try_again(photo_id: str, request: Request, home: Home, caller: Writer) -> Response:
    from fastapi.concurrency import run_in_threadpool

    async with request.form(max_files=0, max_fields=50, max_part_size=10_000) as form:
        told = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        variants = tuple(str(value) for value in form.getlist("variants"))
    kind = told["kind"] if told.get("kind") in KINDS else "fix"
    wish = wish_of(told, variants)
    made = await run_in_threadpool(again, home, caller, photo_id, wish, kind=kind)
    return RedirectResponse(f"/photos/{made}", 303)


@router.post("/photos/{photo_id}/delete")
def throw_away(photo_id: str, home: Home, caller: Writer) -> Response:
    """The page stays, and offers to take it back."""
    delete(home, caller, [photo_id])
    return RedirectResponse(f"/photos/{photo_id}", 303)


@router.post("/photos/{photo_id}/restore")
def take_back(photo_id: str, home: Home, caller: Writer) -> Response:
    restore(home, caller, [photo_id])
    return RedirectResponse(f"/photos/{photo_id}", 303)


def _entry(photo: PhotoFull) -> Entry | None:
    """None where there is no report: it is not done, could not be opened, or nobody judged it."""
    report = photo.report
    if report and "status" in report and photo.kind == "fix":
        return fixed({**report, "key": photo.name}, path="")
    if report and "verdict" in report:
        return checked(report, key=photo.name, path="")
    return None


def _readable(photo: PhotoFull) -> bool:
    """What could not be opened has no size, and no picture."""
    return photo.progress != "done" or photo.size[0] > 0


def _output(photo: PhotoFull, role: str) -> Output | None:
    return next((one for one in photo.outputs if one.role == role), None)


def _paragraph(photo: PhotoFull, rule: str) -> str:
    """Of the marketplace's guide; of the rule alone where a profile has no guide."""
    if not any(photo.profile == market.name for market in markets()):
        return f"/rules/of/{rule}"
    asked = f"?category={quote(photo.category)}" if photo.category else ""
    return f"/rules/{photo.profile}{asked}#{rule}"


def _shown(photo: PhotoFull) -> list[Shown]:
    """What was left to the byte as it came is no second picture to look at."""
    variants = list((photo.report or {}).get("outputs", {})) or MADE
    original = _output(photo, "original")
    found = [
        Shown(name, name_of_variant(name), one)
        for name in variants
        if (one := _output(photo, name)) and not (original and one.sha256 == original.sha256)
    ]
    layers = [Shown(name, say("Cut-out"), one, True) for name in LAYERS if (one := _output(photo, name))]
    return found + layers


def _stage(stage: Mapping[str, str], photo: PhotoFull) -> tuple[Words, str, int, int]:
    """Title, role and sides: a page keeps the place of what is not loaded yet."""
    name, role = stage["name"], stage["role"]
    kept = _output(photo, role)
    width, height = (kept.width, kept.height) if kept else (0, 0)
    if name.startswith("variant "):
        return name_of_variant(name.removeprefix("variant ")), role, width, height
    return STAGES.get(name) or verbatim(name), role, width, height


def _tries(session: Session, caller: Caller, row: tables.Photo) -> Sequence[PhotoShort]:
    """This one, the one it was made from, and those made from either: the oldest first."""
    photo = tables.Photo
    first = row.parent_id or row.id
    of_one = select(photo).where(
        photo.org_id == caller.org_id,
        photo.deleted_at.is_(None),
        or_(photo.id.in_((first, row.id)), photo.parent_id.in_((first, row.id))),
    )
    rows = list(session.scalars(of_one.order_by(photo.id).limit(MOST_TRIES)))
    return photos.short(session, rows) if len(rows) > 1 else []


def _was(photo: PhotoFull) -> Mapping[str, Any]:
    """What was chosen for this photo, as the form names it."""
    settings = photo.options.get("settings", {})
    ground = next((value for name, value in settings.items() if name.startswith("variants.")), "")
    return {
        "kind": photo.kind,
        "to": photo.options.get("to", ""),
        "profile": photo.options.get("profile", ""),
        "category": photo.options.get("category", ""),
        "quality": photo.options.get("quality", "normal"),
        "variants": photo.options.get("variants", ()),
        "shadow": settings.get("retouch.shadow.kind", ""),
        "margin": str(settings.get("retouch.place.gap_px", "")),
        "ground": ground,
        "white_balance": settings.get("retouch.tone.white_balance", False),
    }
