"""A source, a work and places that fail, for tests of whole runs; workers and subprocesses import them."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from packshot.batch.job import Job, rows_that_hold
from packshot.batch.listing.listed import Listed
from packshot.batch.names import Item
from packshot.batch.origins import FileOrigin
from packshot.batch.receipts import Row, files_of
from packshot.batch.shelf import HOUSE
from packshot.batch.sources import Skipped
from packshot.batch.store import Store

Value = TypeVar("Value")


class Photos:
    """Every file of a folder, in the order of keys."""

    name = "drawn"

    def __init__(self, top: Path) -> None:
        self.top, self.skipped = top, Skipped()

    def __iter__(self) -> Iterator[Listed]:
        for path in sorted(self.top.rglob("*")):
            if not path.is_dir():
                yield self._listed(path)

    def _listed(self, path: Path) -> Listed:
        told = path.stat()
        key = written(path.relative_to(self.top).as_posix())
        folder, _, name = key.rpartition("/")
        return Listed(key, FileOrigin(path), name, folder, f"{told.st_size}:{told.st_mtime_ns}")


def written(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True)
class Mirror:
    """Two pictures of a photo: its bytes, and its bytes turned round. What it says can make it break."""

    notes: Path | None = None
    """A folder where each photo's file grows by a letter whenever it is worked."""
    options: str = ""
    pause: float = 0.0
    layers: tuple[str, ...] = ()
    suffix: str = "txt"

    def names(self, item: Item) -> dict[str, str]:
        made = {"light": "_main_light", "dark": "_main_dark"}
        made |= {layer: f"_layer_{layer}" for layer in self.layers}
        at = f"{item.folder}/{item.sku}".lstrip("/")
        return {what: f"{at}{end}.{self.suffix}" for what, end in made.items()}

    def identity(self, sha256: str, category: str = "") -> dict[str, Any]:
        return {"photo_sha256": sha256, "options": self.options, "category": category}

    def at(self, quality: str) -> Mirror:
        return self

    def make(self, item: Item, data: bytes) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
        worked = self._note(item)
        time.sleep(self.pause)
        break_by(data, worked)
        if data.startswith(b"bad"):
            why = {"en": "no photo", "ru": "не фото"}
            return {"status": "failed", "reasons": [why], "outputs": {}}, {}
        if data.startswith(b"doubt"):
            return {"status": "review", "reasons": [], "outputs": {}}, {}
        names = self.names(item)
        files = {names["light"]: data + self.options.encode(), names["dark"]: data[::-1]}
        files |= {names[layer]: layer.encode() + data for layer in self.layers}
        told = {"light": files[names["light"]], "dark": files[names["dark"]]}
        outputs = {what: self._told(names[what], made) for what, made in told.items()}
        return {"status": "fixed", "reasons": [], "outputs": outputs, "seconds": {"look": 0.001}}, files

    def _told(self, file: str, made: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(made).hexdigest()
        return {"file": file, "sha256": digest, "size_bytes": len(made), "width": 4, "height": 4}

    def _note(self, item: Item) -> int:
        """How often it was worked before."""
        if self.notes is None:
            return 0
        note = self.notes / hashlib.sha256(item.key.encode()).hexdigest()[:20]
        with note.open("ab") as file:
            file.write(b".")
            return file.tell() - 1


def break_by(data: bytes, worked: int) -> None:
    if data.startswith(b"bug"):
        raise ZeroDivisionError("a bug of ours")
    if data.startswith(b"die") and not (data.startswith(b"die once") and worked):
        os._exit(9)
    if data.startswith(b"stick"):
        time.sleep(600)
    if data.startswith(b"swell"):
        hoard = bytearray(300_000_000)
        hoard[::4096] = b"x" * len(hoard[::4096])
        time.sleep(600)


# ---- places that fail --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flaky(Store):
    """Fails so often; half the time after the deed is done, as networks do."""

    share: float = 0.1

    def _try(self, act: Callable[[], Value], failed: Any = None) -> Value:
        def shaky() -> Value:
            drawn = random.random()
            if drawn < self.share / 2:
                raise OSError(errno.EIO, "a cable was pulled")
            answer = act()
            if drawn > 1 - self.share / 2:
                if hasattr(answer, "close"):
                    answer.close()
                raise TimeoutError("the answer was lost")
            return answer

        return super()._try(shaky, failed)


@dataclass(frozen=True)
class Small(Store):
    """A disk with so much room."""

    room: int = 0

    def _write(self, name: str, data: bytes, fresh: bool) -> None:
        used = sum(path.stat().st_size for path in self.path.rglob("*") if path.is_file())
        if used + len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        super()._write(name, data, fresh)


# ---- what became of a run ----------------------------------------------------------------------------------


def receipts(out: Path) -> dict[str, Row]:
    """One a photo, or it is an error."""
    rows = list(rows_that_hold(Store.at(out)))
    told = {row["key"]: row for row in rows}
    assert len(told) == len(rows)
    return told


def pictures(out: Path) -> dict[str, bytes]:
    """All that lies in the place of results beside our own house, hidden files too."""
    inside = (path for path in sorted(out.rglob("*")) if path.is_file())
    named = ((path.relative_to(out).as_posix(), path) for path in inside)
    return {name: path.read_bytes() for name, path in named if not name.startswith(HOUSE)}


def left_behind(out: Path) -> list[str]:
    """Half files and lists of open shards."""
    house = out / HOUSE
    return [path.name for part in ("open", "tmp") for path in (house / part).glob("*")]


def accounted(job: Job, out: Path) -> dict[str, Row]:
    """Nothing lost, nothing twice, nothing that is not told: the promise of a run that came to its end."""
    told, there = receipts(out), pictures(out)
    assert sorted(told) == [photo.key for photo in sorted(job.source, key=lambda photo: photo.key)]
    spoken = {file: digest for row in told.values() for file, digest in files_of(row)}
    assert sum(len(list(files_of(row))) for row in told.values()) == len(spoken)
    assert spoken == {name: hashlib.sha256(data).hexdigest() for name, data in there.items()}
    assert left_behind(out) == []
    return told
