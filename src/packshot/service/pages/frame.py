"""What stands around every page: who looks, what he may do, and how much waits for a decision."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import OperationalError
from starlette.requests import Request

from packshot.service import review, tables
from packshot.service.house import House
from packshot.service.people import auth, sessions
from packshot.service.people.caller import Caller, May


@dataclass(frozen=True, slots=True)
class Frame:
    csrf: str = ""
    """For forms (`macros.html` has a field) and, by `api.js`, for calls."""
    person: str = ""
    """Empty where nobody has to sign in."""
    organisation: str = ""
    to_review: int = 0
    may: frozenset[May] = frozenset()
    """For pages that hide what would be refused."""


def frame_of(request: Request) -> Frame:
    home: House | None = getattr(request.app.state, "house", None)
    caller = _caller(request, home) if home else None
    if home is None or caller is None:
        return Frame()
    try:
        with home.database.reading() as session:
            waits = review.left(session, caller.org_id)
            org = session.get(tables.Organisation, caller.org_id) if caller.user_id else None
    except OperationalError:  # the page that tells of it needs a frame, too
        return Frame()
    return Frame(
        csrf=sessions.csrf_token(home.settings, caller.session) if caller.session else "",
        person=caller.name if caller.user_id else "",
        organisation=org.name if org else "",
        to_review=waits if May.REVIEW in caller.may else 0,
        may=caller.may,
    )


def _caller(request: Request, home: House) -> Caller | None:
    try:
        return auth.known(request, home)
    except OperationalError:
        return None
