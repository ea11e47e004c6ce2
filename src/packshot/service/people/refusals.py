"""What people are refused with, and the one rule of giving: nobody hands on more than he may himself."""

from __future__ import annotations

from collections.abc import Collection

from packshot.errors import BadOption, PackshotError
from packshot.service.people.caller import ROLES, Caller, May
from packshot.words import say


class NotSignedIn(PackshotError):
    code = "not_signed_in"


class NotAllowed(PackshotError):
    code = "not_allowed"


class NotOurPage(PackshotError):
    """A request by cookie without the proof that one of our pages sent it."""

    code = "csrf"


class TooManyCalls(PackshotError):
    code = "too_many_calls"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            say("Too many calls within a minute."), say("Go on in {count} s.", count=retry_after)
        )
        self.retry_after = retry_after


class TooManyTries(PackshotError):
    code = "too_many_tries"

    def __init__(self, retry_after: int) -> None:
        super().__init__(say("Too many wrong passwords."), say("Try again in {count} s.", count=retry_after))
        self.retry_after = retry_after


def allowed(caller: Caller, may: Collection[May]) -> None:
    if not frozenset(may) <= caller.may:
        raise NotAllowed(
            say("You cannot give more than you may do yourself."),
            say("Ask an owner of the organisation."),
        )


def allowed_role(caller: Caller, role: str) -> None:
    if role not in ROLES:
        raise BadOption(
            say("There is no role {role}.", role=role[:50]), say("Known: {known}.", known=", ".join(ROLES))
        )
    allowed(caller, ROLES[role])
