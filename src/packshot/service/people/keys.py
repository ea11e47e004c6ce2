"""API keys: what programs come with. Each may at most what the person who made it may at that moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.requests import Request

from packshot.errors import BadOption
from packshot.service import tables
from packshot.service.house import House
from packshot.service.people.audit import write_down
from packshot.service.people.caller import ROLES, Caller, May
from packshot.service.people.names import one_line
from packshot.service.people.refusals import allowed
from packshot.service.people.tokens import hashed, new_token
from packshot.service.photos import NotFound
from packshot.service.tables import Key, now
from packshot.words import say

PREFIX = "psk_"
SHOWN = 10
"""Letters of it that lists show."""
USED_EVERY = timedelta(minutes=1)
MOST = 100
"""Of one organisation, that are not revoked."""


@dataclass(frozen=True, slots=True)
class Given:
    """What came as a key; `is_ours`: it looks like one."""

    text: str

    @property
    def is_ours(self) -> bool:
        return self.text.startswith(PREFIX)


def given(request: Request) -> Given | None:
    if told := request.headers.get("x-api-key", "").strip():
        return Given(told)
    kind, _, token = request.headers.get("authorization", "").strip().partition(" ")
    return Given(token.strip()) if kind.lower() == "bearer" and token.strip() else None


def caller(home: House, told: Given) -> Caller | None:
    if not told.is_ours:
        return None
    with home.database.reading() as session:
        key = session.scalar(select(Key).where(Key.secret == hashed(told.text), Key.revoked_at.is_(None)))
        may = _may(session, key) if key else None
    if key is None or may is None:
        return None
    moment = now()
    if key.last_used_at is None or moment - key.last_used_at > USED_EVERY:
        with home.database.transaction() as session:
            session.execute(update(Key).where(Key.id == key.id).values(last_used_at=moment))
    return Caller(
        key.org_id,
        f"key:{key.id}",
        may,
        name=key.name,
        key_id=key.id,
        per_minute=key.per_minute,
        per_day=key.per_day,
    )


def make(
    session: Session,
    caller: Caller,
    name: str,
    scopes: Collection[May],
    *,
    per_minute: int | None = None,
    per_day: int | None = None,
) -> tuple[Key, str]:
    """The row, and the key itself: nobody sees it again."""
    if not scopes:
        raise BadOption(say("The key may do nothing."), say("Choose what it is to be used for."))
    allowed(caller, scopes)
    alive = select(Key.id).where(Key.org_id == caller.org_id, Key.revoked_at.is_(None)).limit(MOST)
    if len(session.scalars(alive).all()) >= MOST:
        raise BadOption(say("There are {count} keys already.", count=MOST), say("Revoke those nobody uses."))
    text = PREFIX + new_token()
    key = Key(
        org_id=caller.org_id,
        name=one_line(name, say("The key's name")),
        start=text[:SHOWN],
        secret=hashed(text),
        scopes=sorted(scopes),
        per_minute=per_minute,
        per_day=per_day,
        created_by=_maker(session, caller),
    )
    session.add(key)
    session.flush()
    write_down(session, caller, "key.make", f"{key.name} ({key.start}…)")
    return key, text


def alive(session: Session, org_id: str) -> Sequence[Key]:
    query = select(Key).where(Key.org_id == org_id, Key.revoked_at.is_(None))
    return list(session.scalars(query.order_by(Key.id.desc())))


def revoke(session: Session, caller: Caller, key_id: str) -> None:
    key = session.get(Key, key_id)
    if key is None or key.org_id != caller.org_id or key.revoked_at is not None:
        raise NotFound
    key.revoked_at = now()
    write_down(session, caller, "key.revoke", f"{key.name} ({key.start}…)")


def revoke_of(session: Session, org_id: str, user_id: str) -> None:
    """All that a person made: who leaves has seen them."""
    made = Key.org_id == org_id, Key.created_by == f"user:{user_id}", Key.revoked_at.is_(None)
    session.execute(update(Key).where(*made).values(revoked_at=now()))


def _may(session: Session, key: Key) -> frozenset[May] | None:
    scopes = frozenset(May(scope) for scope in key.scopes if scope in list(May))
    maker, _, user_id = key.created_by.partition(":")
    if maker != "user":
        return scopes
    role = session.scalar(
        select(tables.Membership.role)
        .join(tables.User, tables.User.id == tables.Membership.user_id)
        .where(
            tables.Membership.org_id == key.org_id,
            tables.Membership.user_id == user_id,
            tables.User.disabled_at.is_(None),
        )
    )
    return None if role is None else scopes & ROLES.get(role, frozenset())


def _maker(session: Session, caller: Caller) -> str:
    """A key that makes keys does so for the person who made it: none outlives that person's leave."""
    if not caller.key_id:
        return caller.who
    key = session.get(Key, caller.key_id)
    return key.created_by if key else caller.who
