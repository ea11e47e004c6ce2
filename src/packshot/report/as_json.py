"""For machines: all that is known of every photo, sentences in every language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib.metadata import version

from packshot.report.entry import Entry, totals


def lines(entries: Iterable[Entry], language: str) -> Iterator[str]:
    """One document; a photo a line, so that it can be read while it is written."""
    yield f'{{"packshot": {json.dumps(version("packshot"))}, "photos": ['
    states: list[str] = []
    for entry in entries:
        told = {"key": entry.key, "path": entry.path, **entry.told}
        yield ("," if states else "") + "\n" + json.dumps(told, ensure_ascii=False)
        states.append(entry.state)
    yield f'\n], "totals": {json.dumps(totals(states))}}}\n'
