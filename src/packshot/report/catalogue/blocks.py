"""The blocks that a page of a catalogue is built of: sections, tables, bars with their figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from packshot.report.catalogue.figures import Part, bar
from packshot.report.catalogue.teller import Teller
from packshot.words import Words


def section(name: str, title: Words, told: str, teller: Teller, *, lead: Words | None = None) -> str:
    first = f'<p class="lead">{teller(lead)}</p>' if lead else ""
    return (
        f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{teller(title)}</h2>'
        f"{first}{told}</section>\n"
    )


def table(headings: Sequence[Words], rows: Iterable[str], teller: Teller, name: str = "") -> str:
    """One that is too wide is moved in its place, by keys too."""
    cells = "".join(f'<th scope="col">{teller(heading)}</th>' for heading in headings)
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{teller(headings[0])}">'
        f'<table class="{name}"><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def row(first: str, *cells: str) -> str:
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def barred(parts: Sequence[Part], figure: str, word: str = "") -> str:
    """A bar, its figure behind it, and a word before it where two stand under each other."""
    before = f"<span>{word}</span>" if word else ""
    return f'<div class="pair">{before}{bar(parts)}<b>{figure}</b></div>'
