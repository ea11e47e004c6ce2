"""The training, on a tree and titles that are drawn up here."""

from __future__ import annotations

import gzip
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from packshot.catalog.category_words import guess, model, read, split, weighed
from packshot.errors import BadSource
from packshot.profiles.categories import categories
from packshot.training import category_words as training
from packshot.training.category_names import (
    LABELS,
    Mix,
    branches,
    category_of,
    examples,
    fold_of,
)
from packshot.words import Words

GOODS = {
    "aa-8-8": ("Shoes > Trainers", "Обувь > Кроссовки"),
    "hg-11-10": ("Kitchen > Cups", "Кухня > Чашки"),
    "tg-5": ("Toys > Dolls", "Игрушки > Куклы"),
}
RECIPE = training.Recipe(epochs=2, mix=Mix(names=20, shelves=2, gibberish=40, titles=10))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sets")
    (root / "taxonomy").mkdir()
    (root / "titles").mkdir()
    head = "id\tlevel\tparent\tleaf\tname_en\tname_ru\tpath_en\tpath_ru\n"
    rows = (
        f"{key}\t1\t\t1\t{en.split(' > ')[-1]}\t{ru.split(' > ')[-1]}\t{en}\t{ru}\n"
        for key, (en, ru) in GOODS.items()
    )
    (root / "taxonomy" / "taxonomy.tsv").write_text(head + "".join(rows), encoding="utf8")
    titles = {
        "generated_ru": "title\tlang\tsource\ttaxonomy_id\nЧашка белая\tru\tmade\thg-11-10\n",
        "train": "title\tpath\tlang\tsource\ttaxonomy_id\nRed trainers\tShoes > Sport\ten\tshop\taa-8-8\n"
        "A novel\tBooks\ten\tgoodbooks-10k\ttg-5\n",
        "val": "title\tpath\tlang\tsource\ttaxonomy_id\nBlue cup\tCups\ten\tshop\thg-11-10\n",
    }
    for name, text in titles.items():
        (root / "titles" / f"{name}.tsv.gz").write_bytes(gzip.compress(text.encode()))
    return root


def quiet(words: Words) -> None:
    pass


def test_a_drawn_tree_is_learned_and_read_back(data: Path, tmp_path: Path) -> None:
    path = training.train(data, tmp_path / "net", RECIPE, quiet)
    learned = read(path)
    choice = frozenset(categories())
    assert weighed(learned, ("Trainers",), "", choice).category == "fashion.shoes"
    assert weighed(learned, ("Чашки",), "", choice).category == "home.kitchen"
    card = tomllib.loads(path.with_suffix(".toml").read_text("utf8"))
    assert card["size_bytes"] == path.stat().st_size
    assert "uhtt" not in card["data"]
    assert "goodbooks-10k" not in card["data"]


def test_the_same_seed_gives_the_same_file(data: Path, tmp_path: Path) -> None:
    small = replace(RECIPE, epochs=1, mix=replace(RECIPE.mix, names=2, shelves=1))
    first, again = (training.train(data, tmp_path / name, small, quiet) for name in ("a", "b"))
    assert all(np.array_equal(np.load(first)[name], np.load(again)[name]) for name in np.load(first).files)


def test_no_held_out_name_is_learned_from(data: Path) -> None:
    found = list(examples(data, RECIPE.mix))
    learned = {one.path[-1] for one in found if one.fold == "train" and one.source == "shelves"}
    held = {one.path[-1] for one in found if one.fold != "train" and one.source == "shelves"}
    assert len(held) > 200
    assert not learned & held
    assert all(
        one.fold == "train" for one in examples(data, RECIPE.mix, hold=False) if one.source == "shelves"
    )


def test_share_alike_titles_are_never_learned_from(data: Path) -> None:
    assert {one.fold for one in examples(data, RECIPE.mix) if one.source == "goodbooks-10k"} == {"val"}


def test_a_folder_without_the_sets_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="taxonomy"):
        list(examples(tmp_path, RECIPE.mix))


def test_the_deepest_branch_decides_and_children_have_their_own() -> None:
    assert category_of("taxonomy", ["aa", "1", "4"], "Dresses") == "fashion.clothes"
    assert category_of("taxonomy", ["aa", "1", "4"], "Girls' Dresses") == "fashion.kids"
    assert category_of("taxonomy", ["aa", "8", "2"], "Baby & Toddler Shoes") == "fashion.shoes"
    assert category_of("taxonomy", ["tg", "5"], "Toys") == ""


def test_labels_name_known_categories_only() -> None:
    known = {"", *categories()}
    assert all(set(of.values()) <= known for of in branches().values())
    lines = (LABELS / "shop_names.tsv").read_text("utf8").splitlines()[1:]
    names = [(name, line.split("\t")[0]) for line in lines for name in line.split("\t")[2].split("; ")]
    assert {category for _, category in names} <= known
    assert len({name.casefold() for name, _ in names}) == len(names) == len(dict(names))
    assert {fold_of(name) for name, _ in names} == {"train", "dev", "val"}


def test_the_shipped_file_is_the_one_on_its_card() -> None:
    from hashlib import sha256

    from packshot.catalog import category_words

    path = Path(category_words.__file__).with_suffix(".npz")
    card = tomllib.loads(path.with_suffix(".toml").read_text("utf8"))
    assert card["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert path.stat().st_size < 1_500_000
    assert "none stated" in card["data"]["uhtt"]["licence"]
    assert model().weights.dtype == np.int8
    assert guess(split(("Посуда > Кружки",))).category == "home.kitchen"
