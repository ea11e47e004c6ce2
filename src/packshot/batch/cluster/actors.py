"""What runs on the machines of a cluster: hosts that read, workers that do one photo after the other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import packshot
from packshot.batch.crew import done, memory_of, settle
from packshot.batch.orders import Order, Produce
from packshot.batch.origins import Origin
from packshot.batch.reading import read
from packshot.batch.shelf import RUN
from packshot.batch.store import Store
from packshot.engines import onnx, served
from packshot.errors import BadPhoto, PackshotError, StoreFailed
from packshot.words import say

if TYPE_CHECKING:
    from packshot.batch.receipts import Row


@dataclass(frozen=True, slots=True)
class Fetched:
    """All that is told of a photo that was read; its bytes stay in the cluster."""

    sha256: str = ""
    size_bytes: int = 0
    error: PackshotError | None = None
    blind: bool = False
    """Its file is not on this machine at all."""


@dataclass(frozen=True, slots=True)
class Hello:
    node: str
    version: str
    run: bytes
    """What the place of results says of the run; nothing where it is not the driver's place."""


class Host:
    """One a machine: it keeps the connections to buckets and servers, and its manners towards them."""

    def read(self, origin: Origin) -> tuple[Fetched, bytes]:
        try:
            got = read(None, origin)
        except StoreFailed as error:  # as an answer it arrives whole
            return Fetched(error=error), b""
        if got.error is not None:
            path = on_disk(origin)
            return Fetched(error=got.error, blind=path is not None and not path.exists()), b""
        return Fetched(got.sha256, got.size_bytes), got.data


class Networks:
    """One a machine with a GPU: it runs the networks of all its workers, in batches."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        os.environ.update(environment)
        self._serving = ExitStack()
        self._place: dict[str, str] | None = None

    def place(self) -> dict[str, str]:
        """What workers have to know; nothing where they do as well by themselves."""
        if self._place is None:
            self._place = self._served() if served.pays() else {}
        return self._place

    def _served(self) -> dict[str, str]:
        self._serving.enter_context(served.serving())
        return {name: os.environ[name] for name in (served.SERVER, served.KEY)}

    def end(self) -> None:
        self._serving.close()


class Worker:
    def __init__(self, produce: Produce, environment: Mapping[str, str]) -> None:
        settle()
        os.environ.update(environment)
        self._produce = produce

    def hello(self) -> Hello:
        import ray

        node = ray.get_runtime_context().get_node_id()
        return Hello(node, packshot.__version__, run_in(self._produce.store))

    def join(self, networks: Mapping[str, str]) -> None:
        """From now on they are run by another process of this machine."""
        os.environ.update(networks)

    def make(self, order: Order, data: bytes | None, again: bool) -> tuple[Any, int]:
        """The answer, and this worker's memory. `again`: an earlier worker may have written some files."""
        if again:
            own = order.own | frozenset(self._produce.work.names(order.item).values())
            order = replace(order, own=own)
        answer = done(self._made, replace(order, data=data))
        return answer, memory_of(os.getpid())

    def _made(self, order: Order) -> Row | StoreFailed:
        if order.data is not None:
            return self._produce(order)
        try:
            return self._produced_afresh(order)
        except StoreFailed as error:
            return error

    def _produced_afresh(self, order: Order) -> Row | StoreFailed:
        """Its bytes lay on a machine that is gone: they are read here."""
        again = read(order, order.item.origin)
        error = again.error
        if error is None and again.sha256 != order.sha256:
            error = changed(order.item.name)
        if error is not None:
            code = error.reason if isinstance(error, BadPhoto) else error.code
            return order.failed(error.message, code=code, cure=error.cure)
        return self._produce(replace(order, data=again.data))


def changed(name: str) -> BadPhoto:
    """What would be made of it is not what its twins would be given."""
    return BadPhoto(
        name,
        "unreadable",
        say("{name} was changed while it was worked on.", name=name),
        say("Give the same command again, when nobody writes to the source."),
    )


def environment() -> dict[str, str]:
    """What workers must hear of the driver's. Keys to buckets are not of it: machines have their own."""
    return {name: os.environ[name] for name in (onnx.DEVICE, onnx.STRICT) if name in os.environ}


def run_in(store: Store) -> bytes:
    """The account of the run, as it is seen from here. A bucket is the same from everywhere."""
    if not store.is_local:
        return b""
    try:
        return store.read(RUN)
    except FileNotFoundError:
        return b""


def on_disk(origin: Origin) -> Path | None:
    path = getattr(origin, "path", None) or getattr(origin, "archive", None)
    return path if isinstance(path, Path) else None
