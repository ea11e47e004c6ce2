"""What the service knows of photos and jobs, for REST and pages alike; never without the organisation."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from packshot.errors import PackshotError
from packshot.report.entry import TONES
from packshot.service import tables
from packshot.service.api.shapes import JobShape, Output, PhotoFull, PhotoPage, PhotoShort
from packshot.service.depot import Depot
from packshot.service.ids import is_id
from packshot.words import say

HIDDEN = frozenset({"account", "edit", "outline", "background"})
"""Files that are no picture of the photo."""
BESIDE = ("mask", "shadow", "stage-")
MOST_PAGE = 200
NOTHING = {"en": "", "ru": ""}


class NotFound(PackshotError):
    """Also of what is there and belongs to somebody else: that, too, would be an answer."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__(
            say("There is nothing here."), say("Look at the address; it may have been deleted, too.")
        )


@dataclass(frozen=True, slots=True)
class Filter:
    job: str = ""
    outcomes: tuple[str, ...] = ()
    kind: str = ""
    profile: str = ""
    rule: str = ""
    search: str = ""
    """Part of the name."""
    since: datetime | None = None
    until: datetime | None = None
    deleted: bool = False
    progress: str = ""
    ids: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    """approved, rejected, edited, redone; `""` where nobody decided."""


def wanted(org_id: str, asked: Filter) -> Select[tables.Photo]:
    photo = tables.Photo
    query = select(photo).where(photo.org_id == org_id)
    query = query.where(photo.deleted_at.is_not(None) if asked.deleted else photo.deleted_at.is_(None))
    for column, value in (
        (photo.job_id, asked.job),
        (photo.kind, asked.kind),
        (photo.profile, asked.profile),
        (photo.progress, asked.progress),
    ):
        if value:
            query = query.where(column == value)
    if asked.outcomes:
        query = query.where(photo.outcome.in_(asked.outcomes))
    if asked.decisions:
        query = query.where(photo.decision.in_(asked.decisions))
    if asked.ids:
        query = query.where(photo.id.in_(tuple(filter(is_id, asked.ids))))
    if asked.rule:
        found = tables.Found
        broken = select(found.photo_id).where(found.org_id == org_id, found.rule == asked.rule)
        query = query.where(photo.id.in_(broken))
    if asked.search:
        query = query.where(
            or_(photo.name.icontains(asked.search, autoescape=True), photo.id == asked.search)
        )
    if asked.since:
        query = query.where(photo.created_at >= asked.since)
    if asked.until:
        query = query.where(photo.created_at < asked.until)
    return query


def page(session: Session, org_id: str, asked: Filter, *, after: str = "", limit: int = 50) -> PhotoPage:
    """The newest first."""
    limit = min(limit, MOST_PAGE)
    query = wanted(org_id, asked).order_by(tables.Photo.id.desc()).limit(limit + 1)
    if after:
        query = query.where(tables.Photo.id < after)
    rows = list(session.scalars(query))
    shown = rows[:limit]
    return PhotoPage(items=short(session, shown), next=shown[-1].id if len(rows) > limit else None)


def counts(session: Session, org_id: str, asked: Filter) -> dict[str, int]:
    """Photos by outcome; those that are not done under the empty name."""
    some = wanted(org_id, asked).subquery()
    rows = session.execute(select(some.c.outcome, func.count()).group_by(some.c.outcome))
    return {outcome: count for outcome, count in rows}  # noqa: C416 – rows are no pairs


def find(session: Session, org_id: str, photo_id: str, *, deleted: bool = False) -> tables.Photo:
    photo = session.get(tables.Photo, photo_id)
    if photo is None or photo.org_id != org_id or (photo.deleted_at is not None and not deleted):
        raise NotFound
    return photo


def file(session: Session, org_id: str, photo_id: str, role: str, *, deleted: bool = False) -> tables.File:
    find(session, org_id, photo_id, deleted=deleted)
    found = session.get(tables.File, (photo_id, role))
    if found is None or found.org_id != org_id:
        raise NotFound
    return found


def files_of(session: Session, photo_ids: Collection[str]) -> dict[str, list[tables.File]]:
    files: dict[str, list[tables.File]] = {photo_id: [] for photo_id in photo_ids}
    query = select(tables.File).where(tables.File.photo_id.in_(photo_ids)).order_by(tables.File.role)
    for one in session.scalars(query):
        files[one.photo_id].append(one)
    return files


