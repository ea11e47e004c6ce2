"""A shop's own table of categories: it goes before every guess.

CSV in UTF-8 with the columns `from` and `to`. `from` is the shop's name of a category, its whole path joined
by " > ", or its id; `to` a profile's category, or empty for none. What is said of a category holds for those
below it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packshot import lists
from packshot.catalog.category_words import Guess, Why, guess, plain, split
from packshot.errors import BadOption, BadProfile
from packshot.profiles.categories import category_path
from packshot.words import say


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
    told: dict[str, str] = {}
    for number, shops, ours in lists.rows(path, "from", "to"):
        if name := " > ".join(plain(part) for part in split((shops,))):
            place = f"{path}:{number}: "
            if told.setdefault(name, ours) != ours:
                raise BadOption(
                    say('{place}"{name}" has another category further up.', place=place, name=shops),
                    say("Leave one line for each name."),
                )
            _check(ours, place, more)
    return CategoryMap(told)


def _check(category: str, place: str, more: Mapping[str, Mapping[str, str]] | None) -> None:
    try:
        category_path(category, more, file=place.removesuffix(": "))
    except BadProfile as exc:
        raise BadOption(exc.message, exc.cure) from exc
