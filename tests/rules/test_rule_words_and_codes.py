"""Forbidden words are found through tricks and misreadings, and ordinary words are left in peace."""

from __future__ import annotations

import random
from dataclasses import replace
from math import cos, radians, sin
from typing import get_args

import numpy as np
import pytest
from builders import code, codes, facts, finding, findings, line, no_subject, piece, reading
from hypothesis import given
from hypothesis import strategies as st

from packshot.image.types import Box
from packshot.look.letters import ALIKE
from packshot.look.reading import ReadLine
from packshot.look.text import TextBox
from packshot.rules._lexicon import ENDINGS, SPARED, lexicon
from packshot.rules.base import Fixable, Severity
from packshot.rules.forbidden_words import EVERY, NAMES, ForbiddenWords, Group, said

LIMIT = ForbiddenWords()
TWINS = {letter: group.replace("|", "") for group in ALIKE for letter in group}
LISTED = [
    (group, words)
    for group, entry in lexicon().items()
    if group != SPARED
    for words in (text.replace("~", "") for text in entry.words)
    if len(words) >= 3
]


def groups(text: str, limit: ForbiddenWords = LIMIT) -> set[str]:
    return set(said(text, limit))


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("СКИДКА 50 %", "discounts"),
        ("скидки", "discounts"),
        ("Скидок больше нет", "discounts"),
        ("большая распродажа", "discounts"),
        ("РАСПРОДАЖУ", "discounts"),
        ("акция недели", "discounts"),
        ("Чёрная пятница", "discounts"),
        ("-50 %", "discounts"),
        ("−30% на всё", "discounts"),
        ("30% OFF", "discounts"),
        ("50%", "discounts"),
        ("1+1=3", "discounts"),
        ("SALE!", "discounts"),
        ("Final sale", "discounts"),
        ("ЦЕНА", "prices"),
        ("лучшие цены", "prices"),
        ("Цена 1 299 руб.", "prices"),
        ("₽ 1 299", "prices"),
        ("1299 ₽", "prices"),
        ("1 299 р.", "prices"),
        ("1299 p", "prices"),
        ("от 990 р", "prices"),
        ("$19.99", "prices"),
        ("best price", "prices"),
        ("ХИТ ПРОДАЖ", "hits"),
        ("хит-продаж", "hits"),
        ("ХИТПРОДАЖ", "hits"),
        ("Best seller", "hits"),
        ("best-seller", "hits"),
        ("BESTSELLER", "hits"),
        ("Новинка!", "novelty"),
        ("NEW", "novelty"),
        ("Новое поступление", "novelty"),
        ("Самый лучший", "superlatives"),
        ("№1", "superlatives"),
        ("№ 1 в мире", "superlatives"),
        ("+7 (999) 123-45-67", "contacts"),
        ("8 800 555-35-35", "contacts"),
        ("8-9O5-123-45-67", "contacts"),
        ("89991234567", "contacts"),
        ("+7 9991234567", "contacts"),
        ("тел. 123-45-67", "contacts"),
        ("info@myshop.ru", "contacts"),
        ("@my_shop", "contacts"),
        ("t.me/myshop", "contacts"),
        ("wa.me/79991234567", "contacts"),
        ("vk.com/shop", "contacts"),
        ("www.myshop.com", "contacts"),
        ("myshop.ru", "contacts"),
        ("наш-магазин.рф", "contacts"),
        ("https://example.org/a", "contacts"),
        ("мы в Instagram", "contacts"),
        ("пишите в ватсап", "contacts"),
        ("OZON", "marketplaces"),
        ("Озон", "marketplaces"),
        ("Wildberries", "marketplaces"),
        ("на Яндекс Маркете", "marketplaces"),
        ("бесплатная доставка", "delivery"),
        ("оплата при получении", "delivery"),
        ("в рассрочку", "delivery"),
        ("гарантия 2 года", "delivery"),
        ("Free shipping", "delivery"),
        ("Закажи сейчас", "calls"),
        ("Успей купить", "calls"),
        ("BUY NOW", "calls"),
        ("С К И Д К А", "discounts"),
        ("СКИД-КА", "discounts"),
    ],
)
def test_words_of_advertising_are_told_with_their_group(text: str, group: str) -> None:
    assert group in groups(text)


