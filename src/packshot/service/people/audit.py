"""Who changed what that matters."""

from __future__ import annotations

from sqlalchemy.orm import Session

from packshot.service.people.caller import Caller
from packshot.service.tables import Audit

MOST = 200


def write_down(session: Session, caller: Caller, what: str, about: str = "") -> None:
    """In the transaction of the change itself."""
    session.add(Audit(org_id=caller.org_id, who=caller.who, what=what, about=about[:MOST]))
