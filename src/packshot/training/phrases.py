"""What cards and labels say: prices, sizes, contacts, compositions, slogans, names; Russian and English.

No shop's texts: the words here are ours; a folder of product titles, where one is given, adds its own.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from numpy.random import Generator

from packshot.engines.text_read import ALPHABET, DIGITS, LATIN, RUSSIAN, SIGNS

LONGEST = 40
"""Letters of a line, at most."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by language, and whole titles where there are some."""

    words: dict[str, tuple[str, ...]]
    titles: dict[str, tuple[str, ...]]


def lexicon(titles: Path | None = None, split: str = "train") -> Lexicon:
    """The built-in words; with a folder of titles (`*train.tsv.gz`, columns title and lang) theirs too."""
    found: dict[str, list[str]] = {"ru": [], "en": []}
    for path in sorted(titles.glob(f"*{split}.tsv.gz")) if titles else []:
        with gzip.open(path, "rt", encoding="utf8") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["lang"] in found:
                    found[row["lang"]].append("".join(c for c in row["title"] if c in ALPHABET).strip())
    return Lexicon(
        {"ru": tuple(RUSSIAN_WORDS.split()), "en": tuple(ENGLISH_WORDS.split())},
        {language: tuple(title for title in some if len(title) > 2) for language, some in found.items()},
    )


def phrase(rng: Generator, language: str, lexicon: Lexicon, longest: int = LONGEST) -> str:
    """One line in "ru" or "en", of letters of ALPHABET only, no blank at its ends."""
    kinds = [kind for kind, _ in KINDS]
    chances = [chance for _, chance in KINDS]
    total = sum(chances)
    for _ in range(20):
        kind = kinds[int(rng.choice(len(kinds), p=[chance / total for chance in chances]))]
        text = _shortened(rng, " ".join(kind(rng, language, lexicon).split()), longest)
        if any(letter.isalnum() for letter in text):
            return text
    return _number(rng, 1, 99999)


def _shortened(rng: Generator, text: str, longest: int) -> str:
    """Whole words of it from a place by chance, as lines of a longer text are."""
    if len(text) <= longest:
        return text
    words = text.split()
    first = int(rng.integers(len(words)))
    out = words[first][:longest]
    for word in words[first + 1 :]:
        if len(out) + 1 + len(word) > longest:
            break
        out += f" {word}"
    return out


# ── kinds ───────────────────────────────────────────────────────────────────────────────────────────────────


def price(rng: Generator, language: str, _: Lexicon) -> str:
    thousands, rest = int(rng.integers(0, 100)), int(rng.integers(0, 1000))
    if rng.random() < 0.5:
        rest = rest // 100 * 100 + int(rng.choice([0, 50, 90, 99]))
    gap = str(rng.choice([" ", "", "."], p=[0.7, 0.25, 0.05]))
    amount = f"{thousands}{gap}{rest:03d}" if thousands else str(rest)
    if language == "ru":
        sign = str(
            rng.choice([" ₽", "₽", " руб.", " руб", " р.", " Р"], p=[0.45, 0.2, 0.15, 0.1, 0.07, 0.03])
        )
        before = str(
            rng.choice(["", "от ", "всего ", "цена ", "Цена: ", "за "], p=[0.7, 0.1, 0.05, 0.05, 0.05, 0.05])
        )
        return f"{before}{amount}{sign}"
    cents = f".{int(rng.choice([0, 49, 50, 90, 95, 99])):02d}" if rng.random() < 0.6 else ""
    before = str(rng.choice(["", "only ", "from ", "now "], p=[0.75, 0.1, 0.1, 0.05]))
    return f"{before}{rng.choice(['$', '€'])}{amount.replace(' ', ',')}{cents}"


