"""What do the found lines of text say?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packshot.engines.base import FoundText, TextReader
from packshot.image.photo import Photo
from packshot.image.types import Box
from packshot.look.harmless import harmless
from packshot.look.letters import words
from packshot.look.text import Text, TextBox


@dataclass(frozen=True, slots=True)
class ReadLine:
    text: str
    """A stranger's words: on one line, nothing unprintable; empty where nothing could be read."""
    confidence: float
    """0…1: how likely every letter of it is right."""
    found: TextBox
    """The line as it was found."""

    @property
    def box(self) -> Box:
        """In upright source pixels."""
        return self.found.box

    @property
    def laid_over(self) -> bool:
        return self.found.laid_over


@dataclass(frozen=True, slots=True)
class Reading:
    lines: tuple[ReadLine, ...]
    """As one reads: from the top down."""
    looked: bool
    """False where there is no reader."""
    unread: int = 0
    """Lines beyond the first `MOST_LINES`, which stay unread."""


MOST_LINES = 24
"""A reader takes up to 4 ms a line, and the small print of a label has sixty."""
MOST_LETTERS = 200


def measure(photo: Photo, text: Text, reader: TextReader | None, known: tuple[ReadLine, ...] = ()) -> Reading:
    """Read at the size that the photo is worked at, not at the finder's; `known` lines are not read again."""
    if reader is None:
        return Reading((), looked=False)
    said_already = {line.found: line for line in known}
    weighty = sorted(text.boxes, key=lambda line: (not line.laid_over, -line.box.area))
    chosen = sorted(weighty[:MOST_LINES], key=lambda line: (line.box.top, line.box.left))
    asked = [line for line in chosen if line not in said_already]
    read = reader.read(photo.pixels, [as_found(line, photo.scale) for line in asked]) if asked else ()
    for line, said in zip(asked, read, strict=True):
        said_already[line] = ReadLine(harmless(said.text, MOST_LETTERS), said.confidence, line)
    return Reading(
        tuple(said_already[line] for line in chosen),
        looked=True,
        unread=len(text.boxes) - len(chosen),
    )


SURE = 0.9
"""A line that was read with less than this before says nothing when it is read otherwise after."""
LEAST_LETTERS = 3
MOST_SURE = 6
"""Largest first; up to 4 ms each."""


def sure(lines: Iterable[ReadLine]) -> list[ReadLine]:
    """Print on the goods by which one can tell whether it was harmed."""
    known = [
        line
        for line in lines
        if line.confidence >= SURE and not line.laid_over and len("".join(words(line.text))) >= LEAST_LETTERS
    ]
    return sorted(known, key=lambda line: -line.box.area)[:MOST_SURE]


def as_found(line: TextBox, scale: float, left: float = 0.0, top: float = 0.0) -> FoundText:
    """The line in pixels that are `scale` times the source's, whose corner lies at `left`, `top` in them."""
    return FoundText(
        line.box.scaled(scale).moved(-round(left), -round(top)),
        line.confidence,
        line.angle,
        tuple((x * scale - left, y * scale - top) for x, y in line.outline),
    )
