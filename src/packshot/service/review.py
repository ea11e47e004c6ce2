"""The review queue: the most doubtful first, each photo in one person's hands, decided once.

A decision can be taken back for a while: the row remembers under `was` what it said before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from packshot.batch import deciding
from packshot.errors import Refused
from packshot.report.entry import STATES, headline_of, in_all
from packshot.service.house import House
from packshot.service.people.audit import write_down
from packshot.service.people.caller import Caller, May
from packshot.service.photos import NotFound
from packshot.service.redo import Conflict, again
from packshot.service.tables import Photo, now
from packshot.service.telling import tell
from packshot.service.wishes import Wish
from packshot.words import Words, say

HOLD = timedelta(minutes=10)
"""Without a sign of life from the page; then the photo is anybody's again."""
MOST_CLAIMED = 2
"""One to look at and one that is loaded meanwhile. Were the second not held, too, two moderators who go
through the same queue would always load the same one."""


@dataclass(frozen=True, slots=True)
class Redo:
    """What is to be other than at the first time."""

    quality: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""

    def of(self, wish: Mapping[str, Any]) -> Wish:
        asked = Wish.model_validate({} if "removebg" in wish else wish)
        changed: dict[str, Any] = {"settings": {**asked.settings, **self.settings}}
        changed |= {name: told for name in ("quality", "engine") if (told := getattr(self, name))}
        return asked.model_copy(update=changed)


# ---- whose photo it is -------------------------------------------------------------------------------------


def waits(org_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Photo.org_id == org_id,
        Photo.progress == "done",
        Photo.outcome == "review",
        Photo.decision == "",
        Photo.deleted_at.is_(None),
    )


def free_for(who: str) -> ColumnElement[bool]:
    return or_(Photo.held_by.in_(("", who)), Photo.held_until.is_(None), Photo.held_until < now())


def left(session: Session, org_id: str) -> int:
    return session.scalar(select(func.count()).select_from(Photo).where(*waits(org_id))) or 0


def claim(home: House, caller: Caller, *, skip: Collection[str] = (), most: int = MOST_CLAIMED) -> list[str]:
    """The next ones, now held by this caller. What another caller is just claiming is passed over."""
    best = (
        select(Photo.id)
        .where(*waits(caller.org_id), free_for(caller.who), Photo.id.not_in(skip))
        .order_by(Photo.doubt.desc(), Photo.id)
        .limit(min(most, MOST_CLAIMED))
        .with_for_update(skip_locked=True)
    )
    with home.database.transaction() as session:
        ids = list(session.scalars(best))
        mine = update(Photo).where(Photo.id.in_(ids), *waits(caller.org_id), free_for(caller.who))
        taken = session.scalars(mine.values(**_held(caller)).returning(Photo.id))
        got = set(taken)
    return [photo_id for photo_id in ids if photo_id in got]


def hold(home: House, caller: Caller, photo_id: str) -> None:
    """Still looking at it."""
    with home.database.transaction() as session:
        photo = _locked(session, caller, photo_id)
        _must_wait(photo)
        _must_be_free(photo, caller)
        _hold(photo, caller)


def release(home: House, caller: Caller, photo_ids: Collection[str]) -> None:
    """Others may have them; what is not held by the caller stays as it is."""
    mine = update(Photo).where(
        Photo.org_id == caller.org_id, Photo.id.in_(photo_ids), Photo.held_by == caller.who
    )
    with home.database.transaction() as session:
        session.execute(mine.values(held_by="", held_until=None))


# ---- decisions ---------------------------------------------------------------------------------------------


def approve(home: House, caller: Caller, photo_id: str, note: str = "") -> None:
    with home.database.transaction() as session:
        photo = _in_hand(session, caller, photo_id)
        _decide(session, caller, photo, "approved", note, "fixed", _told("fixed", deciding.APPROVED))


def reject(home: House, caller: Caller, photo_id: str, note: str = "") -> None:
    with home.database.transaction() as session:
        photo = _in_hand(session, caller, photo_id)
        told = _told("failed", deciding.rejected(note)) | {"cure": in_all(deciding.CURE), "code": "rejected"}
        _decide(session, caller, photo, "rejected", note, "failed", told)


def redo(home: House, caller: Caller, photo_id: str, how: Redo, note: str = "") -> str:
    """The id of the new photo; where it turns out doubtful, it comes to the queue by itself."""
    with home.database.reading() as session:
        wish = how.of(_in_hand(session, caller, photo_id).wish)
    made = again(home, caller, photo_id, wish)
    _replace(home, caller, photo_id, made, "redone", note)
    return made


def recompose(home: House, caller: Caller, photo_id: str, mask_sha256: str) -> str:
    """The same wish with a person's own mask. Of photos that are in no queue, too."""
    with home.database.reading() as session:
        photo = _with_reason(session, caller, photo_id)
        wish = Redo().of(photo.wish)
    made = again(home, caller, photo_id, wish, edit=mask_sha256, kind="fix")
    _replace(home, caller, photo_id, made, "edited", "")
    return made


