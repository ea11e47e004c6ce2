"""A profile's name, a category and a date in; every question answered out.

What wins, from weak to strong: `base`, then each profile down the chain of `extends`. Inside one profile:
what it says for all, then its category overrides from the general to the special. Switches that a profile
turns on come just before its own lines; switches and overrides of the call come last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from packshot.errors import BadProfile
from packshot.image.types import hex_of
from packshot.profiles.categories import category_path
from packshot.profiles.document import (
    DEPTH,
    Document,
    Entry,
    Switch,
    frozen,
    read_document,
    unit_of,
    unknown_key,
)
from packshot.profiles.places import default_profile_name, find_profile, profile_names
from packshot.profiles.profile import GuardBounds, Output, Profile, Value, Variant
from packshot.profiles.schema import built, check, hints, limit_of, plain, thawed, wish_of
from packshot.retouch.base import Wish
from packshot.rules.base import Limit, Severity
from packshot.words import say

__all__ = ["default_profile_name", "load_profile", "profile_names", "switches_of"]

Place = tuple[str, ...]
"""Where an effective value lives: rules are told apart into `source` and `variant`."""
Lines = dict[Place, Value]

OWN_COLOUR = ("variant", "background_color", "colours")
"""Each variant is judged by its own colour, unless `[variant.background_color]` names others."""


def load_profile(
    name: str | Path,
    *,
    category: str = "",
    switches: Iterable[str] = (),
    today: date | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Profile:
    """The profile with all its questions answered, for one category and one day.

    `overrides` are dotted paths, as `describe` prints them: `{"retouch.shadow.kind": "none"}`.
    """
    chain = _chain(name)
    called = tuple((path, _hashable(raw)) for path, raw in (overrides or {}).items())
    day = today or datetime.now(UTC).date()
    return _loaded(chain, category, tuple(switches), day, called)


def switches_of(name: str | Path) -> Mapping[str, Switch]:
    """The switches that a profile knows, its own and those it inherits."""
    return {switch.name: switch for document in _chain(name) for switch in document.switches.values()}


@lru_cache(maxsize=512)
def _loaded(
    chain: tuple[Document, ...],
    category: str,
    switches: tuple[str, ...],
    today: date,
    called: tuple[tuple[str, object], ...],
) -> Profile:
    own = chain[-1]
    path = category_path(category, {name: t for document in chain for name, t in document.categories.items()})
    lines: Lines = {}
    known: dict[str, Switch] = {}
    for document in chain:
        _check(document)
        known |= document.switches
        for switch in document.turned_on:
            _lay(lines, _switch(known, switch, document.file).entries, today)
        for step in ("", *path):
            _lay(lines, document.layers.get(step, ()), today)
    for switch in switches:
        _lay(lines, _switch(known, switch, own.file).entries, today)
    _lay(lines, (_override(path, raw) for path, raw in called), today)
    return _answered(own, chain, category, lines)


# ---- reading -----------------------------------------------------------------------------------------------


def _chain(name: str | Path) -> tuple[Document, ...]:
    """`base` first, the profile itself last."""
    documents: list[Document] = []
    path = find_profile(name)
    while True:
        document = read_document(path)
        if any(document.path == seen.path for seen in documents):
            ring = " → ".join(seen.name for seen in [*documents, document])
            raise BadProfile(
                say("Profiles extend each other in a ring: {ring}.", ring=ring),
                say("Let one of them extend base."),
            )
        documents.append(document)
        if not document.extends:
            return tuple(reversed(documents))
        path = find_profile(document.extends, beside=document.path)


@lru_cache(maxsize=128)
def _check(document: Document) -> None:
    """Every line of the file, also those that this category and this day don't ask for."""
    for category, entries in document.layers.items():
        prefix = f"category.{category}." if category else ""
        _check_entries(entries, document.file, prefix)
    for category in document.layers:
        category_path(category, document.categories, file=document.file)
    for switch in document.switches.values():
        _check_entries(switch.entries, document.file, f"switches.{switch.name}.")


def _check_entries(entries: Iterable[Entry], file: str, prefix: str) -> None:
    for entry in entries:
        for value in entry.dated:
            check(entry.path, value.value, file, prefix)


