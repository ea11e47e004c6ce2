"""The remove.bg door's house: its photos go through the same queue, and stand in the same history."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import PurePosixPath

from fastapi import Request
from sqlalchemy import delete, select

from packshot.batch.links import fetch
from packshot.service import tables
from packshot.service.database import add
from packshot.service.house import House
from packshot.service.intake import Busy, Incoming
from packshot.service.people.auth import caller_of
from packshot.service.people.caller import Caller, May
from packshot.service.people.usage import OverQuota, today
from packshot.service.removebg import errors
from packshot.service.removebg.compose import Answer
from packshot.service.removebg.door import Balance, Rate
from packshot.service.removebg.errors import Refusal
from packshot.service.removebg.wish import Wish

PER_MINUTE = 500
"""Megapixels, as remove.bg counts."""
FETCHERS = ThreadPoolExecutor(16, thread_name_prefix="removebg-fetch")
"""Of their own: a few servers that answer slowly would fill the loop's, which all else waits for."""
LEAST_WAIT = 60.0
"""Seconds: its clients know no job to come back for."""


class Queued:
    def __init__(self, home: House) -> None:
        self.home = home

    async def admit(self, request: Request) -> Caller:
        caller = await asyncio.to_thread(caller_of, request, self.home)
        if caller is None:
            raise errors.wrong_key() if request.headers.get("x-api-key") else errors.missing_key()
        if May.WRITE not in caller.may:
            raise errors.wrong_key()
        return caller

    async def charge(self, caller: Caller, megapixels: int) -> Rate:
        return await asyncio.to_thread(self._charge, caller, megapixels)

    async def cut(
        self, caller: Caller, data: bytes, name: str, wish: Wish, background: bytes | None
    ) -> Answer:
        photo_id = await asyncio.to_thread(self._accept, caller, data, name, wish, background)
        seconds = max(LEAST_WAIT, self.home.settings.sync_seconds)
        if not await self.home.waiting.until_done([photo_id], seconds):
            raise TimeoutError
        return await asyncio.to_thread(self._answer, caller, photo_id)

    async def fetch(self, url: str, max_bytes: int) -> bytes:
        allow = self.home.settings.allow_private_urls
        ask = partial(fetch, url, max_bytes=max_bytes, allow_private=allow)
        return await asyncio.get_running_loop().run_in_executor(FETCHERS, ask)

    async def balance(self, caller: Caller) -> Balance:
        left = await asyncio.to_thread(self._left, caller)
        return Balance(total=left, payg=left, free_calls=left)

    def _charge(self, caller: Caller, megapixels: int) -> Rate:
        moment = time.time()
        minute = int(moment // 60)
        reset = (minute + 1) * 60
        calls, who = tables.Calls, f"mp:{caller.org_id}"[:80]
        with self.home.database.transaction() as session:
            if megapixels:
                add(session, calls, {"who": who, "minute": minute}, count=megapixels)
                session.execute(delete(calls).where(calls.who == who, calls.minute < minute))
            used = session.scalar(select(calls.count).where(calls.who == who, calls.minute == minute)) or 0
        left = PER_MINUTE - int(used)
        rate = Rate(PER_MINUTE, left, reset)
        if left < 0 or (not megapixels and left < 1):
            raise errors.too_many(max(1, round(reset - moment)), rate.headers)
        return rate

    def _accept(self, caller: Caller, data: bytes, name: str, wish: Wish, background: bytes | None) -> str:
        home = self.home
        one = home.intake.keep(caller, PurePosixPath(name).name or "photo", data)
        behind = home.depot.put(caller.org_id, background) if background else ""
        photo = Incoming(one.name, one.sha256, one.media_type, one.size_bytes, background=behind)
        try:
            job_id = home.intake.accept(
                caller, "removebg", {"removebg": wish.as_dict()}, [photo], awaited=True
            )
        except OverQuota as exc:
            raise errors.no_credits() from exc
        except Busy as exc:
            raise errors.too_many(exc.retry_after, {}) from exc
        with home.database.reading() as session:
            photo_id = session.scalar(select(tables.Photo.id).where(tables.Photo.job_id == job_id))
        assert photo_id is not None
        return photo_id

    def _answer(self, caller: Caller, photo_id: str) -> Answer:
        with self.home.database.reading() as session:
            photo = session.get(tables.Photo, photo_id)
            file = session.get(tables.File, (photo_id, "result"))
        if photo is None or file is None:
            raise _refusal(photo)
        data = self.home.depot.get(caller.org_id, file.sha256)
        return Answer(data, file.media_type, dict(photo.told["headers"]), {})

    def _left(self, caller: Caller) -> int:
        with self.home.database.reading() as session:
            so_far, limit = today(session, caller, self.home.settings)
        return max(0, limit - so_far)


def _refusal(photo: tables.Photo | None) -> Refusal:
    told = photo.told.get("refusal") if photo else None
    return Refusal.from_dict(told) if told else errors.broken()
