"""One profile file, read: what it says, layer by layer, each line with where it came from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from packshot.errors import BadProfile
from packshot.profiles.profile import Value
from packshot.words import Words, say

TRUSTS = (
    "brief",
    "official",
    "official-3p",
    "third-party",
    "inferred",
    "unverified memory",
    "house",
    "user",
)
CONFIDENCES = ("high", "medium", "low")

DEPTH = {"rules": 3, "source": 3, "variant": 3, "retouch": 3, "variants": 3, "output": 2, "guards": 2}
"""How many words lead from a section to a value: `rules.image_size.min_width` has three."""
TOP = ("name", "title", "extends", "switches", "meta", "category", *DEPTH)
ABOUT = ("source", "trust", "confidence", "read")
"""What `meta` may say about all values beside and below it."""
TABLE = ("value", "unit", *ABOUT, "valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a value, or a dated list of them."""

    path: tuple[str, ...]
    dated: tuple[Value, ...]

    def valid(self, today: date) -> Value | None:
        for value in self.dated:
            begun = value.valid_from is None or value.valid_from <= today
            ended = value.valid_until is not None and value.valid_until < today
            if begun and not ended:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Switch:
    """A named set of overrides, off until somebody turns it on."""

    name: str
    titles: Mapping[str, str]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A profile file; two reads of the same file are the same document as long as it does not change."""

    name: str
    file: str
    """For messages: `ozon.toml`."""
    path: Path
    titles: Mapping[str, str]
    extends: str
    """Empty only for `base`."""
    turned_on: tuple[str, ...]
    """Switches that this profile turns on."""
    layers: Mapping[str, tuple[Entry, ...]]
    """Category path (empty: all) → what is said for it."""
    switches: Mapping[str, Switch]
    categories: Mapping[str, Mapping[str, str]]
    """Categories that this file brings: path → titles."""


@dataclass(frozen=True, slots=True)
class About:
    """Where a value came from, as the nearest `meta` or its own table says."""

    source: str = ""
    trust: str = "user"
    confidence: str = ""
    read: date | None = None


@dataclass(slots=True)
class Reader:
    """Walks one file; knows how to complain about a place in it."""

    file: str
    profile: str = ""
    category: str = ""
    switch: str = ""
    prefix: str = field(default="")
    """What stands before the section in the file: `category.fashion.`."""

    def unknown(self, key: str, where: str, known: Iterable[str]) -> BadProfile:
        return unknown_key(self.file, where, key, known)

    def wrong(self, where: str, key: str, expected: Words, got: object) -> BadProfile:
        return wrong_value(self.file, where, key, expected, got)

    def table(self, raw: object, where: str, key: str) -> dict[str, object]:
        if not isinstance(raw, dict):
            raise self.wrong(where, key, say("a table"), raw)
        return raw

    def section(self, name: str, raw: object, about: About) -> Iterator[Entry]:
        yield from self.lines((name,), self.table(raw, self.prefix.rstrip("."), name), about, DEPTH[name])

    def lines(
        self, path: tuple[str, ...], table: dict[str, object], about: About, depth: int
    ) -> Iterator[Entry]:
        where = self.prefix + ".".join(path)
        about = self.about(table.get("meta"), about, where)
        for key, raw in table.items():
            here = (*path, key)
            if key == "meta":
                continue
            if len(here) == depth or here == ("retouch", "order"):
                yield Entry(here, tuple(self.values(here, raw, about)))
            else:
                yield from self.lines(here, self.table(raw, where, key), about, depth)

    def about(self, raw: object, above: About, where: str) -> About:
        if raw is None:
            return above
        table = self.table(raw, where, "meta")
        for key in table:
            if key not in ABOUT:
                raise self.unknown(key, f"{where}.meta" if where else "meta", ABOUT)
        return self.origin(table, above, where)

    def origin(self, table: dict[str, object], above: About, where: str) -> About:
        """A named source or trust stands for itself; silence is filled from above."""
        read = self.day(table, "read", where) or above.read
        if "source" in table or "trust" in table:
            source, trust = table.get("source", ""), table.get("trust", "user")
            confidence = table.get("confidence", "")
        else:
            source, trust = above.source, above.trust
            confidence = table.get("confidence", above.confidence)
        if not isinstance(source, str):
            raise self.wrong(where, "source", say("text"), source)
        if trust not in TRUSTS:
            raise self.wrong(where, "trust", one_of(TRUSTS), trust)
        if confidence not in CONFIDENCES and confidence != "":
            raise self.wrong(where, "confidence", one_of(CONFIDENCES), confidence)
        return About(source, str(trust), str(confidence), read)

    def values(self, path: tuple[str, ...], raw: object, about: About) -> Iterator[Value]:
        if isinstance(raw, list) and raw and all(isinstance(item, dict) and "value" in item for item in raw):
            for item in raw:
                yield self.value(path, item, about)
        elif isinstance(raw, dict) and "value" in raw:
            yield self.value(path, raw, about)
        else:
            yield self.made(path, raw, about)

    def value(self, path: tuple[str, ...], table: dict[str, object], about: About) -> Value:
        where = self.prefix + ".".join(path)
        for key in table:
            if key not in TABLE:
                raise self.unknown(key, where, TABLE)
        unit = table.get("unit", "")
        if not isinstance(unit, str):
            raise self.wrong(where, "unit", say("text"), unit)
        made = self.made(path, table["value"], self.origin(table, about, where))
        return replace(
            made,
            unit=unit or made.unit,
            valid_from=self.day(table, "valid_from", where),
            valid_until=self.day(table, "valid_until", where),
        )

    def made(self, path: tuple[str, ...], raw: object, about: About) -> Value:
        return Value(
            path=".".join(path),
            value=frozen(raw),
            unit=unit_of(path[-1]),
            source=about.source,
            trust=about.trust,
            confidence=about.confidence,
            read=about.read,
            profile=self.profile,
            category=self.category,
        )

    def day(self, table: dict[str, object], key: str, where: str) -> date | None:
        raw = table.get(key)
        if isinstance(raw, str):
            try:
                return date.fromisoformat(raw)
            except ValueError:
                pass
        if raw is not None and type(raw) is not date:
            raise self.wrong(where, key, say("a date as 2026-11-20"), raw)
        return raw

    def titles(self, raw: object, where: str) -> dict[str, str]:
        if isinstance(raw, str):
            return {"en": raw}
        titles = self.table(raw, where, "title")
        for language, text in titles.items():
            if not isinstance(text, str):
                raise self.wrong(f"{where}.title" if where else "title", language, say("text"), text)
        return {language: str(text) for language, text in titles.items()}


def read_document(path: Path) -> Document:
    """Reads a profile file, or answers from memory while it has not changed."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as exc:
        raise BadProfile(
            say(
                "The profile file {file} cannot be read: {why}.", file=str(path), why=exc.strerror or str(exc)
            ),
            say("Check the path."),
        ) from exc
    return _read(path, changed)


