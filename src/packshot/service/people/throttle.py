"""Guessing passwords gets slower with each miss, and the owner of an e-mail is never shut out for good.

Misses are counted by e-mail from one address, by address, and by e-mail from anywhere. The last one's pause
is short whatever happens: who wants to lock a stranger out by guessing makes him wait half a minute, no more.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session
from starlette.requests import Request

from packshot.service.people.refusals import TooManyTries
from packshot.service.people.tokens import signed
from packshot.service.settings import Settings
from packshot.service.tables import Attempt, now

REMEMBERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Brake:
    name: str
    free: int
    """Misses within the hour that cost nothing."""
    longest: int
    """Seconds."""


PAIR = Brake("pair", free=5, longest=300)
ADDRESS = Brake("address", free=30, longest=300)
EMAIL = Brake("email", free=20, longest=30)


def begin(session: Session, settings: Settings, request: Request, email: str) -> None:
    """Counts the try as a miss before anybody looks at the password: a hundred at once are a hundred misses.
    `forgive` takes it back.
    """
    moment = now()
    origins = _origins(settings, request, email)
    _one_at_a_time(session, sorted(origins.values()))
    session.execute(delete(Attempt).where(Attempt.at < moment - REMEMBERED))
    for brake, origin in origins.items():
        wait = _wait(session, brake, origin, moment)
        if wait > 0:
            raise TooManyTries(wait)
    for origin in origins.values():
        session.add(Attempt(origin=origin, at=moment))


def forgive(session: Session, settings: Settings, request: Request, email: str) -> None:
    """The password was right. The address keeps its other misses: signing in to an account of one's own must
    not clear them.
    """
    origins = _origins(settings, request, email)
    for brake in (PAIR, EMAIL):
        session.execute(delete(Attempt).where(Attempt.origin == origins[brake]))
    last = select(Attempt.id).where(Attempt.origin == origins[ADDRESS]).order_by(Attempt.at.desc()).limit(1)
    session.execute(delete(Attempt).where(Attempt.id == session.scalar(last)))


def address_of(settings: Settings, request: Request) -> str:
    """Behind a proxy: whom the proxy itself saw, which is the last it wrote; all before may be invented."""
    told = request.client.host if request.client else ""
    if settings.trust_proxy and (passed := request.headers.getlist("x-forwarded-for")):
        told = passed[-1].rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return told[:60]
    # Whoever has one address of IPv6 has 2⁶⁴ of them.
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)


def _origins(settings: Settings, request: Request, email: str) -> dict[Brake, str]:
    address = address_of(settings, request)
    told = {PAIR: f"{address} {email}", ADDRESS: address, EMAIL: email}
    return {brake: signed(settings.secret, f"attempt:{brake.name}", what) for brake, what in told.items()}


def _wait(session: Session, brake: Brake, origin: str, moment: datetime) -> int:
    misses, last = session.execute(
        select(func.count(), func.max(Attempt.at)).where(Attempt.origin == origin)
    ).one()
    if misses < brake.free:
        return 0
    pause = min(brake.longest, 2 ** min(misses - brake.free, 20))
    spent = (moment - last).total_seconds()
    return max(0, -int(-(pause - spent) // 1))


def _one_at_a_time(session: Session, origins: list[str]) -> None:
    """SQLite has one writer as it is; in PostgreSQL two tries of one origin would not see each other."""
    if session.get_bind().dialect.name == "postgresql":
        for origin in origins:
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": int(origin[:15], 16)})
