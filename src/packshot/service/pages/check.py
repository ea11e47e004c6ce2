"""The first page: drop photos, see what becomes of each."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from packshot.service import photos
from packshot.service.api.jobs import hand_in
from packshot.service.api.shapes import JobShape, PhotoShort
from packshot.service.house import House, house
from packshot.service.ids import is_id
from packshot.service.pages.render import page
from packshot.service.pages.static import FOR_EVER
from packshot.service.pages.wish_form import SIZES, category_groups, markets, remembered
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.photos import Filter, NotFound

router = APIRouter(include_in_schema=False)

Home = Annotated[House, Depends(house)]
Reader = Annotated[Caller, Depends(needs(May.READ))]
Writer = Annotated[Caller, Depends(needs(May.WRITE))]

SAMPLES = Path(__file__).parent.parent.parent / "samples"
TRIED = ("bottle", "sale_badge", "label_box")
"""Three of them: clean, with a badge, with print of its own."""
MOST_JOBS = 20
MOST_TILES = 200
"""On one page; History has the rest."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@router.get("/")
def show(request: Request, home: Home, caller: Reader, job: str = Query("", max_length=600)) -> Response:
    asked = job or request.cookies.get("jobs", "")
    with home.database.reading() as session:
        jobs, tiles = _shown(session, caller, asked)
    return page(
        request,
        "check.html",
        jobs=jobs,
        tiles=tiles,
        asked=remembered(request),
        markets=markets(),
        groups=category_groups(),
        sizes=SIZES,
        samples=TRIED,
        address=_address(request, home),
        qr=_qr(_address(request, home)),
    )


@router.post("/")
async def hand_in_by_form(request: Request, home: Home, caller: Writer) -> Response:
    """The same page where no script runs."""
    job = await hand_in(request, home, caller)
    return RedirectResponse(f"/?job={job.id}", 303)


@router.get("/samples/{name}.jpg")
def sample(name: str) -> Response:
    if name not in TRIED:
        raise NotFound
    return Response(_sample(name), media_type="image/jpeg", headers={"cache-control": FOR_EVER})


@router.post("/samples/{name}")
def try_sample(name: str, home: Home, caller: Writer) -> Response:
    if name not in TRIED:
        raise NotFound
    photo = home.intake.keep(caller, f"{name}.jpg", _sample(name))
    job_id = home.intake.accept(caller, "fix", {}, [photo], awaited=True)
    return RedirectResponse(f"/?job={job_id}", 303)


@lru_cache
def _sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.jpg").read_bytes()


def _shown(session: Session, caller: Caller, asked: str) -> tuple[list[JobShape], list[PhotoShort]]:
    """What of the jobs in the address is ours, the latest first; a stranger's is as one that is not there."""
    found = []
    for job_id in [one for one in asked.split(",") if is_id(one)][:MOST_JOBS]:
        try:
            found.append(photos.find_job(session, caller.org_id, job_id))
        except NotFound:
            continue
    tiles: list[PhotoShort] = []
    for job in found:
        room = MOST_TILES - len(tiles)
        if room > 0:
            tiles += reversed(photos.page(session, caller.org_id, Filter(job=job.id), limit=room).items)
    return photos.jobs(session, found), tiles


def _address(request: Request, home: House) -> str:
    return home.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"


def _qr(address: str) -> Markup:
    """For a phone's camera; empty where a phone could not come."""
    if urlsplit(address).hostname in LOOPBACK:
        return Markup()
    import segno

    drawn = segno.make(f"{address}/", error="m").svg_inline(
        omitsize=True, border=4, light="#fff", dark="#000"
    )
    return Markup(drawn)
