"""What nobody needs any more goes: deleted photos, originals past their time, forgotten bytes, old rows.

Each chore has its period. The first worker that writes the period's row does it, all others leave it: two
that delete the same at once would do no harm, only twice the work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

import structlog
from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from packshot.errors import PackshotError
from packshot.service import tables
from packshot.service.database import Database
from packshot.service.depot import Depot
from packshot.service.queue import Queue
from packshot.service.settings import Settings
from packshot.service.tables import now

LOOK_SECONDS = 60.0
OFTEN, DAILY = timedelta(minutes=10), timedelta(days=1)
DAY, MONTH = timedelta(days=1), timedelta(days=30)
CHUNK = 200
"""Rows of one transaction: writers of SQLite wait for each other."""
PURGED = ("original", "edit", "background")
"""And every stage: they show the original, too."""

log = structlog.get_logger("packshot.tidying")

Some = TypeVar("Some")
Bytes = tuple[str, str]
"""Organisation and sha256."""


@dataclass(frozen=True)
class Tidier:
    database: Database
    depot: Depot
    queue: Queue
    settings: Settings
    clock: Callable[[], datetime] = now

    def run(self, ends: threading.Event) -> None:
        """In a thread of its own, until the worker ends."""
        while True:
            self.round()
            if ends.wait(LOOK_SECONDS):
                return

    def round(self) -> None:
        """Whatever is due and nobody did."""
        chores = (
            (self.purge_deleted, OFTEN),
            (self.purge_originals, OFTEN),
            (self.forget_rows, OFTEN),
            (self.forget_queue, OFTEN),
            (self.sweep, DAILY),
        )
        for chore, period in chores:
            try:
                if self._is_ours(chore.__name__, period) and (count := chore()):
                    log.info("tidied", chore=chore.__name__, count=count)
            except (DBAPIError, PackshotError) as exc:
                log.warning("tidying failed", chore=chore.__name__, error=type(exc).__name__)

    def _is_ours(self, chore: str, period: timedelta) -> bool:
        seconds = int(period.total_seconds())
        began = int(self.clock().timestamp()) // seconds * seconds
        try:
            with self.database.transaction() as session:
                session.add(tables.Calls(who=f"chore:{chore}", minute=began // 60, count=1))
        except IntegrityError:
            return False
        return True

    # ---- photos --------------------------------------------------------------------------------------------

    def purge_deleted(self) -> int:
        """Photos that can no more be taken back, with all that was made of them."""
        photo = tables.Photo
        until = self.clock() - timedelta(hours=self.settings.undo_hours)
        gone = select(photo.id).where(photo.deleted_at <= until).limit(CHUNK)
        count = 0
        while True:
            with self.database.transaction() as session:
                ids = list(session.scalars(gone))
                named = self._named(session, tables.File.photo_id.in_(ids))
                session.execute(delete(photo).where(photo.id.in_(ids)))
            self._forget(named)
            count += len(ids)
            if len(ids) < CHUNK:
                return count

    def purge_originals(self) -> int:
        """Photos as they came, past the days that their organisation, or the service, keeps them."""
        with self.database.reading() as session:
            orgs = list(session.execute(select(tables.Organisation.id, tables.Organisation.keep_days)))
        return sum(
            self._purge_of(org_id, days)
            for org_id, own in orgs
            if (days := self.settings.keep_days if own is None else own)
        )

    def _purge_of(self, org_id: str, days: int) -> int:
        photo, file = tables.Photo, tables.File
        old = select(photo.id).where(
            photo.org_id == org_id,
            photo.progress == "done",
            photo.done_at <= self.clock() - timedelta(days=days),
            photo.purged_at.is_(None),
        )
        count = 0
        while True:
            with self.database.transaction() as session:
                ids = list(session.scalars(old.limit(CHUNK)))
                shows_it = or_(file.role.in_(PURGED), file.role.startswith("stage-"))
                named = self._named(session, file.photo_id.in_(ids), shows_it)
                session.execute(delete(file).where(file.photo_id.in_(ids), shows_it))
                session.execute(update(photo).where(photo.id.in_(ids)).values(purged_at=self.clock()))
            self._forget(named)
            count += len(ids)
            if len(ids) < CHUNK:
                return count

    # ---- rows ----------------------------------------------------------------------------------------------

    def forget_rows(self) -> int:
        """Of what has passed: uploads that nobody asked about, sessions, invitations, tries, answers."""
        at = self.clock()
        job, photo, delivery = tables.Job, tables.Photo, tables.Delivery
        empty = job.listed.is_(True) & ~exists().where(photo.job_id == job.id)
        past: tuple[tuple[type[tables.Table], ColumnElement[bool]], ...] = (
            (tables.Upload, tables.Upload.created_at < at - DAY),
            (tables.SignedIn, tables.SignedIn.expires_at < at),
            (tables.Invitation, tables.Invitation.expires_at < at - MONTH),
            (tables.Attempt, tables.Attempt.at < at - DAY),
            (tables.Calls, tables.Calls.minute < int((at - 2 * DAY).timestamp()) // 60),
            (tables.Repeat, tables.Repeat.created_at < at - DAY),
            (delivery, delivery.next_at.is_(None) & (delivery.created_at < at - MONTH)),
            (job, empty & (job.created_at < at - MONTH)),
        )
        return sum(self._delete(table, which) for table, which in past)

    def _delete(self, table: type[tables.Table], which: ColumnElement[bool]) -> int:
        """What bytes an upload leaves, the sweep finds."""
        with self.database.reading() as session:
            if session.scalar(select(exists().where(which))) is False:
                return 0  # writing nothing, we need no writer's turn
        with self.database.transaction() as session:
            count: int = session.execute(delete(table).where(which)).rowcount  # type: ignore[attr-defined]
        return count

    def forget_queue(self) -> int:
        count = 0
        while some := self.queue.forget_done(self.clock() - DAY):
            count += some
        return count

    # ---- bytes ---------------------------------------------------------------------------------------------

    def sweep(self) -> int:
        """Bytes that no row names: of requests that broke off, of work that was done twice."""
        return sum(self._forget(some) for some in _chunks(self.depot.pictures()))

    def _forget(self, some: Iterable[Bytes]) -> int:
        asked = set(some)
        with self.database.reading() as session:
            named = set(_naming(session, asked))
        return sum(self.depot.forget_if_old(org_id, sha256) for org_id, sha256 in sorted(asked - named))

    def _named(self, session: Session, *which: ColumnElement[bool]) -> list[Bytes]:
        found = session.execute(select(tables.File.org_id, tables.File.sha256).where(*which))
        return [(org_id, sha256) for org_id, sha256 in found]


def _naming(session: Session, asked: set[Bytes]) -> Iterator[Bytes]:
    """Those that a photo, an upload or a ZIP that is still to be listed holds."""
    orgs = {org_id for org_id, _ in asked}
    for chunk in _chunks(sorted({sha256 for _, sha256 in asked})):
        for table in (tables.File, tables.Upload):
            held = table.org_id.in_(orgs) & table.sha256.in_(chunk)
            yield from _pairs(session, select(table.org_id, table.sha256).where(held))
        packed = func.substr(tables.Job.source, len("zip:") + 1)
        unlisted = tables.Job.listed.is_(False) & tables.Job.source.in_([f"zip:{one}" for one in chunk])
        yield from _pairs(session, select(tables.Job.org_id, packed).where(unlisted))


def _pairs(session: Session, query: Select[str, str]) -> Iterator[Bytes]:
    yield from session.execute(query)


def _chunks(some: Iterable[Some]) -> Iterator[list[Some]]:
    left = iter(some)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