def cut(rng: Generator, language: str, _: Lexicon) -> str:
    """A discount."""
    share = int(
        rng.choice([5, 10, 15, 20, 25, 30, 33, 40, 45, 50, 60, 70, 80, 90, int(rng.integers(1, 100))])
    )
    forms = ["-{}%", "-{} %", "–{} %", "{}%"]
    forms += (
        ["СКИДКА {}%", "Скидка -{}%", "скидки до {} %", "ВЫГОДА {}%", "кешбэк {} %"]
        if language == "ru"
        else ["{}% OFF", "SALE -{}%", "Save {}%", "up to {}% off", "{} % cashback"]
    )
    return str(rng.choice(forms)).format(share)


def size(rng: Generator, language: str, _: Lexicon) -> str:
    units = ["см", "мм", "м", "кг", "г", "мл", "л", "шт", "Вт", "В", "мАч", "°C", "МБ", "дюйм"]
    if language == "en":
        units = [
            "cm",
            "mm",
            "m",
            "kg",
            "g",
            "ml",
            "l",
            "pcs",
            "W",
            "V",
            "mAh",
            "°C",
            "GB",
            "oz",
            "fl. oz",
            "in",
        ]
    gap, unit = " " if rng.random() < 0.75 else "", str(rng.choice(units))
    number = partial(_measure, rng, language)
    roll = rng.random()
    if roll < 0.35:
        return f"{number()}{gap}{unit}"
    if roll < 0.6:
        sign = str(
            rng.choice(
                ["×", "x" if language == "en" else "х", "*", " × ", "/"], p=[0.45, 0.2, 0.1, 0.2, 0.05]
            )
        )
        return sign.join(number() for _ in range(int(rng.integers(2, 4)))) + (
            f"{gap}{unit}" if roll < 0.55 else ""
        )
    if roll < 0.7:
        return f"{number()}{rng.choice(['-', '–', '—'])}{number()}{gap}{unit}"
    if roll < 0.8:
        return f"{rng.choice(['~', '±'.replace('±', '+'), '<', '>', '='])} {number()}{gap}{unit}"
    if roll < 0.9:
        return " ".join(["XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL"][: int(rng.integers(1, 9))])
    return (
        str(
            rng.choice(
                ["Размер ", "р. ", "№ ", "Рост "] if language == "ru" else ["Size ", "No. ", "EU ", "US "]
            )
        )
        + number()
    )


def phone(rng: Generator, language: str, _: Lexicon) -> str:
    a, b, c, d = (int(rng.integers(0, top)) for top in (1000, 1000, 100, 100))
    country = str(rng.choice(["+7", "8", "+375", "+998"] if language == "ru" else ["+1", "+44", "+49", "1"]))
    form = str(
        rng.choice(
            [
                "{} ({:03d}) {:03d}-{:02d}-{:02d}",
                "{} {:03d} {:03d} {:02d} {:02d}",
                "{}-{:03d}-{:03d}-{:02d}{:02d}",
                "{}({:03d}){:03d}{:02d}{:02d}",
                "{}{:03d}{:03d}{:02d}{:02d}",
            ]
        )
    )
    return str(rng.choice(["", "", "", "тел. " if language == "ru" else "tel. ", "WhatsApp "])) + form.format(
        country, a, b, c, d
    )


def address(rng: Generator, language: str, lexicon: Lexicon) -> str:
    """URLs, mail, names in networks."""
    name = _brand(rng).lower()
    if rng.random() < 0.3:
        name += str(rng.choice(["-", "_", "."])) + str(
            rng.choice(["shop", "store", "market", "home", "official"])
        )
    end = str(
        rng.choice(
            ["ru", "com", "рф", "by", "kz", "shop", "store", "online", "net", "org"],
            p=[0.4, 0.25] + [0.35 / 8] * 8,
        )
    )
    form = str(
        rng.choice(
            [
                "www.{}.{}",
                "{}.{}",
                "https://{}.{}",
                "{}.{}/sale",
                "@{}",
                "info@{}.{}",
                "t.me/{}",
                "#{}",
                "vk.com/{}",
            ]
        )
    )
    if end == "рф":
        name, form = _word(rng, "ru", lexicon).lower(), "{}.{}"
    return form.format(name, end) if form.count("{}") == 2 else form.format(name)


