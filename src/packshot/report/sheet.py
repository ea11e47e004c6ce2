"""A contact sheet: each photo before and after, with its name and status, to see a whole run at a glance."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from packshot.report.entry import printable
from packshot.words import say

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

    from packshot.report.entry import Entry

MADE_BY = "packshot contact sheet"
"""Stands in the file: a sheet of ours may be written over, another's picture not."""
CELL = 360
GAP = 12
CAPTION = 34
ROWS = 40
"""On one sheet: JPEG holds 65,535 px, eyes hold less."""
GROUND, INK, FAINT = (92, 92, 92), (255, 255, 255), (226, 226, 226)
"""A grey that lets both a white and a dark ground show their edge, and on which captions read well."""
TONES = {"good": (150, 226, 170), "doubt": (255, 214, 110), "bad": (255, 176, 168)}

FONTS = ("DejaVuSans.ttf", "arial.ttf", "Arial.ttf", "segoeui.ttf", "NotoSans-Regular.ttf", "Helvetica.ttc")
"""Any of these speaks Russian; Pillow's own does not."""


@dataclass(frozen=True, slots=True)
class Row:
    entry: Entry
    pictures: Mapping[str, bytes]
    """`before` and each variant; any picture format."""


def sheets(rows: Iterable[Row], language: str) -> Iterator[bytes]:
    """JPEGs of at most ROWS photos each."""
    rest = iter(rows)
    while page := list(islice(rest, ROWS)):
        yield _sheet(page, language)


def _sheet(rows: Sequence[Row], language: str) -> bytes:
    from PIL import Image, ImageDraw

    columns = list(dict.fromkeys(name for row in rows for name in row.pictures)) or ["before"]
    step = CELL + CAPTION + GAP
    sheet = Image.new("RGB", (GAP + len(columns) * (CELL + GAP), CAPTION + GAP + len(rows) * step), GROUND)
    draw = ImageDraw.Draw(sheet)
    for column, name in enumerate(columns):
        title = say("before").in_(language) if name == "before" else name
        draw.text((GAP + column * (CELL + GAP), GAP), speakable(title), INK, font=font(17))
    for number, row in enumerate(rows):
        top = CAPTION + GAP + number * step
        for column, name in enumerate(columns):
            left = GAP + column * (CELL + GAP)
            if small := row.pictures.get(name):
                _paste(sheet, small, left, top + CAPTION)
            else:
                draw.rectangle(
                    (left, top + CAPTION, left + CELL - 1, top + CAPTION + CELL - 1), outline=FAINT
                )
        _caption(draw, row.entry, top, sheet.width, language)
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=88, comment=MADE_BY)
    return written.getvalue()


def _caption(draw: object, entry: Entry, top: int, width: int, language: str) -> None:
    from PIL.ImageDraw import ImageDraw

    assert isinstance(draw, ImageDraw)
    mark = {"good": "+", "doubt": "!", "bad": "x"}[entry.tone]
    state = f"{mark} {speakable(entry.headline[language])}"
    name = fitted(draw, speakable(printable(entry.key)), CELL)
    draw.text((GAP, top + 8), name, INK, font=font(17))
    left = GAP + draw.textlength(name, font=font(17)) + 2 * GAP
    draw.text((left, top + 8), fitted(draw, state, width - left - GAP), TONES[entry.tone], font=font(17))


def fitted(draw: object, text: str, width: float, size: int = 17) -> str:
    """The text, cut with dots where it is wider than there is room."""
    from PIL.ImageDraw import ImageDraw

    assert isinstance(draw, ImageDraw)
    if draw.textlength(text, font=font(size)) <= width:
        return text
    while text and draw.textlength(f"{text}...", font=font(size)) > width:
        text = text[:-1]
    return f"{text}..."


def _paste(sheet: Image, data: bytes, left: int, top: int) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
    sheet.paste(picture, (left + (CELL - picture.width) // 2, top + (CELL - picture.height) // 2))


@lru_cache
def font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def speakable(text: str) -> str:
    """With Pillow's own font, Russian is told in Latin letters rather than in empty boxes."""
    if font(17).getname()[0] != "Aileron":
        return text
    return (
        "".join(LATIN.get(letter, letter) for letter in text).encode("latin-1", "replace").decode("latin-1")
    )


_LOWER = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace(
            "_", "'"
        ).split(),
        strict=True,
    )
)
LATIN = (
    _LOWER | {letter.upper(): latin.capitalize() for letter, latin in _LOWER.items()} | {"—": "-", "×": "x"}
)
