"""The two moments of a photo in the database: somebody begins it, and it is done. Each is one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from packshot.service.database import Database
from packshot.service.intake import file_of
from packshot.service.tables import File, Found, Photo, Webhook, now
from packshot.service.telling import tell, tell_job
from packshot.service.work import Made, Order

GIVEN = ("original", "edit", "background")


def start(database: Database, photo_id: str) -> Order | None:
    """None where there is nothing to do: it is done already, or was deleted meanwhile."""
    with database.transaction() as session:
        photo = session.get(Photo, photo_id)
        if photo is None or photo.progress == "done":
            return None
        photo.progress = "working"
        photo.attempts += 1
        given = select(File).where(File.photo_id == photo_id, File.role.in_(GIVEN))
        files = {file.role: file.sha256 for file in session.scalars(given)}
        return Order(
            photo_id=photo.id,
            org_id=photo.org_id,
            kind=photo.kind,
            name=photo.name,
            wish=photo.wish,
            sha256=files.get("original", ""),
            url=photo.url,
            mask=files.get("edit", ""),
            background=files.get("background", ""),
        )


def finish(database: Database, order: Order, made: Made) -> bool:
    """False where another worker was first: then everything stays as that one wrote it."""
    at = now()
    with database.transaction() as session:
        mine = (
            update(Photo)
            .where(Photo.id == order.photo_id, Photo.progress != "done")
            .values(**_columns(made, at))
        )
        if not session.execute(mine).rowcount:  # type: ignore[attr-defined]
            return False
        for file in made.files:
            session.merge(file_of(order.org_id, order.photo_id, file))
        for rule, severity in made.found:
            session.merge(Found(photo_id=order.photo_id, org_id=order.org_id, rule=rule, severity=severity))
        photo = session.get(Photo, order.photo_id)
        assert photo is not None
        if session.scalar(select(Webhook.id).where(Webhook.org_id == order.org_id).limit(1)):
            _tell(session, photo)
    return True


def _columns(made: Made, at: datetime) -> dict[str, object]:
    return {
        "progress": "done",
        "outcome": made.outcome,
        "told": dict(made.told),
        "doubt": made.doubt,
        "profile": made.profile,
        "category": made.category,
        "seconds": made.seconds,
        "done_at": at,
    }


def _tell(session: Session, photo: Photo) -> None:
    tell(
        session,
        photo.org_id,
        "photo.done",
        {"photo": photo.id, "job": photo.job_id, "outcome": photo.outcome},
    )
    tell_job(session, photo.job_id)