def badge(rng: Generator, language: str, _: Lexicon) -> str:
    return str(rng.choice(RUSSIAN_BADGES if language == "ru" else ENGLISH_BADGES))


def brand(rng: Generator, _: str, __: Lexicon) -> str:
    words = [_brand(rng) for _ in range(int(rng.choice([1, 1, 2])))]
    return str(rng.choice([" ", " & ", "-", " + ", "/"], p=[0.7, 0.15, 0.05, 0.05, 0.05])).join(words)


def composition(rng: Generator, language: str, lexicon: Lexicon) -> str:
    """Small print: what it is made of."""
    cloth = RUSSIAN_CLOTH if language == "ru" else ENGLISH_CLOTH
    share = int(rng.integers(1, 20)) * 5
    roll = rng.random()
    first, second = (str(rng.choice(cloth)) for _ in range(2))
    if roll < 0.3:
        return f"{share}% {first}, {100 - share}% {second}" if share < 100 else f"100% {first}"
    if roll < 0.5:
        return f"{first} {share} %"
    head = str(
        rng.choice(
            ["Состав: ", "Состав — ", "Содержит: ", ""]
            if language == "ru"
            else ["Ingredients: ", "Contains ", ""]
        )
    )
    return head + ", ".join(_word(rng, language, lexicon).lower() for _ in range(int(rng.integers(2, 6))))


def title(rng: Generator, language: str, lexicon: Lexicon) -> str:
    titles = lexicon.titles[language]
    if not titles:
        return words(rng, language, lexicon)
    return titles[int(rng.integers(len(titles)))]


def words(rng: Generator, language: str, lexicon: Lexicon) -> str:
    """A few words, now and then with signs between and around them."""
    out = [_word(rng, language, lexicon) for _ in range(int(rng.choice([1, 1, 2, 2, 3, 4, 5])))]
    roll = rng.random()
    if roll < 0.6:
        return " ".join(out)
    if roll < 0.75:
        return str(rng.choice([", ", " / ", " – ", " — ", " + ", ": ", "; ", " - ", " | ", " & "])).join(out)
    start, end = [
        ("«", "»"),
        ('"', '"'),
        ("(", ")"),
        ("", "!"),
        ("", "?"),
        ("", "."),
        ("", "..."),
        ("– ", ""),
        ("* ", ""),
        ("[", "]"),
        ("'", "'"),
        ("", ":"),
        ("", ","),
    ][int(rng.integers(13))]
    return start + " ".join(out) + end


def code(rng: Generator, language: str, _: Lexicon) -> str:
    """Article numbers, dates, barcodes' digits, standards."""
    roll = rng.random()
    if roll < 0.3:
        letters = "".join(rng.choice(list(LATIN[:26]), int(rng.integers(1, 4))))
        return f"{letters}{rng.choice(['-', '', ' ', '/', '_'])}{_number(rng, 1, 99999)}"
    if roll < 0.5:
        return _number(rng, 0, 10 ** int(rng.integers(1, 14)))
    if roll < 0.7:
        day, month, year = int(rng.integers(1, 32)), int(rng.integers(1, 13)), int(rng.integers(2020, 2031))
        before = str(
            rng.choice(["", "до ", "Годен до: "] if language == "ru" else ["", "EXP ", "Best before "])
        )
        return f"{before}{day:02d}.{month:02d}.{year}"
    if roll < 0.85:
        name = str(
            rng.choice(
                ["ГОСТ ", "ТУ ", "Арт. ", "арт.", "Артикул ", "№"]
                if language == "ru"
                else ["Art. ", "SKU ", "LOT ", "#", "Ref. "]
            )
        )
        return name + _number(rng, 100, 9999999)
    return (
        f"{rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}"
        if roll < 0.9
        else "/".join(_number(rng, 1, 60) for _ in range(3))
    )


