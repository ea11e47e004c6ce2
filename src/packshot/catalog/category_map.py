"""A shop's own table of categories: it goes before every guess.

CSV in UTF-8 with the columns `from` and `to`. `from` is the shop's name of a category, its whole path joined
by " > ", or its id; `to` a profile's category, or empty for none. What is said of a category holds for those
below it.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packshot.catalog.category_words import Guess, Why, guess, plain, split
from packshot.errors import BadOption, BadProfile
from packshot.profiles.categories import category_path
from packshot.words import say

MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class CategoryMap:
    told: Mapping[str, str] = field(default_factory=dict)
    """Plain name, path or id → category."""

    def choose(
        self, path: tuple[str, ...], title: str = "", known: Collection[str] | None = None, *, key: str = ""
    ) -> Guess:
        """The table's word, else the guess; `key` is the shop's id of the category."""
        if (category := self.get(path, key)) is not None:
            return Guess(category, 1.0, Why.TABLE)
        return guess(path, title, known)

    def get(self, path: tuple[str, ...], key: str = "") -> str | None:
        """By id, else by the deepest name that the table knows; a whole path goes before a bare name."""
        if key.strip() and (found := self.told.get(plain(key))) is not None:
            return found
        names = [plain(name) for name in split(path)]
        for depth in range(len(names), 0, -1):
            for name in (" > ".join(names[:depth]), names[depth - 1]):
                if (found := self.told.get(name)) is not None:
                    return found
        return None


def read(path: Path, more: Mapping[str, Mapping[str, str]] | None = None) -> CategoryMap:
    """`more` are categories that the profile brings by itself."""
    cure = say("Save it as CSV in UTF-8 with the columns from and to.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise OSError(say("larger than {size:.0f} MB", size=MOST_BYTES / 1e6).in_("en"))
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise BadOption(
            say("The table {file} cannot be read: {why}.", file=str(path), why=str(exc)), cure
        ) from exc
    first = text.partition("\n")[0]
    table = csv.DictReader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",")
    titles = {title.strip().lower(): title for title in table.fieldnames or () if title}
    if not {"from", "to"} <= titles.keys():
        columns = say("The table {file} has the columns {columns}.", file=str(path), columns=first.strip())
        raise BadOption(columns, cure)
    told: dict[str, str] = {}
    try:
        for number, row in enumerate(table, start=2):
            shops, ours = ((row[titles[title]] or "").strip() for title in ("from", "to"))
            if name := " > ".join(plain(part) for part in split((shops,))):
                place = f"{path}:{number}: "
                if told.setdefault(name, ours) != ours:
                    raise BadOption(
                        say('{place}"{name}" has another category further up.', place=place, name=shops),
                        say("Leave one line for each name."),
                    )
                _check(ours, place, more)
    except csv.Error as exc:
        raise BadOption(
            say("The table {file} cannot be read: {why}.", file=str(path), why=str(exc)), cure
        ) from exc
    return CategoryMap(told)


def _check(category: str, place: str, more: Mapping[str, Mapping[str, str]] | None) -> None:
    try:
        category_path(category, more, file=place.removesuffix(": "))
    except BadProfile as exc:
        raise BadOption(exc.message, exc.cure) from exc
