"""Messages to webhooks, written down in the transaction of what they tell: none is lost, none is a lie."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from packshot.service.tables import Delivery, Webhook, now

EVENTS = ("photo.done", "job.done", "photo.decided")


def tell(session: Session, org_id: str, event: str, body: dict[str, Any]) -> None:
    wanted = select(Webhook).where(Webhook.org_id == org_id, Webhook.disabled_at.is_(None))
    for webhook in session.scalars(wanted):
        if event in webhook.events:
            session.add(Delivery(org_id=org_id, webhook_id=webhook.id, event=event, body=body, next_at=now()))
