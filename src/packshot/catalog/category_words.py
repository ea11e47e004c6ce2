"""Which of the profiles' categories does a shop mean by its own category's name, and a title?

"Посуда > Кружки" is `home.kitchen`, "Women's Sneakers" `fashion.shoes`. Bare names that shops commonly
write are known by heart. For all else words and pieces of words are hashed and weighed by one linear
layer, so a word that was never seen is known by its parts. Where the part is unsure but the group is not,
the group is told; where nothing is sure, nothing. Words don't say how goods are shown: `fashion.on_model`
and `fashion.hanging` are never guessed. What it learned from stands on its card, `category_words.toml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from packshot.profiles.categories import categories

Floats = NDArray[np.float32]
Buckets = NDArray[np.int32]

WORDS = 1 << 15
"""Buckets of whole words and pairs of them; as many again hold their pieces."""
BUCKETS = 2 * WORDS
PIECES = (3, 4, 5)
"""Letters of a piece; the word's ends count as one each."""
BY_HEART_HOLDS = 0.96
"""484 of 502 names that the tree knows mean the same in our own list (benchmarks/category_words.py)."""
MOST_WORDS = 40
MOST_LETTERS = 400
"""Of one text; feeds bring whole descriptions as titles."""
WORD_WEIGHS = 3.0
"""Beside one piece: a word that was learned should outweigh those that merely look like it."""
OWN, ABOVE, TITLE = 1.0, 0.6, 0.7
"""How much the category's own name, the names above it and the title weigh."""

FORMS = ("name", "path", "title", "both")
"""What a guess is given: a bare name says less than a path."""

WORD = re.compile(r"[^\W\d_]+")
GROWN_UP = re.compile(r"\b(?:(?:женск|мужск)\w+|(?:wo)?men(?:['’`]?s)?|ladies['’`]?)(?:\s|$)")
BETWEEN = re.compile(r"\s*[>|»→]\s*|\s+/\s+")


SHELVES = {
    "ru": (
        "Каталог", "Главная", "Все товары", "Товары", "Магазин", "Новинки", "Распродажа", "Акции", "Скидки",
        "Хиты продаж", "Разное", "Прочее", "Другое", "Подарки", "Бренды", "Уценка", "Без категории",
    ),
    "en": (
        "Catalog", "Main", "Shop", "All products", "All", "Products", "New arrivals", "Sale", "Clearance",
        "Gifts", "Best sellers", "Other", "Misc", "Uncategorized", "Default category", "Root", "Brands",
        "Collections",
    ),
}  # fmt: skip
"""They say nothing of the goods: what stands below them does, or the title."""


class Why(StrEnum):
    NAMED = "named"
    """The path is a profile's category, or its title."""
    LEARNED = "learned"
    """The bare name is known by heart, from a list of shops' names or from the tree."""
    TABLE = "table"
    """The user's own table says so."""
    WORDS = "words"
    """The words are sure enough."""
    GROUP = "group"
    """The words are sure of the group, and no more."""
    OTHER = "other"
    """The words are sure that no category fits."""
    UNSURE = "unsure"
    """The words are not sure."""


@dataclass(frozen=True, slots=True)
class Guess:
    category: str
    """Empty: none."""
    confidence: float
    """Of what is told; where unsure, of the likeliest group, which was not enough."""
    why: Why


def guess(path: tuple[str, ...], title: str = "", known: Collection[str] | None = None) -> Guess:
    """`path` from the root down, or one name with " > " in it; `known` are the categories to choose from."""
    return _guess(tuple(path), title, None if known is None else frozenset(known))


@lru_cache(maxsize=16_384)
def _guess(path: tuple[str, ...], title: str, known: frozenset[str] | None) -> Guess:
    choice = frozenset(categories()) if known is None else known
    parts = split(path)
    if (named := _named(parts, choice)) is not None:
        return Guess(named, 1.0, Why.NAMED)
    return weighed(model(), parts, title, choice)


def weighed(learned: Model, parts: tuple[str, ...], title: str, choice: Collection[str]) -> Guess:
    """What the words say: the part of a group, else the group, else nothing."""
    parts = tuple(part for part in parts if plain(part) not in _shelves())
    if not any(WORD.search(text) for text in (*parts, title)):
        return Guess("", 0.0, Why.UNSURE)
    if len(parts) == 1 and (heart := by_heart(learned, parts[0])) is not None:
        group = heart.partition(".")[0]
        if heart in choice or group in choice or not heart:
            return Guess(heart if heart in choice else group, BY_HEART_HOLDS, Why.LEARNED)
    chances = dict(zip(learned.classes, learned.chances(parts, title).tolist(), strict=True))
    groups = together(chances)
    none = groups.pop("", 0.0)
    part = max(
        (name for name in chances if "." in name and name in choice), key=chances.__getitem__, default=""
    )
    bar, group_bar = learned.bars[form_of(parts, title)]
    if part and chances[part] >= bar:
        return Guess(part, chances[part], Why.WORDS)
    group = max(groups, key=groups.__getitem__)
    if groups[group] >= group_bar and group in choice:
        return Guess(group, groups[group], Why.GROUP)
    return Guess("", none, Why.OTHER) if none >= group_bar else Guess("", groups[group], Why.UNSURE)


