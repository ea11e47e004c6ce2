"""One photo that a source names, and what a source is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from packshot.batch.origins import Origin
from packshot.batch.sources import Skipped


@dataclass(frozen=True, slots=True)
class Listed:
    """All that a source says of a photo. Small and picklable."""

    key: str
    """One of a kind in its source, and the same at the next run: a path below it, a link, a row's id."""
    origin: Origin
    name: str
    """As the file is called."""
    folder: str = ""
    """Below the source, with `/`; empty at its top."""
    stamp: str = ""
    """Another stamp means other bytes: an etag, or size and time. Empty where the source cannot tell."""
    sku: str = ""
    """As the source says it; empty where it says none."""
    place: int = 1
    """Which picture of its SKU: the first is the main one."""
    title: str = ""
    shelf: tuple[str, ...] = ()
    """The category in the source's own words, from the outermost: ("Посуда", "Кружки")."""


class Source(Protocol):
    """Gives its photos again at every pass, in a lasting order."""

    @property
    def skipped(self) -> Skipped:
        """What it held and did not give, filled while it is listed."""
        ...

    @property
    def name(self) -> str:
        """As people gave it, without a password."""
        ...

    def __iter__(self) -> Iterator[Listed]: ...
