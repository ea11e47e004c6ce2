"""The door to a cluster: connect, wait, ask which machines there are."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ray

from packshot.batch.runner import default_jobs
from packshot.errors import BadOption
from packshot.words import say, verbatim

Ref = Any
"""What will be there once; Ray has no types to say more."""


@contextmanager
def connected(address: str, workers: int | None) -> Iterator[int | None]:
    """To the cluster of that address or of RAY_ADDRESS; else to one that is started here.

    Gives the most workers to hire. Where the program is connected already, it stays so.
    """
    if ray.is_initialized():
        yield workers
        return
    quiet: dict[str, Any] = {"logging_level": "ERROR", "log_to_driver": False}
    if address or os.environ.get("RAY_ADDRESS"):
        try:
            ray.init(address=address or None, **quiet)
        except (ConnectionError, RuntimeError, ValueError) as exc:
            raise BadOption(
                say("No cluster answers at {address}: {why}.", address=_told(address), why=_first_line(exc)),
                say("Look there with `ray status`; --address auto means the cluster of this machine."),
            ) from exc
    else:
        workers = workers or max(1, default_jobs() - 1)  # a core is left for reading
        ray.init(address="local", num_cpus=workers, include_dashboard=False, **quiet)
    try:
        yield workers
    finally:
        ray.shutdown()


def waited(refs: list[Ref], seconds: float) -> list[Ref]:
    """Those that are there, as soon as one is."""
    if not refs:
        time.sleep(seconds)
        return []
    some, _ = ray.wait(refs, num_returns=1, timeout=seconds)
    if not some:
        return []
    ready: list[Ref]
    ready, _ = ray.wait(refs, num_returns=len(refs), timeout=0)
    return ready


@dataclass(frozen=True, slots=True)
class Machine:
    cpus: float
    gpus: float


def machines() -> Mapping[str, Machine]:
    """Those that are alive and may work."""
    return {
        node["NodeID"]: Machine(node["Resources"]["CPU"], node["Resources"].get("GPU", 0))
        for node in _nodes()
        if node["Alive"] and node["Resources"].get("CPU")
    }


def _nodes() -> list[dict[str, Any]]:
    ask: Any = ray.nodes  # it is not typed
    nodes: list[dict[str, Any]] = ask()
    return nodes


def _told(address: str) -> str:
    return address or os.environ["RAY_ADDRESS"]


def _first_line(exc: Exception) -> Any:
    return verbatim(str(exc).strip().partition("\n")[0].rstrip("."))
