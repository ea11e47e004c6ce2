"""A shop's own table goes before every guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from packshot.catalog import category_map
from packshot.catalog.category_map import CategoryMap
from packshot.catalog.category_words import Why
from packshot.errors import BadOption


def table(tmp_path: Path, text: str) -> CategoryMap:
    path = tmp_path / "categories.csv"
    path.write_text(text, encoding="utf-8-sig")
    return category_map.read(path)


def test_the_table_goes_before_the_guess(tmp_path: Path) -> None:
    told = table(tmp_path, "from,to\nКружки,home.decor\nПосуда > Ножи,\n")
    assert told.choose(("Кружки",)).category == "home.decor"
    assert told.choose(("Посуда", "Ножи")) == category_map.Guess("", 1.0, Why.TABLE)
    assert told.choose(("Сковороды",)).category == "home.kitchen"


def test_names_are_compared_without_case_yo_and_blanks(tmp_path: Path) -> None:
    told = table(tmp_path, "to;from\nhome.garden;  ЁЛКИ   живые \n")
    assert told.get(("елки живые",)) == "home.garden"


def test_the_id_goes_first_then_the_path_then_the_name(tmp_path: Path) -> None:
    told = table(tmp_path, "from,to\n317,food\nДом > Часы,home.decor\nЧасы,fashion.jewellery\n")
    assert told.get(("Дом", "Часы"), "317") == "food"
    assert told.get(("Дом", "Часы"), "318") == "home.decor"
    assert told.get(("Мужчинам", "Часы")) == "fashion.jewellery"
    assert told.get(("Мужчинам",)) is None


def test_what_is_said_of_a_category_holds_below_it(tmp_path: Path) -> None:
    told = table(tmp_path, "from,to\nПосуда,home.kitchen\nВазы,home.decor\n")
    assert told.get(("Посуда", "Детская", "Кружки")) == "home.kitchen"
    assert told.get(("Посуда", "Вазы", "Напольные")) == "home.decor"


def test_a_profiles_own_category_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "categories.csv"
    path.write_text("from,to\nКуклы,toys\n", encoding="utf8")
    more = {"toys": {"en": "Toys"}}
    assert category_map.read(path, more).get(("Куклы",)) == "toys"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from,to\nКружки,home.kitchin\n", "home.kitchen"),
        ("name,category\nКружки,home.kitchen\n", "from and to"),
        ("", "from and to"),
        ("from,to\nКружки,home\nкружки,food\n", "another category"),
    ],
)
def test_a_wrong_table_is_told_with_its_cure(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadOption) as error:
        table(tmp_path, text)
    assert said in str(error.value)
    assert error.value.cure is not None


def test_a_missing_file_and_another_encoding_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="nowhere"):
        category_map.read(tmp_path / "nowhere.csv")
    (tmp_path / "old.csv").write_bytes("from,to\nКружки,home\n".encode("cp1251"))
    with pytest.raises(BadOption, match="UTF-8"):
        category_map.read(tmp_path / "old.csv")
