"""An organisation: its name, how long it keeps originals, and all of its photos at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from packshot.errors import BadOption, Refused
from packshot.service import tables
from packshot.service.house import House
from packshot.service.people.audit import write_down
from packshot.service.people.caller import Caller
from packshot.service.people.names import one_line
from packshot.service.tables import Membership, Organisation, Photo, now
from packshot.words import say

MOST_DAYS = 3650


def find(session: Session, org_id: str) -> Organisation:
    found = session.get(Organisation, org_id)
    assert found is not None, "callers come with one that is there"
    return found


def of_user(session: Session, user_id: str) -> list[Organisation]:
    mine = select(Organisation).join(Membership, Membership.org_id == Organisation.id)
    return list(session.scalars(mine.where(Membership.user_id == user_id).order_by(Organisation.name)))


def change(
    session: Session, caller: Caller, *, name: str | None = None, keep_days: int | None = None
) -> None:
    """`keep_days` 0: as the service says."""
    organisation = find(session, caller.org_id)
    if name is not None:
        organisation.name = one_line(name, say("The organisation's name"))
    if keep_days is not None:
        if not 0 <= keep_days <= MOST_DAYS:
            raise BadOption(say("Days to keep originals: 1 to {most}, or none.", most=MOST_DAYS))
        organisation.keep_days = keep_days or None
    write_down(
        session, caller, "organisation.change", f"{organisation.name}, {organisation.keep_days or '–'}"
    )


def delete_photos(home: House, caller: Caller) -> tuple[int, datetime]:
    """All that lie in the history; how many, and the moment by which they can be named to be taken back."""
    moment = now()
    with home.database.transaction() as session:
        mine = Photo.org_id == caller.org_id, Photo.deleted_at.is_(None)
        count = session.scalar(select(func.count()).select_from(Photo).where(*mine)) or 0
        session.execute(update(Photo).where(*mine).values(deleted_at=moment))
        session.execute(delete(tables.Upload).where(tables.Upload.org_id == caller.org_id))
        write_down(session, caller, "photos.delete_all", str(count))
    return count, moment


def restore_photos(home: House, caller: Caller, moment: datetime) -> int:
    """What was deleted at once, at that moment."""
    if moment + timedelta(hours=home.settings.undo_hours) < now():
        raise Refused(say("The photos cannot be taken back any more."))
    with home.database.transaction() as session:
        mine = Photo.org_id == caller.org_id, Photo.deleted_at == moment
        count = session.scalar(select(func.count()).select_from(Photo).where(*mine)) or 0
        session.execute(update(Photo).where(*mine).values(deleted_at=None))
        write_down(session, caller, "photos.restore_all", str(count))
    return count
