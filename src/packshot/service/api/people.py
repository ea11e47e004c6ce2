"""Who one is, what was used, and, for owners, keys, members, invitations, the account of changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from packshot.service.api.shapes import Shape
from packshot.service.house import House, house
from packshot.service.people import audit, invitations, keys, members, organisations, usage
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.problems import RESPONSES
from packshot.service.tables import now

router = APIRouter(prefix="/v1", tags=["account"], responses=RESPONSES)

Home = Annotated[House, Depends(house)]
Reader = Annotated[Caller, Depends(needs(May.READ))]
Manager = Annotated[Caller, Depends(needs(May.MANAGE))]
Role = Literal["owner", "editor", "moderator", "viewer"]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OrganisationShape(Shape):
    id: str
    name: str
    keep_days: int | None = Field(description="Days after which originals are deleted; null: the service's.")


class Me(Shape):
    who: str = Field(description="`user:…`, `key:…`, or `local` on a machine without accounts.")
    name: str
    may: list[May]
    organisation: OrganisationShape


class DayShape(Shape):
    day: str = Field(description="By UTC.", examples=["2026-01-31"])
    photos: int
    kinds: dict[str, int] = Field(description="check, fix, cutout, upscale, removebg → photos.")


class UsageShape(Shape):
    today: int = Field(description="Photos of the present day, as far as they count for this caller.")
    limit: int = Field(description="Photos a day.")
    resets_at: datetime
    days: list[DayShape] = Field(description="The oldest first, without those that had none.")


class NewKey(Asked):
    name: str = Field(min_length=1, max_length=200, examples=["shop import"])
    scopes: list[May] = Field(
        default_factory=lambda: [May.READ, May.WRITE],
        min_length=1,
        max_length=len(May),
        description="No more than the caller may.",
    )
    per_minute: int | None = Field(None, ge=1, le=1_000_000, description="Calls; null: the service's limit.")
    per_day: int | None = Field(
        None, ge=1, le=1_000_000_000, description="Photos; null: the service's limit."
    )


class KeyShape(Shape):
    id: str
    name: str
    start: str = Field(description="Its first letters, to know it by.", examples=["psk_ab12cd"])
    scopes: list[str]
    per_minute: int | None
    per_day: int | None
    created_by: str
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")


class KeyOnce(KeyShape):
    key: str = Field(description="Shown this once; send it in X-Api-Key.")


class MemberShape(Shape):
    id: str
    email: str
    name: str
    role: str


class RoleChange(Asked):
    role: Role


class NewInvitation(Asked):
    email: str = Field(min_length=3, max_length=254, examples=["name@shop.example"])
    role: Role = "editor"


class InvitationShape(Shape):
    id: str
    email: str
    role: str
    created_at: datetime
    expires_at: datetime


class InvitationOnce(InvitationShape):
    link: str = Field(description="Shown this once; works once.")


class AuditShape(Shape):
    id: str
    who: str
    what: str
    about: str
    at: datetime


class AuditPage(Shape):
    items: list[AuditShape]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


class OrganisationChange(Asked):
    name: str | None = Field(None, min_length=1, max_length=200)
    keep_days: int | None = Field(
        None, ge=0, le=organisations.MOST_DAYS, description="0: as the service says."
    )


class Deleted(Shape):
    photos: int
    deleted_at: datetime = Field(description="Names them, to take them back.")
    until: datetime = Field(description="So long they can be taken back.")


class ToRestore(Asked):
    deleted_at: AwareDatetime


class Restored(Shape):
    photos: int


@router.get("/me", summary="Who one is, and what one may")
def me(home: Home, caller: Reader) -> Me:
    with home.database.reading() as session:
        found = OrganisationShape.model_validate(organisations.find(session, caller.org_id))
    return Me(who=caller.who, name=caller.name, may=sorted(caller.may), organisation=found)


@router.get("/usage", summary="Photos by day, and how many are left today")
def used(home: Home, caller: Reader, days: int = Query(30, ge=1, le=366)) -> UsageShape:
    with home.database.reading() as session:
        so_far, limit = usage.today(session, caller, home.settings)
        rows = usage.by_day(session, caller.org_id, days)
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    shown = [DayShape.model_validate(day) for day in rows if day.photos]
    return UsageShape(today=so_far, limit=limit, resets_at=midnight, days=shown)


# ---- keys --------------------------------------------------------------------------------------------------


@router.get("/keys", summary="Keys that work")
def list_keys(home: Home, caller: Manager) -> list[KeyShape]:
    with home.database.reading() as session:
        return [KeyShape.model_validate(key) for key in keys.alive(session, caller.org_id)]


@router.post("/keys", status_code=201, summary="Make a key")
def make_key(asked: NewKey, home: Home, caller: Manager) -> KeyOnce:
    limits = {"per_minute": asked.per_minute, "per_day": asked.per_day}
    with home.database.transaction() as session:
        key, text = keys.make(session, caller, asked.name, frozenset(asked.scopes), **limits)
        return KeyOnce(**KeyShape.model_validate(key).model_dump(), key=text)


@router.delete("/keys/{key_id}", status_code=204, summary="Revoke a key, at once and for ever")
def revoke_key(key_id: str, home: Home, caller: Manager) -> None:
    with home.database.transaction() as session:
        keys.revoke(session, caller, key_id)


# ---- members -----------------------------------------------------------------------------------------------


@router.get("/members", summary="Who belongs to the organisation")
def list_members(home: Home, caller: Manager) -> list[MemberShape]:
    with home.database.reading() as session:
        return [_member(one) for one in members.of_organisation(session, caller.org_id)]


@router.patch("/members/{user_id}", summary="Give a member another role")
def change_role(user_id: str, asked: RoleChange, home: Home, caller: Manager) -> MemberShape:
    with home.database.transaction() as session:
        members.change_role(session, caller, user_id, asked.role)
        everybody = members.of_organisation(session, caller.org_id)
        return next(_member(one) for one in everybody if one.user.id == user_id)


@router.delete(
    "/members/{user_id}",
    status_code=204,
    summary="Remove a member: sessions, keys and open invitations end with it",
)
def remove_member(user_id: str, home: Home, caller: Manager) -> None:
    with home.database.transaction() as session:
        members.remove(session, caller, user_id)


@router.get("/invitations", summary="Invitations that wait")
def list_invitations(home: Home, caller: Manager) -> list[InvitationShape]:
    with home.database.reading() as session:
        waiting = invitations.open_ones(session, caller.org_id)
        return [InvitationShape.model_validate(one) for one in waiting]


@router.post("/invitations", status_code=201, summary="Invite somebody by a link")
def invite(asked: NewInvitation, request: Request, home: Home, caller: Manager) -> InvitationOnce:
    with home.database.transaction() as session:
        made, token = invitations.make(session, caller, asked.email, asked.role)
        link = invitations.link(home.settings, request, token)
        return InvitationOnce(**InvitationShape.model_validate(made).model_dump(), link=link)


@router.delete("/invitations/{invitation_id}", status_code=204, summary="Take an invitation back")
def take_back(invitation_id: str, home: Home, caller: Manager) -> None:
    with home.database.transaction() as session:
        invitations.take_back(session, caller, invitation_id)


# ---- the organisation --------------------------------------------------------------------------------------


@router.get("/audit", summary="Who changed what that matters, the newest first")
def account(
    home: Home,
    caller: Manager,
    after: str = Query("", max_length=26),
    limit: int = Query(50, ge=1, le=200),
) -> AuditPage:
    with home.database.reading() as session:
        rows, onward = audit.page(session, caller.org_id, after=after, limit=limit)
        return AuditPage(items=[AuditShape.model_validate(row) for row in rows], next=onward)


@router.patch("/organisation", summary="Rename it, or change how long it keeps originals")
def change_organisation(asked: OrganisationChange, home: Home, caller: Manager) -> OrganisationShape:
    with home.database.transaction() as session:
        organisations.change(session, caller, name=asked.name, keep_days=asked.keep_days)
        return OrganisationShape.model_validate(organisations.find(session, caller.org_id))


@router.delete("/organisation/data", summary="Delete all photos; they can be taken back for a while")
def delete_photos(home: Home, caller: Manager) -> Deleted:
    count, moment = organisations.delete_photos(home, caller)
    until = moment + timedelta(hours=home.settings.undo_hours)
    return Deleted(photos=count, deleted_at=moment, until=until)


@router.post("/organisation/data/restore", summary="Take back what was deleted at once")
def restore_photos(asked: ToRestore, home: Home, caller: Manager) -> Restored:
    return Restored(photos=organisations.restore_photos(home, caller, asked.deleted_at))


def _member(one: members.Member) -> MemberShape:
    return MemberShape(id=one.user.id, email=one.user.email, name=one.user.name, role=one.role)
