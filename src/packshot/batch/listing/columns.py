"""Which column of a table holds what: by its name in Russian or English, or as the caller says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packshot.errors import BadSource
from packshot.words import say


def squeezed(title: object) -> str:
    """«Фото №1*» and «фото 1» are one name."""
    text = "" if title is None else str(title).replace("№", "")  # NFKC would make it «No»
    text = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return re.sub(r"[\W_]+", "", text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(squeezed(name) for name in text.split(","))


PICTURES = _names(
    "фото, фотография, фотографии, изображение, изображения, картинка, картинки, медиафайлы, главное фото,"
    "основное фото, дополнительное фото, дополнительные фото, ссылка на фото, ссылки на фото,"
    "ссылка на главное фото, ссылки на дополнительные фото, ссылка на изображение, ссылки на изображения,"
    "ссылка на картинку, image, images, img, picture, pictures, pic, photo, photos, image url, image urls,"
    "image link, image src, image path, image file, additional image link, photo url, photo link,"
    "picture url, img url, main image, main image url, main photo"
)
PLACES = _names(
    "url, urls, link, links, href, path, paths, file, files, filename, src,"
    "ссылка, ссылки, адрес, путь, файл, имя файла"
)
"""They may as well lead to the card of the product: taken where no column is called after pictures."""
SKUS = _names(
    "sku, shop sku, ваш sku, артикул, артикул продавца, артикул товара, ваш артикул, код артикула, article,"
    "articul, offer id, vendor code, код товара, product id, item id, артикул wb, артикул ozon, id"
)
"""The first that is there; `id` last, for it may be a number that only the exporting system knows."""
TITLES = _names("title, name, product name, название, наименование, название товара, наименование товара")
CATEGORIES = _names(
    "category, categories, category name, product type,"
    "категория, категории, категория товара, раздел, рубрика, предмет"
)
KEYS = _names("key, ключ")
PLACES_OF_PICTURES = _names("place, position, image position, номер фото, порядок фото")
ROLES = ("sku", "url", "title", "category", "key", "place", "stamp")
"""What a caller may map. `stamp` is a column that changes with the picture: a time, a version, an etag."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Places in the row, from 0."""

    pictures: tuple[int, ...]
    """In the order of importance."""
    sku: int | None = None
    title: int | None = None
    category: int | None = None
    key: int | None = None
    place: int | None = None
    stamp: int | None = None

    @property
    def used(self) -> tuple[int, ...]:
        others = (self.sku, self.title, self.category, self.key, self.place, self.stamp)
        return tuple(sorted({*self.pictures, *(one for one in others if one is not None)}))


def check_roles(wanted: Mapping[str, str]) -> None:
    for role in wanted:
        if role not in ROLES:
            raise BadSource(
                say("There is nothing called {role} to map a column to.", role=role),
                say("Known are: {roles}.", roles=", ".join(ROLES)),
            )


def find(titles: Sequence[object], wanted: Mapping[str, str]) -> Columns | None:
    """None where this is no row of titles: it names no picture, or lacks a column that the caller wants."""
    named = [squeezed(title) for title in titles]
    given = {role: _given(named, wanted[role], many=role == "url") for role in wanted}
    if any(not places for places in given.values()):
        return None
    pictures = given.get("url") or _pictures(named)
    if not pictures:
        return None

    def one(role: str, names: Sequence[str] = ()) -> int | None:
        if role in given:
            return given[role][0]
        return next((named.index(name) for name in names if name in named), None)

    return Columns(
        tuple(pictures),
        one("sku", SKUS),
        one("title", TITLES),
        one("category", CATEGORIES),
        one("key", KEYS),
        one("place", PLACES_OF_PICTURES),
        one("stamp"),
    )


def missing(source: str, titles: Sequence[object], wanted: Mapping[str, str]) -> BadSource:
    """Which there are, and how to say which is which."""
    there = ", ".join(str(title).strip() for title in titles if title not in (None, ""))[:500] or "–"
    named = [squeezed(title) for title in titles]
    absent = [title for role, title in wanted.items() if not _given(named, title, many=role == "url")]
    if absent:
        return BadSource(
            say("{source} has no column {title}.", source=source, title=absent[0]),
            say("Its columns are: {there}.", there=there),
        )
    return BadSource(
        say("{source} names no pictures; its columns are: {there}.", source=source, there=there),
        say("Call the column with links or paths url, image or фото, or map it: url=<its name>."),
    )


def _given(named: Sequence[str], title: str, *, many: bool) -> list[int]:
    """Several columns of pictures may be mapped, split by commas."""
    names = [squeezed(title)]
    if names[0] not in named and many:
        names = [squeezed(one) for one in title.split(",")]
    return [named.index(name) for name in names] if all(name in named for name in names) else []


def _pictures(named: Sequence[str]) -> list[int]:
    stems = [re.sub(r"\d+", "", name) for name in named]
    known = next((names for names in (PICTURES, PLACES) if any(stem in names for stem in stems)), None)
    if known is None:
        return []
    return sorted(
        (at for at, stem in enumerate(stems) if stem in known), key=lambda at: (*_rank(named[at]), at)
    )


def _rank(name: str) -> tuple[int, int]:
    """The main picture first, further ones last, between them by number."""
    main, further = re.search("главн|основн|main", name), re.search("дополн|addition", name)
    number = re.search(r"\d+", name)
    return (0 if main else 2 if further else 1), int(number[0]) if number else 0
