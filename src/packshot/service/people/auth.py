"""Who calls: a key, a browser that signed in, or, on one's own machine, whoever sits at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from packshot.errors import PackshotError
from packshot.service.database import Database
from packshot.service.house import House, house
from packshot.service.people.caller import ROLES, Caller, May
from packshot.service.tables import Organisation
from packshot.words import say

LOCAL = "0" * 26
"""The one organisation of a machine without accounts."""
LOCAL_CALLER = Caller(LOCAL, "local", ROLES["owner"], name="packshot")


class NotSignedIn(PackshotError):
    code = "not_signed_in"


class NotAllowed(PackshotError):
    code = "not_allowed"


def ensure_local(database: Database) -> None:
    with database.transaction() as session:
        if session.get(Organisation, LOCAL) is None:
            session.add(Organisation(id=LOCAL, name="packshot"))


def caller_of(request: Request, home: House) -> Caller | None:
    if not home.settings.people_sign_in:
        return LOCAL_CALLER
    return None


def needs(permission: May) -> Callable[..., Caller]:
    """For `Depends`: the caller, who may do this."""

    def admitted(request: Request, home: Annotated[House, Depends(house)]) -> Caller:
        caller = caller_of(request, home)
        if caller is None:
            raise NotSignedIn(
                say("Nobody is signed in."), say("Send an API key in X-Api-Key, or sign in with a browser.")
            )
        if permission not in caller.may:
            raise NotAllowed(
                say("You may not do this."), say("Ask an owner of the organisation for another role.")
            )
        return caller

    return admitted
