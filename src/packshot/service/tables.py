"""The tables: what the service knows. Pictures and long reports lie in the depot, rows name them.

Whatever belongs to somebody has `org_id`, and nobody asks a table without it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Index,
    MetaData,
    String,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from packshot.service.ids import LENGTH, new_id

HASH = 64
"""Hex of a sha256."""


class Moment(TypeDecorator[datetime]):
    """UTC, with its zone, on databases that know zones and on SQLite, which does not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    return datetime.now(UTC)


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


def key() -> Mapped[str]:
    return mapped_column(String(LENGTH), primary_key=True, default=new_id)


def of_org() -> Mapped[str]:
    return mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))


# ---- people ------------------------------------------------------------------------------------------------


class Organisation(Table):
    __tablename__ = "organisations"
    id: Mapped[str] = key()
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)
    keep_days: Mapped[int | None]
    """Its own wish for originals; None: the service's."""


class User(Table):
    __tablename__ = "users"
    id: Mapped[str] = key()
    email: Mapped[str] = mapped_column(String(320), unique=True)
    """In lower case."""
    name: Mapped[str] = mapped_column(String(200), default="")
    password: Mapped[str] = mapped_column(String(200), default="")
    """argon2id; empty lets nobody in."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]


class Membership(Table):
    __tablename__ = "memberships"
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    """owner, editor, moderator, viewer."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class Invitation(Table):
    __tablename__ = "invitations"
    id: Mapped[str] = key()
    org_id: Mapped[str] = of_org()
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(20))
    token: Mapped[str] = mapped_column(String(HASH), unique=True)
    """Hashed: who reads the table can invite nobody."""
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class SignedIn(Table):
    """A session of a browser."""

    __tablename__ = "sessions"
    token: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    """Hashed."""
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    org_id: Mapped[str] = of_org()
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    browser: Mapped[str] = mapped_column(String(200), default="")


class Key(Table):
    """An API key."""

    __tablename__ = "keys"
    id: Mapped[str] = key()
    org_id: Mapped[str] = of_org()
    name: Mapped[str] = mapped_column(String(200))
    start: Mapped[str] = mapped_column(String(16))
    """Its first letters, to know it by."""
    secret: Mapped[str] = mapped_column(String(HASH), unique=True)
    """Hashed; shown once."""
    scopes: Mapped[list[Any]]
    per_minute: Mapped[int | None]
    per_day: Mapped[int | None]
    """Photos; None: as the service says."""
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Attempt(Table):
    """Failed sign-ins of late, by what they came from: an address or an e-mail, hashed."""

    __tablename__ = "attempts"
    id: Mapped[str] = key()
    origin: Mapped[str] = mapped_column(String(HASH), index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class Audit(Table):
    """Who changed what that matters: members, keys, webhooks, deletions, decisions."""

    __tablename__ = "audit"
    id: Mapped[str] = key()
    org_id: Mapped[str] = of_org()
    who: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(default=now)
    __table_args__ = (Index(None, "org_id", "id"),)


class Usage(Table):
    """Photos by day."""

    __tablename__ = "usage"
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    who: Mapped[str] = mapped_column(String(80), primary_key=True)
    """`key:…`, `user:…` or `local`."""
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    photos: Mapped[int] = mapped_column(default=0)


class Calls(Table):
    """Calls of one caller within one minute: the rate, the same on all machines."""

    __tablename__ = "calls"
    who: Mapped[str] = mapped_column(String(80), primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[float] = mapped_column(Float, default=0.0)


class Repeat(Table):
    """An answer kept for who asks again with the same Idempotency-Key."""

    __tablename__ = "repeats"
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    asked: Mapped[str] = mapped_column(String(100))
    """Digest of the request: the same key with another one is a mistake."""
    job_id: Mapped[str] = mapped_column(String(LENGTH))
    created_at: Mapped[datetime] = mapped_column(default=now)


# ---- photos ------------------------------------------------------------------------------------------------


class Job(Table):
    """What was handed in at once: one photo or many."""

    __tablename__ = "jobs"
    id: Mapped[str] = key()
    org_id: Mapped[str] = of_org()
    who: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    """check, fix, cutout, upscale, removebg."""
    wish: Mapped[dict[str, Any]]
    """profile, category, quality, variants, settings, …"""
    source: Mapped[str] = mapped_column(String(2000), default="")
    """A ZIP in the depot or a feed's link, where a worker has to list the photos first."""
    listed: Mapped[bool] = mapped_column(default=True)
    """False until all its photos are known."""
    error: Mapped[dict[str, Any] | None]
    """Why its source gave no photos; a problem."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    __table_args__ = (Index(None, "org_id", "id"),)


class Photo(Table):
    __tablename__ = "photos"
    id: Mapped[str] = key()
    org_id: Mapped[str] = of_org()
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[str | None] = mapped_column(String(LENGTH))
    """Of a photo done again, the one before."""
    who: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(300))
    url: Mapped[str] = mapped_column(String(2000), default="")
    """Where a worker has to fetch it."""
    wish: Mapped[dict[str, Any]]
    profile: Mapped[str] = mapped_column(String(100), default="")
    category: Mapped[str] = mapped_column(String(100), default="")
    progress: Mapped[str] = mapped_column(String(10), default="waiting")
    """waiting, working, done."""
    outcome: Mapped[str] = mapped_column(String(20), default="")
    """A verdict or a status; empty until it is done."""
    doubt: Mapped[float] = mapped_column(Float, default=0.0)
    """0…1: what the review queue begins with."""
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What lists show: headline, why, size. The whole account is the file `account`."""
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    deleted_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]
    """When its original went, by the rule of retention."""
    decision: Mapped[str] = mapped_column(String(20), default="")
    """approved, rejected, edited, redone; empty where nobody decided."""
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(1000), default="")
    held_by: Mapped[str] = mapped_column(String(80), default="")
    """The moderator who looks at it."""
    held_until: Mapped[datetime | None]
    __table_args__ = (
        Index(None, "org_id", "id"),
        Index(None, "org_id", "outcome", "id"),
        Index("ix_photos_review", "org_id", "outcome", "decision", "doubt"),
        Index(None, "progress"),
        Index(None, "done_at"),
    )


