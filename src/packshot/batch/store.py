"""A place for files: a folder or a bucket, by one door. Files are there as a whole or not at all.

Every name is below the place, with `/`. What fails for a moment is tried again; what fails for good is told
as what it is: no space, no permission, no such bucket. No photo is to blame for it, so it ends the run.
"""

from __future__ import annotations

import errno
import json
import os
import random
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from stat import S_ISDIR
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

from packshot.errors import BadSource, Refused, StoreFailed
from packshot.image.files import write_whole
from packshot.words import Words, say, verbatim

Value = TypeVar("Value")
Failures = list[Exception]

ATTEMPTS = 6
STEP = 1 << 20
FIRST_PAUSE = 0.05
"""Seconds; doubled at each further attempt, so that all together wait about three seconds."""
LASTING = frozenset({errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EROFS})
HOUSE = "_packshot"
"""All that is not a picture lies below it."""
HALVES = f"{HOUSE}/tmp"
"""Where files lie until their last byte is written; what a hard stop left there is swept out."""
HALF = ".part"
"""How they are called there; what bears such a name elsewhere is no file either."""
WHOLE_BY_THEMSELVES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "memory"})
"""Object stores show an object when its last byte has come; elsewhere we write beside and rename."""
S3_CONFIG = {
    "retries": {"max_attempts": 4, "mode": "standard"},
    # Amazon's library adds checksums that many stores which are like S3, and are not it, don't know.
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
DENIALS = (
    "NoCredentials",
    "PartialCredentials",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AccessDenied",
)
"""As clouds name them, wherever they say it."""


@dataclass(frozen=True, slots=True)
class Stored:
    name: str
    size: int
    stamp: str
    """Its etag, or size and time."""
    written_at: float = field(default=0.0, compare=False)
    """Seconds since 1970; 0 where the place does not say."""


@dataclass(frozen=True)
class Store:
    """`url` is a path or any address that fsspec knows. Small and picklable: each process opens its own."""

    url: str
    options: tuple[tuple[str, Any], ...] = field(default=(), repr=False, hash=False)
    """For fsspec, as `endpoint_url`. Secrets come from the environment, never from here."""

    @staticmethod
    def at(place: str | Path, options: Mapping[str, Any] | None = None) -> Store:
        text = str(place)
        if "://" not in text or text.startswith("file://"):
            return Store(str(Path(text.removeprefix("file://")).expanduser().absolute()))
        return Store(text.rstrip("/"), tuple(sorted((options or {}).items())))

    @property
    def is_local(self) -> bool:
        return "://" not in self.url

    @property
    def path(self) -> Path:
        """Of a local one."""
        return Path(self.url)

    def below(self, name: str) -> Store:
        return Store(f"{self.url}/{name}", self.options)

    def place_of(self, name: str) -> str:
        """As people write it."""
        return f"{self.url}/{name}"

    # ---- reading -------------------------------------------------------------------------------------------

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError where there is none."""
        if self.is_local:
            return self._try(lambda: (self.path / name).read_bytes())
        return self._try(lambda: bytes(self._fs.cat_file(self._at(name))))

    def read_piece(self, name: str, start: int, stop: int) -> bytes:
        """Some bytes of a large file, which must reach beyond `start`."""
        if self.is_local:
            return self._try(lambda: _piece(self.path / name, start, stop))
        return self._try(lambda: bytes(self._fs.cat_file(self._at(name), start=start, end=stop)))

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """To read pieces of a large file."""
        opened: IO[bytes] = self._try(
            lambda: (self.path / name).open("rb") if self.is_local else self._fs.open(self._at(name), "rb")
        )
        with opened:
            yield opened

    def stat(self, name: str) -> Stored | None:
        """None where there is no such file; a folder is none."""
        try:
            if self.is_local:
                told = self._try(lambda: _looked_up(self.path / name))
                return None if S_ISDIR(told.st_mode) else _of_stat(name, told)
            info = self._try(lambda: self._fs.info(self._at(name)))
            return None if info.get("type") == "directory" else _of_info(name, info)
        except FileNotFoundError:
            return None

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Every whole file below the prefix, page by page, in the order of names where the place has one."""
        if self.is_local:
            yield from self._list_folder(self.path / prefix)
            return
        for info in _pages(self._fs, self._at(prefix), self._try):
            name = self._below(info["name"])
            if name is not None and not name.endswith(HALF):
                yield _of_info(name, info)

    def _list_folder(self, top: Path) -> Iterator[Stored]:
        for folder, folders, files in os.walk(top, onerror=self._told_of_folder):
            folders.sort()
            for file in sorted(files):
                path = Path(folder, file)
                with suppress(FileNotFoundError):  # it went while we walked
                    if not file.endswith(HALF):
                        yield _of_stat(path.relative_to(self.path).as_posix(), path.stat())

    def _told_of_folder(self, exc: OSError) -> None:
        """A folder that cannot be listed hides files: who goes on without them loses them."""
        if not isinstance(exc, FileNotFoundError):
            raise StoreFailed(*self._told(exc)) from exc

    # ---- writing -------------------------------------------------------------------------------------------

    def write(self, name: str, data: bytes, *, fresh: bool = False) -> None:
        """`fresh`: raises FileExistsError where there is one already."""
        failed: Failures = []
        try:
            self._try(lambda: self._write(name, data, fresh), failed)
        except FileExistsError:
            # An attempt whose answer was lost on the way may have written it: then the file is ours.
            if not failed or self.read(name) != data:
                raise
        except FileNotFoundError as exc:  # the whole place went, or never was
            raise StoreFailed(*self._told(exc)) from exc
        except OSError as exc:
            raise self._cannot_be(name, exc) from exc

    def _write(self, name: str, data: bytes, fresh: bool) -> None:
        if self.is_local:
            path = self.path / name
            halves = self.path / HALVES
            for folder in (path.parent, halves):
                _make_folder(folder)
            try:
                _write_local(path, data, fresh, halves)
            except OSError as exc:
                if exc.errno != errno.EXDEV:
                    raise
                _write_local(path, data, fresh, path.parent)  # its folder lies on another disk
        elif self._protocol in WHOLE_BY_THEMSELVES:
            self._put(name, data, fresh)
        else:
            if fresh and self._fs.exists(self._at(name)):
                raise FileExistsError(errno.EEXIST, "is there already", name)
            beside = self._at(f"{HALVES}/{secrets.token_hex(8)}{HALF}")
            self._fs.makedirs(beside.rpartition("/")[0], exist_ok=True)
            self._fs.makedirs(self._at(name).rpartition("/")[0], exist_ok=True)
            try:
                self._fs.pipe_file(beside, data)
                self._fs.mv(beside, self._at(name))
            except BaseException:
                with suppress(Exception):  # the first failure is the one to tell
                    self._fs.rm_file(beside)
                raise

    def _put(self, name: str, data: bytes, fresh: bool) -> None:
        how: dict[str, Any] = {"mode": "create"} if fresh else {}
        if self._protocol in ("s3", "s3a") and (kind := _content_type(name)):
            how["ContentType"] = kind  # without it marketplaces are given a nameless stream
        self._fs.pipe_file(self._at(name), data, **how)

    def write_from(self, name: str, stream: IO[bytes]) -> None:
        """What is too large for the memory; read from where the stream stands now."""
        begin = stream.tell()

        def attempt() -> None:
            stream.seek(begin)
            if not self.is_local:
                with self._fs.open(self._at(name), "wb") as written:
                    shutil.copyfileobj(stream, written, STEP)
                return
            beside = self.path / HALVES / f".{secrets.token_hex(8)}{HALF}"
            for folder in (beside.parent, (self.path / name).parent):
                _make_folder(folder)
            try:
                with beside.open("wb") as written:
                    shutil.copyfileobj(stream, written, STEP)
                    written.flush()
                    os.fsync(written.fileno())
                beside.replace(self.path / name)
            finally:
                beside.unlink(missing_ok=True)

        self._try(attempt)

    def copy(self, name: str, to: str) -> None:
        """Within the place: a bucket does it by itself."""
        if self.is_local:
            self.write(to, self.read(name))
        else:
            self._try(lambda: self._fs.cp_file(self._at(name), self._at(to)))

    def delete(self, name: str) -> None:
        """No matter whether it was there."""
        with suppress(FileNotFoundError):
            if self.is_local:
                self._try(lambda: (self.path / name).unlink(missing_ok=True))
            else:
                self._try(lambda: self._fs.rm_file(self._at(name)))

    def sweep(self) -> None:
        """Half files that a hard stop left. Only for who knows that nobody else writes here."""
        if self.is_local:
            for half in (self.path / HALVES).glob(f"*{HALF}"):
                half.unlink(missing_ok=True)

    def settle(self, names: Iterator[str]) -> None:
        """After it, not even a power cut makes these files vanish: a renamed file's folder is written too,
        and so are those that lead to it."""
        if not self.is_local or os.name != "posix":
            return
        folders = {folder for name in names for folder in PurePosixPath(name).parents}
        for folder in (self.path / one for one in folders):
            with suppress(OSError):
                handle = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)

    # ---- how it fails --------------------------------------------------------------------------------------

    def _try(self, act: Callable[[], Value], failed: Failures | None = None) -> Value:
        """The one place that knows how stores fail. What is only of this name is the caller's to hear: a file
        is missing, is there already, is a folder.

        `failed` gathers what attempts before the last one met.
        """
        pause = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return act()
            except Exception as exc:
                if not _is_a_stores(exc) or _is_of_a_name(exc):
                    raise
                if _lasts(exc) or attempt == ATTEMPTS:
                    raise StoreFailed(*self._told(exc)) from exc
                if failed is not None:
                    failed.append(exc)
                time.sleep(pause * random.uniform(0.5, 1.5))
                pause *= 2
        raise AssertionError

    def _cannot_be(self, name: str, exc: OSError) -> Refused:
        """Of a name, not of the place: it costs one photo."""
        return Refused(
            say("{file} cannot be written: {why}.", file=self.place_of(name), why=_why(exc)),
            say("Give the photo, or its folder, another name."),
        )

    def _told(self, exc: BaseException) -> tuple[Words, Words]:
        place = self.url
        if isinstance(exc, OSError) and exc.errno in (errno.ENOSPC, errno.EDQUOT):
            return (
                say("There is no space left in {place}.", place=place),
                say("Make room and give the same command again: it goes on from here."),
            )
        if _denied(exc):
            return (
                say("{place} refuses us: {why}.", place=place, why=_why(exc)),
                say("Check the keys (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) and what they are allowed."),
            )
        return (
            say("{place} does not answer as it should: {why}.", place=place, why=_why(exc)),
            say("Check the address and the network, then give the same command again: it goes on from here."),
        )

    # ---- fsspec --------------------------------------------------------------------------------------------

    @property
    def _protocol(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def _fs(self) -> Any:
        return _filesystem(self.url, self.options)

    def _at(self, name: str) -> str:
        root = str(self._fs._strip_protocol(self.url)).rstrip("/")
        return f"{root}/{name}" if name else root

    def _below(self, path: str) -> str | None:
        """None for what only begins with the same letters."""
        root = self._at("").strip("/")
        path = path.strip("/")
        return path[len(root) + 1 :] if path.startswith(f"{root}/") else None


def _filesystem(url: str, options: tuple[tuple[str, Any], ...]) -> Any:
    # As text, for what has parts of its own (client_kwargs) cannot be looked up by.
    return _opened(urlsplit(url).scheme, json.dumps(dict(options)), os.getpid())


@lru_cache(maxsize=16)
def _opened(protocol: str, options: str, _process: int) -> Any:
    import fsspec

    given = json.loads(options)
    if protocol in ("s3", "s3a"):
        given.setdefault("use_listings_cache", False)  # we and others write while it would remember
        given.setdefault("config_kwargs", S3_CONFIG)
    try:
        return fsspec.filesystem(protocol, **given)
    except (ImportError, ValueError) as exc:
        raise BadSource(
            say("{protocol}:// needs more than is installed: {why}.", protocol=protocol, why=_why(exc)),
            say('For S3 and what is like it: pip install "packshot[batch]".'),
        ) from exc


def _pages(fs: Any, root: str, attempt: Callable[[Callable[[], Any]], Any]) -> Iterator[Mapping[str, Any]]:
    """A page at a time: a bucket of millions must not be held in memory as one list."""
    if hasattr(fs, "call_s3"):
        bucket, _, prefix = root.partition("/")
        asked: dict[str, Any] = {"Bucket": bucket, "Prefix": f"{prefix}/" if prefix else ""}
        while True:
            page = attempt(lambda: fs.call_s3("list_objects_v2", **asked))
            for one in page.get("Contents", ()):
                if not one["Key"].endswith("/"):
                    yield {**one, "name": f"{bucket}/{one['Key']}", "size": one["Size"]}
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            found = attempt(partial(fs.ls, folder, detail=True))
        except FileNotFoundError:
            continue
        found = sorted(found, key=lambda one: str(one["name"]))
        yield from (one for one in found if one["type"] == "file")
        waiting += [one["name"] for one in reversed(found) if one["type"] == "directory"]


def _looked_up(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except NotADirectoryError as exc:  # nothing lies below a file
        raise FileNotFoundError(errno.ENOENT, "is not there", str(path)) from exc


def _piece(path: Path, start: int, stop: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(stop - start)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as exc:  # a file is in its place
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from exc


def _write_local(path: Path, data: bytes, fresh: bool, halves: Path) -> None:
    """A link, unlike a rename, never replaces: of two who write at once only one succeeds."""
    if not fresh:
        write_whole(path, data, by_way_of=halves)
        return
    if path.exists():
        raise FileExistsError(errno.EEXIST, "is there already", str(path))
    beside = halves / f".{secrets.token_hex(8)}{HALF}"
    write_whole(beside, data)
    try:
        os.link(beside, path)
    except OSError as exc:
        if exc.errno in (errno.EEXIST, errno.EXDEV):
            raise
        beside.replace(path)  # a disk without links
    finally:
        beside.unlink(missing_ok=True)


def _of_stat(name: str, told: os.stat_result) -> Stored:
    return Stored(name, told.st_size, f"{told.st_size}:{told.st_mtime_ns}", told.st_mtime)


def _of_info(name: str, info: Mapping[str, Any]) -> Stored:
    size = int(info.get("size") or 0)
    etag = str(info.get("ETag") or info.get("etag") or "").strip('"')
    moved = info.get("LastModified") or info.get("mtime") or info.get("created") or ""
    if isinstance(moved, datetime):  # some places say it so in a listing, and as a number of one file
        moved = moved.timestamp()
    return Stored(name, size, etag or f"{size}:{moved}", moved if isinstance(moved, float) else 0.0)


def _content_type(name: str) -> str:
    return CONTENT_TYPES.get(name.rpartition(".")[2].lower(), "")


def _is_a_stores(exc: Exception) -> bool:
    """An error of the place, not a bug of ours: the system's, a network's, or of a library of a cloud."""
    return isinstance(exc, (OSError, TimeoutError)) or type(exc).__module__.partition(".")[0] in (
        *("botocore", "aiobotocore", "s3fs", "aiohttp", "gcsfs", "google", "adlfs", "azure", "paramiko"),
        "fsspec",
    )


def _is_of_a_name(exc: Exception) -> bool:
    if isinstance(exc, (FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError)):
        return True
    return isinstance(exc, OSError) and exc.errno == errno.ENAMETOOLONG


def _lasts(exc: Exception) -> bool:
    return _denied(exc) or (isinstance(exc, OSError) and exc.errno in LASTING)


def _denied(exc: BaseException) -> bool:
    told = f"{type(exc).__name__} {exc}"
    return isinstance(exc, PermissionError) or any(sign in told for sign in DENIALS)


def _why(exc: BaseException) -> Words:
    text = (isinstance(exc, OSError) and exc.strerror) or str(exc) or type(exc).__name__
    return verbatim(text.strip().splitlines()[0][:300].rstrip("."))
