"""One photo to do, as it travels to a worker, and the worker's answer: files written, then the receipt."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from packshot.batch.names import Item
from packshot.batch.receipts import Asked, Line, Row, failed_row, row_of
from packshot.batch.store import Store
from packshot.errors import EngineFailed, Refused, StoreFailed, WeightsMissing
from packshot.words import say


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
    data: Any = field(default=b"", repr=False)
    sha256: str = ""
    size_bytes: int = 0

    def failed(self, why: Any, *, code: str, cure: Any = None, attempts: int = 1) -> Row:
        row = failed_row(self.asked, why, code=code, cure=cure, attempts=self.attempts + attempts)
        return {**row, "sha256": self.sha256, "size_bytes": self.size_bytes}


@dataclass(frozen=True, slots=True)
class Produce:
    """The work, and where its files go. What it answers: a receipt, or that the place takes nothing."""

    work: Work
    store: Store

    def __call__(self, order: Order) -> Row | StoreFailed:
        started = time.perf_counter()
        try:
            line, files = self.work.make(order.item, order.data)
            digests = put(self.store, files, order.own)
        except StoreFailed as error:
            return error
        except (EngineFailed, WeightsMissing, Refused) as error:
            return order.failed(error.message, code=error.code, cure=error.cure)
        told = {**line, "files": digests, **_extras(self.work.names(order.item), line, files)}
        row = row_of(
            order.asked,
            told,
            sha256=order.sha256,
            size_bytes=order.size_bytes,
            attempts=order.attempts + 1,
        )
        return {**row, "ms": (time.perf_counter() - started) * 1000}


def _extras(names: Mapping[str, str], line: Line, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Files that are no variant: layers, and the trail."""
    made = {kind: file for kind, file in names.items() if file in files and kind not in line["outputs"]}
    trail = made.pop("trail", None)
    return {"layers": made, "trail": trail}


def put(store: Store, files: Mapping[str, bytes], own: frozenset[str]) -> dict[str, str]:
    """Each whole or not at all. What is there already and equal is left alone, what is foreign always."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    for name, data in files.items():
        try:
            store.write(name, data, fresh=name not in own)
        except FileExistsError:
            if hashlib.sha256(store.read(name)).hexdigest() != digests[name]:
                raise foreign(store, name) from None
    return digests


def foreign(store: Store, name: str) -> Refused:
    return Refused(
        say("{file} is there already and packshot did not write it.", file=store.place_of(name)),
        say("Move it, or choose another folder."),
    )


def twin_of(order: Order, row: Row, work: Work, store: Store) -> Row:
    """The same bytes were done before: its files are copied under this photo's names."""
    names = work.names(order.item)
    copies = {one["file"]: names[one["variant"]] for one in row["outputs"] or ()}
    copies |= {one["file"]: names[one["layer"]] for one in row["layers"] or ()}
    if row["trail"]:
        copies[row["trail"]] = names["trail"]
    for file, name in copies.items():
        if name in order.own or store.stat(name) is None:
            store.copy(file, name)
        elif store.read(name) != store.read(file):
            error = foreign(store, name)
            return order.failed(error.message, code=error.code, cure=error.cure)
    asked = order.asked
    own = row_of(
        asked, {"status": row["status"]}, sha256=order.sha256, size_bytes=order.size_bytes, attempts=0
    )
    of_the_photo = (
        *("key", "stamp", "sku", "place", "title", "shelf", "category", "category_confidence"),
        *("folder", "name", "identity", "run", "done_at", "attempts", "size_bytes"),
    )
    return {
        **row,
        **{column: own[column] for column in of_the_photo},
        "outputs": [{**one, "file": copies[one["file"]]} for one in row["outputs"] or ()],
        "layers": [{**one, "file": copies[one["file"]]} for one in row["layers"] or ()],
        "trail": copies.get(row["trail"]),
        "ms": 0.0,
        "stages": [],
        "same_as": row["same_as"] or row["key"],
        "decision": None,
    }


def with_bytes(order: Order, data: Any, sha256: str, size_bytes: int) -> Order:
    return replace(order, data=data, sha256=sha256, size_bytes=size_bytes)
