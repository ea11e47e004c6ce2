"""Photos come in: first their bytes into the depot, then their rows and their places in the queue, at once.

Whoever got an answer has his photos in the account. A crash before the answer leaves bytes that nobody names,
which the daily tidying takes away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from packshot.errors import Refused
from packshot.service import tables
from packshot.service.database import Database
from packshot.service.depot import Depot
from packshot.service.ids import new_id
from packshot.service.people.caller import Caller
from packshot.service.people.usage import count_photos
from packshot.service.queue import JOB, PHOTO, Queue, priority_of
from packshot.service.settings import Settings
from packshot.service.wishes import told_category
from packshot.service.work import UNKNOWN, Kept, media_type_of
from packshot.words import say

MOST_NAME = 300
PER_SECOND = 3.0
"""Photos of a full queue that two cores finish, about: what Retry-After is reckoned by."""


class Busy(Refused):
    """The queue is full: later there is room."""

    code = "busy"

    def __init__(self, waiting: int) -> None:
        super().__init__(
            say("{count} photos are waiting already.", count=waiting),
            say("Send the same again later; Retry-After says when."),
        )
        self.retry_after = max(2, min(60, round(waiting / PER_SECOND / 4)))


@dataclass(frozen=True, slots=True)
class Incoming:
    """A photo that is in the depot already, or a link to one."""

    name: str
    sha256: str = ""
    media_type: str = ""
    size_bytes: int = 0
    url: str = ""
    parent_id: str = ""
    edit: str = ""
    """A person's own mask, in the depot."""
    background: str = ""
    """What is to stand behind the product, in the depot."""


@dataclass(frozen=True)
class Intake:
    database: Database
    depot: Depot
    queue: Queue
    settings: Settings

    def keep(self, caller: Caller, name: str, data: bytes) -> Incoming:
        """The bytes lie in the depot; nothing is known of them yet."""
        self.must_fit(len(data))
        sha256 = self.depot.put(caller.org_id, data)
        return Incoming(plain_name(name), sha256, media_type_of(data), len(data))

    def must_fit(self, size_bytes: int) -> None:
        limit = self.settings.max_upload_mb * 1_000_000
        if size_bytes > limit:
            raise TooLarge(size_bytes, limit)

    def accept(
        self,
        caller: Caller,
        kind: str,
        wish: dict[str, Any],
        photos: Sequence[Incoming],
        *,
        source: str = "",
        awaited: bool = False,
        repeat: tuple[str, str] | None = None,
    ) -> str:
        """The id of the job. `source`: a worker has to list the photos first; `awaited`: somebody waits for
        the answer; `repeat`: an Idempotency-Key and the digest of what was asked with it.
        """
        with self.database.transaction() as session:
            if repeat and (known := self._known(session, caller, *repeat)):
                return known
            waiting = waiting_photos(session)
            if waiting + len(photos) > self.settings.max_waiting and waiting:
                raise Busy(waiting)
            count_photos(session, caller, kind, len(photos), self.settings)
            job = tables.Job(
                id=new_id(),
                org_id=caller.org_id,
                who=caller.who,
                kind=kind,
                wish=wish,
                source=source,
                listed=not source,
            )
            session.add(job)
            session.flush()
            add_photos(session, self.queue, job, photos, priority_of(len(photos), awaited=awaited))
            if source:
                self.queue.put(session, JOB, job.id, priority=priority_of(1))
            if repeat:
                session.add(
                    tables.Repeat(org_id=caller.org_id, key=repeat[0], asked=repeat[1], job_id=job.id)
                )
            return job.id

    def _known(self, session: Session, caller: Caller, key: str, asked: str) -> str | None:
        repeat = session.get(tables.Repeat, (caller.org_id, key))
        if repeat is None:
            return None
        if repeat.asked != asked:
            raise OtherRequest(
                say("The Idempotency-Key {key} was used with another request.", key=key),
                say("Use a new key for each request, and the same one only to send it again."),
            )
        return repeat.job_id


class TooLarge(Refused):
    code = "too_large"

    def __init__(self, size_bytes: int, limit: int) -> None:
        super().__init__(
            say(
                "That is {size:.1f} MB; at most {limit:.0f} MB are taken.",
                size=size_bytes / 1e6,
                limit=limit / 1e6,
            ),
            say("Save the photo smaller, or send fewer at once."),
        )


class OtherRequest(Refused):
    code = "idempotency_key_reused"


def add_photos(
    session: Session, queue: Queue, job: tables.Job, photos: Sequence[Incoming], priority: int
) -> None:
    """Rows, their originals, and their places in the queue."""
    for one in photos:
        photo = tables.Photo(
            id=new_id(),
            org_id=job.org_id,
            job_id=job.id,
            parent_id=one.parent_id or None,
            who=job.who,
            kind=job.kind,
            name=one.name,
            url=one.url,
            wish=job.wish,
            profile=str(job.wish.get("profile") or ""),
            category=told_category(str(job.wish.get("category") or ""), one.name),
        )
        session.add(photo)
        session.flush()
        if one.sha256:
            original = Kept("original", one.sha256, one.media_type, one.name, 0, 0, one.size_bytes)
            session.add(file_of(job.org_id, photo.id, original))
        if one.edit:
            session.add(file_of(job.org_id, photo.id, Kept("edit", one.edit, "image/png", "mask.png")))
        if one.background:
            session.add(file_of(job.org_id, photo.id, Kept("background", one.background, UNKNOWN)))
        queue.put(session, PHOTO, photo.id, priority=priority)


def file_of(org_id: str, photo_id: str, kept: Kept) -> tables.File:
    return tables.File(
        photo_id=photo_id,
        org_id=org_id,
        role=kept.role,
        sha256=kept.sha256,
        media_type=kept.media_type,
        name=kept.name,
        width=kept.width,
        height=kept.height,
        size_bytes=kept.size_bytes,
    )


def waiting_photos(session: Session) -> int:
    waits = select(func.count()).select_from(tables.Photo).where(tables.Photo.progress == "waiting")
    return session.scalar(waits) or 0


def plain_name(name: str) -> str:
    """A file's name on one line, without folders: it is shown, downloaded as, and never opened."""
    base = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in base if letter.isprintable()).strip()
    return shown[-MOST_NAME:] or "photo"