def _switch(known: Mapping[str, Switch], name: str, file: str) -> Switch:
    if name not in known:
        raise unknown_key(file, "switches", name, known)
    return known[name]


def _override(path: str, raw: object) -> Entry:
    place = tuple(path.split("."))
    section = place[0]
    order = place == ("retouch", "order")
    if section not in DEPTH or (len(place) != DEPTH[section] and not order):
        raise unknown_key("overrides", "", path, (f"{name}.…" for name in DEPTH))
    check(place, raw, "overrides")
    return Entry(place, (Value(path=path, value=raw, unit=unit_of(place[-1]), profile="call"),))


# ---- laying one over another -------------------------------------------------------------------------------


def _lay(lines: Lines, entries: Iterable[Entry], today: date) -> None:
    """`rules` speaks of the source and of what we write; `source` and `variant` of one of them, and win."""
    for entry in sorted(entries, key=lambda entry: entry.path[0] != "rules"):
        value = entry.valid(today)
        if value is None:
            continue
        section, *rest = entry.path
        for place in ("source", "variant") if section == "rules" else (section,):
            full = (place, *rest)
            if section != "rules" or full != OWN_COLOUR:
                lines[full] = value


# ---- answering ---------------------------------------------------------------------------------------------


def _answered(own: Document, chain: tuple[Document, ...], category: str, lines: Lines) -> Profile:
    file = own.file
    titles = next((document.titles for document in reversed(chain) if document.titles), {})
    variants = _variants(lines, file)
    order, wishes = _wishes(lines, file)
    limits = _limits(lines, variants, file)
    output = built(Output, _fields(lines, ("output",), file), file, "output")
    guards = built(GuardBounds, _fields(lines, ("guards",), file), file, "guards")
    _names_differ(output, variants, file)

    values = _values(lines, chain[0], variants, order)
    told = {path: value.value for path, value in sorted(values.items())}
    canonical = json.dumps(
        {"name": own.name, "category": category, "values": told}, sort_keys=True, ensure_ascii=False
    )
    return Profile(
        name=own.name,
        category=category,
        titles=titles,
        limits=limits,
        order=order,
        wishes=wishes,
        variants=variants,
        output=output,
        guards=guards,
        values=values,
        sha256=hashlib.sha256(canonical.encode()).hexdigest(),
    )


def _fields(lines: Lines, under: Place, file: str) -> dict[str, Any]:
    return {
        place[-1]: check(place, value.value, file)
        for place, value in lines.items()
        if place[:-1] == under and place[-1] != "order"
    }


def _names(lines: Lines, section: str) -> list[str]:
    """The rules, stages or variants of a section, in the order they were first named."""
    return list(dict.fromkeys(place[1] for place in lines if place[0] == section and len(place) == 3))


def _variants(lines: Lines, file: str) -> tuple[Variant, ...]:
    variants = []
    for name in _names(lines, "variants"):
        given = _fields(lines, ("variants", name), file)
        if not given.pop("skip", False):
            variants.append(built(Variant, {"name": name, **given}, file, f"variants.{name}"))
    if not variants:
        raise BadProfile(
            say("{file}: no variant is left to write.", file=file),
            say("Give one: [variants.main] colour = {colour}.", colour='"#FFFFFF"'),
        )
    return tuple(variants)


def _wishes(lines: Lines, file: str) -> tuple[tuple[str, ...], dict[str, Wish]]:
    order: tuple[str, ...] = ()
    if ("retouch", "order") in lines:
        order = check(("retouch", "order"), lines["retouch", "order"].value, file)  # type: ignore[assignment]
    return order, {
        stage: built(
            wish_of(stage, file, "retouch"),
            _fields(lines, ("retouch", stage), file),
            file,
            f"retouch.{stage}",
        )
        for stage in order
    }


def _limits(lines: Lines, variants: tuple[Variant, ...], file: str) -> dict[str, dict[str, Limit]]:
    source = _judged(lines, "source", file)
    limits = {"source": source}
    every = _judged(lines, "variant", file)
    for variant in variants:
        limits[variant.name] = dict(every)
        if OWN_COLOUR in lines or "background_color" not in every:
            continue
        if variant.picture or variant.bottom_colour:  # a gradient or a picture has no one colour to judge by
            del limits[variant.name]["background_color"]
        else:
            own: Any = every["background_color"]
            limits[variant.name]["background_color"] = replace(own, colours=(hex_of(variant.colour),))
    return limits


