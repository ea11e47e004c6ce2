"""Webhooks: who wants to be told what, and how its messages are signed.

What a message is signed with is reckoned from the service's own secret and the webhook's salt: it lies in no
table and in no backup, its owner sees it once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from packshot.batch.links import SCHEMES, is_public
from packshot.errors import BadOption, Refused
from packshot.service.people.audit import write_down
from packshot.service.people.caller import Caller
from packshot.service.photos import NotFound
from packshot.service.settings import Settings
from packshot.service.tables import Delivery, Webhook, now
from packshot.service.telling import EVENTS, TEST
from packshot.words import say

MOST = 20
"""Of one organisation."""
MOST_URL = 2000
PREFIX = "whs_"
"""So that a secret is known as one, should it ever be seen where it does not belong."""


@dataclass(frozen=True, slots=True)
class Change:
    """None leaves it as it is."""

    url: str | None = None
    events: Collection[str] | None = None
    enabled: bool | None = None


def add(session: Session, caller: Caller, settings: Settings, url: str, events: Collection[str]) -> Webhook:
    count = select(func.count()).select_from(Webhook).where(Webhook.org_id == caller.org_id)
    if (session.scalar(count) or 0) >= MOST:
        raise Refused(
            say("There are {count} webhooks already.", count=MOST), say("Delete one that is not needed.")
        )
    webhook = Webhook(
        org_id=caller.org_id,
        url=_address(url, settings),
        salt=secrets.token_hex(16),
        events=_events(events),
        failures=0,
    )
    session.add(webhook)
    session.flush()
    write_down(session, caller, "webhook.add", webhook.id)
    return webhook


def change(session: Session, caller: Caller, settings: Settings, webhook_id: str, wish: Change) -> Webhook:
    webhook = find(session, caller.org_id, webhook_id)
    if wish.url is not None:
        webhook.url = _address(wish.url, settings)
    if wish.events is not None:
        webhook.events = _events(wish.events)
    if wish.enabled is not None:
        webhook.disabled_at = None if wish.enabled else now()
        webhook.failures = 0
    write_down(session, caller, "webhook.change", webhook.id)
    return webhook


def renew_secret(session: Session, caller: Caller, webhook_id: str) -> Webhook:
    """From the next message on; those under way are tried again with the new one."""
    webhook = find(session, caller.org_id, webhook_id)
    webhook.salt = secrets.token_hex(16)
    write_down(session, caller, "webhook.secret", webhook.id)
    return webhook


def remove(session: Session, caller: Caller, webhook_id: str) -> None:
    session.delete(find(session, caller.org_id, webhook_id))
    write_down(session, caller, "webhook.remove", webhook_id)


def find(session: Session, org_id: str, webhook_id: str) -> Webhook:
    webhook = session.get(Webhook, webhook_id)
    if webhook is None or webhook.org_id != org_id:
        raise NotFound
    return webhook


def of(session: Session, org_id: str) -> list[Webhook]:
    return list(session.scalars(select(Webhook).where(Webhook.org_id == org_id).order_by(Webhook.id)))


# ---- its messages ------------------------------------------------------------------------------------------


def deliveries(session: Session, webhook: Webhook, *, after: str = "", limit: int = 50) -> list[Delivery]:
    """The newest first."""
    query = select(Delivery).where(Delivery.webhook_id == webhook.id)
    if after:
        query = query.where(Delivery.id < after)
    return list(session.scalars(query.order_by(Delivery.id.desc()).limit(limit)))


def replay(session: Session, caller: Caller, webhook_id: str, delivery_id: str) -> Delivery:
    """The same message once more, under the same number: who has it already can see that."""
    webhook = find(session, caller.org_id, webhook_id)
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.webhook_id != webhook.id:
        raise NotFound
    delivery.next_at, delivery.attempts, delivery.delivered_at = now(), 0, None
    return delivery


def replay_since(session: Session, caller: Caller, webhook_id: str, since: datetime) -> int:
    """All that were told since then, delivered or not. How many."""
    webhook = find(session, caller.org_id, webhook_id)
    again = update(Delivery).where(Delivery.webhook_id == webhook.id, Delivery.created_at >= since)
    count: int = session.execute(  # type: ignore[attr-defined]
        again.values(next_at=now(), attempts=0, delivered_at=None)
    ).rowcount
    write_down(session, caller, "webhook.replay", webhook.id)
    return count


def test(session: Session, caller: Caller, webhook_id: str) -> Delivery:
    """A message that tells nothing, to see whether it arrives."""
    webhook = find(session, caller.org_id, webhook_id)
    delivery = Delivery(
        org_id=webhook.org_id, webhook_id=webhook.id, event=TEST, body={"webhook": webhook.id}, next_at=now()
    )
    session.add(delivery)
    session.flush()
    return delivery


def message(delivery: Delivery) -> bytes:
    told = {
        "id": delivery.id,
        "event": delivery.event,
        "created_at": delivery.created_at.isoformat(),
        "data": delivery.body,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def secret_of(settings: Settings, webhook: Webhook) -> str:
    told = f"webhook {webhook.id} {webhook.salt}"
    return PREFIX + hmac.new(settings.secret.encode(), told.encode(), hashlib.sha256).hexdigest()


def signature(secret: str, body: bytes, at: int) -> str:
    """The moment is signed, too: an old message that somebody kept is known as old."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


# ---- what was asked for ------------------------------------------------------------------------------------


def _events(asked: Collection[str]) -> list[str]:
    unknown = sorted(set(asked) - set(EVENTS))
    if unknown or not asked:
        raise BadOption(
            say("There is no event {event}.", event=unknown[0]) if unknown else say("No event was chosen."),
            say("Known: {events}.", events=", ".join(EVENTS)),
        )
    return [event for event in EVENTS if event in asked]


def _address(url: str, settings: Settings) -> str:
    """What can be said without asking anybody; where a name leads is looked at whenever something is sent."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, known = parts.hostname or "", parts.scheme in SCHEMES and parts.port != 0
    except ValueError:
        host, known = "", False
    if not (host and known and url.isprintable() and " " not in url and len(url) <= MOST_URL):
        raise BadOption(
            say("{url} is no http or https link.", url=url[:200]),
            say("Give the address that takes the messages."),
        )
    if parts.username or parts.password:
        raise BadOption(
            say("The address holds a name or a password."),
            say("Leave them out: each message is signed, so its receiver knows it by that."),
        )
    if _is_inside(host) and not settings.allow_private_urls:
        raise Refused(
            say("{host} is not a public address.", host=host),
            say("If it is your own server, start the service with PACKSHOT_ALLOW_PRIVATE_URLS=true."),
        )
    return url


def _is_inside(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