@pytest.mark.parametrize(
    "text",
    [
        "ценность семьи",
        "Центр",
        "бесценный",
        "оценка",
        "хитон шёлковый",
        "хитрый лис",
        "хитин",
        "bestial",
        "Celeste",
        "white whale",
        "saleable",
        "salebration-free zone",
        "Wholesome oats",
        "rubber sole",
        "рубин",
        "рубашка",
        "рублёная котлета",
        "новогодний шар",
        "новатор",
        "New Balance 574",
        "I love New York",
        "newborn",
        "складка на юбке",
        "сдвижка",
        "дерево",
        "древесина дуба",
        "душевая лейка",
        "подарочная коробка",
        "сиропом",
        "контактные линзы",
        "контракт",
        "whipping cream",
        "skipping rope",
        "акциз",
        "реакция",
        "фракция",
        "доставало",
        "оплот",
        "кредо",
        "100 % хлопок",
        "3,2 % жирности",
        "5 %-ный раствор",
        "98% какао-масла",
        "-30% сахара",
        "1080p",
        "Full HD 1080p",
        "4 607001 234567",
        "4607001234567",
        "2026-11-20",
        "размер 52 р",
        "104-110 р.",
        "12 шт",
        "0,5 л",
        "IP67",
        "St.Ives",
        "Dr. Oetker",
        "тел.",
        "No 1000",
        "3 в 1",
        "озонатор",
        "амазонка",
        "вайб",
        "лучник",
        "лучистый",
        "самовар",
        "самокат",
        "купидон",
        "заказник",
        "спецовка",
        "топор",
        "",
        " ",
        "!!! ???",
        "‐‐‐",
    ],
)
def test_ordinary_words_are_left_in_peace(text: str) -> None:
    assert groups(text) == set()


@given(st.sampled_from(LISTED), st.randoms(use_true_random=False), st.booleans())
def test_every_listed_form_is_found_through_look_alikes(
    listed: tuple[str, str], dice: random.Random, shout: bool
) -> None:
    group, text = listed
    swapped = "".join(dice.choice(TWINS.get(letter, letter)) for letter in text.lower())
    assert group in groups(swapped.upper() if shout else swapped)
    assert group in groups(f"«{text.title()}»!")


@given(
    st.sampled_from(["скидка", "распродажа", "новинка", "бестселлер", "доставка", "discount", "bestseller"]),
    st.data(),
)
def test_one_wrong_letter_in_a_long_word_is_borne(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    wrong = data.draw(st.sampled_from(["ж", "q"]))
    assert groups(word[:at] + wrong + word[at + 1 :])


@given(st.sampled_from(["хит", "цена", "new", "sale"]), st.data())
def test_short_words_are_taken_at_their_letters(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert groups(word[:at] + "ю" + word[at + 1 :]) == set()


@given(st.text(max_size=200))
def test_any_text_is_read_without_harm(text: str) -> None:
    assert groups(text) <= set(EVERY)


def test_digits_alone_are_no_contact() -> None:
    for length in range(1, 16):
        assert "contacts" not in groups("5" * length)


def test_groups_have_names_and_entries() -> None:
    assert set(get_args(Group)) == set(EVERY) == set(lexicon()) - {SPARED}
    assert set(NAMES) == {*EVERY, "extra"}
    assert "" in ENDINGS


def test_a_profile_takes_away_groups_adds_words_and_allows_words() -> None:
    photo = facts(reading=reading(line("Хит! OZON")))
    assert str(finding("forbidden_words", photo, groups=("marketplaces",)).message).endswith(
        "names of marketplaces do not belong on it."
    )
    assert findings("forbidden_words", photo, groups=("prices",)) == []
    assert findings("forbidden_words", photo, groups=(), extra_words=("ozon",))
    assert findings("forbidden_words", photo, allowed_words=("хит", "ozon")) == []
    own = facts(reading=reading(line("mybrand.ru")))
    assert findings("forbidden_words", own)
    assert findings("forbidden_words", own, allowed_words=("mybrand.ru",)) == []


def test_print_on_the_goods_is_left_unless_asked_for() -> None:
    printed = facts(reading=reading(line("SALE", found=piece(on_product=1.0, overlaid=0.1))))
    assert findings("forbidden_words", printed) == []
    assert finding("forbidden_words", printed, on_product=True).fixable is Fixable.NO


def test_a_doubtful_reading_is_left_out() -> None:
    assert findings("forbidden_words", facts(reading=reading(line("SALE", sure=0.49)))) == []


def test_words_on_the_ground_can_go_and_words_over_goods_stay() -> None:
    beside, over = line("SALE"), line("SALE", found=piece(on_product=1.0, overlaid=0.95))
    assert finding("forbidden_words", facts(reading=reading(beside))).fixable is Fixable.YES
    assert finding("forbidden_words", facts(reading=reading(over))).fixable is Fixable.NO
    assert finding("forbidden_words", facts(reading=reading(beside, over))).fixable is Fixable.PARTLY
    nothing = facts(subject=no_subject(), reading=reading(beside))
    assert finding("forbidden_words", nothing).fixable is Fixable.NO


def test_a_line_is_quoted_as_it_was_read() -> None:
    said = finding("forbidden_words", facts(reading=reading(line("СКИДКА {50} %"))))
    assert "“СКИДКА {50} %”" in str(said.message)
    assert "«СКИДКА {50} %»" in said.message.in_("ru")
    long = finding("forbidden_words", facts(reading=reading(line("sale " * 30))))
    assert len(str(long.message)) < 120


# --- phrases over several lines ----------------------------------------------------------------------------


def written(*rows: str, px: int = 40, pitch: float = 1.5, turned: float = 0.0) -> list[ReadLine]:
    """Rows below each other as a designer sets them, from (300, 200) on, the whole turned by degrees."""
    along = np.array([cos(radians(turned)), sin(radians(turned))])
    down = np.array([-along[1], along[0]])
    lines = []
    for at, row in enumerate(rows):
        corner = np.array([300.0, 200.0]) + at * pitch * px * down
        width, height = max(1, len(row)) * 0.6 * px * along, px * down
        outline = [corner, corner + width, corner + width + height, corner + height]
        xs, ys = [point[0] for point in outline], [point[1] for point in outline]
        box = Box(round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys)))
        found = replace(piece(box), angle=turned, outline=tuple((float(x), float(y)) for x, y in outline))
        lines.append(line(row, found=found))
    return lines


