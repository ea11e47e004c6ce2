"""What the layer that reads category names learns from: names, paths and titles, each with its category.

A tree of categories in two languages, titles made up for it, and titles of real shops. Which branch is
which of the profiles' categories stands in `labels/shop_branches.tsv`; `labels/shop_names.tsv` is our own
list of common names. Each text is seen in the forms that feeds bring: a bare name, a path, a title, or
both.

Held out by name, not by line: every tenth leaf of the tree with the titles made up for it, every tenth
name of our own list, every tenth category of the till names with all its goods, and the titles that the
sources themselves hold out. As many again set the bars from which an answer is told.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from random import Random
from zlib import crc32

from packshot.catalog.category_words import SHELVES, form_of, plain, split
from packshot.errors import BadSource
from packshot.words import say

Fold = Callable[[str], str]

LABELS = Path(__file__).parent / "labels"

SHARED_ALIKE = ("flipkart", "goodbooks-10k")
"""CC BY-SA: measured with, never learned from."""
TILLS = "uhtt"
TREE = "tree"
OWN_LIST = "shelves"

ADULTS = {
    "ru": ("Женщинам", "Мужчинам", "Для женщин", "Для мужчин", "Женское", "Мужское", "Женский гардероб"),
    "en": ("Women", "Men", "Womens", "Mens", "For her", "For him", "Ladies"),
}
CHILDREN = {
    "ru": ("Детям", "Для детей", "Девочкам", "Мальчикам", "Для девочек", "Для мальчиков", "Малышам"),
    "en": ("Kids", "Boys", "Girls", "Children", "Baby", "Toddlers", "Newborn"),
}
CHILDISH = re.compile(
    r"\b(boys?|girls?|kids?|infants?|toddlers?|newborns?|bab(y|ies)|children)\b|детск|девоч|мальчик|новорожд|малыш",
    re.IGNORECASE,
)
WORN = ("fashion.clothes", "fashion.underwear")
"""What is `fashion.kids` where it is made for children; shoes and bags stay what they are."""


@dataclass(frozen=True, slots=True)
class Example:
    path: tuple[str, ...]
    title: str
    category: str
    source: str
    language: str
    fold: str
    """train, dev (sets the bars) or val."""

    @property
    def form(self) -> str:
        return form_of(split(self.path), self.title)


@dataclass(frozen=True, slots=True)
class Node:
    paths: Mapping[str, tuple[str, ...]]
    """By language."""
    category: str
    fold: str


@dataclass(frozen=True, slots=True)
class Mix:
    """How much of what."""

    names: int = 8
    """How often a name of the tree is seen: 10,000 names stand against 300,000 titles."""
    shelves: int = 40
    """How often one of the names that shops write over their shelves."""
    titles: int = 150
    """The most goods of one category of a source."""
    gibberish: int = 12_000
    tills: bool = True
    """The till names, whose source states no licence."""


# ── labels ──────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache
def branches() -> Mapping[str, Mapping[str, str]]:
    """Tree → branch → category."""
    told: dict[str, dict[str, str]] = {}
    for row in _table(LABELS / "shop_branches.tsv"):
        told.setdefault(row["tree"], {})[row["branch"]] = row["category"]
    return told


def category_of(tree: str, parts: Sequence[str], *texts: str) -> str:
    """By the deepest branch that the table knows; `texts` say whether it is for children."""
    told = branches()[tree]
    ways = (branch_of(tree, parts[:depth]) for depth in range(len(parts), 0, -1))
    found = next((told[way] for way in ways if way in told), "")
    return "fashion.kids" if found in WORN and any(CHILDISH.search(text) for text in texts) else found


def branch_of(tree: str, parts: Sequence[str]) -> str:
    """As the table names it: by id, or by a digest where a tree has none; its names are not ours to print."""
    if tree == "taxonomy":
        return "-".join(parts)
    return sha256(" > ".join(parts).encode()).hexdigest()[:12]


def fold_of(name: str) -> str:
    """The same on every machine and in every run."""
    at = crc32(plain(name).encode()) % 20
    return "val" if at in (0, 1) else "dev" if at in (2, 3) else "train"


# ── examples ────────────────────────────────────────────────────────────────────────────────────────────────


def examples(data: Path, mix: Mix, seed: int = 0, *, hold: bool = True) -> Iterator[Example]:
    """Of all folds. Held-out ones come in every form; the others in one, drawn by the seed.

    `hold`: without it every name is to be learned, and only what the sources hold out is not.
    """
    draw = Random(seed)
    fold = fold_of if hold else lambda name: "train"
    nodes = tree(data, fold)
    yield from _names(nodes, mix, draw)
    yield from _shelves(mix, fold, draw)
    yield from _made_up(data, nodes, draw)
    yield from _shops(data, nodes, mix, draw)
    if mix.tills:
        yield from _tills(data, mix, fold, draw)
    yield from _nothing(nodes, mix, draw)


def tree(data: Path, fold: Fold) -> dict[str, Node]:
    nodes = {}
    for row in _table(data / "taxonomy" / "taxonomy.tsv"):
        paths = {language: tuple(row[f"path_{language}"].split(" > ")) for language in ("en", "ru")}
        texts = (" ".join(path) for path in paths.values())
        category = category_of("taxonomy", row["id"].split("-"), *texts)
        nodes[row["id"]] = Node(paths, category, fold(row["name_en"]) if row["leaf"] == "1" else "train")
    return nodes


def _names(nodes: Mapping[str, Node], mix: Mix, draw: Random) -> Iterator[Example]:
    known = {
        plain(path[-1]) for node in nodes.values() if node.fold == "train" for path in node.paths.values()
    }
    for node in nodes.values():
        for language, path in node.paths.items():
            if node.fold == "train":
                for _ in range(mix.names):
                    part, category = _dressed(
                        path[-draw.choice((1, 1, 2, 3, 9)) :], node.category, language, draw
                    )
                    yield Example(part, "", category, TREE, language, "train")
            elif plain(path[-1]) not in known:
                for depth in {1, len(path)}:
                    yield Example(path[-depth:], "", node.category, TREE, language, node.fold)


def _shelves(mix: Mix, fold: Fold, draw: Random) -> Iterator[Example]:
    """Our own list of what shops call their categories: the tree's names are longer and rarer."""
    for row in _table(LABELS / "shop_names.tsv"):
        for name in row["names"].split("; "):
            held = fold(name)
            for _ in range(mix.shelves if held == "train" else 1):
                way = (name,), row["category"]
                path, category = _dressed(*way, row["language"], draw) if held == "train" else way
                yield Example(path, "", category, OWN_LIST, row["language"], held)