def undo(home: House, caller: Caller, photo_id: str) -> None:
    """As if nobody had decided: the photo is back in the caller's hands, and what was made anew of it is
    gone, unless somebody has decided about that, too.
    """
    with home.database.transaction() as session:
        photo = _locked(session, caller, photo_id)
        if not photo.decision:
            raise Conflict(say("Nobody has decided about this photo."), say("Look at the page again."))
        if photo.decided_by != caller.who and May.MANAGE not in caller.may:
            raise Conflict(
                say("Somebody else has decided about this photo."), say("Ask them, or an owner, to undo it.")
            )
        if (photo.decided_at or now()) + timedelta(hours=home.settings.undo_hours) < now():
            raise Refused(say("The decision cannot be taken back any more."))
        made = session.get(Photo, photo.told.get("again", ""))
        if made is not None and made.org_id == caller.org_id and not made.decision:
            made.deleted_at = now()
        write_down(session, caller, "review.undo", photo.id)
        was = photo.told["was"]
        photo.outcome, photo.told = was["outcome"], was["told"]
        photo.decision = photo.decided_by = photo.note = ""
        photo.decided_at = None
        _hold(photo, caller)
        _tell(session, photo)


def _replace(home: House, caller: Caller, photo_id: str, made: str, decision: str, note: str) -> None:
    """The new photo takes the old one's place. A process that ends before this leaves the old one in the
    queue and a new one too many; the other way round it would be decided, and nothing be made of it.
    """
    try:
        with home.database.transaction() as session:
            edited = decision == "edited"
            photo = _with_reason(session, caller, photo_id) if edited else _in_hand(session, caller, photo_id)
            _decide(session, caller, photo, decision, note, photo.outcome, {**photo.told, "again": made})
            if edited:  # who drew it sees it first
                session.execute(update(Photo).where(Photo.id == made).values(**_held(caller)))
    except BaseException:
        with home.database.transaction() as session:
            session.execute(update(Photo).where(Photo.id == made).values(deleted_at=now()))
        raise


def _decide(
    session: Session,
    caller: Caller,
    photo: Photo,
    decision: str,
    note: str,
    outcome: str,
    told: Mapping[str, Any],
) -> None:
    # A photo whose mask was edited may be edited again: undone, it is what it was before the first time.
    was = photo.told.get("was") or {"outcome": photo.outcome, "told": photo.told}
    photo.told = {**photo.told, **told, "was": was}
    photo.outcome, photo.decision, photo.note = outcome, decision, note
    photo.decided_by, photo.decided_at = caller.who, now()
    photo.held_by, photo.held_until = "", None
    write_down(session, caller, f"review.{decision}", photo.id)
    _tell(session, photo)


def _told(outcome: str, why: Words) -> dict[str, Any]:
    reason = in_all(why)
    return {"headline": headline_of(STATES[outcome], (reason,)), "why": [reason]}


def _tell(session: Session, photo: Photo) -> None:
    body = {"photo": photo.id, "job": photo.job_id, "outcome": photo.outcome, "decision": photo.decision}
    tell(session, photo.org_id, "photo.decided", body)


# ---- one photo, locked until the transaction ends ----------------------------------------------------------


def _locked(session: Session, caller: Caller, photo_id: str) -> Photo:
    query = select(Photo).where(Photo.id == photo_id, Photo.org_id == caller.org_id)
    photo = session.scalar(query.where(Photo.deleted_at.is_(None)).with_for_update())
    if photo is None:
        raise NotFound
    return photo


def _in_hand(session: Session, caller: Caller, photo_id: str) -> Photo:
    photo = _locked(session, caller, photo_id)
    _must_wait(photo)
    _must_be_free(photo, caller)
    return photo


def _with_reason(session: Session, caller: Caller, photo_id: str) -> Photo:
    """For an edit: any photo that is done and has not been decided otherwise."""
    photo = _locked(session, caller, photo_id)
    if photo.progress != "done":
        raise Conflict(say("The photo is still being worked on."), say("Wait until it is done."))
    if photo.decision not in ("", "edited"):
        raise _decided_already()
    if photo.outcome == "review" and not photo.decision:
        _must_be_free(photo, caller)
    return photo


def _must_wait(photo: Photo) -> None:
    if photo.decision:
        raise _decided_already()
    if photo.progress != "done" or photo.outcome != "review":
        raise Conflict(say("The photo is not up for review."), say("Look at its outcome."))


def _decided_already() -> Conflict:
    return Conflict(say("Somebody has decided about this photo."), say("Take the next one, or undo it."))


def _must_be_free(photo: Photo, caller: Caller) -> None:
    someone = photo.held_by not in ("", caller.who)
    if someone and photo.held_until is not None and photo.held_until >= now():
        raise Conflict(say("Somebody else is looking at this photo."), say("Take the next one."))


def _held(caller: Caller) -> dict[str, Any]:
    return {"held_by": caller.who, "held_until": now() + HOLD}


def _hold(photo: Photo, caller: Caller) -> None:
    photo.held_by, photo.held_until = caller.who, now() + HOLD
