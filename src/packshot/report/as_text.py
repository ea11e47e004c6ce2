"""For people at a terminal: the verdict first, then why, then every finding with its cure.

Colour is never the only sign: a shape and a word stand beside it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from packshot.report import explained
from packshot.report.entry import SEVERITIES, Entry, Found, printable
from packshot.words import say_n

COLOURS = {"good": "green", "doubt": "yellow", "bad": "red", "error": "red", "warning": "yellow"}
SHAPES = {"good": "✔", "doubt": "▲", "bad": "✖", "error": "✖", "warning": "▲", "advice": "●"}
PLAIN_SHAPES = {"good": "+", "doubt": "!", "bad": "x", "error": "x", "warning": "!", "advice": "-"}
"""For consoles whose code page has no ✔."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the terminal can show."""

    colour: bool = False
    width: int = 100
    plain_shapes: bool = False

    def shape(self, of: str) -> str:
        return (PLAIN_SHAPES if self.plain_shapes else SHAPES)[of]


def lines(entries: Iterable[Entry], language: str, look: Look | None = None) -> Iterator[str]:
    look = look or Look()
    for entry in entries:
        written = io.StringIO()
        console = Console(
            file=written,
            width=look.width,
            force_terminal=look.colour,
            color_system="standard" if look.colour else None,
            highlight=False,
            legacy_windows=False,
        )
        _tell(console, entry, language, look)
        yield "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


def _tell(console: Console, entry: Entry, language: str, look: Look) -> None:
    title = Text()
    title.append(f"{look.shape(entry.tone)} ", style=COLOURS[entry.tone])
    title.append(printable(entry.title), style="bold")
    title.append(f": {entry.headline[language]}", style=COLOURS[entry.tone])
    console.print(title)
    for why in entry.why:
        if why[language] not in entry.headline[language]:
            console.print(Padding(Text(why[language]), (0, 0, 0, 2), expand=False))
    for finding in entry.findings:
        _finding(console, finding, language, look)
    for variant, findings in entry.left.items():
        if findings:
            told = say_n(
                "{count} finding left in {variant}:",
                "{count} findings left in {variant}:",
                len(findings),
                variant=variant,
            )
            console.print(Padding(Text(told.in_(language)), (0, 0, 0, 2), expand=False))
            for finding in findings:
                _finding(console, finding, language, look)
    for depth, tone, line in explained.lines(entry.told.get("explained", ()), language):
        shape = f"{look.shape(tone)} " if tone else ""
        text = Text(f"{shape}{line}", style=COLOURS.get(tone, "") if depth == 0 else "")
        console.print(Padding(text, (0, 0, 0, 2 + 4 * depth), expand=False))


def _finding(console: Console, finding: Found, language: str, look: Look) -> None:
    word = SEVERITIES[finding.severity].in_(language)
    told = Text()
    told.append(f"{look.shape(finding.severity)} {word} ", style=COLOURS.get(finding.severity, ""))
    told.append(finding.rule, style="bold")
    told.append(f": {finding.message[language]}")
    if sure := finding.how_sure:
        told.append(f" {sure.in_(language)}")
    console.print(Padding(told, (0, 0, 0, 2), expand=False))
    console.print(Padding(Text(finding.cure[language]), (0, 0, 0, 6), expand=False))
