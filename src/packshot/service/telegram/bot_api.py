"""Telegram's Bot API, as much of it as the bot needs.

The token stands in every address, so no address is ever told to anybody: not in a log, not in an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import structlog

MOST_DOWNLOAD = 20_000_000
"""Telegram gives bots no more."""
MOST_UPLOAD = 50_000_000
POLL_SECONDS = 50
SECONDS = 60.0
"""For one answer, above the time of a poll."""
ATTEMPTS = 5
MOST_PAUSE = 60.0

log = structlog.get_logger("packshot.telegram")

File = tuple[str, bytes]
"""Name and content."""
Sleep = Callable[[float], Awaitable[None]]


class Failed(Exception):
    """Telegram, or the way to it, says no. `code` 0: no answer at all."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text


class TooLarge(Exception):
    """More than a bot may fetch."""


@dataclass(frozen=True)
class BotApi:
    client: httpx.AsyncClient
    base: str
    token: str
    sleep: Sleep = asyncio.sleep

    async def updates(self, offset: int) -> list[dict[str, Any]]:
        asked = {
            "offset": offset,
            "timeout": POLL_SECONDS,
            "allowed_updates": ["message", "callback_query"],
        }
        try:
            found: list[dict[str, Any]] = await self._once("getUpdates", asked, {})
        except _Later as exc:
            await self.sleep(min(exc.seconds, MOST_PAUSE))
            return []
        return found

    async def call(
        self, method: str, asked: Mapping[str, Any], files: Mapping[str, File] | None = None
    ) -> Any:
        """Patient where Telegram asks for patience, and after a group that moved. `files`: by field."""
        asked = dict(asked)
        pause = 1.0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._once(method, asked, files or {})
            except _Later as exc:
                if attempt == ATTEMPTS:
                    raise Failed(429, "too many requests") from None
                await self.sleep(min(exc.seconds, MOST_PAUSE))
            except _Moved as exc:
                asked["chat_id"] = exc.chat_id
            except Failed as exc:
                if attempt == ATTEMPTS or 0 < exc.code < 500:
                    raise
                await self.sleep(pause)
                pause *= 2
        raise Failed(0, "the group moves on and on")

    async def download(self, file_id: str) -> bytes:
        told = await self.call("getFile", {"file_id": file_id})
        if told.get("file_size", 0) > MOST_DOWNLOAD:
            raise TooLarge
        address = f"{self.base}/file/bot{self.token}/{told['file_path']}"
        data = bytearray()
        try:
            async with self.client.stream("GET", address, timeout=SECONDS) as response:
                if response.status_code != 200:
                    raise Failed(response.status_code, "the file is not given")
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > MOST_DOWNLOAD:
                        raise TooLarge
        except httpx.HTTPError as exc:
            raise Failed(0, type(exc).__name__) from None
        return bytes(data)

    async def _once(self, method: str, asked: Mapping[str, Any], files: Mapping[str, File]) -> Any:
        address = f"{self.base}/bot{self.token}/{method}"
        try:
            if files:
                form = {name: _as_text(value) for name, value in asked.items()}
                got = await self.client.post(address, data=form, files=dict(files), timeout=SECONDS)
            else:
                got = await self.client.post(address, json=dict(asked), timeout=SECONDS + POLL_SECONDS)
            told = got.json()
        except (httpx.HTTPError, ValueError) as exc:
            # Not `from exc`: its request holds the address.
            raise Failed(0, type(exc).__name__) from None
        if told.get("ok"):
            return told.get("result")
        more = told.get("parameters") or {}
        if "migrate_to_chat_id" in more:
            raise _Moved(int(more["migrate_to_chat_id"]))
        if "retry_after" in more:
            raise _Later(float(more["retry_after"]))
        raise Failed(int(told.get("error_code") or got.status_code), str(told.get("description", ""))[:300])


class _Later(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Moved(Exception):
    """A group became a supergroup, with another number."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(chat_id)
        self.chat_id = chat_id


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
