"""Sentences for people, in Russian and English, from one catalogue.

A sentence is written once, in English, where it is needed: `say("The photo is {width} px wide.", width=512)`.
It stays data (what to say, with which values) until somebody reads it; only then is it looked up in
`locale/ru/LC_MESSAGES/packshot.po`. So a report made on one machine can be read in either language on
another.
"""

from __future__ import annotations

import gettext
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "ru")
LOCALES = Path(__file__).parent / "locale"

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence that can still be said in any language."""

    english: str
    """The msgid; its {fields} are filled by `values`."""
    plural: str = ""
    """The English plural; which form is said depends on `count`."""
    count: int = 0
    values: tuple[tuple[str, Value | Words], ...] = field(default=())

    def in_(self, language: str) -> str:
        catalogue = _catalogue(language)
        if self.plural:
            text = catalogue.ngettext(self.english, self.plural, self.count)
        else:
            text = catalogue.gettext(self.english) if self.english else ""
        values = {name: _spoken(value, language) for name, value in self.values}
        if self.plural:
            values.setdefault("count", self.count)
        return text.format_map(values) if values else text

    def __str__(self) -> str:
        return self.in_("en")


def say(english: str, /, **values: Value | Words) -> Words:
    return Words(english, values=tuple(values.items()))


def say_n(one: str, many: str, count: int, /, **values: Value | Words) -> Words:
    """As `say`, with the right plural form: `say_n("{count} photo", "{count} photos", n)`."""
    return Words(one, plural=many, count=count, values=tuple(values.items()))


def verbatim(text: str) -> Words:
    """A name, path or foreign message that is the same in every language."""
    return Words("{text}", values=(("text", text),))


def default_language() -> str:
    """From PACKSHOT_LANG, else the locale of the environment, else English."""
    for name in ("PACKSHOT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "").lower()
        if value:
            return "ru" if value.startswith("ru") else "en"
    return "en"


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("packshot", LOCALES, languages=[language], fallback=True)


def _spoken(value: Value | Words, language: str) -> Value:
    if isinstance(value, Words):
        return value.in_(language)
    if isinstance(value, float) and language == "ru":
        return _WithComma(value)
    return value


class _WithComma(float):
    """Russian writes 0,5 where English writes 0.5."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace(".", ",")
