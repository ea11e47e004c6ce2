"""The history: photos, their files, what can be done to them afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from packshot.service import photos, tables
from packshot.service.api.shapes import PhotoFull, PhotoPage
from packshot.service.archive import zip_of
from packshot.service.depot import SIZED
from packshot.service.house import House, house
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.photos import Filter, NotFound
from packshot.service.problems import RESPONSES
from packshot.service.redo import again, delete, restore
from packshot.service.wishes import Wish

router = APIRouter(prefix="/v1", tags=["photos"], responses=RESPONSES)

Home = Annotated[House, Depends(house)]
Reader = Annotated[Caller, Depends(needs(May.READ))]
Writer = Annotated[Caller, Depends(needs(May.WRITE))]

FOR_EVER = "private, max-age=31536000, immutable"
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"})
"""What a browser may show as it is; all else is only ever downloaded."""


class Ids(BaseModel):
    ids: list[str] = Field(max_length=photos.MOST_PAGE, min_length=1)


def asked_for(
    job: str = Query("", max_length=26),
    outcome: Annotated[list[str] | None, Query(max_length=9, description="fixed, review, …")] = None,
    kind: str = Query("", max_length=20),
    profile: str = Query("", max_length=100),
    rule: str = Query("", max_length=60, description="Only photos that broke this rule."),
    search: str = Query("", max_length=100, description="Part of the file's name."),
    since: datetime | None = None,
    until: datetime | None = None,
    deleted: bool = False,
    decision: Annotated[
        list[str] | None, Query(max_length=5, description="approved, rejected, edited, redone, none.")
    ] = None,
    ids: Annotated[list[str] | None, Query(max_length=photos.MOST_PAGE, description="Only these.")] = None,
) -> Filter:
    return Filter(
        job=job,
        outcomes=tuple(outcome or ()),
        kind=kind,
        profile=profile,
        rule=rule,
        search=search,
        since=since,
        until=until,
        deleted=deleted,
        decisions=tuple("" if one == "none" else one for one in decision or ()),
        ids=tuple(ids or ()),
    )


Asked = Annotated[Filter, Depends(asked_for)]


@router.get("/photos", response_model=PhotoPage, summary="Photos, the newest first")
def history(
    home: Home,
    caller: Reader,
    asked: Asked,
    after: str = Query("", max_length=26),
    limit: int = Query(50, ge=1, le=photos.MOST_PAGE),
) -> PhotoPage:
    with home.database.reading() as session:
        return photos.page(session, caller.org_id, asked, after=after, limit=limit)


@router.get("/photos/counts", summary="How many photos of each outcome")
def counts(home: Home, caller: Reader, asked: Asked) -> dict[str, int]:
    with home.database.reading() as session:
        return photos.counts(session, caller.org_id, asked)


@router.get(
    "/photos.zip",
    summary="The results of many photos as one ZIP",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "Pictures and report.jsonl."}},
)
def results(home: Home, caller: Reader, asked: Asked) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="packshot.zip"'}
    return StreamingResponse(
        zip_of(home.database, home.depot, caller.org_id, asked), media_type="application/zip", headers=headers
    )


@router.get("/photos/{photo_id}", response_model=PhotoFull, summary="One photo with all that is known of it")
def photo(photo_id: str, home: Home, caller: Reader) -> PhotoFull:
    with home.database.reading() as session:
        found = photos.find(session, caller.org_id, photo_id, deleted=True)
        return photos.full(session, home.depot, found)


@router.get(
    "/photos/{photo_id}/files/{role}",
    summary="A picture as it was made",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}, "description": "The bytes."}},
)
def file(
    photo_id: str, role: str, request: Request, home: Home, caller: Reader, download: bool = False
) -> Response:
    one = _file(home, caller, photo_id, role)
    headers = {"Cache-Control": FOR_EVER, "ETag": f'"{one.sha256}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    media_type = one.media_type if one.media_type in SHOWN else "application/octet-stream"
    inline = media_type in SHOWN and not download
    headers["Content-Disposition"] = _disposition(one.name or one.role, inline=inline)
    path = home.depot.path(caller.org_id, one.sha256)
    if path is not None:
        if not path.is_file():
            raise NotFound
        return FileResponse(path, media_type=media_type, headers=headers)
    try:
        return Response(home.depot.get(caller.org_id, one.sha256), media_type=media_type, headers=headers)
    except FileNotFoundError:
        raise NotFound from None


@router.get(
    "/photos/{photo_id}/picture/{role}",
    summary="A picture, small, for pages",
    response_class=Response,
    responses={200: {"content": {"image/webp": {}}, "description": "A WebP."}},
)
def picture(
    photo_id: str,
    role: str,
    request: Request,
    home: Home,
    caller: Reader,
    w: int = Query(640, ge=1, le=4096, description=f"Longest side; one of {', '.join(map(str, SIZED))}."),
) -> Response:
    one = _file(home, caller, photo_id, role, deleted=True)  # to know what would be taken back
    width = next((known for known in SIZED if known >= w), SIZED[-1])
    headers = {"Cache-Control": FOR_EVER, "ETag": f'"{one.sha256}-{width}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    try:
        small = home.depot.sized(caller.org_id, one.sha256, width)
    except FileNotFoundError:
        raise NotFound from None
    if not small:
        raise NotFound
    return Response(small, media_type="image/webp", headers=headers)


@router.get(
    "/photos/{photo_id}/trail.zip",
    summary="Every stage of the retouch as a picture",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "Stages, results, report.json."}},
)
def trail(photo_id: str, home: Home, caller: Reader) -> Response:
    with home.database.reading() as session:
        photos.find(session, caller.org_id, photo_id)
    archive = zip_of(home.database, home.depot, caller.org_id, Filter(ids=(photo_id,)), everything=True)
    headers = {"Content-Disposition": 'attachment; filename="trail.zip"'}
    return StreamingResponse(archive, media_type="application/zip", headers=headers)


@router.post(
    "/photos/{photo_id}/again", response_model=PhotoFull, status_code=202, summary="Do it again, otherwise"
)
def do_again(photo_id: str, wish: Wish, home: Home, caller: Writer) -> PhotoFull:
    made = again(home, caller, photo_id, wish)
    with home.database.reading() as session:
        return photos.full(session, home.depot, photos.find(session, caller.org_id, made))


@router.delete(
    "/photos/{photo_id}", status_code=204, summary="Delete a photo; it can be taken back for a while"
)
def forget(photo_id: str, home: Home, caller: Writer) -> None:
    delete(home, caller, [photo_id])


@router.post("/photos/delete", status_code=204, summary="Delete many photos")
def forget_many(asked: Ids, home: Home, caller: Writer) -> None:
    delete(home, caller, asked.ids)


@router.post("/photos/{photo_id}/restore", response_model=PhotoFull, summary="Take a deleted photo back")
def take_back(photo_id: str, home: Home, caller: Writer) -> PhotoFull:
    restore(home, caller, [photo_id])
    with home.database.reading() as session:
        return photos.full(session, home.depot, photos.find(session, caller.org_id, photo_id))


@router.post("/photos/restore", status_code=204, summary="Take many deleted photos back")
def take_many_back(asked: Ids, home: Home, caller: Writer) -> None:
    restore(home, caller, asked.ids)


def _file(home: House, caller: Caller, photo_id: str, role: str, *, deleted: bool = False) -> tables.File:
    with home.database.reading() as session:
        return photos.file(session, caller.org_id, photo_id, role, deleted=deleted)


def _disposition(name: str, *, inline: bool) -> str:
    """RFC 6266; nothing in a name can end the header."""
    from urllib.parse import quote

    plain = "".join(
        letter if (letter.isascii() and letter.isalnum()) or letter in "-_." else "_" for letter in name
    )
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