@lru_cache(maxsize=128)
def _read(path: Path, changed: int) -> Document:
    del changed  # only a part of the key
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise BadProfile(
            say("{file} is no valid TOML: {why}.", file=path.name, why=str(exc)),
            say("Mend the line that is named."),
        ) from exc
    return _document(path, raw)


def _document(path: Path, raw: dict[str, object]) -> Document:
    name = raw.get("name", path.stem)
    reader = Reader(path.name)
    if not isinstance(name, str):
        raise reader.wrong("", "name", say("text"), name)
    reader.profile = name
    about = reader.about(raw.get("meta"), About(), "")
    extends = raw.get("extends", "" if name == "base" else "base")
    if not isinstance(extends, str):
        raise reader.wrong("", "extends", say("the name or the path of a profile"), extends)

    turned_on, switches = _switches(reader, raw.get("switches", []), about)
    layers: dict[str, list[Entry]] = {"": []}
    for key, section in raw.items():
        if key in DEPTH:
            layers[""] += reader.section(key, section, about)
        elif key not in TOP:
            raise reader.unknown(key, "", TOP)
    categories: dict[str, dict[str, str]] = {}
    for category, entries, titles in _categories(reader, "", raw.get("category", {}), about):
        layers.setdefault(category, []).extend(entries)
        if titles:
            categories[category] = titles
    return Document(
        name=name,
        file=path.name,
        path=path,
        titles=reader.titles(raw.get("title", {}), ""),
        extends=extends,
        turned_on=turned_on,
        layers={category: tuple(entries) for category, entries in layers.items()},
        switches=switches,
        categories=categories,
    )


