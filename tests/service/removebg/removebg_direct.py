"""A house without database or queue: the work is done in a thread of this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import FastAPI, Request

from packshot.batch import links
from packshot.service.removebg import errors
from packshot.service.removebg.compose import Answer
from packshot.service.removebg.door import Balance, Rate, router
from packshot.service.removebg.wish import Wish
from packshot.service.removebg.work import make

KEY = "good-key"


@dataclass
class Direct:
    limit: int = 500
    spent: int = 0
    credits: float = 100.0
    seconds: float = 60.0
    fetcher: Callable[[str, int], bytes] = lambda url, most: links.fetch(url, max_bytes=most)
    work: Callable[[bytes, Wish, bytes | None], Answer] = make
    fetched: list[str] = field(default_factory=list)

    async def admit(self, request: Request) -> str:
        key = request.headers.get("x-api-key")
        if not key:
            raise errors.missing_key()
        if key != KEY:
            raise errors.wrong_key()
        return key

    async def charge(self, caller: str, megapixels: int) -> Rate:
        if self.spent + max(1, megapixels) > self.limit:
            raise errors.too_many(7, self._rate().headers)
        self.spent += megapixels
        return self._rate()

    def _rate(self) -> Rate:
        return Rate(self.limit, self.limit - self.spent, reset=1_800_000_000)

    async def cut(self, caller: str, data: bytes, name: str, wish: Wish, background: bytes | None) -> Answer:
        if wish.credits > self.credits:
            raise errors.no_credits()
        carried = Wish.from_dict(wish.as_dict())
        async with asyncio.timeout(self.seconds):
            answer = await asyncio.to_thread(self.work, data, carried, background)
        self.credits -= wish.credits
        return answer

    async def fetch(self, url: str, max_bytes: int) -> bytes:
        self.fetched.append(url)
        return await asyncio.to_thread(self.fetcher, url, max_bytes)

    async def balance(self, caller: str) -> Balance:
        return Balance(total=self.credits, payg=self.credits)


def app(house: Direct) -> FastAPI:
    made = FastAPI(title="packshot", version="1")
    made.include_router(router(house))
    return made
