"""Invitations by link. The link is shown once to who made it; it works once, for a week, for one e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.requests import Request

from packshot.errors import BadOption, PackshotError
from packshot.service.house import House
from packshot.service.people import members, passwords, sessions
from packshot.service.people.audit import write_down
from packshot.service.people.caller import ROLES, Caller
from packshot.service.people.names import email_of, one_line
from packshot.service.people.refusals import allowed_role
from packshot.service.people.sign_in import authenticate
from packshot.service.people.tokens import hashed, new_token
from packshot.service.photos import NotFound
from packshot.service.settings import Settings
from packshot.service.tables import Invitation, Membership, Organisation, User, now
from packshot.words import say

LASTS = timedelta(days=7)
MOST_OPEN = 200


class UsedUp(PackshotError):
    code = "not_found"

    def __init__(self) -> None:
        super().__init__(
            say("This invitation does not work any more."), say("Ask whoever sent it for a new one.")
        )


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the page of an invitation shows."""

    id: str
    email: str
    role: str
    organisation: str
    org_id: str
    user_id: str
    """Of who has an account by this e-mail."""


def make(session: Session, caller: Caller, email: str, role: str) -> tuple[Invitation, str]:
    """The row, and the token of the link."""
    allowed_role(caller, role)
    email = email_of(email)
    if len(open_ones(session, caller.org_id)) >= MOST_OPEN:
        raise BadOption(say("Too many invitations are open."), say("Take back those nobody waits for."))
    here = (
        select(Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(Membership.org_id == caller.org_id, User.email == email)
    )
    if session.scalar(here) is not None:
        raise BadOption(say("{email} is a member already.", email=email), say("Change the role in the list."))
    token = new_token()
    made = Invitation(
        org_id=caller.org_id,
        email=email,
        role=role,
        token=hashed(token),
        created_by=caller.who,
        expires_at=now() + LASTS,
    )
    session.add(made)
    session.flush()
    write_down(session, caller, "invitation.make", f"{email}: {role}")
    return made, token


def link(settings: Settings, request: Request, token: str) -> str:
    """The token stands in the query: paths are written into the log."""
    address = settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    return f"{address}/invitation?token={token}"


def open_ones(session: Session, org_id: str) -> Sequence[Invitation]:
    alive = Invitation.accepted_at.is_(None), Invitation.expires_at > now()
    return list(session.scalars(select(Invitation).where(Invitation.org_id == org_id, *alive)))


def take_back(session: Session, caller: Caller, invitation_id: str) -> None:
    found = session.get(Invitation, invitation_id)
    if found is None or found.org_id != caller.org_id or found.accepted_at is not None:
        raise NotFound
    write_down(session, caller, "invitation.take_back", found.email)
    session.delete(found)


def find(session: Session, token: str) -> Welcome:
    query = (
        select(Invitation, Organisation.name, User.id)
        .join(Organisation, Organisation.id == Invitation.org_id)
        .outerjoin(User, User.email == Invitation.email)
        .where(
            Invitation.token == hashed(token),
            Invitation.accepted_at.is_(None),
            Invitation.expires_at > now(),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise UsedUp
    one, organisation, user_id = found
    return Welcome(one.id, one.email, one.role, organisation, one.org_id, user_id or "")


def accept_new(home: House, request: Request, token: str, name: str, password: str) -> str:
    """Somebody whom we do not know yet; the token of his session."""
    with home.database.reading() as session:
        welcome = find(session, token)
    if welcome.user_id:
        raise UsedUp
    passwords.check(password, welcome.email)
    kept = passwords.hash_of(password)
    shown = one_line(name, say("Your name"), may_be_empty=True)
    try:
        with home.database.transaction() as session:
            user = User(email=welcome.email, name=shown, password=kept)
            session.add(user)
            session.flush()
            return _join(session, home, request, welcome, user.id)
    except IntegrityError:
        raise UsedUp from None  # another link for the same e-mail was faster


def accept_known(home: House, request: Request, token: str, password: str) -> str:
    """Somebody who has an account: his password says that it is he."""
    with home.database.reading() as session:
        welcome = find(session, token)
    user = authenticate(home, request, welcome.email, password)
    with home.database.transaction() as session:
        return _join(session, home, request, welcome, user.id)


def _join(session: Session, home: House, request: Request, welcome: Welcome, user_id: str) -> str:
    open_still = Invitation.id == welcome.id, Invitation.accepted_at.is_(None), Invitation.expires_at > now()
    used = session.execute(update(Invitation).where(*open_still).values(accepted_at=now()))
    if used.rowcount != 1:  # type: ignore[attr-defined]  # of an UPDATE it is there
        raise UsedUp
    members.add(session, welcome.org_id, user_id, welcome.role)
    who = Caller(welcome.org_id, f"user:{user_id}", ROLES[welcome.role], user_id=user_id)
    write_down(session, who, "invitation.accept", f"{welcome.email}: {welcome.role}")
    return sessions.begin(session, home.settings, request, user_id, welcome.org_id)
