"""The durable queue: DBOS, in the service's own database.

A photo takes its place in the transaction that accepts it. What a dead worker held is put back by those that
live: DBOS keeps each photo's state, we only say who is dead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dbos import DBOS, DBOSClient, EnqueueOptions
from sqlalchemy.orm import Session

from packshot.service.ids import new_id

QUEUE, LISTINGS = "photos", "listings"
"""Those who list a ZIP may wait for room in the queue of photos, so they have one of their own."""
PHOTO, JOB = "photo", "job"
"""Workflows."""
QUEUES = {PHOTO: QUEUE, JOB: LISTINGS}
VERSION = "1"
"""Of what lies in the queue. Another packshot goes on with it, as long as this stays the same."""
AT_ONCE, SOON, LATER = 1, 5, 10
"""Somebody waits for it; a handful; a heap."""
HANDFUL = 50
POLL_SECONDS = {QUEUE: 0.1, LISTINGS: 1.0}
"""Between two looks of a worker: an idle one must cost next to nothing."""
ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
CHUNK = 500


def migrate(url: str) -> None:
    DBOS.migrate(url)


class Queue:
    """As the web sees it: a place to put photos."""

    def __init__(self, url: str) -> None:
        self._client = DBOSClient(system_database_url=url, retry_connection_errors=False)

    def put(
        self, session: Session, workflow: str, row_id: str, *, priority: int, afresh: bool = False
    ) -> None:
        """Part of the caller's transaction. `afresh`: it was there before, and left unfinished."""
        options: EnqueueOptions = {
            "workflow_name": workflow,
            "queue_name": QUEUES[workflow],
            "workflow_id": f"{row_id}.{new_id()}" if afresh else row_id,
            "priority": priority,
            "app_version": VERSION,
        }
        self._client.enqueue_in_transaction(session.connection(), options, row_id)

    def take_from(self, dead: Sequence[str]) -> int:
        """Puts back what these workers held."""
        held: list[Any] = self._client.list_workflows(
            status="PENDING", executor_id=list(dead), load_input=False, load_output=False
        )
        for name in (PHOTO, JOB):
            if ids := [one.workflow_id for one in held if one.name == name]:
                self._client.resume_workflows(ids, queue_name=QUEUES[name])
        return len(held)

    def forget_done(self, before: datetime) -> int:
        """What ended before then: the photos themselves say what came of them. How many, `CHUNK` at most."""
        done = self._client.list_workflows(
            status=ENDED,
            completed_before=before.isoformat(),
            name=[PHOTO, JOB],
            limit=CHUNK,
            load_input=False,
            load_output=False,
        )
        if done:
            self._client.delete_workflows([one.workflow_id for one in done])
        return len(done)

    def close(self) -> None:
        self._client.destroy()


def priority_of(photos: int, *, awaited: bool = False) -> int:
    if awaited:
        return AT_ONCE
    return SOON if photos <= HANDFUL else LATER
