"""Waiting for photos to be done: one question to the database for all who wait, however many they are."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from packshot.service.database import Database
from packshot.service.tables import Photo

PAUSE = 0.1
"""Seconds between two looks."""
LOOK_UP = 0.5
"""Between two thoughts of who waits whether to go on."""
REST = 1.0
"""The same for who waits for photos that are not known yet."""
AT_ONCE = 500


class Waiting:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiters: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self.over = False
        """The web ends: who waits goes home with what there is."""

    def end(self) -> None:
        """May be called from a signal's handler: those who wait look within a moment."""
        self.over = True

    async def until_done(self, photo_ids: Iterable[str], seconds: float) -> bool:
        """False where time was over first."""
        return await self._until(set(photo_ids), seconds, enough=0)

    async def until_any(self, photo_ids: Iterable[str], seconds: float) -> bool:
        """Until the first of them is done; where there is none, until time is over."""
        waited = set(photo_ids)
        if not waited:
            await asyncio.sleep(min(seconds, REST))
            return False
        return await self._until(waited, seconds, enough=len(waited) - 1)

    async def _until(self, left: set[str], seconds: float, *, enough: int) -> bool:
        event = asyncio.Event()
        for photo_id in left:
            self._waiters[photo_id].add(event)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            while sum(event in self._waiters.get(photo_id, ()) for photo_id in left) > enough:
                event.clear()
                remaining = deadline - asyncio.get_running_loop().time()
                if remaining <= 0 or self.over:
                    return False
                with suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), min(remaining, LOOK_UP))
            return True
        finally:
            for photo_id in left & self._waiters.keys():
                self._waiters[photo_id].discard(event)
                if not self._waiters[photo_id]:
                    del self._waiters[photo_id]

    async def _look(self) -> None:
        """Ends when nobody waits any more."""
        while self._waiters:
            for photo_id in await asyncio.to_thread(self._done, list(self._waiters)):
                for event in self._waiters.pop(photo_id, ()):
                    event.set()
            await asyncio.sleep(PAUSE)

    def _done(self, photo_ids: list[str]) -> list[str]:
        """Of these; one that was deleted meanwhile counts, too."""
        done: list[str] = []
        try:
            with self._database.reading() as session:
                for start in range(0, len(photo_ids), AT_ONCE):
                    some = photo_ids[start : start + AT_ONCE]
                    query = select(Photo.id).where(Photo.id.in_(some), Photo.progress != "done")
                    waits = set(session.scalars(query))
                    done += [photo_id for photo_id in some if photo_id not in waits]
        except OperationalError:  # it comes back, and we ask again
            return []
        return done
