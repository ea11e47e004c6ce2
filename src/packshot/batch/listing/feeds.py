"""A YML feed (Yandex Market Language) as a stream of its offers' pictures.

Feeds come from servers of strangers: nothing in them is expanded, fetched or held beyond one offer.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, cast
from xml.parsers import expat

from packshot.batch.listing.documents import Document, opened, place_of
from packshot.batch.listing.keys import Counts, lasting
from packshot.batch.listing.listed import Listed
from packshot.batch.listing.pictures import Reach
from packshot.batch.origins import MAX_RATIO
from packshot.batch.sources import Skipped
from packshot.errors import BadSource, Refused
from packshot.words import Words, say, verbatim

STEP = 1 << 16
MOST_TOKEN_BYTES = 8 << 20
"""One tag, comment or piece of text; expat holds it whole before it says a word."""
MOST_CHARS = 8192
"""Of a name or link; what is longer is cut, and as a link told."""
MOST_PICTURES = 1000
"""Of one offer."""
MOST_CATEGORIES = 1_000_000
MOST_DEPTH = 64
MIN_BOMB_BYTES = 100_000_000
HEARD = frozenset({"name", "typePrefix", "vendor", "model", "categoryId", "picture"})


@dataclass
class _Offer:
    sku: str
    pictures: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)

    def hear(self, tag: str, text: str) -> None:
        if tag == "picture":
            if text and len(self.pictures) < MOST_PICTURES:
                self.pictures.append(text)
        else:
            self.words.setdefault(tag, text)

    @property
    def title(self) -> str:
        """«Кружка ACME 350», also where a feed of the kind vendor.model has no name."""
        named = self.words.get("name", "")
        return named or " ".join(filter(None, map(self.words.get, ("typePrefix", "vendor", "model"))))


@dataclass(frozen=True, slots=True)
class _Category:
    name: str
    parent: str


class Feed:
    def __init__(self, document: Document, *, reach: Reach) -> None:
        self.document, self.reach = document, reach
        self.skipped = Skipped()

    @property
    def name(self) -> str:
        return lasting(place_of(self.document))

    def __iter__(self) -> Iterator[Listed]:
        self.skipped, keys, skus = Skipped(), Counts(), Counts()
        shelves: dict[str, _Category] | None = None
        with opened(self.document) as stream:
            for offer, known in _read(stream, self.name):
                if shelves is None:
                    # Before the offers in every feed that we saw, yet the rules allow them behind.
                    shelves = known or self._categories_behind()
                yield from self._photos(offer, shelves, keys, skus)

    def _categories_behind(self) -> dict[str, _Category]:
        with opened(self.document) as stream:
            return _all_categories(stream, self.name)

    def _photos(
        self, offer: _Offer, shelves: Mapping[str, _Category], keys: Counts, skus: Counts
    ) -> Iterator[Listed]:
        if not offer.pictures:
            self.skipped.without_picture += 1
            return
        before = skus.add(offer.sku) - 1 if offer.sku else 0
        self.skipped.same_id += before > 0
        for pointer in dict.fromkeys(offer.pictures):
            picture = self.reach.picture(pointer)
            # The link, not the place: Yandex asks for another link when the picture changes, so a link stays
            # with its photo while pictures are put in and offers move.
            key = f"{offer.sku}/{picture.key}" if offer.sku else picture.key
            if keys.add(key) > 1:
                self.skipped.twice += 1
                continue
            place = keys.add(f"place of\n{offer.sku or key}")
            shelf = _shelf(offer.words.get("categoryId", ""), shelves)
            yield Listed(
                key, picture.origin, picture.name, sku=offer.sku, place=place, title=offer.title, shelf=shelf
            )


def _shelf(number: str, shelves: Mapping[str, _Category]) -> tuple[str, ...]:
    """Empty for a number that the feed does not explain."""
    names: list[str] = []
    while (category := shelves.get(number)) and len(names) < MOST_DEPTH:  # a tree may bite its own tail
        names.append(category.name)
        number = category.parent
    return tuple(name for name in reversed(names) if name)


# ---- XML ---------------------------------------------------------------------------------------------------


def _read(stream: IO[bytes], source: str) -> Iterator[tuple[_Offer, dict[str, _Category]]]:
    """Each offer, and the categories known by then."""
    reader = _Reader(source)
    with _telling(source):
        for data in _chunks(stream, source):
            reader.feed(data)
            yield from ((offer, reader.categories) for offer in reader.taken())
        reader.end()
    yield from ((offer, reader.categories) for offer in reader.taken())


def _all_categories(stream: IO[bytes], source: str) -> dict[str, _Category]:
    reader = _Reader(source)
    with _telling(source):
        for data in _chunks(stream, source):
            reader.feed(data)
            reader.taken()
        reader.end()
    return reader.categories


@contextmanager
def _telling(source: str) -> Iterator[None]:
    """The one place that knows how feeds fail."""
    try:
        yield
    except expat.ExpatError as exc:
        where = say("{why} in line {line}", why=expat.ErrorString(exc.code), line=exc.lineno)
        raise _no_feed(source, where) from exc
    except (OSError, EOFError, zlib.error, ValueError, LookupError) as exc:
        raise _no_feed(source, verbatim(str(exc)[:300])) from exc


def _chunks(stream: IO[bytes], source: str) -> Iterator[bytes]:
    packed = stream
    if stream.read(2) == b"\x1f\x8b":
        stream.seek(0)
        packed = cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb"))
    else:
        stream.seek(0)
    size = 0
    while data := packed.read(STEP):
        if not size:
            data = data.lstrip()  # an empty line before <?xml is what their generators like to leave
        size += len(data)
        if packed is not stream and size > max(MIN_BOMB_BYTES, MAX_RATIO * stream.tell()):
            raise Refused(
                say("{source} grows without end when unpacked: it looks like a bomb.", source=source),
                say("If you trust it, unpack it and give the file."),
            )
        yield data


class _Reader:
    """Hears the few elements that matter, and forgets all else as it passes."""

    def __init__(self, source: str) -> None:
        self.categories: dict[str, _Category] = {}
        self._source = source
        self._offers: list[_Offer] = []
        self._path: list[str] = []
        self._offer: _Offer | None = None
        self._category: tuple[str, str] | None = None
        self._text: list[str] | None = None
        self._chars = 0
        self._fed = self._answered = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._hear
        parser.DefaultHandler = self._pass
        parser.EntityDeclHandler = self._refuse
        parser.StartDoctypeDeclHandler = self._doctype
        self._parser = parser

    def feed(self, data: bytes) -> None:
        self._fed += len(data)
        self._parser.Parse(data, False)
        if self._fed - self._answered > MOST_TOKEN_BYTES:
            raise ValueError(f"a tag or text of over {MOST_TOKEN_BYTES} bytes")

    def end(self) -> None:
        self._parser.Parse(b"", True)

    def taken(self) -> list[_Offer]:
        offers, self._offers = self._offers, []
        return offers

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._answered = self._fed
        if not self._path and tag != "yml_catalog":
            raise _no_feed(
                self._source, say("it begins with <{tag}>, a YML feed with <yml_catalog>", tag=tag)
            )
        if len(self._path) >= MOST_DEPTH:
            raise ValueError(f"elements within elements, over {MOST_DEPTH} deep")
        inside = self._path[-1] if self._path else ""
        self._path.append(tag)
        if tag == "offer" and self._offer is None:
            self._offer = _Offer(attributes.get("id", "").strip()[:MOST_CHARS])
        elif tag == "category" and inside == "categories":
            self._category = attributes.get("id", "").strip(), attributes.get("parentId", "").strip()
            self._listen()
        elif inside == "offer" and tag in HEARD:
            self._listen()

    def _end(self, tag: str) -> None:
        self._answered = self._fed
        self._path.pop()
        text = " ".join("".join(self._text).split()) if self._text is not None else ""
        if tag == "offer" and self._offer is not None and "offer" not in self._path:
            self._offers.append(self._offer)
            self._offer = None
        elif tag == "category" and self._category is not None:
            self._keep(*self._category, text)
            self._category = self._text = None
        elif self._offer is not None and self._text is not None and tag in HEARD:
            self._offer.hear(tag, text)
            self._text = None

    def _keep(self, number: str, parent: str, name: str) -> None:
        if len(self.categories) >= MOST_CATEGORIES:
            raise ValueError(f"over {MOST_CATEGORIES} categories")
        self.categories[number] = _Category(name, parent)

    def _listen(self) -> None:
        self._text, self._chars = [], 0

    def _hear(self, text: str) -> None:
        self._answered = self._fed
        if self._text is not None and self._chars < MOST_CHARS:
            self._text.append(text[: MOST_CHARS - self._chars])
            self._chars += len(text)

    def _pass(self, _: str) -> None:
        self._answered = self._fed

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_own: int) -> None:
        """`<!DOCTYPE yml_catalog SYSTEM "shops.dtd">` is harmless: nobody reads that file."""
        if has_own:
            self._refuse()

    def _refuse(self, *_: object) -> None:
        raise Refused(
            say("{source} declares entities of its own, as bombs do.", source=self._source),
            say("A YML feed needs none: write the texts themselves."),
        )


def _no_feed(source: str, why: Words) -> BadSource:
    return BadSource(
        say("{source} is no YML feed that can be read: {why}.", source=source, why=why),
        say("Check it with the marketplace's own feed checker, and that its encoding is the one it names."),
    )
