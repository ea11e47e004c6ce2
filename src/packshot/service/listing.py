"""A ZIP or a feed becomes photos: listed by a worker, a few hundred rows at a time.

A worker that dies in the middle lists again from the start: what stands in the account already is left alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select

from packshot.batch.listing.listed import Listed
from packshot.batch.listing.opening import FEED, open_source
from packshot.batch.origins import LinkOrigin
from packshot.errors import PackshotError, Refused
from packshot.journey.report import plain
from packshot.service import tables
from packshot.service.database import Database
from packshot.service.depot import Depot
from packshot.service.intake import Incoming, add_photos, plain_name, waiting_photos
from packshot.service.people.usage import asker, count_photos
from packshot.service.queue import Queue, priority_of
from packshot.service.settings import Settings
from packshot.service.telling import tell_job
from packshot.service.work import media_type_of
from packshot.words import say

CHUNK = 100
FULL_SECONDS = 1.0


class Stopped(Exception):
    """The worker ends: somebody else goes on from here."""


def list_job(
    database: Database,
    depot: Depot,
    queue: Queue,
    settings: Settings,
    job_id: str,
    rest: Callable[[float], bool] = lambda seconds: False,
) -> None:
    """`rest` waits so many seconds, or says that we are to stop, which raises `Stopped`."""
    with database.reading() as session:
        job = session.get(tables.Job, job_id)
        known = session.scalar(select(func.count()).where(tables.Photo.job_id == job_id)) or 0
    if job is None or job.listed:
        return
    error: PackshotError | None = None
    try:
        with tempfile.TemporaryDirectory(prefix="packshot-") as folder:
            photos = islice(_photos(job, depot, settings, Path(folder)), known, None)
            while chunk := list(islice(photos, CHUNK)):
                known += len(chunk)
                if known > settings.max_photos:
                    raise too_many(settings)
                _wait_for_room(database, settings, rest)
                with database.transaction() as session:
                    count_photos(session, asker(session, job.org_id, job.who), job.kind, len(chunk), settings)
                    add_photos(session, queue, session.merge(job), chunk, priority_of(known))
        if not known:
            error = Refused(
                say("No photos were found in it."), say("Look whether it holds JPEG, PNG or WebP.")
            )
    except PackshotError as exc:
        error = exc
    with database.transaction() as session:
        row = session.get(tables.Job, job_id)
        assert row is not None
        row.listed = True
        row.error = plain(error) if error else None
        session.flush()
        tell_job(session, job_id)


def _wait_for_room(database: Database, settings: Settings, rest: Callable[[float], bool]) -> None:
    """A heap comes in as it is worked off: half of the queue is for those who wait for an answer."""
    while True:
        with database.reading() as session:
            if waiting_photos(session) < max(1, settings.max_waiting // 2):
                return
        if rest(FULL_SECONDS):
            raise Stopped


def too_many(settings: Settings) -> Refused:
    return Refused(
        say("More than {limit} photos at once.", limit=settings.max_photos),
        say("Split them, or use packshot batch, which knows no limit."),
    )


def _photos(job: tables.Job, depot: Depot, settings: Settings, folder: Path) -> Iterator[Incoming]:
    if job.source.startswith("zip:"):
        path = folder / "photos.zip"
        depot.copy_to(job.org_id, job.source.removeprefix("zip:"), path)
        for one in open_source(str(path)):
            yield _member(one, job, depot)
        return
    feed = open_source(FEED + job.source, allow_private=settings.allow_private_urls)
    for one in feed:
        assert isinstance(one.origin, LinkOrigin)
        yield Incoming(plain_name(f"{one.sku}_{one.name}" if one.sku else one.name), url=one.origin.url)


def _member(one: Listed, job: tables.Job, depot: Depot) -> Incoming:
    try:
        data = one.origin.read()
    except PackshotError:  # it becomes a photo that failed, with the reason, when a worker opens it
        data = b""
    name = plain_name(one.name)
    return Incoming(name, depot.put(job.org_id, data), media_type_of(data), len(data))
