"""Why photos failed, grouped: a catalogue with ten thousand broken links has one cause, not ten thousand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packshot.report.catalogue.cases import LONGEST, Row
from packshot.report.catalogue.tally import OTHER
from packshot.words import LANGUAGES

MOST_CAUSES = 200
"""Further ones are counted together: an error of another's library may bear a new text each time."""
UNKNOWN = "unknown"
"""The code of a failure that told none."""


@dataclass
class Cause:
    code: str
    photos: int
    example: str
    """The first key, by the alphabet, to which it happened; the sentence is what was told there."""
    sentence: Mapping[str, str]
    cure: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        return vars(self)


class Causes:
    """A code with its cure is a cause; the sentence may name the photo, so it does not part them."""

    def __init__(self) -> None:
        self._causes: dict[tuple[str, str], Cause] = {}

    def add(self, row: Row) -> None:
        code, cures = row.get("error") or UNKNOWN, _texts(row, "cure")
        place = (code, cures["en"])
        if place not in self._causes and len(self._causes) >= MOST_CAUSES:
            place, code, cures = (OTHER, ""), OTHER, dict.fromkeys(LANGUAGES, "")
        known = self._causes.get(place)
        if known is None:
            self._causes[place] = Cause(code, 1, row["key"], why(row), cures)
            return
        known.photos += 1
        if row["key"] < known.example:
            known.example, known.sentence, known.cure = row["key"], why(row), cures

    def as_list(self) -> list[dict[str, Any]]:
        return [one.as_dict() for one in self.all()]

    def all(self) -> list[Cause]:
        """The most frequent first."""
        return sorted(self._causes.values(), key=lambda one: (-one.photos, one.code, one.cure["en"]))


def why(row: Row) -> dict[str, str]:
    """What was told of the error; else the reasons."""
    told = _texts(row, "error")
    return {
        language: told[language] or " ".join(row.get(f"reasons_{language}") or ())[:LONGEST]
        for language in LANGUAGES
    }


def _texts(row: Row, column: str) -> dict[str, str]:
    return {language: (row.get(f"{column}_{language}") or "")[:LONGEST] for language in LANGUAGES}
