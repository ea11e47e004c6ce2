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

QUEUE = "photos"
PHOTO, JOB = "photo", "job"
"""Workflows."""
VERSION = "1"
"""Of what lies in the queue. Another packshot goes on with it, as long as this stays the same."""
AT_ONCE, SOON, LATER = 1, 5, 10
"""Somebody waits for it; a handful; a heap."""
HANDFUL = 50
POLL_SECONDS = 0.05
ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
CHUNK = 500


def migrate(url: str) -> None:
    DBOS.migrate(url)


class Queue:
    """As the web sees it: a place to put photos."""

    def __init__(self, url: str) -> None:
        self._client = DBOSClient(system_database_url=url, retry_connection_errors=False)

    def put(self, session: Session, workflow: str, row_id: str, *, priority: int) -> None:
        """Part of the caller's transaction."""
        options: EnqueueOptions = {
            "workflow_name": workflow,
            "queue_name": QUEUE,
            "workflow_id": row_id,
            "priority": priority,
            "app_version": VERSION,
        }
        self._client.enqueue_in_transaction(session.connection(), options, row_id)

    def take_from(self, dead: Sequence[str]) -> int:
        """Puts back what these workers held."""
        held: list[Any] = self._client.list_workflows(
            status="PENDING", executor_id=list(dead), load_input=False, load_output=False
        )
        if held:
            self._client.resume_workflows([one.workflow_id for one in held], queue_name=QUEUE)
        return len(held)

    def forget_done(self, before: datetime) -> int:
        """What ended before then: the photos themselves say what came of them. How many, `CHUNK` at most."""
        done = self._client.list_workflows(
            status=ENDED,
            completed_before=before.isoformat(),
            queue_name=QUEUE,
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
