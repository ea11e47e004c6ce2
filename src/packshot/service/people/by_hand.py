"""What whoever runs the service does on its machine: the first owner, who is here, a password forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from packshot.errors import BadOption
from packshot.service.database import Database
from packshot.service.people import members, passwords, sessions
from packshot.service.people.audit import write_down
from packshot.service.people.caller import ROLES, Caller
from packshot.service.people.names import email_of, one_line
from packshot.service.tables import Attempt, Membership, Organisation, User
from packshot.words import say

FIRST = "packshot"
"""What the first organisation is called where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    organisation: str
    role: str


def is_known(database: Database, email: str) -> bool:
    with database.reading() as session:
        return session.scalar(select(User.id).where(User.email == email_of(email))) is not None


def add_user(
    database: Database,
    email: str,
    password: str,
    *,
    name: str = "",
    organisation: str = "",
    role: str = "owner",
) -> Person:
    """Who has an account already keeps its password, and joins the organisation."""
    if role not in ROLES:
        raise BadOption(
            say("There is no role {role}.", role=role), say("Known: {known}.", known=", ".join(ROLES))
        )
    email, shown = email_of(email), one_line(name, say("The name"), may_be_empty=True)
    with database.transaction() as session:
        user = session.scalar(select(User).where(User.email == email))
        if user is None:
            passwords.check(password, email)
            user = User(email=email, name=shown, password=passwords.hash_of(password))
            session.add(user)
        org = _organisation(session, organisation)
        session.flush()
        if session.get(Membership, (org.id, user.id)) is not None:
            raise BadOption(
                say("{email} is a member already.", email=email),
                say("Change the role on the page of members."),
            )
        members.add(session, org.id, user.id, role)
        write_down(session, _by_hand(org.id), "user.add", f"{email}: {role}")
        return Person(email, user.name, org.name, role)


def everybody(database: Database) -> Sequence[Person]:
    query = (
        select(User.email, User.name, Organisation.name, Membership.role)
        .outerjoin(Membership, Membership.user_id == User.id)
        .outerjoin(Organisation, Organisation.id == Membership.org_id)
        .order_by(Organisation.name, User.email)
    )
    with database.reading() as session:
        rows = session.execute(query)
        return [Person(email, name, org or "", role or "") for email, name, org, role in rows]


def reset_password(database: Database, email: str, password: str) -> None:
    """All sessions end with it, and misses are forgiven."""
    email = email_of(email)
    with database.transaction() as session:
        user = session.scalar(select(User).where(User.email == email))
        if user is None:
            raise BadOption(
                say("Nobody has the e-mail {email}.", email=email), say("See `packshot user list`.")
            )
        passwords.check(password, email)
        user.password = passwords.hash_of(password)
        sessions.end_all(session, user.id)
        session.execute(delete(Attempt))
        for org_id in session.scalars(select(Membership.org_id).where(Membership.user_id == user.id)):
            write_down(session, _by_hand(org_id), "user.password", email)


def _organisation(session: Session, name: str) -> Organisation:
    """By name; without one, the only one there is: of a machine that had no accounts, with all its photos."""
    asked = select(Organisation).order_by(Organisation.created_at)
    found = list(session.scalars(asked.where(Organisation.name == name) if name else asked))
    if len(found) > 1:
        raise BadOption(
            say("There are several organisations: {names}.", names=", ".join(one.name for one in found[:20])),
            say("Name one by --organisation."),
        )
    if found:
        return found[0]
    made = Organisation(name=one_line(name or FIRST, say("The organisation's name")))
    session.add(made)
    return made


def _by_hand(org_id: str) -> Caller:
    return Caller(org_id, "local", frozenset())
