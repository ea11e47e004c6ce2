"""Messages to webhooks, written down in the transaction of what they tell: none is lost, none is a lie."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from packshot.service.tables import Delivery, Job, Photo, Webhook, now

EVENTS = ("photo.done", "job.done", "photo.decided")
TEST = "test"
"""Sent on request only."""


def tell(session: Session, org_id: str, event: str, body: dict[str, Any]) -> None:
    wanted = select(Webhook).where(Webhook.org_id == org_id, Webhook.disabled_at.is_(None))
    for webhook in session.scalars(wanted):
        if event in webhook.events:
            session.add(Delivery(org_id=org_id, webhook_id=webhook.id, event=event, body=body, next_at=now()))


def tell_job(session: Session, job_id: str) -> None:
    """If this was its last photo. The job's row is held meanwhile: of two photos that end at the same moment
    the second one sees the first.
    """
    held = select(Job).where(Job.id == job_id).with_for_update(key_share=True)
    job = session.scalar(held.execution_options(populate_existing=True))
    waits = select(Photo.id).where(Photo.job_id == job_id, Photo.progress != "done").limit(1)
    if job is not None and job.listed and session.scalar(waits) is None:
        tell(session, job.org_id, "job.done", {"job": job.id})
