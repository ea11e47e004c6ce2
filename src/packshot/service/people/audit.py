"""Who changed what that matters."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from packshot.service.people.caller import Caller
from packshot.service.tables import Audit, Key, User

MOST = 200


def write_down(session: Session, caller: Caller, what: str, about: str = "") -> None:
    """In the transaction of the change itself."""
    session.add(Audit(org_id=caller.org_id, who=caller.who, what=what, about=about[:MOST]))


def page(
    session: Session, org_id: str, *, after: str = "", limit: int = 50
) -> tuple[Sequence[Audit], str | None]:
    """The newest first, and where the next page begins."""
    query = select(Audit).where(Audit.org_id == org_id)
    if after:
        query = query.where(Audit.id < after)
    rows = list(session.scalars(query.order_by(Audit.id.desc()).limit(limit + 1)))
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def names(session: Session, org_id: str, whos: Collection[str]) -> dict[str, str]:
    """What people call those who stand in an account: e-mails, and names of this organisation's keys."""
    told = dict.fromkeys(whos, "")
    ids = {kind: [who[len(kind) :] for who in told if who.startswith(kind)] for kind in ("user:", "key:")}
    for user_id, email in session.execute(select(User.id, User.email).where(User.id.in_(ids["user:"]))):
        told[f"user:{user_id}"] = email
    mine = Key.id.in_(ids["key:"]), Key.org_id == org_id
    for key_id, name in session.execute(select(Key.id, Key.name).where(*mine)):
        told[f"key:{key_id}"] = name
    return told