BROKEN = [
    ("free", "shipping"),
    ("ХИТ", "ПРОДАЖ"),
    ("В", "НАЛИЧИИ"),
    ("BUY", "NOW"),
    ("TOP", "RATED"),
    ("+7 (999)", "123-45-67"),
    ("8 800 555-", "35-35"),
    ("РАСПРО-", "ДАЖА"),
    ("1 299", "руб."),
    ("50", "%"),
    ("www", "myshop.ru"),
]


@pytest.mark.parametrize("rows", BROKEN, ids=" / ".join)
@pytest.mark.parametrize("turned", [0.0, -20.0, 90.0, 178.0])
def test_a_phrase_goes_on_in_the_next_line(rows: tuple[str, ...], turned: float) -> None:
    lines = written("Кружка", *rows, turned=turned)
    random.Random(3).shuffle(lines)
    said = finding("forbidden_words", facts(reading=reading(*lines)))
    assert said.measured == 1.0


@pytest.mark.parametrize(
    "rows", [("free", "returns"), ("в", "наличии"), ("+7 999", "123-45-67"), ("limited", "time")]
)
def test_all_lines_of_a_phrase_are_shown_and_no_other(rows: tuple[str, str]) -> None:
    lines = written("Кружка", *rows, "350 мл")
    said = finding("forbidden_words", facts(reading=reading(*lines)))
    assert said.boxes == (lines[1].box, lines[2].box)
    assert f"“{rows[0]} {rows[1]}”" in said.message.in_("en")


@given(st.sampled_from([(group, text) for group, text in LISTED if " " in text]), st.data())
def test_every_listed_phrase_is_found_wherever_it_breaks(
    listed: tuple[str, str], data: st.DataObject
) -> None:
    group, text = listed
    parts = text.split()
    at = data.draw(st.integers(1, len(parts) - 1))
    assert group in groups("\n".join((" ".join(parts[:at]), " ".join(parts[at:]))))


@pytest.mark.parametrize("rows", [("in", "stock"), ("+7 999", "123-45-67"), ("low", "cost")])
def test_lines_that_do_not_belong_together_are_not_joined(rows: tuple[str, str]) -> None:
    first, second = written(*rows)
    assert findings("forbidden_words", facts(reading=reading(first, second)))
    (larger,) = written(rows[1], px=90)
    apart = [
        written(rows[0], "", "", rows[1])[-1],  # two rows further down
        moved(second, 600, 0),  # aside
        replace(larger, found=replace(moved(larger, 0, 60).found)),  # of another size
        replace(second, found=replace(second.found, on_product=1.0, overlaid=0.1)),  # a print on the goods
    ]
    for other in apart:
        assert findings("forbidden_words", facts(reading=reading(first, other))) == []


