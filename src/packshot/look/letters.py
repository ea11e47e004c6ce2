"""Letters that look alike: a reader takes «СКИДКА» for CKИДKA, and who wants to hide a word writes it so.

Russian and Latin capitals share twelve shapes, digits stand in for letters, Ё loses its dots. Two words are
the same here when their shapes are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

ALIKE = (
    "аa",
    "вb8",
    "сc",
    "еёe",
    "нh",
    "кk",
    "мm",
    "оo0",
    "рp",
    "тt",
    "хx",
    "уy",
    "з3",
    "б6",
    "ч4",
    "s5",
    "1li|",
    "иuй",
    "пn",
    "гr",
    "шщ",
    "ьъ",
)
"""The first of each stands for all; compared in lower case."""

_SHAPES = str.maketrans({letter: letters[0] for letters in ALIKE for letter in letters})
_AS_DIGITS = str.maketrans("оoзбl|sч", "00361154")
_WORD = re.compile(r"[^\W_]+(?:\|[^\W_]+)*")
_NEAR_DIGITS = re.compile(r"(?<![^\W\d])[\doозбl|sч]*\d[\doозбl|sч]*(?![^\W\d])")


def shape(word: str) -> str:
    """What is left of a word when letters that look alike are one."""
    return word.lower().translate(_SHAPES)


def words(text: str) -> Iterator[str]:
    """The words of a line in lower case, also those that were spaced out: «С К И Д К А»."""
    found = _WORD.findall(text.lower())
    at = 0
    while at < len(found):
        end = at
        while end < len(found) and len(found[end]) == 1 and not found[end].isdigit():
            end += 1
        if end - at >= LEAST_SPACED:
            yield "".join(found[at:end])
            at = end
        else:
            yield found[at]
            at += 1


LEAST_SPACED = 4


def with_digits(text: str) -> str:
    """Lower case; in numbers O is 0, l is 1, З is 3; all dashes are one and the ruble has one sign."""
    plain = re.sub(r"[‐‑‒–—−~]", "-", text.lower().replace("ё", "е"))
    return _NEAR_DIGITS.sub(lambda number: number[0].translate(_AS_DIGITS), plain)


# --- how far apart -----------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def shorter_by_one(word: str) -> frozenset[str]:
    """The word and all that is left of it without one letter: two words that are one edit apart share one."""
    return frozenset({word, *(word[:at] + word[at + 1 :] for at in range(len(word)))})


def one_edit(first: str, second: str) -> bool:
    """One letter more, less or other, at most."""
    if abs(len(first) - len(second)) > 1:
        return False
    return edits(first, second) <= 1


def edits(first: str, second: str) -> int:
    """How many letters must be put in, left out or changed to make one of the other."""
    row = list(range(len(second) + 1))
    for at, letter in enumerate(first, 1):
        above, row[0] = row[0], at
        for to, other in enumerate(second, 1):
            above, row[to] = row[to], min(above + (letter != other), row[to] + 1, row[to - 1] + 1)
    return row[-1]


def misread(was: str, now: str) -> float:
    """Share of the letters that differ; look-alikes do not, nor do blanks and signs."""
    first, second = (shape("".join(words(text))) for text in (was, now))
    return edits(first, second) / max(1, len(first), len(second))
