"""Roles and permissions, as people call them."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.service.people.caller import May
from packshot.words import Words, say


@dataclass(frozen=True, slots=True)
class Said:
    name: Words
    text: Words


ROLES_SAID = {
    "owner": Said(say("Owner"), say("does everything, and manages members, keys and webhooks")),
    "editor": Said(say("Editor"), say("hands photos in, mends and deletes them, decides in the review")),
    "moderator": Said(say("Moderator"), say("looks at photos and decides in the review")),
    "viewer": Said(say("Viewer"), say("looks at photos and results")),
}
MAY_SAID = {
    May.READ: say("look at photos and results"),
    May.WRITE: say("hand photos in, mend and delete them"),
    May.REVIEW: say("decide in the review"),
    May.MANAGE: say("manage members, keys and webhooks"),
}