def _switches(reader: Reader, raw: object, about: About) -> tuple[tuple[str, ...], dict[str, Switch]]:
    """`switches = ["furniture"]` turns on; `[switches.furniture.…]` says what it does."""
    if isinstance(raw, list):
        for item in raw:
            if not isinstance(item, str):
                raise reader.wrong("", "switches", say("a list of names"), raw)
        return tuple(raw), {}
    table = reader.table(raw, "", "switches")
    on = table.get("on", [])
    if not isinstance(on, list) or not all(isinstance(item, str) for item in on):
        raise reader.wrong("switches", "on", say("a list of names"), on)
    switches: dict[str, Switch] = {}
    for name, body in table.items():
        if name == "on":
            continue
        where = f"switches.{name}"
        inner = Reader(reader.file, reader.profile, switch=name, prefix=f"{where}.")
        content = inner.table(body, "switches", name)
        beneath = inner.about(content.get("meta"), about, where)
        entries: list[Entry] = []
        for key, section in content.items():
            if key in DEPTH:
                entries += inner.section(key, section, beneath)
            elif key not in ("title", "meta"):
                raise inner.unknown(key, where, (*DEPTH, "title", "meta"))
        switches[name] = Switch(name, inner.titles(content.get("title", {}), where), tuple(entries))
    return tuple(on), switches


def _categories(
    reader: Reader, above: str, raw: object, about: About
) -> Iterator[tuple[str, list[Entry], dict[str, str]]]:
    """`[category.fashion.shoes.rules.…]` and `[category."fashion.shoes".rules.…]` are the same."""
    where = f"category.{above}" if above else "category"
    for key, body in reader.table(raw, "", where).items():
        path = f"{above}.{key}" if above else key
        here = f"category.{path}"
        inner = Reader(reader.file, reader.profile, category=path, prefix=f"{here}.")
        content = inner.table(body, where, key)
        beneath = inner.about(content.get("meta"), about, here)
        entries: list[Entry] = []
        for name, section in content.items():
            if name in DEPTH:
                entries += inner.section(name, section, beneath)
        children = {
            name: child
            for name, child in content.items()
            if name not in DEPTH and name not in ("title", "meta")
        }
        yield path, entries, inner.titles(content.get("title", {}), here)
        for name, child in children.items():
            if not isinstance(child, dict):
                raise inner.unknown(name, here, (*DEPTH, "title", "meta"))
        yield from _categories(reader, path, children, beneath)


def unknown_key(file: str, where: str, key: str, known: Iterable[str]) -> BadProfile:
    """The one sentence for every key that nobody knows."""
    known = sorted(known)
    near = next(iter(get_close_matches(key, known, n=1, cutoff=0.5)), None)
    place = f"[{where}]" if where else "the top"
    if near:
        message = say(
            '{file}: unknown key "{key}" in {place}; did you mean "{near}"?',
            file=file,
            key=key,
            place=place,
            near=near,
        )
    else:
        message = say('{file}: unknown key "{key}" in {place}.', file=file, key=key, place=place)
    return BadProfile(message, say("Known here: {names}.", names=", ".join(known)))


def wrong_value(file: str, where: str, key: str, expected: Words, got: object) -> BadProfile:
    place = f"[{where}] {key}" if where else key
    shown = repr(got) if len(repr(got)) <= 80 else f"{repr(got)[:77]}…"
    return BadProfile(
        say(
            "{file}: {place} must be {expected}, not {got}.",
            file=file,
            place=place,
            expected=expected,
            got=shown,
        ),
        say("Change the value in {file}.", file=file),
    )


def one_of(names: Iterable[str]) -> Words:
    return say("one of {names}", names=", ".join(names))


def frozen(raw: object) -> object:
    """TOML's lists as tuples, so that a value can be shared and hashed."""
    if isinstance(raw, list | tuple):
        return tuple(frozen(item) for item in raw)
    if isinstance(raw, dict):
        return {str(key): frozen(item) for key, item in raw.items()}
    return raw


UNITS = (
    ("_px", "px"),
    ("_bytes", "bytes"),
    ("_delta_e", "ΔE"),
    ("_delta_e_median", "ΔE"),
    ("_delta_e_95", "ΔE"),
    ("_cast", "ΔE"),
    ("_megapixels", "MP"),
    ("_width", "px"),
    ("_height", "px"),
    ("_side", "px"),
    ("_share", "share"),
    ("canvas", "px"),
    ("exact", "px"),
)


def unit_of(key: str) -> str:
    """Names carry their unit; a profile need not repeat it."""
    return next((unit for ending, unit in UNITS if key.endswith(ending)), "")
