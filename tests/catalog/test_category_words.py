"""Names of shops' categories: common ones in both languages, nonsense, and what must not matter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from packshot.catalog.category_words import MOST_LETTERS, Why, guess, model, split
from packshot.profiles.categories import categories

NAMES = {
    "fashion.clothes": [
        "Платья",
        "Худи",
        "Мужчинам > Футболки",
        "Верхняя одежда > Пуховики",
        "Women > Dresses",
    ],
    "fashion.shoes": ["Кроссовки", "Женская обувь > Ботинки", "Women's Sneakers", "Men > Shoes > Boots"],
    "fashion.bags": ["Рюкзаки", "Сумки > Клатчи", "Handbags"],
    "fashion.jewellery": ["Ювелирные украшения > Серьги", "Бижутерия", "Jewelry > Rings"],
    "fashion.underwear": ["Купальники", "Женское бельё > Бюстгальтеры", "Lingerie"],
    "fashion.kids": ["Детям > Девочкам > Платья", "Детская одежда", "Kids > Boys > T-Shirts"],
    "home.furniture": ["Диваны", "Мебель > Стулья", "Sofas"],
    "home.textile": ["Полотенца", "Постельное бельё", "Bath Towels"],
    "home.kitchen": ["Кружки", "Посуда > Кружки", "Посуда > Сковороды", "Frying Pans"],
    "home.decor": ["Люстры", "Вазы", "Table Lamps"],
    "home.garden": ["Садовый инвентарь", "Шуруповёрты", "Garden Tools"],
    "electronics.devices": ["Смартфоны", "Ноутбуки", "Laptops"],
    "electronics.audio": ["Наушники", "Портативные колонки", "Headphones"],
    "electronics.accessories": ["Чехлы для телефонов", "Phone Cases"],
    "electronics.appliances": ["Холодильники", "Стиральные машины", "Refrigerators"],
    "electronics.small": ["Пылесосы", "Фены", "Toasters"],
    "beauty.care": ["Уход за волосами > Шампуни", "Shampoo"],
    "beauty.makeup": ["Тушь для ресниц", "Lipstick"],
    "beauty.perfume": ["Парфюмерия > Духи", "Perfumes"],
    "food.fresh": ["Молочные продукты > Сыры", "Cheese"],
    "food.grocery": ["Крупы", "Макароны", "Snacks"],
    "food.drinks": ["Напитки > Соки", "Кофе", "Wine"],
    "": ["Игрушки > Конструкторы", "Книги", "Автозапчасти", "Корм для кошек", "Dog Food", "Board Games"],
}


@pytest.mark.parametrize(("category", "name"), [(of, name) for of, names in NAMES.items() for name in names])
def test_a_common_name_is_known(category: str, name: str) -> None:
    assert guess((name,)).category == category


@pytest.mark.parametrize(
    "name", ["", "  ", "12345", "№ 7 / 14-К", "йцфшщ гнкрв", "qzxv wtrp", "???", "Новинки", "Sale", "商品"]
)
def test_a_name_that_says_nothing_gets_no_category(name: str) -> None:
    assert guess((name,)).category == ""
    assert guess((), name).category == ""


def test_a_path_may_come_in_parts_or_as_one_text() -> None:
    parts = ("Детям", "Девочкам", "Платья")
    assert guess(parts) == guess((" > ".join(parts),)) == guess(("|".join(parts),))


def test_a_title_helps_where_the_shelf_says_nothing() -> None:
    bare = guess(("Новинки",))
    told = guess(("Новинки",), "Шампунь для сухих волос 250 мл")
    assert bare.category == ""
    assert told.category.partition(".")[0] == "beauty"


@pytest.mark.parametrize("path", categories())
def test_what_is_a_profiles_category_already_is_taken_exactly(path: str) -> None:
    category = categories()[path]
    titles = [(category.title(language),) for language in ("en", "ru")]
    if category.parent:
        titles += [(categories()[category.parent].title("ru"), category.title("ru"))]
    for named in [(path,), tuple(path.split(".")), (path.upper(),), *titles]:
        assert (guess(named).category, guess(named).confidence, guess(named).why) == (path, 1.0, Why.NAMED)


def test_how_goods_are_shown_is_never_guessed() -> None:
    assert not {"fashion.on_model", "fashion.hanging"} & set(model().classes)
    assert set(model().classes) - {""} <= set(categories())


def test_a_profile_without_the_part_gets_the_group() -> None:
    assert guess(("Кроссовки",), known=["fashion", "home"]).category == "fashion"
    assert guess(("Женская обувь", "Кроссовки"), known=["fashion", "home"]).category == "fashion"
    assert guess(("Кроссовки",), known=["home"]).category == ""
    assert guess(("fashion.shoes",), known=["home"]).category == ""


@settings(max_examples=200)
@given(some.lists(some.text(max_size=60), max_size=4).map(tuple), some.text(max_size=200))
def test_any_text_gets_an_answer(path: tuple[str, ...], title: str) -> None:
    told = guess(path, title)
    assert told.category in {"", *categories()}
    assert 0.0 <= told.confidence <= 1.0


def test_a_lone_surrogate_and_a_book_for_a_title_are_answered() -> None:
    guess(("\ud800",), "\udfff")
    words = "Кружка керамическая белая "
    assert guess((), words * 40).category == guess((), words * (MOST_LETTERS // len(words))).category


@settings(max_examples=60)
@given(
    some.sampled_from(
        ["Ёлочные игрушки", "Нижнее бельё", "Посуда > Тёрки", "Шуруповёрты", "Women's Sneakers"]
    ),
    some.sampled_from([str.upper, str.lower, str.title, lambda text: text.replace("ё", "е")]),
    some.sampled_from([" ", "  ", "\u00a0", "\t"]),
)
def test_case_yo_and_blanks_do_not_matter(name: str, cased: object, blank: str) -> None:
    assert callable(cased)
    written = f" {cased(name)} ".replace(" ", blank)
    assert guess((written,)) == guess((name,))


def test_paths_are_split_at_arrows_but_not_within_names() -> None:
    assert split(("Дом > Кухня » Кружки",)) == ("Дом", "Кухня", "Кружки")
    assert split(("Каши/хлопья",)) == ("Каши/хлопья",)
    assert split(("A / B", "")) == ("A", "B")
