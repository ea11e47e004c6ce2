"""Many results as one ZIP, made while it is sent: neither the disk nor the memory holds it whole."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator

from packshot.errors import PackshotError
from packshot.service import photos, tables
from packshot.service.database import Database
from packshot.service.depot import Depot
from packshot.service.photos import HIDDEN, Filter

LAYERS = ("mask", "shadow")
DATE = (1980, 1, 1, 0, 0, 0)
"""The same results give the same ZIP."""
PAGE = 100


class _Sent(io.RawIOBase):
    """What the ZIP's writer wrote since it was last emptied; it cannot be searched back into."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._parts.append(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def zip_of(
    database: Database, depot: Depot, org_id: str, asked: Filter, *, everything: bool = False
) -> Iterator[bytes]:
    """Variants and cut-outs with `report.jsonl`; `everything`: originals, layers and stages, too."""
    return streamed(_members(database, depot, org_id, asked, everything=everything))


def streamed(members: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """A ZIP of files by name, one in memory at a time."""
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, DATE), data)
            yield sent.take()
    yield sent.take()


def _members(
    database: Database, depot: Depot, org_id: str, asked: Filter, *, everything: bool
) -> Iterator[tuple[str, bytes]]:
    lines: list[str] = []
    taken: set[str] = set()
    for photo, files in all_of(database, org_id, asked):
        told = {"id": photo.id, "name": photo.name, "outcome": photo.outcome, **photo.told}
        lines.append(json.dumps(told, ensure_ascii=False))
        for one in files:
            if not _wanted(one, everything=everything):
                continue
            try:
                data = depot.get(org_id, one.sha256)
            except (FileNotFoundError, PackshotError):  # the report tells of it; the others still come
                continue
            yield _free(one, photo, taken), data
    yield "report.jsonl", ("\n".join(lines) + "\n").encode()


def all_of(
    database: Database, org_id: str, asked: Filter
) -> Iterator[tuple[tables.Photo, list[tables.File]]]:
    """Page by page: a history may be long."""
    after = ""
    while True:
        with database.reading() as session:
            query = photos.wanted(org_id, asked).order_by(tables.Photo.id.desc()).limit(PAGE)
            rows = list(session.scalars(query.where(tables.Photo.id < after) if after else query))
            files = photos.files_of(session, [row.id for row in rows])
        for row in rows:
            yield row, files[row.id]
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _wanted(one: tables.File, *, everything: bool) -> bool:
    if one.role in HIDDEN:
        return False
    return everything or not (one.role in (*LAYERS, "original") or one.role.startswith("stage-"))


def _free(one: tables.File, photo: tables.Photo, taken: set[str]) -> str:
    """Names may meet; no two members may."""
    name = one.name or f"{photo.id}_{one.role}"
    if one.role == "original":
        name = f"original_{name}"
    if name.lower() in taken:
        name = f"{photo.id}_{name}"
    taken.add(name.lower())
    return name
