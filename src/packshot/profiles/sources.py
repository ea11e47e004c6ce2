"""The pages that a profile's numbers come from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    key: str
    """WB1, AM3, …"""
    title: str
    site: str
    kind: str
    """official, official-3p, third-party, brief, house."""
    shown: str = ""
    """The date that the page bears, as far as it bears one."""
    address: str = ""
    """Empty where none was kept."""


@lru_cache(maxsize=1)
def sources() -> Mapping[str, Source]:
    with (Path(__file__).parent / "sources.toml").open("rb") as file:
        return {key: Source(key=key, **row) for key, row in tomllib.load(file).items()}


def sources_of(keys: str) -> tuple[Source, ...]:
    """`WB2; WB4` as pages; keys of a user's own are shown as they are."""
    known = sources()
    names = [key.strip() for key in keys.split(";") if key.strip()]
    return tuple(known.get(name) or Source(name, name, "", "user") for name in names)
