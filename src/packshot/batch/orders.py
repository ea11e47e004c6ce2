"""One photo to do, as it travels to a worker, and the worker's answer: files written, then the receipt."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from packshot.batch.names import Item
from packshot.batch.receipts import Asked, Line, Row, failed_row, files_of, own_files, row_of
from packshot.batch.store import Store
from packshot.errors import BadPhoto, PackshotError, Refused, StoreFailed
from packshot.words import say

LOOKERS = 16
"""Threads that ask a bucket what is there."""


class Work(Protocol):
    """What is done to one photo. Picklable: it travels to the workers once."""

    def names(self, item: Item) -> Mapping[str, str]:
        """The files it will make, by what they are: a variant, a layer, `trail`."""
        ...

    def identity(self, sha256: str, category: str = "") -> Mapping[str, Any]:
        """All that decides what the pictures are."""
        ...

    def make(self, item: Item, data: bytes) -> tuple[Line, Mapping[str, bytes]]:
        """What is told of the photo, and its files."""
        ...

    def at(self, quality: str) -> Work:
        """The same with more, or less, effort."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    item: Item
    asked: Asked
    own: frozenset[str] = frozenset()
    """Files that an earlier run wrote, or was about to write, for this photo: free to write over."""
    attempts: int = 0
    """Of earlier runs."""
    afresh: bool = False
    """Not even an equal result of an earlier run will do."""
    quality: str = ""
    """Where a person asked for another than the run's."""
    data: Any = field(default=b"", repr=False)
    sha256: str = ""
    size_bytes: int = 0

    def failed(self, why: Any, *, code: str, cure: Any = None, attempts: int = 1) -> Row:
        row = failed_row(self.asked, why, code=code, cure=cure, attempts=self.attempts + attempts)
        told = {"sha256": self.sha256, "size_bytes": self.size_bytes, "left": sorted(self.own)}
        return {**row, **told}


@dataclass(frozen=True, slots=True)
class Produce:
    """The work, and where its files go. What it answers: a receipt, or that the place takes nothing."""

    work: Work
    store: Store

    def __call__(self, order: Order) -> Row | StoreFailed:
        started = time.perf_counter()
        try:
            work = self.work.at(order.quality) if order.quality else self.work
            line, files = work.make(order.item, order.data)
            digests = put(self.store, files, order.own)
        except StoreFailed as error:
            return error
        except PackshotError as error:
            return order.failed(error.message, code=code_of(error), cure=error.cure)
        told = {**line, "files": digests, **_extras(self.work.names(order.item), line, files)}
        row = row_of(
            order.asked,
            told,
            sha256=order.sha256,
            size_bytes=order.size_bytes,
            attempts=order.attempts + 1,
        )
        left = sorted(order.own - set(digests))
        return {**row, "left": left, "ms": (time.perf_counter() - started) * 1000}


def code_of(error: PackshotError) -> str:
    return error.reason if isinstance(error, BadPhoto) else error.code


def _extras(names: Mapping[str, str], line: Line, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Files that are no variant: layers, and the trail."""
    made = {kind: file for kind, file in names.items() if file in files and kind not in line["outputs"]}
    trail = made.pop("trail", None)
    return {"layers": made, "trail": trail}


def free_to_write(
    store: Store, wanted: Sequence[tuple[str, Collection[str], frozenset[str]]]
) -> dict[str, list[str]]:
    """Photo, the files that it is to write, and those that are its own → the files that it may write:
    without those that are there already and not ours.

    The run after a crash writes over all that this says, so a stranger's file must not stand in it.
    """
    files = [(key, file, file in own) for key, names, own in wanted for file in names]

    def is_free(one: tuple[str, str, bool]) -> bool:
        _, file, is_own = one
        return is_own or store.stat(file) is None

    with ThreadPoolExecutor(1 if store.is_local else LOOKERS) as pool:
        free = list(pool.map(is_free, files))
    found: dict[str, list[str]] = {key: [] for key, _, _ in wanted}
    for (key, file, _), ours in zip(files, free, strict=True):
        found[key] += [file] if ours else []
    return found


def put(store: Store, files: Mapping[str, bytes], own: frozenset[str]) -> dict[str, str]:
    """Each whole or not at all. What is there already and equal is left alone, what is foreign always."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    for name, data in files.items():
        try:
            store.write(name, data, fresh=name not in own)
        except FileExistsError:
            if _digest(store, name) != digests[name]:
                raise foreign(store, name) from None
    return digests


def _digest(store: Store, name: str) -> str:
    try:
        return hashlib.sha256(store.read(name)).hexdigest()
    except IsADirectoryError:
        return ""


def foreign(store: Store, name: str) -> Refused:
    return Refused(
        say("{file} is there already and packshot did not write it.", file=store.place_of(name)),
        say("Move it, or choose another folder."),
    )


def twin_of(order: Order, row: Row, work: Work, store: Store) -> Row:
    """The same bytes were done before: its files are copied under this photo's names."""
    names = work.names(order.item)
    outputs = [one for one in row["outputs"] or () if one.get("made_by") is None]
    copies = {one["file"]: names[one["variant"]] for one in outputs}
    copies |= {one["file"]: names[one["layer"]] for one in row["layers"] or ()}
    if row["trail"]:
        copies[row["trail"]] = names["trail"]
    digests = dict(files_of(row))
    try:
        for file, name in copies.items():
            _copy(store, file, name, digests.get(file), order.own)
    except Refused as error:
        return order.failed(error.message, code=error.code, cure=error.cure)
    return {
        **row,
        **_of_the_photo(order, row),
        "done_at": datetime.now(UTC),
        "attempts": order.attempts,
        "outputs": [{**one, "file": copies[one["file"]]} for one in outputs],
        "layers": [{**one, "file": copies[one["file"]]} for one in row["layers"] or ()],
        "trail": copies.get(row["trail"]),
        "left": sorted(order.own - set(copies.values())),
        "ms": 0.0,
        "stages": [],
        "same_as": row["same_as"] or row["key"],
        "decision": None,
    }


def touched(order: Order, row: Row) -> Row:
    """Its own receipt of an earlier run: only what the source says of it is another."""
    return {**row, **_of_the_photo(order, row), "left": sorted((own_files(row) | order.own) - _results(row))}


OF_THE_PHOTO = (
    *("key", "stamp", "where", "sku", "place", "title", "shelf", "category", "category_confidence"),
    *("folder", "name", "identity", "run", "size_bytes"),
)


def _of_the_photo(order: Order, row: Row) -> Row:
    told = row_of(
        order.asked, {"status": row["status"]}, sha256=order.sha256, size_bytes=order.size_bytes, attempts=0
    )
    return {column: told[column] for column in OF_THE_PHOTO}


def _results(row: Row) -> frozenset[str]:
    return own_files({**row, "left": []})


def _copy(store: Store, file: str, name: str, sha256: str | None, own: frozenset[str]) -> None:
    """Raises FileNotFoundError where the file is not what its receipt says, and `Refused` as `put` does."""
    if store.is_local:
        data = store.read(file)
        if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
            raise FileNotFoundError(file)
        put(store, {name: data}, own)
    elif name in own or store.stat(name) is None:  # a bucket copies by itself
        store.copy(file, name)
    elif store.read(name) != store.read(file):
        raise foreign(store, name)


def with_bytes(order: Order, data: Any, sha256: str, size_bytes: int) -> Order:
    return replace(order, data=data, sha256=sha256, size_bytes=size_bytes)
