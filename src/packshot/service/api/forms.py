"""What came with a request, as photos and a wish: a form with files, or JSON with links and uploads.

Files lie on the disk while they come (Starlette spools them), and one at a time in memory.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect

from packshot.errors import BadOption
from packshot.service import tables
from packshot.service.house import House
from packshot.service.intake import Incoming, plain_name
from packshot.service.people.auth import MOST_FIELD, MOST_FIELDS, MOST_FILES
from packshot.service.people.caller import Caller
from packshot.service.photos import NotFound
from packshot.service.wishes import Wish
from packshot.words import Words, say, verbatim

FILES = frozenset({"file", "files", "image", "photo", "photos"})
MOST_JSON = 1_000_000
LISTS = frozenset({"variants", "switches"})
OTHERS = frozenset({"kind", "url", "urls", "upload", "uploads", "feed", "wait", "csrf"})
"""Fields that say where photos come from, not what is to become of them."""


@dataclass
class Asked:
    wish: Wish
    kind: str = ""
    photos: list[Incoming] = field(default_factory=list)
    source: str = ""
    """A ZIP in the depot or a feed's link."""
    wait: float | None = None
    digest: str = ""
    """Of all of it: tells a request that is sent again from another one."""


async def read(request: Request, home: House, caller: Caller) -> Asked:
    """Everything is checked and in the depot; nothing is accepted yet."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return await _of_json(request, home, caller)
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return await _of_form(request, home, caller)
    raise bad(say("Send a form with files, or JSON with links."))


async def _of_json(request: Request, home: House, caller: Caller) -> Asked:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_JSON:
            raise bad(say("The JSON is longer than {limit} bytes.", limit=MOST_JSON))
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise bad(say("The body is no JSON.")) from None
    if not isinstance(told, dict):
        raise bad(say("The JSON is no object."))
    return await run_in_threadpool(_asked, told, [], home, caller)


async def _of_form(request: Request, home: House, caller: Caller) -> Asked:
    try:
        async with request.form(
            max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD
        ) as form:
            told: dict[str, Any] = {}
            files: list[UploadFile] = []
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    if value.filename or value.size:  # an empty field of a form sends a file without a name
                        files.append(value)
                elif name in LISTS or name in ("urls", "uploads"):
                    told.setdefault(name, []).extend(part for part in value.split(",") if part.strip())
                else:
                    told[name] = _plain(name, value)
            return await run_in_threadpool(_asked, told, files, home, caller)
    except (MultiPartException, ClientDisconnect) as exc:
        raise bad(
            say("The form cannot be read: {why}.", why=verbatim(str(exc) or "it ends too early"))
        ) from exc


def _plain(name: str, value: str) -> Any:
    """Of a form's text: JSON for `settings`, yes or no for switches."""
    if name == "settings" and value.strip():
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise bad(say("`settings` is no JSON.")) from None
    if value in ("true", "on", "1", "false", "off", "0") and name in ("stages", "explain", "crop"):
        return value in ("true", "on", "1")
    return value


def _asked(told: dict[str, Any], files: list[UploadFile], home: House, caller: Caller) -> Asked:
    asked = Asked(_wish({name: value for name, value in told.items() if name not in OTHERS}))
    asked.kind = str(told.get("kind") or "")
    asked.wait = _seconds(told.get("wait"))
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode())
    for one in files:
        _take_file(one, asked, home, caller)
    for url in _texts(told, "url", "urls"):
        asked.photos.append(Incoming(_name_of(url), url=url))
    for upload_id in _texts(told, "upload", "uploads"):
        asked.photos.append(_uploaded(upload_id, home, caller))
    for feed in _texts(told, "feed"):
        _one_source(asked, _link(feed))
    for photo in asked.photos:
        digest.update(f"{photo.name}\0{photo.sha256}\0{photo.url}\0".encode())
    digest.update(asked.source.encode())
    asked.digest = digest.hexdigest()
    if not asked.photos and not asked.source:
        raise bad(say("There is no photo in the request."))
    if len(asked.photos) > home.settings.max_photos:
        raise bad(say("More than {limit} photos at once.", limit=home.settings.max_photos))
    return asked


def _wish(told: dict[str, Any]) -> Wish:
    try:
        return Wish.model_validate({name: value for name, value in told.items() if value not in ("", None)})
    except ValidationError as exc:
        fault = exc.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        raise bad(say("{name}: {why}.", name=name[:100], why=verbatim(fault["msg"][:300]))) from None


def _take_file(one: UploadFile, asked: Asked, home: House, caller: Caller) -> None:
    size = one.size or 0
    name = one.filename or "photo"
    if _is_zip(one):
        _one_source(asked, f"zip:{home.depot.put_file(caller.org_id, one.file)}")
        return
    home.intake.must_fit(size)
    asked.photos.append(home.intake.keep(caller, name, one.file.read()))


def _is_zip(one: UploadFile) -> bool:
    """By its first bytes and its name: a photo that only begins like one is judged as a photo."""
    start = one.file.read(4)
    one.file.seek(0)
    return start == b"PK\x03\x04" and (one.filename or "").lower().endswith(".zip")


def _one_source(asked: Asked, source: str) -> None:
    if asked.source:
        raise bad(say("Give one ZIP or one feed at a time."))
    asked.source = source


def _texts(told: dict[str, Any], *names: str) -> list[str]:
    found: list[str] = []
    for name in names:
        value = told.get(name) or []
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in values):
            raise bad(say("{name}: give text.", name=name))
        found += [one.strip() for one in values if one.strip()]
    return found


def _link(url: str) -> str:
    """Only looked at: where it leads is checked when a worker goes there."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or len(url) > 2000:
        raise bad(say("{url} is no http or https link.", url=url[:200]))
    return url


def _name_of(url: str) -> str:
    return plain_name(urlsplit(_link(url)).path.rpartition("/")[2] or "photo")


def _uploaded(upload_id: str, home: House, caller: Caller) -> Incoming:
    from packshot.service.work import media_type_of

    with home.database.reading() as session:
        upload = session.get(tables.Upload, upload_id)
    if upload is None or upload.org_id != caller.org_id:
        raise NotFound
    data = home.depot.get(caller.org_id, upload.sha256)
    return Incoming(upload.name, upload.sha256, media_type_of(data), upload.size_bytes)


def _seconds(value: Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        raise bad(say("`wait` is no number of seconds.")) from None
    return seconds if 0 <= seconds <= 300 else None


def bad(message: Words) -> BadOption:
    return BadOption(message, say("The OpenAPI at /v1/openapi.json says what is asked for."))