def short(session: Session, photos: Sequence[tables.Photo]) -> list[PhotoShort]:
    files = files_of(session, [photo.id for photo in photos])
    return [PhotoShort(**_told(photo, files[photo.id])) for photo in photos]


def full(session: Session, depot: Depot, photo: tables.Photo) -> PhotoFull:
    files = files_of(session, [photo.id])[photo.id]
    report = report_of(depot, photo, files)
    return PhotoFull(
        **_told(photo, files),
        options=photo.wish,
        outputs=[output(one) for one in files if one.role not in HIDDEN],
        stages=(report or {}).get("stages") or [],
        cure=photo.told.get("cure"),
        code=photo.told.get("code"),
        report=report,
        seconds=photo.seconds,
    )


def output(one: tables.File) -> Output:
    return Output(
        role=one.role,
        media_type=one.media_type,
        name=one.name,
        width=one.width,
        height=one.height,
        size_bytes=one.size_bytes,
        sha256=one.sha256,
        url=f"/v1/photos/{one.photo_id}/files/{one.role}",
    )


def _told(photo: tables.Photo, files: Sequence[tables.File]) -> dict[str, Any]:
    told = photo.told
    return {
        "id": photo.id,
        "job": photo.job_id,
        "parent": photo.parent_id,
        "kind": photo.kind,
        "name": photo.name,
        "progress": photo.progress,
        "outcome": photo.outcome or None,
        "tone": TONES.get(photo.outcome, ""),
        "headline": told.get("headline", NOTHING),
        "why": told.get("why", []),
        "profile": photo.profile,
        "category": photo.category,
        "size": told.get("size", (0, 0)),
        "confidence": told.get("confidence"),
        "pictures": pictures(files),
        "created_at": photo.created_at,
        "done_at": photo.done_at,
        "decision": photo.decision,
        "deleted": photo.deleted_at is not None,
    }


def pictures(files: Sequence[tables.File]) -> list[str]:
    """What stands for the photo in a list is the second one, where something was made."""
    roles = [
        one.role
        for one in files
        if one.role not in HIDDEN and not one.role.startswith(BESIDE) and one.media_type.startswith("image/")
    ]
    return sorted(roles, key=lambda role: (role != "original", role == "cutout", role != "light", role))


def report_of(depot: Depot, photo: tables.Photo, files: Sequence[tables.File]) -> dict[str, Any] | None:
    account = next((one for one in files if one.role == "account"), None)
    if account is None:
        return None
    try:
        told: dict[str, Any] = json.loads(gzip.decompress(depot.get(photo.org_id, account.sha256)))
    except FileNotFoundError:
        return None
    return told


# ---- jobs --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tallies:
    """Of some jobs: how many photos, by outcome."""

    by_job: dict[str, dict[str, int]] = field(default_factory=dict)

    @staticmethod
    def of(session: Session, job_ids: Sequence[str]) -> Tallies:
        photo = tables.Photo
        rows = session.execute(
            select(photo.job_id, photo.progress, photo.outcome, func.count())
            .where(photo.job_id.in_(job_ids), photo.deleted_at.is_(None))
            .group_by(photo.job_id, photo.progress, photo.outcome)
        )
        found: dict[str, dict[str, int]] = {job_id: {} for job_id in job_ids}
        for job_id, progress, outcome, count in rows:
            name = outcome if progress == "done" else ""
            found[job_id][name] = found[job_id].get(name, 0) + count
        return Tallies(found)


def find_job(session: Session, org_id: str, job_id: str) -> tables.Job:
    job = session.get(tables.Job, job_id)
    if job is None or job.org_id != org_id:
        raise NotFound
    return job


def jobs(session: Session, found: Sequence[tables.Job]) -> list[JobShape]:
    tallies = Tallies.of(session, [job.id for job in found]).by_job
    return [
        JobShape(
            id=job.id,
            kind=job.kind,
            options=job.wish,
            listed=job.listed,
            total=sum(tallies[job.id].values()),
            done=sum(count for outcome, count in tallies[job.id].items() if outcome),
            counts={outcome: count for outcome, count in tallies[job.id].items() if outcome},
            error=job.error,
            created_at=job.created_at,
        )
        for job in found
    ]
