"""The worker: takes photos off the queue, has them done in processes of their own, writes what came of it.

Each photo ends exactly once: its row becomes `done` in one transaction, and only where it was not before.
What a killed worker held, others do again; the same work puts the same files.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import structlog
from dbos import DBOS
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from packshot.batch.crew import Broken, Limits
from packshot.batch.runner import default_jobs
from packshot.errors import PackshotError
from packshot.service import queue, sender, tables
from packshot.service.database import Database
from packshot.service.depot import Depot
from packshot.service.finishing import finish, start
from packshot.service.listing import Stopped, list_job
from packshot.service.pulse import ALIVE
from packshot.service.settings import Settings
from packshot.service.tables import now
from packshot.service.tidying import Tidier
from packshot.service.work import WARM_UP, Do, Made, Order, broken, failed
from packshot.service.workbench import Workbench

BEAT_SECONDS = 3.0
LISTED_AT_ONCE = 2
NICE = 5
"""Pages come first where web and worker share a machine: a photo may take longer, a click may not."""
ATTEMPTS = 6
FIRST_PAUSE = 1.0
"""Seconds, doubled: a database that restarts, a store that fails, get about a minute."""

log = structlog.get_logger("packshot.worker")


class Worker:
    """One process of the role `worker`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.id = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self.database = Database.at(settings.database_url)
        self.depot = Depot.of(settings)
        self.queue = queue.Queue(settings.database_url)
        self._ends = threading.Event()
        os.nice(NICE)  # before the processes that inherit it
        limits = Limits(seconds=settings.photo_seconds, memory_bytes=settings.worker_memory_mb * 1_000_000)
        work = Do(self.depot, settings.max_upload_mb * 1_000_000, settings.allow_private_urls)
        self.bench = Workbench(work, settings.workers or default_jobs(), limits)

    def run(self) -> None:
        """Until a signal asks it to end; what is in hand is finished."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self._ends.set())
        self._beat()
        self._launch()
        log.info("worker ready", worker=self.id, processes=self.bench.size)
        for _ in range(self.bench.size):
            threading.Thread(target=self.bench.do, args=(WARM_UP,), daemon=True).start()
        beside = self._beside()
        chores = (self._beat, self._bury)
        while not self._ends.wait(BEAT_SECONDS):
            for chore in chores:
                self._try(chore)
        log.info("worker ends", worker=self.id)
        DBOS.destroy(workflow_completion_timeout_sec=int(self.settings.photo_seconds))
        self.bench.end()
        for thread in beside:
            thread.join(sender.SECONDS)
        self._try(self._leave)

    def _launch(self) -> None:
        DBOS(
            config={
                "name": "packshot",
                "system_database_url": self.settings.database_url,
                "application_version": queue.VERSION,
                "executor_id": self.id,
                "log_level": "WARNING",
                "run_migrations": False,
                "notification_listener_polling_interval_sec": 5.0,
            }
        )
        DBOS.workflow(name=queue.PHOTO)(lambda photo_id: self.photo(photo_id))  # a method takes no marks
        DBOS.workflow(name=queue.JOB)(lambda job_id: self.job(job_id))
        DBOS.launch()
        for name, at_once in ((queue.QUEUE, 2 * self.bench.size), (queue.LISTINGS, LISTED_AT_ONCE)):
            DBOS.register_queue(
                name,
                worker_concurrency=at_once,
                polling_interval_sec=queue.POLL_SECONDS[name],
                on_conflict="always_update",
            )

    # ---- one photo -----------------------------------------------------------------------------------------

    def photo(self, photo_id: str) -> None:
        order = self._patiently(lambda: start(self.database, photo_id))
        if order is None:
            return
        made = self._done(order)
        if self._patiently(lambda: finish(self.database, order, made)):
            log.info("photo done", photo=photo_id, outcome=made.outcome, seconds=round(made.seconds, 3))

    def job(self, job_id: str) -> None:
        rest = self._ends.wait
        try:
            self._patiently(
                lambda: list_job(self.database, self.depot, self.queue, self.settings, job_id, rest)
            )
        except Stopped:
            with self.database.transaction() as session:
                self.queue.put(session, queue.JOB, job_id, priority=queue.LATER, afresh=True)

    def _done(self, order: Order) -> Made:
        pause = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            answer = self.bench.do(order)
            if isinstance(answer, Made):
                return answer
            if isinstance(answer, Broken):
                if answer.traceback:
                    log.error("bug at a photo", photo=order.photo_id, traceback=answer.traceback)
                return broken(answer.reason, answer.code, order)
            if attempt < ATTEMPTS:
                log.warning("storage fails", photo=order.photo_id, error=str(answer))
                time.sleep(pause)
                pause *= 2
        return failed(answer, order)

    def _patiently(self, act: Callable[[], Any]) -> Any:
        """A database that is not there for a moment costs no photo."""
        pause = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return act()
            except OperationalError as exc:
                if attempt == ATTEMPTS:
                    raise
                log.warning("database fails", error=type(exc.orig).__name__)
                time.sleep(pause)
                pause *= 2
        raise AssertionError

    # ---- beside the photos ---------------------------------------------------------------------------------

    def _beside(self) -> list[threading.Thread]:
        """What waits for others, in threads of their own: no slow receiver holds up a heartbeat."""
        threads = [
            threading.Thread(target=chore.run, args=(self._ends,), name=type(chore).__name__, daemon=True)
            for chore in (
                sender.Sender(self.database, self.settings),
                Tidier(self.database, self.depot, self.queue, self.settings),
            )
        ]
        for thread in threads:
            thread.start()
        return threads

    def _try(self, chore: Callable[[], None]) -> None:
        """A chore that fails is tried again at its next turn; it must not end the worker."""
        try:
            chore()
        except (OperationalError, PackshotError) as exc:
            log.warning("chore failed", chore=chore.__name__, error=type(exc).__name__)

    def _beat(self) -> None:
        with self.database.transaction() as session:
            beat = update(tables.Worker).where(tables.Worker.id == self.id).values(seen_at=now())
            if not session.execute(beat).rowcount:  # type: ignore[attr-defined]
                session.add(
                    tables.Worker(
                        id=self.id,
                        host=socket.gethostname(),
                        processes=self.bench.size,
                        version=version("packshot"),
                    )
                )

    def _bury(self) -> None:
        """Gives back to the queue what workers without a heartbeat held."""
        with self.database.reading() as session:
            silent = tables.Worker.seen_at < now() - ALIVE
            dead = list(session.scalars(select(tables.Worker.id).where(silent)))
        if not dead:
            return
        held = self.queue.take_from(dead)
        with self.database.transaction() as session:
            session.execute(delete(tables.Worker).where(tables.Worker.id.in_(dead)))
        log.warning("dead workers", workers=dead, photos=held)

    def _leave(self) -> None:
        """What it could not finish in time goes back to the queue."""
        self.queue.take_from([self.id])
        with self.database.transaction() as session:
            session.execute(delete(tables.Worker).where(tables.Worker.id == self.id))


def main(settings: Settings) -> None:
    with suppress(KeyboardInterrupt):
        Worker(settings).run()
