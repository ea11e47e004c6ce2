"""The photo with what is wrong drawn over it: a box for each place, a number and a name for each finding."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from packshot.report.entry import Entry, Found
from packshot.report.sheet import fitted, font, speakable

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

MADE_BY = "packshot boxes"
"""Stands in the file: a drawing of ours may be written over, another's picture not."""
COLOURS = {"error": (214, 40, 32), "warning": (196, 112, 0), "advice": (40, 96, 190)}
WIDTH, TEXT, PAD = 3, 20, 5


def drawn(entry: Entry, photo: bytes, language: str) -> bytes:
    """A JPEG; `photo` is the upright photo at any size. Empty where there is nothing to point at."""
    from PIL import Image, ImageDraw

    if entry.size is None or not photo or not any(finding.boxes for finding in entry.findings):
        return b""
    with Image.open(io.BytesIO(photo)) as opened:
        picture = opened.convert("RGB")
    draw = ImageDraw.Draw(picture)
    scale = picture.width / entry.size[0]
    places = [
        (finding, number, tuple(side * scale for side in box))
        for number, finding in enumerate(entry.findings, start=1)
        for box in finding.boxes
    ]
    for finding, _, (left, top, right, bottom) in places:
        edge = (left, top, max(right - 1, left), max(bottom - 1, top))
        draw.rectangle(edge, outline=(255, 255, 255), width=WIDTH + 2)
        draw.rectangle(edge, outline=COLOURS[finding.severity], width=WIDTH)
    taken: list[tuple[float, float]] = []
    for number, (finding, corner) in {n: (f, box[:2]) for f, n, box in reversed(places)}.items():
        _label(draw, picture.size, corner, f"{number} {clause(finding, language)}", finding, taken)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=90, comment=MADE_BY)
    return written.getvalue()


def clause(finding: Found, language: str) -> str:
    """What is seen, without the figures that follow."""
    return re.split(r"[:;.] |\.$", finding.message[language])[0]


def _label(
    draw: ImageDraw,
    size: tuple[int, int],
    at: tuple[float, ...],
    text: str,
    finding: Found,
    taken: list[tuple[float, float]],
) -> None:
    """At the corner of its box, or below the labels that are there already."""
    text = fitted(draw, speakable(text), size[0] - 4 * PAD, TEXT)
    width, height = draw.textlength(text, font=font(TEXT)) + 2 * PAD, TEXT + 2 * PAD
    left = min(max(0.0, at[0]), max(0.0, size[0] - width))
    top = min(max(0.0, at[1] - height), max(0.0, size[1] - height))
    while any(abs(top - other) < height and left < end for other, end in taken) and top + height < size[1]:
        top += height
    taken.append((top, left + width))
    draw.rectangle((left, top, left + width, top + height), fill=COLOURS[finding.severity])
    draw.text((left + PAD, top + PAD - 2), text, (255, 255, 255), font=font(TEXT))
