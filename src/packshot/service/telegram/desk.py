"""The bot's way to the service: the same REST as everybody's, so its photos stand in the same history."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from packshot.service.ids import is_id
from packshot.service.telegram.bot_api import File, Sleep

SECONDS = 60.0
LOOK_SECONDS = 1.0
MOST_WAIT = 600.0
"""For all photos of a message."""
ATTEMPTS = 8
MOST_PAUSE = 30.0


class Refused(Exception):
    """What the service says, in both languages."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__(texts.get("en", ""))
        self.texts = texts


class Away(Exception):
    """It does not answer, or is not done in time. What was accepted goes on."""


@dataclass(frozen=True)
class Desk:
    client: httpx.AsyncClient
    base: str
    key: str
    sleep: Sleep = asyncio.sleep

    async def mend(self, files: Sequence[File], profile: str, repeat: str) -> list[dict[str, Any]]:
        """The photos, done, in the order of the files. `repeat`: the same message again is no new job."""
        sent = [("files", (name, data)) for name, data in files]
        asked = {"kind": "fix", "stages": "true", "profile": profile}
        job = await self._ask("POST", "/v1/jobs", files=sent, data=asked, headers={"Idempotency-Key": repeat})
        waited = 0.0
        while job["done"] < job["total"] or not job["listed"]:
            if waited > MOST_WAIT:
                raise Away
            await self.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS
            job = await self._ask("GET", f"/v1/jobs/{job['id']}")
        page = await self._ask("GET", "/v1/photos", params={"job": job["id"], "limit": len(files)})
        return [await self.photo(one["id"]) for one in reversed(page["items"])]

    async def photo(self, photo_id: str) -> dict[str, Any]:
        """Of a button, so perhaps of somebody who makes up what buttons send."""
        if not is_id(photo_id):
            raise Refused({})
        told: dict[str, Any] = await self._ask("GET", f"/v1/photos/{photo_id}")
        return told

    async def files(self, photo: dict[str, Any], roles: Sequence[str]) -> list[File]:
        named = {one["role"]: one["name"] or one["role"] for one in photo["outputs"]}
        return [
            (named[role], (await self._get(f"/v1/photos/{photo['id']}/files/{role}")).content)
            for role in roles
            if role in named
        ]

    async def _ask(self, method: str, path: str, **how: Any) -> Any:
        return (await self._get(path, method, **how)).json()

    async def _get(self, path: str, method: str = "GET", **how: Any) -> httpx.Response:
        headers = {**how.pop("headers", {}), **({"X-Api-Key": self.key} if self.key else {})}
        pause = 1.0
        for _ in range(ATTEMPTS):
            try:
                got = await self.client.request(
                    method, f"{self.base}{path}", headers=headers, timeout=SECONDS, **how
                )
            except httpx.TransportError:
                await self.sleep(pause)
            else:
                if got.status_code not in (429, 503):
                    if got.is_success:
                        return got
                    raise Refused(_texts(got))
                asked = got.headers.get("retry-after", "")
                await self.sleep(min(float(asked) if asked.isdecimal() else pause, MOST_PAUSE))
            pause = min(2 * pause, MOST_PAUSE)
        raise Away


def _texts(got: httpx.Response) -> dict[str, str]:
    """A problem's sentence and its cure."""
    try:
        texts = got.json().get("texts") or {}
        detail, cure = texts.get("detail") or {}, texts.get("cure") or {}
    except (ValueError, AttributeError):
        detail, cure = {}, {}
    return {
        language: f"{detail.get(language, '')} {cure.get(language, '')}".strip() for language in ("en", "ru")
    }
