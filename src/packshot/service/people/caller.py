"""Who calls, as far as the rest of the service asks: of which organisation, and what they may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class May(StrEnum):
    READ = "read"
    WRITE = "write"
    """Hand photos in, do them again, delete one's own organisation's."""
    REVIEW = "review"
    MANAGE = "manage"
    """Members, keys, webhooks."""


ROLES: dict[str, frozenset[May]] = {
    "viewer": frozenset({May.READ}),
    "moderator": frozenset({May.READ, May.REVIEW}),
    "editor": frozenset({May.READ, May.WRITE, May.REVIEW}),
    "owner": frozenset(May),
}


@dataclass(frozen=True, slots=True)
class Caller:
    org_id: str
    who: str
    """`user:…`, `key:…` or `local`: as it stands in the account."""
    may: frozenset[May]
    name: str = ""
    """To be shown."""
    user_id: str = ""
    key_id: str = ""
    session: str = ""
    """Hashed token of the browser's session; empty for keys and in single-user mode."""
    per_minute: int | None = None
    per_day: int | None = None
