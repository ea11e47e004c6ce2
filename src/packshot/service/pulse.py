"""How the service does: what waits, what was done of late, who works. Of all organisations together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from packshot.service.tables import Delivery, Photo, Usage, Worker

LATELY = timedelta(minutes=5)
ALIVE = timedelta(seconds=20)
"""Since a worker's last beat; then others do what it held. One that was only slow does its photos twice,
which does no harm."""


@dataclass(frozen=True, slots=True)
class Pulse:
    waiting: int
    working: int
    oldest_seconds: float
    """How long the first in the queue has been waiting."""
    done: Mapping[str, int]
    """Photos of the last minutes, by outcome."""
    photo_seconds: float
    """Of work on one of them, on the average."""
    workers: tuple[tuple[str, int], ...]
    """Version and processes of each."""
    messages: int
    """To webhooks, that are due."""

    @property
    def per_minute(self) -> float:
        return sum(self.done.values()) / (LATELY.total_seconds() / 60)

    @property
    def processes(self) -> int:
        return sum(processes for _, processes in self.workers)

    @staticmethod
    def of(session: Session, at: datetime) -> Pulse:
        lately = select(Photo.outcome, func.count(), func.sum(Photo.seconds)).where(
            Photo.done_at > at - LATELY
        )
        rows = list(session.execute(lately.group_by(Photo.outcome)))
        done = {outcome: count for outcome, count, _ in rows}
        spent = sum(seconds or 0.0 for *_, seconds in rows)
        first = session.scalar(select(func.min(Photo.created_at)).where(Photo.progress == "waiting"))
        alive = select(Worker.version, Worker.processes).where(Worker.seen_at > at - ALIVE)
        return Pulse(
            waiting=_count(session, "waiting"),
            working=_count(session, "working"),
            oldest_seconds=max(0.0, (at - first).total_seconds()) if first else 0.0,
            done=done,
            photo_seconds=spent / max(1, sum(done.values())),
            workers=tuple((version, processes) for version, processes in session.execute(alive)),
            messages=session.scalar(select(func.count()).where(Delivery.next_at <= at)) or 0,
        )


def accepted(session: Session) -> dict[str, int]:
    """Photos since the beginning, by kind: deleting one takes none from it."""
    rows = session.execute(select(Usage.kind, func.sum(Usage.photos)).group_by(Usage.kind))
    return {kind: int(count) for kind, count in rows}


def _count(session: Session, progress: str) -> int:
    waits = select(func.count()).select_from(Photo).where(Photo.progress == progress)
    return session.scalar(waits) or 0