def test_lines_of_two_angles_are_two_texts() -> None:
    level, turned = written("limited", "time again"), written("limited", "time again", turned=25.0)
    assert findings("forbidden_words", facts(reading=reading(*level)))
    assert findings("forbidden_words", facts(reading=reading(*turned)))
    assert findings("forbidden_words", facts(reading=reading(level[0], turned[1]))) == []


def moved(line: ReadLine, right: int, down: int) -> ReadLine:
    found = line.found
    outline = tuple((x + right, y + down) for x, y in found.outline)
    return replace(line, found=replace(found, box=found.box.moved(right, down), outline=outline))


def test_the_angle_of_a_short_word_is_not_believed() -> None:
    first, second = written("В", "наличии")
    square = replace(first, found=TextBox(Box(300, 200, 340, 240), 0.9, 0.0, 0.9, angle=-90.0))
    assert finding("forbidden_words", facts(reading=reading(square, second))).boxes == (
        square.box,
        second.box,
    )


def test_tails_make_no_other_size() -> None:
    flat, tailed = written("free", "returns")
    low = replace(flat, found=replace(flat.found, box=Box(300, 206, 396, 240), outline=()))
    high = replace(tailed, found=replace(tailed.found, box=Box(300, 256, 468, 310), outline=()))
    assert len(finding("forbidden_words", facts(reading=reading(low, high))).boxes) == 2


def test_names_and_amounts_over_two_lines_are_left_in_peace() -> None:
    for rows in (
        ("NEW", "BALANCE"),
        ("44 46", "48 р"),
        ("Смотри", "1"),
        ("104-110", "р."),
        ("Full HD", "1080p"),
    ):
        assert findings("forbidden_words", facts(reading=reading(*written(*rows)))) == []


def test_what_one_line_says_it_says_beside_any_other() -> None:
    for rows in (("-20 %", "обувь"), ("хлопок", "50 %"), ("1 299 р.", "за пару"), ("№ 1", "мыло")):
        alone = {row for row in rows if groups(row)}
        said = finding("forbidden_words", facts(reading=reading(*written(*rows))))
        assert said.boxes == tuple(line.box for line in written(*rows) if line.text in alone)


@given(st.lists(st.text(max_size=12).filter(lambda row: "\n" not in row), max_size=8))
def test_any_lines_are_read_without_harm(rows: list[str]) -> None:
    told = said("\n".join(rows), LIMIT)
    assert all(0 <= at < max(1, len(rows)) for lines in told.values() for at in lines)


# --- codes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ean13", "ean8", "upc_a", "upc_e"])
@pytest.mark.parametrize("on_product", [0.0, 1.0])
def test_the_goods_number_is_a_fact_and_no_fault(kind: str, on_product: float) -> None:
    barcode = facts(codes=codes(code("4006381333931", kind, on_product=on_product)))
    assert findings("qr_code", barcode, on_product=True) == []
    assert bool(findings("qr_code", barcode, barcodes=True)) == (on_product == 0)


def test_a_code_on_the_packaging_is_silent_or_advice() -> None:
    printed = facts(codes=codes(code(on_product=0.9)))
    assert findings("qr_code", printed) == []
    told = finding("qr_code", printed, on_product=True, severity=Severity.ERROR)
    assert told.severity is Severity.ADVICE
    assert told.fixable is Fixable.NO


def test_a_code_drawn_over_the_goods_is_told_and_stays() -> None:
    over, beside = code(on_product=1.0, overlaid=0.9), code()
    told = finding("qr_code", facts(codes=codes(over)), severity=Severity.ERROR)
    assert (told.severity, told.fixable, told.confidence) == (Severity.ERROR, Fixable.NO, 0.9)
    assert "printed" not in str(told.message)
    assert finding("qr_code", facts(codes=codes(over, beside))).fixable is Fixable.PARTLY
    assert len(findings("qr_code", facts(codes=codes(over)), on_product=True)) == 1


def test_a_code_on_the_ground_can_go() -> None:
    assert finding("qr_code", facts(codes=codes(code()))).fixable is Fixable.YES
    lost = facts(subject=no_subject(), codes=codes(code()))
    assert finding("qr_code", lost).fixable is Fixable.NO


def test_a_long_value_is_cut_in_the_sentence() -> None:
    assert len(str(finding("qr_code", facts(codes=codes(code("x" * 300)))).message)) < 160
