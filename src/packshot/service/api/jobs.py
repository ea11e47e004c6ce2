"""Handing photos in: one and its answer at once, or many and a job to follow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from sqlalchemy import select

from packshot.service import photos, tables
from packshot.service.api import forms
from packshot.service.api.shapes import JobPage, JobShape, PhotoFull, PhotoShort, UploadShape
from packshot.service.house import House, house
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.problems import RESPONSES, language_of
from packshot.service.reports import MEDIA_TYPES, Reports
from packshot.service.wishes import check_wish
from packshot.words import say

router = APIRouter(prefix="/v1", tags=["jobs"], responses=RESPONSES)

Home = Annotated[House, Depends(house)]
Reader = Annotated[Caller, Depends(needs(May.READ))]
Writer = Annotated[Caller, Depends(needs(May.WRITE))]
Again = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="The same key with the same request gives the same job, however often it is sent.",
    ),
]

OPTIONS: dict[str, dict[str, Any]] = {
    "profile": {"type": "string", "example": "ozon", "description": "Marketplace; empty: the default."},
    "category": {"type": "string", "example": "fashion.shoes"},
    "quality": {"type": "string", "enum": ["fast", "normal", "best"]},
    "variants": {"type": "array", "items": {"type": "string"}, "example": ["light"]},
    "switches": {"type": "array", "items": {"type": "string"}},
    "settings": {
        "type": "object",
        "example": {"retouch.shadow.kind": "none"},
        "description": "Values of the profile to change for this call; in a form: as JSON text.",
    },
    "stages": {"type": "boolean", "description": "Keep a picture of every stage of the retouch."},
    "wait": {"type": "number", "minimum": 0, "description": "Seconds to wait for the answer; 0: don't."},
}
LARGER: dict[str, dict[str, Any]] = {
    "to": {
        "type": "string",
        "example": "1600x1600",
        "description": "Enlarged until it fits into this size and touches it; one that is as large already"
        " stays as it is.",
    },
    "factor": {
        "type": "number",
        "minimum": 1,
        "maximum": 4,
        "description": "Instead of `to`: how many times larger, 2 unless told otherwise; 1 mends JPEG.",
    },
    "engine": {
        "type": "string",
        "example": "upscale_lanczos",
        "description": "Who enlarges: upscale_net, upscale_lanczos, or realesrgan where it is installed.",
    },
}
LINKS = {
    "url": {"type": "string", "format": "uri", "example": "https://shop.example/mug.jpg"},
    "upload": {"type": "string", "description": "Id that POST /v1/uploads gave."},
}


def _body(files: str, options: dict[str, Any], more: dict[str, Any], *, many: bool = False) -> dict[str, Any]:
    """Of a request that is a form with files or JSON with links."""
    file: dict[str, Any] = {"type": "string", "format": "binary"}
    sent = {"type": "array", "items": file} if many else file
    form = {
        name: {**schema, "type": "string"} if schema["type"] in ("object", "array") else schema
        for name, schema in options.items()
    }
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {"type": "object", "properties": {files: sent, **form, **more}}
                },
                "application/json": {"schema": {"type": "object", "properties": {**options, **more}}},
            },
        }
    }


ONE = _body("file", OPTIONS, LINKS)
ONE_LARGER = _body("file", {**LARGER, "wait": OPTIONS["wait"]}, LINKS)
KINDS = ("check", "fix", "cutout", "upscale")
MANY = _body(
    "files",
    {**OPTIONS, **LARGER},
    {
        "kind": {"type": "string", "enum": [*KINDS], "default": "fix"},
        "urls": {"type": "array", "items": {"type": "string", "format": "uri"}},
        "uploads": {"type": "array", "items": {"type": "string"}},
        "feed": {"type": "string", "format": "uri", "description": "A YML feed."},
    },
    many=True,
)
LATE: dict[int | str, dict[str, Any]] = {
    202: {"model": JobShape, "description": "It is not done yet: a job to follow."}
}


@router.post("/check", response_model=PhotoFull, responses=LATE, openapi_extra=ONE, summary="Judge one photo")
async def check(request: Request, home: Home, caller: Writer, again: Again = None) -> Response:
    return await _one(request, home, caller, "check", again)


@router.post("/fix", response_model=PhotoFull, responses=LATE, openapi_extra=ONE, summary="Mend one photo")
async def fix(request: Request, home: Home, caller: Writer, again: Again = None) -> Response:
    return await _one(request, home, caller, "fix", again)


@router.post(
    "/cutout", response_model=PhotoFull, responses=LATE, openapi_extra=ONE, summary="Cut one product out"
)
async def cutout(request: Request, home: Home, caller: Writer, again: Again = None) -> Response:
    return await _one(request, home, caller, "cutout", again)


@router.post(
    "/upscale",
    response_model=PhotoFull,
    responses=LATE,
    openapi_extra=ONE_LARGER,
    summary="Enlarge one whole photo, or mend what JPEG did to it",
)
async def upscale(request: Request, home: Home, caller: Writer, again: Again = None) -> Response:
    return await _one(request, home, caller, "upscale", again)


@router.post(
    "/jobs", response_model=JobShape, status_code=202, openapi_extra=MANY, summary="Hand in many photos"
)
async def hand_in(request: Request, home: Home, caller: Writer, again: Again = None) -> JobShape:
    asked = await forms.read(request, home, caller)
    job_id = await run_in_threadpool(_accept, home, caller, asked, _kind(asked.kind), again)
    return await run_in_threadpool(_job, home, caller, job_id)


@router.get("/jobs", response_model=JobPage, summary="Jobs, the newest first")
def jobs(
    home: Home, caller: Reader, after: str = Query("", max_length=26), limit: int = Query(50, ge=1, le=200)
) -> JobPage:
    query = select(tables.Job).where(tables.Job.org_id == caller.org_id)
    if after:
        query = query.where(tables.Job.id < after)
    with home.database.reading() as session:
        rows = list(session.scalars(query.order_by(tables.Job.id.desc()).limit(limit + 1)))
        shown = rows[:limit]
        return JobPage(items=photos.jobs(session, shown), next=shown[-1].id if len(rows) > limit else None)


@router.get("/jobs/{job_id}", response_model=JobShape, summary="How far a job is")
def job(job_id: str, home: Home, caller: Reader) -> JobShape:
    return _job(home, caller, job_id)


@router.get(
    "/jobs/{job_id}/events",
    summary="Progress as it happens (server-sent events)",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events photo, job, end."}},
)
async def events(job_id: str, home: Home, caller: Reader) -> Response:
    await run_in_threadpool(_job, home, caller, job_id)
    stream = _events(home, caller, job_id)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get(
    "/jobs/{job_id}/report",
    summary="The report on all its photos",
    response_class=StreamingResponse,
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "The report."}},
)
def report(
    job_id: str,
    request: Request,
    home: Home,
    caller: Reader,
    form: Annotated[Literal["json", "csv", "sarif", "html"], Query(alias="format")] = "json",
) -> Response:
    _job(home, caller, job_id)
    reports = Reports(home.database, home.depot, caller.org_id, photos.Filter(job=job_id))
    headers = {"Content-Disposition": f'attachment; filename="report.{form}"'}
    lines = reports.lines(form, language_of(request))
    return StreamingResponse(lines, media_type=MEDIA_TYPES[form], headers=headers)


@router.post(
    "/uploads",
    response_model=UploadShape,
    status_code=201,
    summary="Send bytes now, ask about them later",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary"}},
                    }
                }
            },
        }
    },
)
async def upload(request: Request, home: Home, caller: Writer) -> UploadShape:
    asked = await forms.read(request, home, caller)
    if len(asked.photos) != 1 or not asked.photos[0].sha256:
        raise forms.bad(say("Send one file."))
    one = asked.photos[0]
    row = tables.Upload(org_id=caller.org_id, sha256=one.sha256, name=one.name, size_bytes=one.size_bytes)
    await run_in_threadpool(_keep, home, row)
    return UploadShape.model_validate(row)


def _keep(home: House, row: tables.Upload) -> None:
    with home.database.transaction() as session:
        session.add(row)


async def _one(request: Request, home: House, caller: Caller, kind: str, again: str | None) -> Response:
    """The answer where it is ready in time, else the job."""
    asked = await forms.read(request, home, caller)
    if len(asked.photos) != 1 or asked.source:
        raise forms.bad(say("Send one photo; many are handed in at POST /v1/jobs."))
    seconds = (
        home.settings.sync_seconds if asked.wait is None else min(asked.wait, home.settings.sync_seconds)
    )
    job_id = await run_in_threadpool(_accept, home, caller, asked, kind, again, awaited=seconds > 0)
    photo_id = await run_in_threadpool(_first, home, job_id)
    if await home.waiting.until_done([photo_id], seconds):
        told: Any = await run_in_threadpool(_photo, home, caller, photo_id)
        return JSONResponse(told.model_dump(mode="json"))
    told = await run_in_threadpool(_job, home, caller, job_id)
    return JSONResponse(told.model_dump(mode="json"), 202, {"Location": f"/v1/jobs/{job_id}"})


def _kind(asked: str) -> str:
    if asked and asked not in KINDS:
        raise forms.bad(
            say("{kind} cannot be done; known: {names}.", kind=asked[:50], names=", ".join(KINDS))
        )
    return asked or "fix"


def _accept(
    home: House, caller: Caller, asked: forms.Asked, kind: str, again: str | None, *, awaited: bool = False
) -> str:
    check_wish(kind, asked.wish)
    repeat = (again, f"{kind}:{asked.digest}") if again else None
    return home.intake.accept(
        caller, kind, asked.wish.told(), asked.photos, source=asked.source, awaited=awaited, repeat=repeat
    )


def _first(home: House, job_id: str) -> str:
    with home.database.reading() as session:
        found = session.scalar(select(tables.Photo.id).where(tables.Photo.job_id == job_id).limit(1))
    if found is None:
        raise photos.NotFound
    return found


def _photo(home: House, caller: Caller, photo_id: str) -> PhotoFull:
    with home.database.reading() as session:
        return photos.full(session, home.depot, photos.find(session, caller.org_id, photo_id))


def _job(home: House, caller: Caller, job_id: str) -> JobShape:
    with home.database.reading() as session:
        return photos.jobs(session, [photos.find_job(session, caller.org_id, job_id)])[0]


async def _events(home: House, caller: Caller, job_id: str) -> AsyncIterator[str]:
    """Every photo once when it is done, the job's counts with it, and the end."""
    told: set[str] = set()
    since: datetime | None = None
    while True:
        fresh, shape, open_ids = await run_in_threadpool(_news, home, caller, job_id, since)
        for photo in fresh:
            if photo.id not in told:
                told.add(photo.id)
                yield f"event: photo\ndata: {photo.model_dump_json()}\n\n"
        since = max((photo.done_at for photo in fresh if photo.done_at), default=since)
        yield f"event: job\ndata: {shape.model_dump_json()}\n\n"
        if shape.listed and shape.done >= shape.total:
            yield "event: end\ndata: {}\n\n"
            return
        if home.waiting.over:  # the browser comes again by itself
            return
        await home.waiting.until_any(open_ids, EVENT_SECONDS)


EVENT_SECONDS = 10.0
"""A sign of life at least so often: proxies close what is silent."""


OVERLAP = timedelta(seconds=10)
"""Clocks of workers differ a little: those done lately are looked at once more."""


def _news(
    home: House, caller: Caller, job_id: str, since: datetime | None
) -> tuple[list[PhotoShort], JobShape, list[str]]:
    photo = tables.Photo
    with home.database.reading() as session:
        shape = photos.jobs(session, [photos.find_job(session, caller.org_id, job_id)])[0]
        mine = select(photo).where(photo.job_id == job_id, photo.deleted_at.is_(None)).order_by(photo.id)
        done = mine.where(photo.progress == "done")
        if since is not None:
            done = done.where(photo.done_at >= since - OVERLAP)
        waits = mine.with_only_columns(photo.id).where(photo.progress != "done").limit(50)
        return photos.short(session, list(session.scalars(done))), shape, list(session.scalars(waits))
