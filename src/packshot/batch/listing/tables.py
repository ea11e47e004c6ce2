"""A table that lists photos as a stream of them: CSV, Parquet, XLSX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime

from packshot.batch.listing import sheets
from packshot.batch.listing.columns import Columns, check_roles, find, missing
from packshot.batch.listing.documents import Document, opened, place_of
from packshot.batch.listing.keys import Counts, lasting
from packshot.batch.listing.listed import Listed
from packshot.batch.listing.pictures import Reach
from packshot.batch.sources import Skipped

BETWEEN_LINKS = re.compile(r"\s*[|\n]\s*|[;,]\s+|[;,\s]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
"""A link may hold a comma or a semicolon: it ends there only where another begins, or a space follows."""
BETWEEN_PATHS = re.compile(r"\s*[;|\n]\s*|(?<=\.\w{3}),\s+|(?<=\.\w{4}),\s+")
"""«mug, red.jpg» is one file; a comma parts two only behind a file's kind."""


class Table:
    """Each picture of each row; a row's further pictures follow its first one."""

    def __init__(self, document: Document, *, columns: Mapping[str, str], reach: Reach) -> None:
        check_roles(columns)
        self.document, self.columns, self.reach = document, columns, reach
        self.skipped = Skipped()

    @property
    def name(self) -> str:
        return lasting(place_of(self.document))

    def __iter__(self) -> Iterator[Listed]:
        self.skipped, keys, skus = Skipped(), Counts(), Counts()
        with opened(self.document) as stream:
            try:
                columns, rows = sheets.rows(stream, self.name.partition("?")[0], self._find)
            except sheets.NoTitles as exc:
                raise missing(self.name, exc.titles, self.columns) from exc
            with closing(rows):  # before the stream, also where somebody stops half-way
                for row in rows:
                    yield from self._photos(row, columns, keys, skus)

    def _find(self, titles: sheets.Row) -> Columns | None:
        return find(titles, self.columns)

    def _photos(self, row: sheets.Row, columns: Columns, keys: Counts, skus: Counts) -> Iterator[Listed]:
        def said(at: int | None) -> str:
            return text_of(row[at]) if at is not None and at < len(row) else ""

        cells = [row[at] for at in columns.pictures if at < len(row)]
        pointers = [one for cell in cells for one in pointers_in(cell)]
        if not pointers:
            self.skipped.without_picture += any(text_of(cell) for cell in row)
            return
        sku, asked_place, shelf = said(columns.sku), said(columns.place), shelf_of(said(columns.category))
        for number, pointer in enumerate(pointers, start=1):
            picture = self.reach.picture(pointer)
            key = _key(said(columns.key), number, sku, picture.key)
            count = keys.add(key)
            if count > 1 and not said(columns.key):
                self.skipped.twice += 1
                continue
            yield Listed(
                key if count == 1 else f"{key}~{count}",
                picture.origin,
                picture.name,
                picture.folder,
                said(columns.stamp) or picture.stamp,
                sku,
                _place(asked_place, number, skus.add(sku) if sku else number),
                said(columns.title),
                shelf,
            )


def _key(given: str, number: int, sku: str, link: str) -> str:
    """The SKU and the link, not the SKU and the place or the row's number: a row put in between, another
    order of rows or pictures would move all numbers behind it, and done work would be done again, or worse,
    be taken for another photo's. A link leads to the same photo wherever its row stands. The SKU is with it,
    for two goods may share a photo, and each is to get its own. Where the caller names a column of keys, it
    is believed.
    """
    if given:
        return given if number == 1 else f"{given}/{number}"
    return f"{sku}/{link}" if sku else link


def _place(asked: str, number: int, of_sku: int) -> int:
    if asked.isdecimal() and int(asked) > 0:
        return int(asked) + number - 1
    return of_sku


def pointers_in(cell: object) -> list[str]:
    """The links and paths of a cell, which may be a list of them."""
    if isinstance(cell, (list, tuple)):
        return [one for part in cell for one in pointers_in(part)]
    text = text_of(cell)
    parts = (BETWEEN_LINKS if "://" in text else BETWEEN_PATHS).split(text)
    return [part for one in parts if (part := one.strip(" \t\r;,|\"'"))]


def text_of(cell: object) -> str:
    """As a person would read it in the table: 123.0 is the number 123."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat()
    return str(cell).strip()


def shelf_of(category: str) -> tuple[str, ...]:
    """«Посуда > Кружки»; a slash parts shelves only where nothing clearer does."""
    between = r"[>|»→›]" if re.search(r"[>|»→›]", category) else r"[/\\]"
    return tuple(part for one in re.split(between, category) if (part := one.strip()))