def _made_up(data: Path, nodes: Mapping[str, Node], draw: Random) -> Iterator[Example]:
    for row in _table(data / "titles" / "generated_ru.tsv.gz"):
        node = nodes.get(row["taxonomy_id"])
        if node is not None and node.fold == "train":
            path, title = _form(node.paths["ru"], row["title"], draw)
            yield Example(path, title, node.category, row["source"], "ru", "train")
        elif node is not None and node.fold == "dev":
            yield from _every_form(node.paths["ru"], row["title"], node.category, row["source"], "ru", "dev")


def _shops(data: Path, nodes: Mapping[str, Node], mix: Mix, draw: Random) -> Iterator[Example]:
    for file in ("train", "val"):
        taken: Counter[tuple[str, str]] = Counter()
        for row in _table(data / "titles" / f"{file}.tsv.gz"):
            source, key = row["source"], row["taxonomy_id"]
            taken[source, row["path"]] += 1
            if key not in nodes or taken[source, row["path"]] > mix.titles:
                continue
            path, title = tuple(row["path"].split(" > ")), row["title"]
            category = category_of("taxonomy", key.split("-"), row["path"], title)
            if file == "train" and source not in SHARED_ALIKE:
                part, title = _form(path, title, draw)
                yield Example(part, title, category, source, row["lang"], "train")
            else:
                yield from _every_form(
                    path, title, category, source, row["lang"], "val", taken[source, row["path"]] == 1
                )


