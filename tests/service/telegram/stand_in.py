"""Telegram, as its Bot API behaves: kept here in memory, asked over the same HTTP."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "123456:AAF-very_secret-token"
MOST_FILE = 20 * 1024 * 1024


@dataclass
class Sent:
    method: str
    told: dict[str, Any]
    files: dict[str, tuple[str, bytes]]


@dataclass
class StandIn:
    files: dict[str, bytes] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    refusals: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """(method, error) to be given once each."""
    polls: int = 0
    number: int = 0

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/file/bot{token}/{path:path}", self._file),
                Route("/bot{token}/{method}", self._call, methods=["POST"]),
            ]
        )

    # ---- people --------------------------------------------------------------------------------------------

    def message(
        self, chat: int = 55, language: str = "en", kind: str = "private", **what: Any
    ) -> dict[str, Any]:
        self.number += 1
        message = {
            "message_id": self.number,
            "chat": {"id": chat, "type": kind},
            "from": {"id": chat, "language_code": language},
            **what,
        }
        self.updates.append({"update_id": 1000 + self.number, "message": message})
        return message

    def document(self, data: bytes, name: str = "mug.jpg", mime: str = "image/jpeg", **how: Any) -> None:
        told = {"file_id": self.keep(data), "file_name": name, "mime_type": mime, "file_size": len(data)}
        self.message(document=told, **how)

    def photo(self, data: bytes, **how: Any) -> None:
        large = {"file_id": self.keep(data), "width": 1280, "height": 1280, "file_size": len(data)}
        self.message(photo=[{"file_id": self.keep(data[:100]), "width": 90, "height": 90}, large], **how)

    def press(self, data: str, chat: int = 55, language: str = "en") -> None:
        self.number += 1
        message = {"message_id": self.number, "chat": {"id": chat, "type": "private"}}
        query = {
            "id": f"q{self.number}",
            "from": {"id": chat, "language_code": language},
            "message": message,
            "data": data,
        }
        self.updates.append({"update_id": 1000 + self.number, "callback_query": query})

    def keep(self, data: bytes) -> str:
        name = f"file-{len(self.files)}"
        self.files[name] = data
        return name

    # ---- what was sent -------------------------------------------------------------------------------------

    def of(self, method: str) -> list[Sent]:
        return [one for one in self.sent if one.method == method]

    @property
    def texts(self) -> list[str]:
        return [one.told["text"] for one in self.of("sendMessage")]

    @property
    def documents(self) -> dict[str, bytes]:
        """Name → bytes of all that were sent, alone or in a group."""
        return {
            name: data
            for one in self.sent
            if one.method in ("sendDocument", "sendMediaGroup")
            for name, data in one.files.values()
        }

    @property
    def buttons(self) -> dict[str, str]:
        """Text → what the last keyboard sends."""
        boards = [one.told["reply_markup"] for one in self.sent if one.told.get("reply_markup")]
        return {key["text"]: key["callback_data"] for row in boards[-1]["inline_keyboard"] for key in row}

    # ---- the API -------------------------------------------------------------------------------------------

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        if request.path_params["token"] != TOKEN:
            return _no(401, "Unauthorized")
        told, files = await _read(request)
        for number, (which, error) in enumerate(self.refusals):
            if which == method:
                del self.refusals[number]
                return _no(error.pop("code"), error.pop("description", "Bad"), **error)
        if method == "getUpdates":
            return JSONResponse({"ok": True, "result": await self._updates(int(told["offset"]))})
        if method == "getFile":
            data = self.files.get(told["file_id"])
            if data is None or len(data) > MOST_FILE:
                return _no(400, "Bad Request: file is too big")
            found = {"file_id": told["file_id"], "file_path": f"documents/{told['file_id']}"}
            return JSONResponse({"ok": True, "result": found})
        if (wrong := _breach(method, told, files)) is not None:
            return _no(400, f"Bad Request: {wrong}")
        self.sent.append(Sent(method, told, files))
        return JSONResponse({"ok": True, "result": {"message_id": 1}})

    async def _updates(self, offset: int) -> list[dict[str, Any]]:
        self.polls += 1
        self.updates = [one for one in self.updates if one["update_id"] >= offset]
        if not self.updates:
            await asyncio.sleep(0.01)
        return self.updates[:100]

    async def _file(self, request: Request) -> Response:
        data = self.files.get(request.path_params["path"].removeprefix("documents/"))
        if request.path_params["token"] != TOKEN or data is None:
            return Response(status_code=404)
        return Response(data)


async def _read(request: Request) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    if request.headers["content-type"].startswith("application/json"):
        return await request.json(), {}
    told, files = {}, {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                told[name] = (
                    json.loads(value) if value[:1] in "[{" or value.lstrip("-").isdecimal() else value
                )
            else:
                files[name] = (str(value.filename), await value.read())
    return told, files


def _breach(method: str, told: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> str | None:
    """Telegram's own limits."""
    if method == "sendMediaGroup":
        media = told["media"]
        if not 2 <= len(media) <= 10:
            return "wrong number of media"
        if {one["media"] for one in media} != {f"attach://{name}" for name in files}:
            return "file not found"
    if method == "sendDocument" and "document" not in files:
        return "there is no document in the request"
    if method == "sendMessage" and not 1 <= len(told["text"]) <= 4096:
        return "message is too long"
    keyboard = told.get("reply_markup") or {}
    for row in keyboard.get("inline_keyboard", ()):
        for key in row:
            if len(key["callback_data"].encode()) > 64:
                return "BUTTON_DATA_INVALID"
    return None


def _no(code: int, description: str, **parameters: Any) -> Response:
    return JSONResponse(
        {"ok": False, "error_code": code, "description": description, "parameters": parameters}, code
    )
