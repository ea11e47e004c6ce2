"""A backup is one TAR: what made it, the database, the secret, and every picture. The service may run.

The database goes in first: a picture that comes meanwhile is one too many, never one too few. PostgreSQL has
better tools of its own; beside them the TAR holds the pictures.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

from sqlalchemy import make_url

from packshot.errors import BadSource, Refused
from packshot.service.depot import Depot
from packshot.service.ids import is_id
from packshot.service.settings import Settings
from packshot.service.tables import HASH, now
from packshot.words import say

HEAD, DATABASE, SECRET, PICTURES = "packshot-backup.json", "packshot.db", "secret", "pictures/"
END = "packshot-backup-end"
"""A TAR that was cut off between two members looks like a whole one: ours says itself where it ends."""
FORMAT = 1
MOST_HEAD = 10_000


@dataclass(frozen=True, slots=True)
class Saved:
    pictures: int
    size_bytes: int
    with_database: bool


# ---- backup ------------------------------------------------------------------------------------------------


def backup(settings: Settings, path: Path) -> Saved:
    """Written beside and renamed: what bears the name is whole."""
    database = sqlite_path(settings)
    if database is not None and not database.exists():
        raise BadSource(
            say("There is no database in {folder}.", folder=str(database.parent)),
            say("Say with --data, or PACKSHOT_DATA, where the service keeps it."),
        )
    with _fresh(path) as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, HEAD, _head(settings))
        if database is not None:
            _add_database(archive, database, path.parent)
        if (secret := settings.data / SECRET).exists():
            _add(archive, SECRET, secret.read_bytes())
        count, size = _add_pictures(archive, Depot.of(settings))
        _add(archive, END, b"")
    return Saved(count, size, database is not None)


def sqlite_path(settings: Settings) -> Path | None:
    url = make_url(settings.database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _head(settings: Settings) -> bytes:
    told = {
        "format": FORMAT,
        "packshot": version("packshot"),
        "made_at": now().isoformat(),
        "database": "sqlite" if sqlite_path(settings) else "postgresql",
    }
    return json.dumps(told).encode()


def _add_database(archive: tarfile.TarFile, database: Path, room: Path) -> None:
    """A copy as of one moment, whoever writes meanwhile; beside the TAR, where there is room for it."""
    with tempfile.TemporaryDirectory(prefix=".packshot-", dir=room) as folder:
        copy = Path(folder) / DATABASE
        with closing(sqlite3.connect(database)) as opened:
            opened.execute("VACUUM INTO ?", (str(copy),))
        archive.add(copy, DATABASE)


def _add_pictures(archive: tarfile.TarFile, depot: Depot) -> tuple[int, int]:
    """Without the small ones: they are made again when somebody looks."""
    count = size = 0
    for stored in depot.store.list():
        if not _is_picture(stored.name):
            continue
        try:
            with depot.store.open(stored.name) as content:
                _put(archive, PICTURES + stored.name, content, stored.size)
        except FileNotFoundError:  # deleted since
            continue
        count, size = count + 1, size + stored.size
    return count, size


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    _put(archive, name, io.BytesIO(data), len(data))


def _put(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    told = tarfile.TarInfo(name)
    told.size, told.mode, told.mtime = size, 0o600, int(now().timestamp())
    archive.addfile(told, content)


@contextmanager
def _fresh(path: Path) -> Iterator[IO[bytes]]:
    if path.exists():
        raise Refused(say("{file} is there already.", file=str(path)), say("Choose another name."))
    half = path.with_name(f".{path.name}.part")
    try:
        # Passwords' hashes and the secret are in it: for nobody but who made it.
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
    except OSError as exc:
        raise Refused(
            say("{file} cannot be written: {why}.", file=str(path), why=exc.strerror or str(exc)),
            say("Make room, or choose another folder."),
        ) from exc
    finally:
        half.unlink(missing_ok=True)


# ---- restore -----------------------------------------------------------------------------------------------


def restore(settings: Settings, path: Path) -> Saved:
    """Into an empty place only. The database comes to its name last: a restore that broke off is none."""
    database, depot = sqlite_path(settings), Depot.of(settings)
    _must_be_empty(settings, database, depot)
    settings.data.mkdir(parents=True, exist_ok=True)
    half = settings.data / f".{DATABASE}.part"
    put: list[str] = []
    try:
        with _opened(path) as archive:
            _must_fit(archive, database)
            size = _unpack(archive, settings, depot, half, put)
        if database is not None:
            _must_be_whole(half)
            database.parent.mkdir(parents=True, exist_ok=True)
            half.rename(database)
    except BaseException as exc:
        for name in put:
            depot.store.delete(name)
        if isinstance(exc, tarfile.TarError):
            raise _damaged(str(exc)) from exc
        raise
    finally:
        half.unlink(missing_ok=True)
    return Saved(len(put), size, database is not None)


def _unpack(archive: tarfile.TarFile, settings: Settings, depot: Depot, half: Path, put: list[str]) -> int:
    """`put` grows by each picture; the bytes of all of them."""
    size, last = 0, ""
    for member in archive:
        last = member.name
        if member.name in (HEAD, END) or not member.isfile():
            continue
        content = archive.extractfile(member)
        assert content is not None
        if member.name == DATABASE:
            with half.open("wb") as file:
                shutil.copyfileobj(content, file)
        elif member.name == SECRET:
            _put_secret(settings, content.read(MOST_HEAD))
        elif member.name.startswith(PICTURES):
            name = member.name.removeprefix(PICTURES)
            if not _is_picture(name):
                raise _damaged(name[:200])
            put.append(name)
            _take(depot, name, content)
            size += member.size
    if last != END:
        raise _damaged(str(archive.name))
    return size


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        archive = tarfile.open(path, "r|*")  # noqa: SIM115 – closed below
    except (OSError, tarfile.TarError) as exc:
        raise BadSource(
            say("{file} cannot be read: {why}.", file=str(path), why=str(exc)),
            say("Give a file that packshot backup made."),
        ) from exc
    with archive:
        yield archive


def _must_be_empty(settings: Settings, database: Path | None, depot: Depot) -> None:
    holds = next(iter(depot.store.list()), None) is not None
    if holds or (database is not None and database.exists()):
        raise Refused(
            say("{folder} holds data already.", folder=str(settings.data)),
            say("Restore into an empty folder: --data DIR, or PACKSHOT_DATA."),
        )


def _must_fit(archive: tarfile.TarFile, database: Path | None) -> None:
    head = archive.next()
    content = archive.extractfile(head) if head is not None and head.name == HEAD else None
    try:
        told = json.loads(content.read(MOST_HEAD)) if content else {}
        form, kind = told.get("format"), told.get("database")
    except (ValueError, AttributeError):
        form = kind = None
    if form != FORMAT:
        raise BadSource(say("This is no backup of packshot."), say("Give a file that packshot backup made."))
    if (kind == "sqlite") != (database is not None):
        raise Refused(
            say("The backup is of a service with {there}; this one has another database.", there=str(kind)),
            say("Set PACKSHOT_DATABASE as it was when the backup was made."),
        )


def _take(depot: Depot, name: str, content: IO[bytes]) -> None:
    """Its name says what it has to contain. By the disk, for a ZIP that somebody sent may be large."""
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(content, copy)
        copy.seek(0)
        if hashlib.file_digest(copy, "sha256").hexdigest() != name.rpartition("/")[2]:
            raise _damaged(name)
        depot.put_file(name.partition("/")[0], copy)


def _put_secret(settings: Settings, secret: bytes) -> None:
    file = settings.data / SECRET
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        written.write(secret)


def _must_be_whole(half: Path) -> None:
    if not half.exists():
        raise _damaged(DATABASE)
    try:
        with closing(sqlite3.connect(half)) as opened:
            (told,) = opened.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as exc:
        raise _damaged(DATABASE) from exc
    if told != "ok":
        raise _damaged(DATABASE)


def _is_picture(name: str) -> bool:
    """`organisation/ab/abcd…`: nothing in a backup can name another place."""
    org_id, *parts = name.split("/")
    return (
        is_id(org_id)
        and len(parts) == 2
        and len(parts[1]) == HASH
        and set(parts[1]) <= set("0123456789abcdef")
        and parts[0] == parts[1][:2]
    )


def _damaged(what: str) -> BadSource:
    return BadSource(
        say("The backup is damaged: {what}.", what=what),
        say("Nothing was put in its place; take another copy of it."),
    )
