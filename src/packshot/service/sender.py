"""Sends the messages of webhooks: those that are due, some of each webhook at a time.

A message is taken by putting its next turn off, in one transaction: no two senders hold it at the same
moment. A sender that dies with it in hand costs that pause, and perhaps a second copy under the same number.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from packshot.batch import links
from packshot.errors import Refused
from packshot.service.database import Database
from packshot.service.settings import Settings
from packshot.service.tables import Audit, Delivery, Webhook, now
from packshot.service.webhooks import message, secret_of, signature

AT_ONCE, OF_ONE = 64, 8
"""Messages under way; of one webhook: a slow receiver holds no more than these."""
SECONDS = 10.0
"""For the whole answer."""
HOLD = timedelta(seconds=60)
PAUSE_SECONDS = 1.0
BACK_OFF = (10, 60, 300, 1_800, 7_200, 21_600, 43_200)
"""Seconds before each further attempt; together twenty hours and a half, then it is given up."""
MOST_FAILURES = 50
"""In a row, of one webhook, and a message was given up: a busy hour of a receiver that restarts is not."""

log = structlog.get_logger("packshot.webhooks")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in hand, with all that its sending needs."""

    delivery_id: str
    webhook_id: str
    org_id: str
    event: str
    url: str
    secret: str
    body: bytes
    attempt: int


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 0
    error: str = ""
    """A word: refused, redirect, private_address, unknown_host, certificate, timeout, no_answer."""


@dataclass(frozen=True)
class Sender:
    database: Database
    settings: Settings
    clock: Callable[[], datetime] = now

    def run(self, ends: threading.Event) -> None:
        """In a thread of its own, until the worker ends."""
        asyncio.run(self._run(ends))

    async def _run(self, ends: threading.Event) -> None:
        under_way: dict[asyncio.Task[None], str] = {}
        async with links.poster() as client:
            while not ends.is_set():
                for letter in self._due(AT_ONCE - len(under_way), set(under_way.values())):
                    task = asyncio.create_task(self._deliver(client, letter))
                    under_way[task] = letter.webhook_id
                    task.add_done_callback(under_way.pop)
                await asyncio.sleep(PAUSE_SECONDS)
            await asyncio.gather(*under_way)

    def round(self) -> int:
        """All that is due now, sent. How many."""
        letters = self.take(AT_ONCE)

        async def send() -> None:
            async with links.poster() as client:
                await asyncio.gather(*(self._deliver(client, letter) for letter in letters))

        asyncio.run(send())
        return len(letters)

    def _due(self, room: int, busy: Collection[str]) -> Sequence[Letter]:
        try:
            return self.take(room, busy) if room > 0 else ()
        except DBAPIError as exc:  # it restarts: what is due stays due
            log.warning("database fails", error=type(exc.orig).__name__)
            return ()

    def take(self, room: int, busy: Collection[str] = ()) -> list[Letter]:
        """At most `OF_ONE` of each webhook, none of those that are busy."""
        at = self.clock()
        turn = func.row_number().over(
            partition_by=Delivery.webhook_id, order_by=(Delivery.next_at, Delivery.id)
        )
        due = (
            select(Delivery.id, turn.label("turn"))
            .join(Webhook, Webhook.id == Delivery.webhook_id)
            .where(Delivery.next_at <= at, Webhook.disabled_at.is_(None), Webhook.id.not_in(busy))
            .subquery()
        )
        some = (
            select(Delivery, Webhook)
            .join(Webhook, Webhook.id == Delivery.webhook_id)
            .where(Delivery.id.in_(select(due.c.id).where(due.c.turn <= OF_ONE)), Delivery.next_at <= at)
            .order_by(Delivery.id)
            .limit(room)
            .with_for_update(skip_locked=True, of=Delivery)
        )
        letters = []
        with self.database.reading() as session:
            if session.scalar(select(due.c.id).limit(1)) is None:
                return []  # writing nothing, we need no writer's turn
        with self.database.transaction() as session:
            for delivery, webhook in session.execute(some):
                delivery.next_at = at + HOLD
                delivery.attempts += 1
                letters.append(self._letter(delivery, webhook))
        return letters

    def _letter(self, delivery: Delivery, webhook: Webhook) -> Letter:
        return Letter(
            delivery_id=delivery.id,
            webhook_id=webhook.id,
            org_id=webhook.org_id,
            event=delivery.event,
            url=webhook.url,
            secret=secret_of(self.settings, webhook),
            body=message(delivery),
            attempt=delivery.attempts,
        )

    # ---- one message ---------------------------------------------------------------------------------------

    async def _deliver(self, client: httpx.AsyncClient, letter: Letter) -> None:
        began = time.monotonic()
        answer = await self._send(client, letter)
        try:
            self._write_down(letter, answer)
        except DBAPIError as exc:  # it is sent again, then, when its hold is over
            log.warning("database fails", error=type(exc.orig).__name__)
        # Never the address: some hold a password of their own.
        log.info(
            "webhook",
            webhook=letter.webhook_id,
            delivery=letter.delivery_id,
            attempt=letter.attempt,
            status=answer.status,
            error=answer.error,
            ms=round((time.monotonic() - began) * 1000),
        )

    async def _send(self, client: httpx.AsyncClient, letter: Letter) -> Answer:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "packshot",
            "Packshot-Event": letter.event,
            "Packshot-Delivery": letter.delivery_id,
            "Packshot-Signature": signature(letter.secret, letter.body, int(self.clock().timestamp())),
        }
        try:
            status = await links.post(
                client,
                letter.url,
                letter.body,
                headers,
                seconds=SECONDS,
                allow_private=self.settings.allow_private_urls,
            )
        except Refused:
            return Answer(error="private_address")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as exc:
            return Answer(error=_word(exc))
        if 200 <= status < 300:
            return Answer(status)
        return Answer(status, "redirect" if 300 <= status < 400 else "refused")

    def _write_down(self, letter: Letter, answer: Answer) -> None:
        at = self.clock()
        next_at = _next(letter.attempt, at) if answer.error else None
        wrote = update(Delivery).where(
            Delivery.id == letter.delivery_id,
            Delivery.attempts == letter.attempt,  # else it was asked for again meanwhile
        )
        wrote = wrote.values(
            status=answer.status,
            error=answer.error,
            delivered_at=None if answer.error else at,
            next_at=next_at,
        )
        webhook = update(Webhook).where(Webhook.id == letter.webhook_id)
        with self.database.transaction() as session:
            session.execute(wrote)
            session.execute(webhook.values(failures=Webhook.failures + 1 if answer.error else 0))
            if answer.error and next_at is None:
                lost = webhook.where(Webhook.failures >= MOST_FAILURES, Webhook.disabled_at.is_(None))
                if session.execute(lost.values(disabled_at=at)).rowcount:  # type: ignore[attr-defined]
                    session.add(_disabled(letter))


def _disabled(letter: Letter) -> Audit:
    return Audit(org_id=letter.org_id, who="packshot", what="webhook.disabled", about=letter.webhook_id)


def _next(attempt: int, at: datetime) -> datetime | None:
    """None: it is given up."""
    return at + timedelta(seconds=BACK_OFF[attempt - 1]) if attempt <= len(BACK_OFF) else None


def _word(exc: Exception) -> str:
    if isinstance(exc, (TimeoutError, httpx.TimeoutException)):
        return "timeout"
    if isinstance(exc, (socket.gaierror, UnicodeError)):
        return "unknown_host"
    told = f"{exc} {exc.__cause__!r}"
    return "certificate" if isinstance(exc, ssl.SSLError) or "CERTIFICATE" in told else "no_answer"
