"""The body of a request: read with a cap, taken apart, checked as far as that needs no network."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from packshot.service.removebg.compose import LIMITS
from packshot.service.removebg.errors import Mistake, Refusal, bad, missing_source
from packshot.service.removebg.wish import Wish, parse

MOST_FILE = LIMITS.size_bytes
MOST_BASE64 = MOST_FILE * 4 // 3 + 1_000_000
"""Characters; the rest is for line breaks."""
MOST_BODY = MOST_BASE64 + MOST_FILE + 1_000_000
"""The photo as base64, a background as a file, and the parameters."""
MOST_FIELDS = 100
MOST_FILES = 10
"""With such that have other names and are ignored."""
MOST_LINK = 2048
SECONDS = 300.0
"""For the whole body to arrive: 22 MB over a slow line of 600 kbit/s."""
SOURCES = ("image_file", "image_file_b64", "image_url")
BACKGROUNDS = ("bg_color", "bg_image_url", "bg_image_file")


@dataclass(frozen=True, slots=True)
class Order:
    """What the client sent: a photo or its link, perhaps a background, and the wish."""

    wish: Wish
    name: str = ""
    data: bytes | None = None
    link: str = ""
    """Where `data` is None."""
    background: bytes | None = None
    background_link: str = ""


async def order_of(request: Request) -> Order:
    """Raises `Refusal`."""
    try:
        async with asyncio.timeout(SECONDS):
            return await _order(await _fields(request))
    except TimeoutError:
        raise Refusal(408, Mistake("timeout", "The image did not arrive in time")) from None
    except ClientDisconnect:
        raise bad("failed_to_read_image", "Failed to read image", "The connection was closed.") from None


async def _fields(request: Request) -> Mapping[str, object]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    stream = capped(request)
    if kind == "multipart/form-data":
        return await _multipart(request, stream)
    if kind not in READERS:
        raise missing_source()
    body = b"".join([chunk async for chunk in stream])
    # Thirty megabytes of base64 take a second to read: others wait for this loop.
    return await asyncio.to_thread(READERS[kind], body)


async def capped(request: Request) -> AsyncGenerator[bytes, None]:
    """The body's pieces; ends with 413 as soon as there are too many, at best before the first."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and len(told) < 20 and int(told) > MOST_BODY:
        raise _too_large()
    count = 0
    async for chunk in request.stream():
        count += len(chunk)
        if count > MOST_BODY:
            raise _too_large()
        yield chunk


def _too_large() -> Refusal:
    detail = f"A request has at most {MOST_BODY // 1_000_000} MB."
    return Refusal(413, Mistake("file_too_large", "File too large", detail))


async def _multipart(request: Request, stream: AsyncGenerator[bytes, None]) -> Mapping[str, object]:
    parser = MultiPartParser(
        request.headers, stream, max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_BASE64
    )
    try:
        form = await parser.parse()
    except MultiPartException as exc:
        raise bad("invalid_body", "Invalid form", exc.message) from exc
    fields = dict(form.multi_items())
    for name, value in form.multi_items():
        if isinstance(value, UploadFile) and fields[name] is not value:
            await value.close()
    return fields


def _form(body: bytes) -> Mapping[str, object]:
    try:
        return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as exc:
        raise bad("invalid_body", "Invalid form", f"A form has at most {MOST_FIELDS} fields.") from exc


def _json(body: bytes) -> Mapping[str, object]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise bad("invalid_body", "Invalid JSON", "The body is no JSON.") from exc
    if not isinstance(fields, dict):
        raise bad("invalid_body", "Invalid JSON", "The body must be an object.")
    return fields


READERS: dict[str, Callable[[bytes], Mapping[str, object]]] = {
    "application/x-www-form-urlencoded": _form,
    "application/json": _json,
}


async def _order(fields: Mapping[str, object]) -> Order:
    """The files are read last: what is wrong besides them is told without touching them."""
    try:
        sources = [name for name in SOURCES if _is_given(fields.get(name))]
        grounds = [name for name in BACKGROUNDS if _is_given(fields.get(name))]
        _only_one(sources, "multiple_sources", "Multiple image sources given")
        _only_one(grounds, "multiple_bg_sources", "Multiple background sources given")
        wish = parse(fields)
        if not sources:
            raise missing_source()
        name, data, link = await _picture(fields, sources[0], "invalid_image_url")
        if not grounds or grounds[0] == "bg_color":
            return Order(wish, name, data, link)
        _, background, background_link = await _picture(fields, grounds[0], "invalid_bg_image_url")
        return Order(wish, name, data, link, background, background_link)
    finally:
        for value in fields.values():
            if isinstance(value, UploadFile):
                await value.close()


def _is_given(value: object) -> bool:
    """A browser sends a file field that was left empty as a file without name and bytes."""
    if isinstance(value, UploadFile):
        return bool(value.size or value.filename)
    return value is not None and value != ""


def _only_one(names: list[str], code: str, title: str) -> None:
    if len(names) > 1:
        raise bad(code, title, f"Please send only one of {', '.join(names)}.")


async def _picture(fields: Mapping[str, object], field: str, code: str) -> tuple[str, bytes | None, str]:
    """Name, bytes, link."""
    value = fields[field]
    if field.endswith("_url"):
        return _name_in(str(value)), None, _link(value, field, code)
    if field.endswith("_b64"):
        return "", await asyncio.to_thread(_unpacked, value), ""
    if not isinstance(value, UploadFile):
        raise bad(
            "failed_to_read_image", "Failed to read image", f"{field} must be a file of a multipart form."
        )
    if (value.size or 0) > MOST_FILE:
        raise _file_too_large()
    return value.filename or "", await value.read(), ""


def _link(value: object, field: str, code: str) -> str:
    """Only its shape; where it leads to is asked when it is fetched."""
    link = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(link)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or len(link) > MOST_LINK or re.search(r"[\s\x00-\x1f]", link):
        raise bad(code, f"Invalid {field}", f"An http or https address of at most {MOST_LINK} characters.")
    return link


def _name_in(link: str) -> str:
    return link.partition("?")[0].rpartition("/")[2][:200]


def _unpacked(value: object) -> bytes:
    """Base64 with or without line breaks, and with or without the head of a data URI."""
    text = value if isinstance(value, str) else ""
    if text.startswith("data:"):
        text = text.partition(",")[2]
    text = re.sub(r"\s+", "", text)
    if len(text) * 3 // 4 > MOST_FILE + 3:
        raise _file_too_large()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise bad("failed_to_read_image", "Failed to read image", "image_file_b64 is no base64.") from exc


def _file_too_large() -> Refusal:
    return bad("file_too_large", "File too large", f"File exceeds limit of {MOST_FILE // 1_000_000}MB.")