class File(Table):
    """A picture, or another file, of a photo."""

    __tablename__ = "files"
    photo_id: Mapped[str] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(60), primary_key=True)
    """original, account, a variant, mask, cutout, shadow, upscaled, stage:01 …, edit."""
    org_id: Mapped[str] = of_org()
    sha256: Mapped[str] = mapped_column(String(HASH))
    media_type: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(300), default="")
    """As it is called when it is downloaded."""
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    __table_args__ = (Index(None, "org_id", "sha256"),)


class Found(Table):
    """A finding on the photo as it came: what history is filtered by."""

    __tablename__ = "findings"
    photo_id: Mapped[str] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(60), primary_key=True)
    org_id: Mapped[str] = of_org()
    severity: Mapped[str] = mapped_column(String(10))
    __table_args__ = (Index(None, "org_id", "rule", "photo_id"),)


# ---- beside the photos -------------------------------------------------------------------------------------


class Upload(Table):
    """Bytes that were sent before they were asked about."""

    __tablename__ = "uploads"
    id: Mapped[str] = key()
    org_id: Mapped[str] = of_org()
    sha256: Mapped[str] = mapped_column(String(HASH))
    name: Mapped[str] = mapped_column(String(300))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Webhook(Table):
    __tablename__ = "webhooks"
    id: Mapped[str] = key()
    org_id: Mapped[str] = of_org()
    url: Mapped[str] = mapped_column(String(2000))
    salt: Mapped[str] = mapped_column(String(40))
    """With the service's secret it gives what messages are signed with, which so lies nowhere."""
    events: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""


class Delivery(Table):
    """One message to one webhook. Written in the transaction of what it tells."""

    __tablename__ = "deliveries"
    id: Mapped[str] = key()
    org_id: Mapped[str] = of_org()
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    """None: delivered, or given up."""
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int] = mapped_column(default=0)
    """Of the last answer; 0 where there was none."""
    error: Mapped[str] = mapped_column(String(300), default="")
    delivered_at: Mapped[datetime | None]


class Worker(Table):
    """A process that works on photos, as long as its heart beats."""

    __tablename__ = "workers"
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    host: Mapped[str] = mapped_column(String(200))
    processes: Mapped[int]
    version: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
