"""What can be done to a photo afterwards: again with another wish, delete, take back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from packshot.errors import PackshotError, Refused
from packshot.service import photos, tables
from packshot.service.house import House
from packshot.service.intake import Incoming
from packshot.service.people.audit import write_down
from packshot.service.people.caller import Caller
from packshot.service.tables import now
from packshot.service.wishes import Wish, check_wish
from packshot.words import say


class Conflict(PackshotError):
    code = "conflict"


def again(home: House, caller: Caller, photo_id: str, wish: Wish, *, edit: str = "", kind: str = "") -> str:
    """The id of the new photo, which names this one as its parent."""
    with home.database.reading() as session:
        photo = photos.find(session, caller.org_id, photo_id)
        original = session.get(tables.File, (photo.id, "original"))
    kind = kind or (photo.kind if photo.kind in ("check", "fix", "cutout", "upscale") else "fix")
    check_wish(kind, wish)
    if photo.purged_at is not None or (original is None and not photo.url):
        raise Conflict(
            say("The photo itself was deleted; only what was told of it is kept."),
            say("Send the photo again."),
        )
    incoming = Incoming(
        photo.name,
        sha256=original.sha256 if original else "",
        media_type=original.media_type if original else "",
        size_bytes=original.size_bytes if original else 0,
        url="" if original else photo.url,
        parent_id=photo.id,
        edit=edit,
    )
    job_id = home.intake.accept(caller, kind, wish.told(), [incoming], awaited=True)
    with home.database.reading() as session:
        made = session.scalar(select(tables.Photo.id).where(tables.Photo.job_id == job_id))
    assert made is not None
    return made


def delete(home: House, caller: Caller, photo_ids: Sequence[str]) -> None:
    """Hidden at once, gone for good when it can no more be taken back."""
    with home.database.transaction() as session:
        for photo_id in photo_ids:
            photos.find(session, caller.org_id, photo_id).deleted_at = now()
        write_down(session, caller, "photos.delete", ",".join(photo_ids))


def restore(home: House, caller: Caller, photo_ids: Sequence[str]) -> None:
    with home.database.transaction() as session:
        for photo_id in photo_ids:
            photo = photos.find(session, caller.org_id, photo_id, deleted=True)
            until = (photo.deleted_at or now()) + timedelta(hours=home.settings.undo_hours)
            if until < now():
                raise Refused(say("The photo cannot be taken back any more."))
            photo.deleted_at = None
        write_down(session, caller, "photos.restore", ",".join(photo_ids))