def by_heart(learned: Model, name: str) -> str | None:
    """As it is, else without the word for grown-ups: "Women's Sneakers" are sneakers."""
    told = learned.by_heart(name)
    if told is None and (short := GROWN_UP.sub("", plain(name)).strip()):
        return learned.by_heart(short)
    return told


@lru_cache(maxsize=1)
def _shelves() -> frozenset[str]:
    return frozenset(plain(shelf) for shelves in SHELVES.values() for shelf in shelves)


def form_of(parts: tuple[str, ...], title: str) -> str:
    if not parts:
        return "title"
    return "both" if WORD.search(title) else "path" if len(parts) > 1 else "name"


def together(chances: Mapping[str, float]) -> dict[str, float]:
    """Of each group with its parts."""
    groups: dict[str, float] = {}
    for category, chance in chances.items():
        group = category.partition(".")[0]
        groups[group] = groups.get(group, 0.0) + chance
    return groups


def split(path: tuple[str, ...]) -> tuple[str, ...]:
    """Each name by itself: shops write whole paths into one field."""
    return tuple(part for name in path for part in BETWEEN.split(name.strip()) if plain(part))


def plain(text: str) -> str:
    """As names are compared: one case, ё as е, single blanks."""
    folded = unicodedata.normalize("NFKC", text[:MOST_LETTERS]).casefold().replace("ё", "е")
    return " ".join(folded.split())


def _named(parts: tuple[str, ...], choice: Collection[str]) -> str | None:
    names = tuple(plain(part) for part in parts)
    if ".".join(names) in choice:
        return ".".join(names)
    if (found := _titles().get(names)) is not None and found in choice:
        return found
    return None


@lru_cache(maxsize=1)
def _titles() -> Mapping[tuple[str, ...], str]:
    """A category's title alone, or under its group's, in either language."""
    told: dict[tuple[str, ...], str] = {}
    for path, category in categories().items():
        for language, title in category.titles.items():
            told[(plain(title),)] = path
            if category.parent:
                told[plain(categories()[category.parent].title(language)), plain(title)] = path
    return told


# ── the linear layer, and what it sees ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Model:
    classes: tuple[str, ...]
    """Categories, groups that goods are in with no part of theirs, and "" for all else."""
    weights: NDArray[np.int8]
    """A row for each bucket."""
    scale: Floats
    bias: Floats
    names: NDArray[np.uint32]
    """Hashes of names known by heart, in order, and what each is."""
    means: NDArray[np.uint8]
    bars: Mapping[str, tuple[float, float]]
    """By what is given: from which chance a part of a group is told, and a group."""

    def by_heart(self, name: str) -> str | None:
        key = name_key(name)
        at = int(np.searchsorted(self.names, key))
        known = at < len(self.names) and self.names[at] == key
        return self.classes[self.means[at]] if known else None

    def chances(self, parts: tuple[str, ...], title: str) -> Floats:
        buckets, shares = seen(parts, title)
        odds = self.bias + self.scale * (shares @ self.weights[buckets].astype(np.float32))
        powers = np.exp(odds - odds.max())
        return np.asarray(powers / powers.sum(), np.float32)


@lru_cache(maxsize=1)
def model() -> Model:
    return read(Path(__file__).with_suffix(".npz"))


def read(path: Path) -> Model:
    with np.load(path) as held:
        classes = tuple(str(name) for name in held["classes"])
        bars = {
            form: (float(part), float(group)) for form, (part, group) in zip(FORMS, held["bars"], strict=True)
        }
        return Model(
            classes, held["weights"], held["scale"], held["bias"], held["names"], held["means"], bars
        )


def name_key(name: str) -> int:
    return crc32(" ".join(WORD.findall(plain(name))).encode("utf8", "replace"))


def seen(parts: tuple[str, ...], title: str) -> tuple[Buckets, Floats]:
    """Buckets and what each weighs; a text of many words weighs no more than one of few."""
    texts = ((parts[-1] if parts else "", OWN), (" ".join(parts[:-1]), ABOVE), (title, TITLE))
    found = [(*_weighed(text), weight) for text, weight in texts if text]
    if not found:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    return np.concatenate([at for at, _, _ in found]), np.concatenate(
        [share * weight for _, share, weight in found]
    )


@lru_cache(maxsize=4096)
def _weighed(text: str) -> tuple[Buckets, Floats]:
    words = WORD.findall(plain(text))[:MOST_WORDS]
    whole = [*words, *(" ".join(pair) for pair in pairwise(words))]
    parts = [piece for word in words for piece in pieces(word)]
    at = [_bucket(word) for word in whole] + [WORDS + _bucket(piece) for piece in parts]
    share = np.array([WORD_WEIGHS] * len(whole) + [1.0] * len(parts), np.float32)
    return np.array(at, np.int32), share / max(1.0, float(np.sqrt(np.square(share).sum())))


def _bucket(text: str) -> int:
    return crc32(text.encode("utf8", "replace")) % WORDS


def pieces(word: str) -> Iterator[str]:
    """Runs of letters; where the word begins and ends shows."""
    ended = f"<{word}>"
    for letters in PIECES:
        for at in range(len(ended) - letters + 1):
            yield ended[at : at + letters]
