"""Signing in by e-mail and password: the same answer, in the same time, whether we know the e-mail or not."""

from __future__ import annotations

from sqlalchemy import select, update
from starlette.requests import Request

from packshot.errors import PackshotError
from packshot.service import tables
from packshot.service.house import House
from packshot.service.people import passwords, sessions, throttle
from packshot.service.people.audit import write_down
from packshot.service.people.caller import ROLES, Caller
from packshot.service.photos import NotFound
from packshot.service.tables import Membership, User
from packshot.words import say

MOST_TOLD = 1000
"""Letters of an e-mail or a password that anybody may try."""


class WrongPassword(PackshotError):
    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__(
            say("E-mail or password is wrong."), say("Look at the keyboard's language and at Caps Lock.")
        )


class NoOrganisation(PackshotError):
    code = "not_allowed"

    def __init__(self) -> None:
        super().__init__(
            say("You belong to no organisation any more."), say("Ask its owner for a new invitation.")
        )


def sign_in(home: House, request: Request, email: str, password: str) -> str:
    """The token for the cookie."""
    user = authenticate(home, request, email, password)
    with home.database.transaction() as session:
        first = (
            select(Membership).where(Membership.user_id == user.id).order_by(Membership.created_at).limit(1)
        )
        member = session.scalar(first)
        if member is None:
            raise NoOrganisation
        token = sessions.begin(session, home.settings, request, user.id, member.org_id)
        write_down(session, _as_caller(user, member), "sign_in")
        return token


def authenticate(home: House, request: Request, email: str, password: str) -> User:
    """Whose e-mail and password these are; every miss is counted."""
    email, password = email.strip().lower().replace("\0", "")[:MOST_TOLD], password[:MOST_TOLD]
    with home.database.transaction() as session:
        throttle.begin(session, home.settings, request, email)
    with home.database.reading() as session:
        user = session.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    right = passwords.matches(user.password if user else "", password)
    if user is None or not right:
        raise WrongPassword
    fresh = passwords.hash_of(password) if passwords.is_old(user.password) else ""
    with home.database.transaction() as session:
        throttle.forgive(session, home.settings, request, email)
        if fresh:
            session.execute(update(User).where(User.id == user.id).values(password=fresh))
    return user


def sign_out(home: House, caller: Caller) -> None:
    with home.database.transaction() as session:
        sessions.end(session, caller.session)


def switch(home: House, request: Request, caller: Caller, org_id: str) -> str:
    """To another organisation of the same person: a new token, for what it may is another thing."""
    with home.database.transaction() as session:
        present = session.get(tables.SignedIn, caller.session)
        if present is None or session.get(Membership, (org_id, caller.user_id)) is None:
            raise NotFound
        return sessions.begin(
            session, home.settings, request, caller.user_id, org_id, expires_at=present.expires_at
        )


def change_password(home: House, request: Request, caller: Caller, old: str, new: str) -> str:
    """All sessions end but this one, which gets a new token."""
    with home.database.reading() as session:
        email = session.scalar(select(User.email).where(User.id == caller.user_id)) or ""
    user = authenticate(home, request, email, old)
    passwords.check(new, email)
    kept = passwords.hash_of(new)
    with home.database.transaction() as session:
        present = session.get(tables.SignedIn, caller.session)
        if present is None or user.id != caller.user_id:
            raise WrongPassword
        session.execute(update(User).where(User.id == user.id).values(password=kept))
        sessions.end_all(session, user.id, but=present.token)
        write_down(session, caller, "password.change")
        return sessions.begin(session, home.settings, request, user.id, caller.org_id)


def _as_caller(user: User, member: Membership) -> Caller:
    return Caller(member.org_id, f"user:{user.id}", ROLES.get(member.role, frozenset()), user_id=user.id)