def letters(rng: Generator, language: str, _: Lexicon) -> str:
    """Any letters at all: so that a network looks at each rather than guesses the word."""
    own = RUSSIAN if language == "ru" else LATIN
    some = own[: len(own) // 2] if rng.random() < 0.4 else own
    pool = list(some) * 2 + list(DIGITS) * 2 + list(SIGNS if rng.random() < 0.4 else "")
    parts = ["".join(rng.choice(pool, int(rng.integers(2, 9)))) for _ in range(int(rng.integers(1, 4)))]
    return " ".join(parts)


Kind = Callable[[Generator, str, Lexicon], str]
KINDS: tuple[tuple[Kind, float], ...] = (
    (title, 0.24), (words, 0.2), (letters, 0.11), (price, 0.09), (size, 0.08), (composition, 0.06),
    (badge, 0.06), (code, 0.05), (cut, 0.04), (brand, 0.03), (phone, 0.02), (address, 0.02),
)  # fmt: skip
"""How often each comes."""


# ── their parts ─────────────────────────────────────────────────────────────────────────────────────────────


def _word(rng: Generator, language: str, lexicon: Lexicon) -> str:
    """From a title in one case of two; in any of the cases that print has."""
    titles, own = lexicon.titles[language], lexicon.words[language]
    if titles and rng.random() < 0.5:
        word = str(rng.choice(titles[int(rng.integers(len(titles)))].split()))
    else:
        word = own[int(rng.integers(len(own)))]
    return _cased(rng, word)


def _cased(rng: Generator, word: str) -> str:
    roll = rng.random()
    if roll < 0.3:
        return word.upper()
    return word[:1].upper() + word[1:] if roll < 0.6 else word


def _brand(rng: Generator) -> str:
    """Syllables that no dictionary holds."""
    starts, middles, ends = (
        ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "tr", "fl", "st"],
        ["a", "e", "i", "o", "u", "ai", "ei", "oo"],
        ["n", "r", "x", "s", "l", "nt", "ra", "vo", "na", "ko"],
    )
    syllables = "".join(
        str(rng.choice(starts)) + str(rng.choice(middles)) for _ in range(int(rng.integers(1, 4)))
    )
    name = syllables + (str(rng.choice(ends)) if rng.random() < 0.7 else "")
    return (name.upper(), name.title(), name)[int(rng.integers(3))]


def _number(rng: Generator, low: int, high: int) -> str:
    return str(int(rng.integers(low, high)))


def _measure(rng: Generator, language: str) -> str:
    if rng.random() < 0.75:
        return _number(rng, 1, int(rng.choice([10, 100, 1000])))
    return f"{rng.integers(0, 100)}{',' if language == 'ru' else '.'}{rng.integers(0, 10)}"


