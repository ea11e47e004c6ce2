"""One photo a row, one marketplace a column: where can it go as it is?"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from packshot.report.as_text import COLOURS, Look
from packshot.report.entry import STATES, Entry, printable
from packshot.words import say


def lines(entries: Iterable[Entry], language: str, look: Look | None = None) -> Iterator[str]:
    look = look or Look()
    photos: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        photos.setdefault(entry.key, {})[entry.profile] = entry
    profiles = list(dict.fromkeys(name for answers in photos.values() for name in answers if name))
    table = Table(box=None, pad_edge=False)
    for column in (say("photo").in_(language), *profiles):
        table.add_column(column, overflow="fold")
    for key, answers in photos.items():
        broken = answers.get("")  # nobody could judge it, whatever the marketplace
        table.add_row(
            Text(printable(key)),
            *(_cell(answers.get(name) or broken, language, look) for name in profiles),
        )
    written = io.StringIO()
    Console(
        file=written,
        width=look.width,
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        highlight=False,
        legacy_windows=False,
    ).print(table)
    yield from (f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


def _cell(entry: Entry | None, language: str, look: Look) -> Text:
    if entry is None:
        return Text("")
    said = f"{look.shape(entry.tone)} {STATES[entry.state].in_(language)}"
    return Text(said, style=COLOURS[entry.tone])
