"""How many photos an organisation had done on a day, and how many it may."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from packshot.errors import Refused
from packshot.service.database import add
from packshot.service.people.caller import Caller
from packshot.service.settings import Settings
from packshot.service.tables import Usage, now
from packshot.words import say


class OverQuota(Refused):
    code = "quota_exceeded"


def count_photos(session: Session, caller: Caller, kind: str, photos: int, settings: Settings) -> None:
    """Part of the transaction that accepts them: what is not accepted is not counted."""
    day = now().date().isoformat()
    limit = caller.per_day or settings.per_day
    mine = (Usage.who == caller.who,) if caller.per_day else ()
    so_far = session.scalar(
        select(func.coalesce(func.sum(Usage.photos), 0)).where(
            Usage.org_id == caller.org_id, Usage.day == day, *mine
        )
    )
    if (so_far or 0) + photos > limit:
        raise OverQuota(
            say("{count} photos were done today; the limit is {limit}.", count=so_far or 0, limit=limit),
            say("Go on after midnight UTC, or ask the owner for a higher limit."),
        )
    add(session, Usage, {"org_id": caller.org_id, "day": day, "who": caller.who, "kind": kind}, photos=photos)
