"""How many photos an organisation had done on a day, and how many it may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from packshot.errors import Refused
from packshot.service.database import add
from packshot.service.people.caller import Caller
from packshot.service.settings import Settings
from packshot.service.tables import Key, Usage, now
from packshot.words import say


class OverQuota(Refused):
    code = "quota_exceeded"


@dataclass(frozen=True, slots=True)
class Day:
    day: str
    """As 2026-01-31, by UTC."""
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def photos(self) -> int:
        return sum(self.kinds.values())


def asker(session: Session, org_id: str, who: str) -> Caller:
    """Who handed a job in, as far as his quota goes; for work that goes on after he has gone."""
    key = session.get(Key, who.removeprefix("key:")) if who.startswith("key:") else None
    return Caller(org_id, who, frozenset(), per_day=key.per_day if key else None)


def count_photos(session: Session, caller: Caller, kind: str, photos: int, settings: Settings) -> None:
    """Part of the transaction that accepts them: what is not accepted is not counted."""
    so_far, limit = today(session, caller, settings)
    if so_far + photos > limit:
        raise OverQuota(
            say("{count} photos were done today; the limit is {limit}.", count=so_far, limit=limit),
            say("Go on after midnight UTC, or ask the owner for a higher limit."),
        )
    row = {"org_id": caller.org_id, "day": now().date().isoformat(), "who": caller.who, "kind": kind}
    add(session, Usage, row, photos=photos)


def today(session: Session, caller: Caller, settings: Settings) -> tuple[int, int]:
    """How many there were, and the limit: the key's own where it has one, else the organisation's."""
    mine = (Usage.who == caller.who,) if caller.per_day else ()
    so_far = session.scalar(
        select(func.coalesce(func.sum(Usage.photos), 0)).where(
            Usage.org_id == caller.org_id, Usage.day == now().date().isoformat(), *mine
        )
    )
    return so_far or 0, caller.per_day or settings.per_day


def by_day(session: Session, org_id: str, days: int) -> Sequence[Day]:
    """The last ones, also those without any; the oldest first."""
    first = now().date() - timedelta(days=days - 1)
    found = {
        day: Day(day) for day in ((first + timedelta(days=number)).isoformat() for number in range(days))
    }
    rows = session.execute(
        select(Usage.day, Usage.kind, func.sum(Usage.photos))
        .where(Usage.org_id == org_id, Usage.day >= first.isoformat())
        .group_by(Usage.day, Usage.kind)
    )
    for day, kind, photos in rows:
        if day in found:
            found[day].kinds[kind] = int(photos)
    return list(found.values())