def _judged(lines: Lines, place: str, file: str) -> dict[str, Limit]:
    limits: dict[str, Limit] = {}
    for rule in _names(lines, place):
        kind = limit_of(rule, file, "rules")
        limit = built(kind, _fields(lines, (place, rule), file), file, f"rules.{rule}")
        if limit.severity is not Severity.OFF:
            limits[rule] = limit
    return limits


def _names_differ(output: Output, variants: tuple[Variant, ...], file: str) -> None:
    wanted = ["{sku}", *(["{variant}"] if len(variants) > 1 else [])]
    for part in wanted:
        if part not in output.name:
            raise BadProfile(
                say(
                    '{file}: [output] name "{name}" lacks {part}; pictures would overwrite each other.',
                    file=file,
                    name=output.name,
                    part=part,
                ),
                say("Write it as {name}.", name='"{sku}_main_{variant}"'),
            )


# ---- every value, with where it came from ------------------------------------------------------------------


def _values(
    lines: Lines, base: Document, variants: tuple[Variant, ...], order: tuple[str, ...]
) -> dict[str, Value]:
    """What the profile says, and for the rest what packshot does when a profile is silent."""
    origin = next((entry.dated[0] for entry in base.layers[""]), None)
    whole = dict(lines)
    for place, default in _silent(lines, variants, order):
        path = ".".join(place)
        value = Value(path, frozen(default), unit_of(place[-1]), "PS", "house", "medium", profile="packshot")
        whole[place] = replace(value, read=origin.read if origin else None)
    skipped = {place[1] for place, value in lines.items() if place[-1] == "skip" and value.value is True}
    values: dict[str, Value] = {}
    for place, value in sorted(whole.items()):
        section, *rest = place
        if section == "variants" and rest[0] in skipped and rest[1] != "skip":
            continue
        if section in ("source", "variant"):
            if rest[1] != "severity" and _is_off(lines, section, rest[0]):
                continue
            twin = whole.get(("variant" if section == "source" else "source", *rest))
            shared = (
                twin is not None
                and _same(twin, value)
                and not _is_off_either(lines, rest)
                and ("variant", *rest) != OWN_COLOUR  # `rules` does not speak of it
            )
            path = ".".join(["rules" if shared else section, *rest])
        else:
            path = ".".join(place)
        values[path] = value if value.path == path else replace(value, path=path)
    return values


def _same(one: Value, other: Value) -> bool:
    return one is other or replace(one, path="") == replace(other, path="")


def _is_off(lines: Lines, section: str, rule: str) -> bool:
    severity = lines.get((section, rule, "severity"))
    return severity is not None and severity.value == Severity.OFF.value


def _is_off_either(lines: Lines, rest: list[str]) -> bool:
    return rest[1] != "severity" and any(
        _is_off(lines, section, rest[0]) for section in ("source", "variant")
    )


def _silent(
    lines: Lines, variants: tuple[Variant, ...], order: tuple[str, ...]
) -> Iterable[tuple[Place, object]]:
    groups: list[tuple[Place, type[Any]]] = [(("output",), Output), (("guards",), GuardBounds)]
    for place in ("source", "variant"):
        groups += [((place, rule), limit_of(rule, "", "")) for rule in _names(lines, place)]
    groups += [(("retouch", stage), wish_of(stage, "", "")) for stage in order]
    groups += [(("variants", variant.name), Variant) for variant in variants]
    for group, kind in groups:
        defaults = {field.name: field.default for field in fields(kind)}
        for name in hints(kind):
            full = (*group, name)
            if full in lines or full == OWN_COLOUR or (kind is Variant and name == "name"):
                continue
            default = plain(defaults[name])
            if default is not None and default != ():
                yield full, default


def _hashable(raw: object) -> object:
    """An override's value, as a cache can hold it."""
    raw = frozen(plain(raw))
    try:
        hash(raw)
    except TypeError:
        raise unknown_key("overrides", "", str(thawed(raw)), ()) from None
    return raw