RUSSIAN_BADGES = (
    "СКИДКА", "Скидка", "СКИДКИ", "ХИТ", "Хит продаж", "ХИТ ПРОДАЖ", "Новинка", "НОВИНКА", "АКЦИЯ",
    "Акция!", "РАСПРОДАЖА", "Распродажа", "2=1", "1+1=3", "1+1", "Подарок", "В ПОДАРОК",
    "Бесплатная доставка", "Доставка сегодня", "Лучшая цена", "ТОП", "Выбор покупателей", "Гарантия 2 года",
    "ГАРАНТИЯ 12 МЕС", "Оригинал", "100% оригинал", "Качество", "ПРЕМИУМ", "ЭКО", "Эко", "Суперцена",
    "Чёрная пятница", "Только сегодня", "Успей купить", "Последний размер", "Осталось 3 шт",
    "Купить сейчас", "Сделано в России", "Натуральный состав", "Без сахара", "Без парабенов",
    "Не содержит ГМО", "Вид сзади", "Вид спереди", "Для детей 3+", "0+", "18+", "Опт", "Оптом дешевле",
    "Рассрочка", "Кешбэк", "Отзыв = подарок", "Пишите в директ", "Звоните", "Закажите сейчас", "В наличии",
    "Под заказ", "Уценка", "Промокод", "ЛИКВИДАЦИЯ", "Подъём", "ЕЩЁ ДЕШЕВЛЕ", "Всё включено",
)  # fmt: skip
ENGLISH_BADGES = (
    "SALE", "Sale", "BIG SALE", "NEW", "New!", "HOT", "BEST SELLER", "Bestseller", "Best price",
    "Free shipping", "FREE DELIVERY", "BUY 1 GET 1 FREE", "2 for 1", "Limited edition", "LIMITED OFFER",
    "Only today", "TOP", "PREMIUM", "Original", "100% ORIGINAL", "Premium quality", "Made in Italy",
    "MADE IN CHINA", "Eco-friendly", "ORGANIC", "Vegan", "Sugar free", "Gluten free", "NON-GMO",
    "Black Friday", "Clearance", "Gift", "FREE GIFT", "Official store", "Shop now", "Order now", "Call us",
    "In stock", "Last one!", "Warranty 2 years", "Front view", "Back view", "USB", "USB-C", "Wi-Fi",
    "Bluetooth 5.3", "Full HD", "4K", "LED", "IP67", "PRO", "MAX", "ULTRA", "Waterproof",
    "Dermatologically tested", "Net weight", "Keep dry", "Hand wash only", "Do not bleach", "Cruelty free",
    "For all skin types",
)  # fmt: skip
RUSSIAN_CLOTH = (
    "хлопок", "лён", "шерсть", "шёлк", "вискоза", "полиэстер", "эластан", "акрил", "нейлон", "полиамид",
    "кашемир", "кожа", "замша", "экокожа", "бамбук", "лайкра", "модал", "мохер",
)  # fmt: skip
ENGLISH_CLOTH = (
    "cotton", "linen", "wool", "silk", "viscose", "polyester", "elastane", "acrylic", "nylon", "polyamide",
    "cashmere", "leather", "suede", "bamboo", "spandex", "modal", "mohair", "lyocell",
)  # fmt: skip
RUSSIAN_WORDS = """
товар платье юбка блузка рубашка футболка майка брюки джинсы шорты куртка пальто плащ пуховик жилет свитер
кофта кардиган худи толстовка костюм пиджак пижама халат бельё носки колготки шапка шарф перчатки варежки
ремень сумка рюкзак кошелёк обувь кроссовки ботинки сапоги туфли босоножки тапочки часы кольцо серьги
цепочка браслет подвеска очки зонт чайник кофеварка кружка чашка тарелка блюдце миска кастрюля сковорода нож
вилка ложка разделочная доска термос бутылка банка контейнер полотенце подушка одеяло плед простыня
наволочка комплект набор ковёр штора занавеска скатерть салфетка лампа светильник торшер люстра свеча
зеркало полка шкаф стол стул кресло диван кровать матрас комод тумба вешалка крючок корзина ящик коробка
пакет упаковка игрушка кукла машинка конструктор пазл мяч велосипед самокат коляска автокресло книга тетрадь
ручка карандаш краски альбом пенал телефон смартфон наушники колонка зарядка кабель чехол стекло планшет
ноутбук мышь клавиатура монитор камера пылесос утюг фен плойка бритва щётка миксер блендер мясорубка
мультиварка холодильник духовка плита шампунь бальзам маска крем лосьон гель мыло скраб сыворотка тоник тушь
помада пудра румяна лак духи дезодорант паста порошок кондиционер отбеливатель чистящее средство губка
перчатка корм лежанка поводок ошейник молоко кефир сметана творог сыр йогурт масло хлеб батон печенье
конфеты шоколад вафли зефир мармелад варенье мёд чай кофе какао сок вода лимонад мука сахар соль перец рис
гречка макароны крупа овсянка хлопья мясо курица рыба икра колбаса сосиски пельмени яйца яблоко груша банан
апельсин лимон виноград клубника малина вишня черника огурец помидор картофель морковь свёкла капуста лук
чеснок белый чёрный красный синий зелёный жёлтый розовый голубой серый бежевый коричневый фиолетовый
оранжевый бордовый хаки серебро золото прозрачный матовый глянцевый мягкий тёплый лёгкий прочный удобный
стильный новый большой маленький средний длинный короткий широкий узкий высокий низкий женский мужской
детский взрослый летний зимний осенний весенний домашний школьный спортивный праздничный натуральный
деревянный стеклянный металлический пластиковый кожаный хлопковый шерстяной шёлковый льняной
водонепроницаемый беспроводной аккумуляторный автоматический цифровой умный складной съёмный регулируемый
универсальный профессиональный классический современный быстрая доставка гарантия качества возврат обмен
оплата размер цвет состав страна производитель материал вес объём длина ширина высота толщина глубина
диаметр мощность напряжение ёмкость время работы инструкция внимание хранить беречь от детей срок годности
изготовлено произведено адрес импортёр изготовитель россия москва применение способ противопоказания питание
защита уход увлажнение восстановление объём блеск волосы кожа лицо тело руки ноги для и с без на в от до при
по из под над или не всех каждый день подарок праздник год месяц неделя час минута шт штук упаковок метр
литр грамм килограмм бесшумный экономия энергия карман молния пуговица капюшон манжета подкладка утеплитель
подошва каблук стелька шнурок застёжка замок ручка крышка дно стенка съешь щенок цыплёнок площадь объект
подъезд вьюга соловьи фьорд цирк эхо этаж юный ячмень щавель эскимо жёлудь ёлка ёжик всё её
"""
ENGLISH_WORDS = """
dress skirt blouse shirt jeans shorts jacket coat vest sweater hoodie suit pajamas robe socks hat scarf
gloves belt bag backpack wallet shoes sneakers boots sandals slippers watch ring earrings necklace bracelet
sunglasses umbrella kettle mug cup plate bowl pan knife fork spoon board thermos bottle jar box towel pillow
blanket sheet set carpet curtain napkin lamp light candle mirror shelf table chair sofa bed mattress hook
basket toy doll car puzzle ball bicycle scooter book notebook pen pencil paint phone headphones speaker
charger cable case glass tablet laptop mouse keyboard monitor camera vacuum iron dryer razor brush mixer
blender fridge oven shampoo conditioner mask cream lotion gel soap scrub serum toner mascara lipstick powder
perfume deodorant paste sponge food leash milk yogurt cheese butter bread cookies candy chocolate jam honey
tea coffee cocoa juice water flour sugar salt pepper rice pasta oats meat chicken fish sausage eggs apple
pear banana orange lemon grape strawberry cherry tomato potato carrot onion garlic white black red blue
green yellow pink grey beige brown purple gold silver clear matte glossy soft warm light strong comfortable
stylish new large small medium long short wide narrow high low women men kids adult summer winter home
school sport natural wooden glass metal plastic leather cotton wireless rechargeable automatic digital smart
folding adjustable universal professional classic modern fast delivery quality return size color material
weight volume length width height depth diameter power voltage capacity manual warning store keep away from
children made country imported by distributed use before see bottom directions apply rinse protect care
moisture repair shine hair skin face body hands feet for with without and the of in to every day gift year
month hour pocket zipper button hood cuff lining sole heel lace lock handle lid quick brown fox jumps over
lazy dog vitamin active fresh clean daily pure original extra ultra super pro max plus mini kit pack piece
pieces count free net wt drink energy sensitive protection organic extract oil seed leaf root flower rose
mint vanilla coconut almond aloe green herbal flavor taste recipe since quality
"""