def _tills(data: Path, mix: Mix, fold: Fold, draw: Random) -> Iterator[Example]:
    """Russian goods as tills print them; without the file the training goes without them."""
    for file in ("train", "val"):
        table = data / "titles" / f"uhtt_ru_{file}.tsv.gz"
        taken: Counter[str] = Counter()
        for row in _table(table) if table.is_file() else ():
            taken[row["path"]] += 1
            path = tuple(part for part in row["path"].split(" > ") if part)
            most = mix.titles if file == "train" else 4
            if taken[row["path"]] > most or not path:
                continue
            category, held = category_of(TILLS, path, row["path"], row["title"]), fold(row["path"])
            if file == "train" and held == "train":
                below, title = _form(path, row["title"], draw)
                yield Example(below, title, category, TILLS, "ru", "train")
            elif file == "val":
                source = f"{TILLS}, known categories" if held == "train" else f"{TILLS}, unseen categories"
                part = "dev" if held == "dev" else "val"
                yield from _every_form(
                    path, row["title"], category, source, "ru", part, taken[row["path"]] == 1
                )


def _nothing(nodes: Mapping[str, Node], mix: Mix, draw: Random) -> Iterator[Example]:
    """Shelves without goods, and letters in no order."""
    for language, shelves in SHELVES.items():
        for shelf in shelves:
            for _ in range(60):
                yield Example((shelf,), "", "", "empty shelves", language, "train")
    words = sorted(
        {word for node in nodes.values() for path in node.paths.values() for word in path[-1].split()}
    )
    for _ in range(mix.gibberish):
        text = " ".join(
            "".join(draw.sample(word, len(word))) for word in draw.sample(words, draw.randint(1, 3))
        )
        if draw.random() < 0.5:
            abc = draw.choice(("abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщыэюя"))
            text = " ".join(
                "".join(draw.choices(abc, k=draw.randint(1, 9))) for _ in range(draw.randint(1, 3))
            )
        path, title = ((text,), "") if draw.random() < 0.7 else ((), text)
        yield Example(path, title, "", "gibberish", "", "train")


def _form(path: tuple[str, ...], title: str, draw: Random) -> tuple[tuple[str, ...], str]:
    way = draw.random()
    if way < 0.45:
        return (), title
    if way < 0.85:
        return path[-draw.choice((1, 9)) :], title
    return path[-draw.choice((1, 9)) :], ""


def _every_form(
    path: tuple[str, ...],
    title: str,
    category: str,
    source: str,
    language: str,
    fold: str,
    first: bool = False,
) -> Iterator[Example]:
    """`first` of its path: the path alone, too."""
    for part, words in (((), title), (path, title), *(((path, ""),) if first else ())):
        yield Example(part, words, category, source, language, fold)


def _dressed(
    path: tuple[str, ...], category: str, language: str, draw: Random
) -> tuple[tuple[str, ...], str]:
    """Under the shelves that shops put above it: whom it is for, or nothing at all."""
    way = draw.random()
    if way < 0.15:
        return (draw.choice(SHELVES[language]), *path), category
    if way < 0.3 and category.startswith("fashion") and category != "fashion.kids":
        return (draw.choice(ADULTS[language]), *path), category
    if way < 0.45:
        return (draw.choice(CHILDREN[language]), *path), "fashion.kids" if category in WORN else category
    return path, category


def _table(path: Path) -> Iterator[dict[str, str]]:
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise BadSource(say("{path} cannot be read: {why}.", path=str(path), why=str(exc))) from exc
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf8")
    yield from csv.DictReader(text.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
