"""Members of an organisation and their roles. There is always one owner at least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from packshot.errors import PackshotError
from packshot.service import tables
from packshot.service.people import keys, sessions
from packshot.service.people.audit import write_down
from packshot.service.people.caller import ROLES, Caller
from packshot.service.people.refusals import allowed, allowed_role
from packshot.service.photos import NotFound
from packshot.service.tables import Invitation, Membership, Organisation, User
from packshot.words import say


class LastOwner(PackshotError):
    code = "conflict"

    def __init__(self) -> None:
        super().__init__(say("This is the only owner."), say("Make somebody else an owner first."))


@dataclass(frozen=True, slots=True)
class Member:
    user: User
    role: str


def of_organisation(session: Session, org_id: str) -> Sequence[Member]:
    query = select(User, Membership.role).join(Membership, Membership.user_id == User.id)
    rows = session.execute(query.where(Membership.org_id == org_id).order_by(User.email))
    return [Member(user, role) for user, role in rows]


def change_role(session: Session, caller: Caller, user_id: str, role: str) -> None:
    allowed_role(caller, role)
    member = _member(session, caller, user_id)
    if member.role == role:
        return
    _keep_one_owner(session, member)
    was, member.role = member.role, role
    _take_back_invitations(session, member)
    write_down(session, caller, "member.role", f"{_email(session, user_id)}: {was} → {role}")


def remove(session: Session, caller: Caller, user_id: str) -> None:
    """Oneself, too. What he was signed in with, his keys and his open invitations end with it."""
    member = _member(session, caller, user_id)
    _keep_one_owner(session, member)
    write_down(session, caller, "member.remove", _email(session, user_id))
    keys.revoke_of(session, caller.org_id, user_id)
    sessions.end_all(session, user_id, org_id=caller.org_id)
    _take_back_invitations(session, member)
    session.delete(member)


def add(session: Session, org_id: str, user_id: str, role: str) -> None:
    if session.get(Membership, (org_id, user_id)) is None:
        session.add(Membership(org_id=org_id, user_id=user_id, role=role))


def _member(session: Session, caller: Caller, user_id: str) -> Membership:
    """Held until the end: two owners who demote each other at once must not both succeed."""
    session.execute(select(Organisation.id).where(Organisation.id == caller.org_id).with_for_update())
    member = session.get(Membership, (caller.org_id, user_id))
    if member is None:
        raise NotFound
    if user_id != caller.user_id:
        allowed(caller, ROLES.get(member.role, frozenset()))
    return member


def _keep_one_owner(session: Session, member: Membership) -> None:
    if member.role != "owner":
        return
    others = (
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.org_id == member.org_id,
            Membership.role == "owner",
            Membership.user_id != member.user_id,
            User.disabled_at.is_(None),
        )
    )
    if not session.scalar(others):
        raise LastOwner


def _take_back_invitations(session: Session, member: Membership) -> None:
    mine = Invitation.org_id == member.org_id, Invitation.created_by == f"user:{member.user_id}"
    session.execute(delete(Invitation).where(*mine, Invitation.accepted_at.is_(None)))


def _email(session: Session, user_id: str) -> str:
    return session.scalar(select(tables.User.email).where(tables.User.id == user_id)) or ""
