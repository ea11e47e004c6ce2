"""Sessions of browsers: a random token in a cookie, of which only the hash is kept here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from packshot.service import tables
from packshot.service.house import House
from packshot.service.people.caller import ROLES, Caller
from packshot.service.people.tokens import hashed, new_token, same, signed
from packshot.service.settings import Settings
from packshot.service.tables import SignedIn, now

IDLE = timedelta(days=14)
"""Without a call it ends."""
LONGEST = timedelta(days=90)
"""After that one signs in again, whatever one did."""
SEEN_EVERY = timedelta(minutes=1)
MOST_BROWSER = 200


def begin(
    session: Session,
    settings: Settings,
    request: Request,
    user_id: str,
    org_id: str,
    *,
    expires_at: datetime | None = None,
) -> str:
    """The token for the cookie: always a new one, so that none that somebody planted is worth anything.

    The session that the browser came with ends, whosever it was. `expires_at`: as of the one it goes on from.
    """
    token, moment = new_token(), now()
    end(session, hashed(request.cookies.get(cookie(settings, request), "")))
    session.execute(delete(SignedIn).where(SignedIn.user_id == user_id, SignedIn.expires_at < moment))
    session.add(
        SignedIn(
            token=hashed(token),
            user_id=user_id,
            org_id=org_id,
            expires_at=expires_at or moment + LONGEST,
            browser=_shown(request.headers.get("user-agent", "")),
        )
    )
    return token


def caller(home: House, request: Request) -> Caller | None:
    token = request.cookies.get(cookie(home.settings, request), "")
    if not token:
        return None
    query = (
        select(SignedIn, tables.User, tables.Membership.role)
        .join(tables.User, tables.User.id == SignedIn.user_id)
        .join(
            tables.Membership,
            (tables.Membership.user_id == SignedIn.user_id) & (tables.Membership.org_id == SignedIn.org_id),
        )
        .where(SignedIn.token == hashed(token), tables.User.disabled_at.is_(None))
    )
    with home.database.reading() as session:
        found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, user, role = found
    moment = now()
    if moment >= row.expires_at or moment - row.seen_at > IDLE:
        return None
    if moment - row.seen_at > SEEN_EVERY:
        with home.database.transaction() as session:
            session.execute(update(SignedIn).where(SignedIn.token == row.token).values(seen_at=moment))
    return Caller(
        row.org_id,
        f"user:{user.id}",
        ROLES.get(role, frozenset()),
        name=user.name or user.email,
        user_id=user.id,
        session=row.token,
    )


def of_user(session: Session, user_id: str) -> Sequence[SignedIn]:
    alive = SignedIn.expires_at > now(), SignedIn.seen_at > now() - IDLE
    query = select(SignedIn).where(SignedIn.user_id == user_id, *alive)
    return list(session.scalars(query.order_by(SignedIn.seen_at.desc())))


def end(session: Session, token_hash: str) -> None:
    session.execute(delete(SignedIn).where(SignedIn.token == token_hash))


def end_all(session: Session, user_id: str, *, but: str = "", org_id: str = "") -> None:
    ended = delete(SignedIn).where(SignedIn.user_id == user_id, SignedIn.token != but)
    session.execute(ended.where(SignedIn.org_id == org_id) if org_id else ended)


# ---- the cookie --------------------------------------------------------------------------------------------


def cookie(settings: Settings, request: Request) -> str:
    """`__Host-`: a browser takes it from us alone, not from a neighbour below the same domain."""
    return "__Host-packshot" if is_secure(settings, request) else "packshot"


def give(settings: Settings, request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        cookie(settings, request),
        token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=is_secure(settings, request),
        httponly=True,
        samesite="lax",
    )


def take(settings: Settings, request: Request, response: Response) -> None:
    secure = is_secure(settings, request)
    response.delete_cookie(cookie(settings, request), path="/", secure=secure, httponly=True, samesite="lax")


def is_secure(settings: Settings, request: Request) -> bool:
    return request.url.scheme == "https" or settings.public_url.startswith("https://")


# ---- proof that a request comes from our own page ----------------------------------------------------------


def csrf_token(settings: Settings, token_hash: str) -> str:
    return signed(settings.secret, "csrf", token_hash)


def is_ours(settings: Settings, caller: Caller, told: str) -> bool:
    return same(csrf_token(settings, caller.session), told)


def _shown(browser: str) -> str:
    return "".join(letter for letter in browser if letter.isprintable())[:MOST_BROWSER]
