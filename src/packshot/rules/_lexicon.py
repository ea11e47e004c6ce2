"""Finds listed words in what a reader of text read, through its mistakes and through tricks."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from packshot.look.letters import one_edit, shape, shorter_by_one, with_digits, words

LEXICON = Path(__file__).with_name("forbidden_words.toml")
SPARED = "spared"

FORGIVING = 6
"""Letters of a word from which on one wrong letter is forgiven; shorter ones have too many neighbours."""
FIRM = 6
"""Letters that must be listed of such a word, endings apart: of "дешев~", five, ДЕРЕВО is one letter away."""

RUSSIAN = (
    "а я ы и е у ю о й ь ой ей ою ею ом ем ам ям ами ями ах ях ов ев ью ии ий ию ия ие иям иями иях ией"
    " ый ий ая яя ое ее ые ие ого его ому ему ым им ых их ую юю ыми ими"
)
ENGLISH = "s es ed ing ers"
ENDINGS = frozenset({"", *(shape(ending) for ending in f"{RUSSIAN} {ENGLISH}".split())})
LONGEST_ENDING = max(map(len, ENDINGS))


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a listed phrase."""

    shape: str
    any_ending: bool

    @classmethod
    def of(cls, text: str) -> Word:
        return cls(shape(text.removesuffix("~")), text.endswith("~"))

    def meant_by(self, written: str, *, forgiving: bool) -> bool:
        stems = _stems(written) if self.any_ending else (written,)
        if self.shape in stems:
            return True
        long = len(written) >= FORGIVING and len(self.shape) >= FIRM
        return forgiving and long and any(one_edit(stem, self.shape) for stem in stems)


Phrase = tuple[Word, ...]


@lru_cache(maxsize=4096)
def _stems(written: str) -> tuple[str, ...]:
    """What may stand before an ending; the whole word among them."""
    lengths = range(min(LONGEST_ENDING, len(written) - 1) + 1)
    return tuple(written[: len(written) - n] for n in lengths if written[len(written) - n :] in ENDINGS)


class Phrases:
    """Phrases by their first word, so that a line costs no look at each."""

    def __init__(self, listed: Iterable[str]) -> None:
        self._by_first: dict[str, list[Phrase]] = defaultdict(list)
        self._by_nearly: dict[str, list[Phrase]] = defaultdict(list)
        for text in listed:
            phrase = tuple(Word.of(word + "~" * tilde) for word, tilde in _parts(text))
            if not phrase:
                continue
            first = phrase[0].shape
            self._by_first[first].append(phrase)
            if len(first) >= FIRM:
                for key in shorter_by_one(first):
                    self._by_nearly[key].append(phrase)

    def length_at(self, line: Sequence[str], at: int, *, forgiving: bool) -> int:
        """How many words of the line are the longest phrase that begins here; 0 for none."""
        longest = 0
        for phrase in self._beginning(line[at], forgiving=forgiving):
            here = line[at : at + len(phrase)]
            if len(here) == len(phrase) > longest and all(
                word.meant_by(written, forgiving=forgiving)
                for word, written in zip(phrase, here, strict=True)
            ):
                longest = len(phrase)
        return longest

    def _beginning(self, written: str, *, forgiving: bool) -> Iterator[Phrase]:
        for stem in _stems(written):
            yield from self._by_first.get(stem, ())
            if forgiving and len(written) >= FORGIVING:
                for key in shorter_by_one(stem):
                    yield from self._by_nearly.get(key, ())


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    for part in text.split():
        for word in words(part):
            yield word, part.endswith("~")


@dataclass(frozen=True)
class Group:
    name: str
    words: tuple[str, ...]
    patterns: tuple[str, ...] = ()

    @cached_property
    def phrases(self) -> Phrases:
        return Phrases(self.words)

    @cached_property
    def compiled(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern, re.MULTILINE) for pattern in self.patterns)

    def said_in(self, passage: Passage) -> set[int]:
        """The lines that say it."""
        return {*passage.holding(self.phrases), *passage.matching(self.compiled)}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to take a passage's words."""

    shapes: tuple[str, ...]
    lines: tuple[int, ...]
    """In which line each stands."""

    @classmethod
    def of(cls, text: str, peaceful: Sequence[Phrases]) -> Way:
        found = [(shape(word), at) for at, line in enumerate(text.split("\n")) for word in words(line)]
        return cls(_without(tuple(word for word, _ in found), peaceful), tuple(at for _, at in found))


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that are read in one go, without what is left in peace."""

    plain: str
    """For patterns."""
    ways: tuple[Way, ...]
    """As written, and with hyphens taken for broken words."""

    @classmethod
    def of(cls, text: str, peaceful: Sequence[Phrases], without: Sequence[str] = ()) -> Passage:
        plain = with_digits(text)
        for fine in without:
            plain = plain.replace(with_digits(fine), " ")
        ways = dict.fromkeys((text, _unbroken(text)))
        return cls(plain, tuple(Way.of(way, peaceful) for way in ways))

    def holding(self, phrases: Phrases) -> Iterator[int]:
        for way in self.ways:
            for at in range(len(way.shapes)):
                if length := phrases.length_at(way.shapes, at, forgiving=True):
                    yield from range(way.lines[at], way.lines[at + length - 1] + 1)

    def matching(self, patterns: Sequence[re.Pattern[str]]) -> Iterator[int]:
        for pattern in patterns:
            for match in pattern.finditer(self.plain):
                before = len(match[0]) - len(match[0].lstrip())
                first = self.plain.count("\n", 0, match.start() + before)
                yield from range(first, first + match[0].strip().count("\n") + 1)


def _unbroken(text: str) -> str:
    """A word that goes on in the next line stands in the first."""
    return re.sub(r"(?<=[^\W\d])[-‐‑](\n?)([^\W\d]+)", r"\2\1", text)


def _without(shapes: tuple[str, ...], peaceful: Sequence[Phrases]) -> tuple[str, ...]:
    """An empty word stands for each that is left in peace: phrases do not reach across."""
    left = list(shapes)
    for phrases in peaceful:
        at = 0
        while at < len(left):
            length = phrases.length_at(left, at, forgiving=False) if left[at] else 0
            left[at : at + length] = [""] * length
            at += max(1, length)
    return tuple(left)


@lru_cache
def lexicon() -> Mapping[str, Group]:
    listed = tomllib.loads(LEXICON.read_text("utf8"))
    return {
        name: Group(name, tuple(entry["words"]), tuple(entry.get("patterns", ())))
        for name, entry in listed.items()
    }


@lru_cache(maxsize=32)
def phrases_of(listed: tuple[str, ...]) -> Phrases:
    return Phrases(listed)
