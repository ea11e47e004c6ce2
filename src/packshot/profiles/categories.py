"""What goods are: a short tree of categories that every profile understands."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from packshot.errors import BadProfile
from packshot.words import say


@dataclass(frozen=True, slots=True)
class Category:
    path: str
    """`fashion.shoes`."""
    titles: Mapping[str, str]

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles.get("en") or self.path

    @property
    def parent(self) -> str:
        """Empty for a group."""
        return self.path.rpartition(".")[0]


@lru_cache(maxsize=1)
def categories() -> Mapping[str, Category]:
    """Path → category, groups before their parts."""
    with (Path(__file__).parent / "categories.toml").open("rb") as file:
        return {path: Category(path, titles) for path, titles in tomllib.load(file).items()}


def category_path(
    category: str, more: Mapping[str, Mapping[str, str]] | None = None, *, file: str = ""
) -> tuple[str, ...]:
    """`fashion.shoes` → `fashion`, `fashion.shoes`; unknown ones are told with the nearest known.

    `more` are categories that a profile brings by itself: those to which it gives a title.
    """
    if not category:
        return ()
    known = {*categories(), *(more or {})}
    if category not in known:
        near = next(iter(get_close_matches(category, known, n=1, cutoff=0.5)), None)
        place = f"{file}: " if file else ""
        if near:
            message = say(
                '{place}unknown category "{name}"; did you mean "{near}"?',
                place=place,
                name=category,
                near=near,
            )
        else:
            message = say('{place}unknown category "{name}".', place=place, name=category)
        raise BadProfile(message, say("Known categories: {names}.", names=", ".join(sorted(known))))
    parts = category.split(".")
    return tuple(".".join(parts[: n + 1]) for n in range(len(parts)))
