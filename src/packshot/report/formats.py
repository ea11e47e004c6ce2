"""The formats by name. Each takes entries as they come and gives text as it goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Protocol, cast

from packshot.report.entry import Entry


class Format(Protocol):
    def __call__(self, entries: Iterable[Entry], language: str) -> Iterator[str]: ...


NAMES = ("text", "json", "csv", "github", "sarif")


def format_called(name: str) -> Format:
    if name not in NAMES:
        raise KeyError(name)
    return cast(Format, import_module(f"packshot.report.as_{name}").lines)
