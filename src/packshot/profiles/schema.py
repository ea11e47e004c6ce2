"""What a profile may say: made of the rules' limits and the stages' wishes, never written twice."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from packshot.errors import BadOption, BadProfile
from packshot.image.types import colour_of
from packshot.profiles.document import one_of, unknown_key, wrong_value
from packshot.profiles.profile import GuardBounds, Output, Variant
from packshot.retouch.base import STAGES, Wish
from packshot.rules.base import RULES, Limit
from packshot.words import Words, say

COLOUR = tuple[int, int, int]


class NotThis(Exception):
    """A value has another shape than the field."""

    def __init__(self, expected: Words) -> None:
        super().__init__(expected)
        self.expected = expected


def hints(kind: type[Any]) -> Mapping[str, Any]:
    """Field → its type."""
    return _hints(kind)  # type: ignore[arg-type]  # mypy takes a dataclass's instances for the class


@lru_cache(maxsize=256)
def _hints(kind: type[Any]) -> Mapping[str, Any]:
    known = get_type_hints(kind)
    return {field.name: known[field.name] for field in fields(kind)}


def kind_of(path: tuple[str, ...], file: str, prefix: str) -> Mapping[str, Any]:
    """The fields that stand at `rules.image_size`, `retouch.shadow`, `variants.light`, `output`, `guards`."""
    section = path[0]
    if section in ("rules", "source", "variant"):
        return hints(limit_of(path[1], file, f"{prefix}{section}"))
    if section == "retouch":
        return hints(wish_of(path[1], file, f"{prefix}retouch"))
    if section == "variants":
        return {**{k: v for k, v in hints(Variant).items() if k != "name"}, "skip": bool}
    return hints(Output if section == "output" else GuardBounds)


def limit_of(rule: str, file: str, where: str) -> type[Limit]:
    try:
        return RULES[rule].limit
    except KeyError:
        raise unknown_key(file, where, rule, RULES.names()) from None


def wish_of(stage: str, file: str, where: str) -> type[Wish]:
    try:
        return STAGES[stage].wish
    except KeyError:
        raise unknown_key(file, where, stage, (*STAGES.names(), "order")) from None


def check(path: tuple[str, ...], raw: object, file: str, prefix: str = "") -> object:
    """The value as the code wants it, or BadProfile that names file, place, what was expected, what came."""
    *parents, key = path
    where = prefix + ".".join(parents)
    if path == ("retouch", "order"):
        return _order(raw, file, where)
    known = kind_of(path, file, prefix)
    if key not in known:
        raise unknown_key(file, where, key, known)
    try:
        value = converted(known[key], raw)
        _sensible(key, value)
        return value
    except NotThis as exc:
        raise wrong_value(file, where, key, exc.expected, thawed(raw)) from None


def _sensible(key: str, value: object) -> None:
    """What the types cannot say and people get wrong: 85 for 0.85, a colour's name, a quality of 0."""
    parts = value if isinstance(value, tuple) else (value,)
    numbers = [part for part in parts if type(part) in (int, float)]
    if key.endswith(("_share", "opacity")):
        _is(all(0 <= number <= 1 for number in numbers), say("a share from 0 to 1, as 0.85"))
    elif key in ("quality", "min_quality"):
        _is(all(0 <= number <= 100 for number in numbers), say("a quality from 1 to 100"))
    elif key.endswith(("_px", "_bytes", "_width", "_height", "_side")):
        _is(all(number >= 0 for number in numbers), say("0 or more"))
    elif key == "canvas" or key.endswith(("_canvas", "_factor", "_scale")):
        _is(all(number > 0 for number in numbers), say("more than 0"))
    elif key in ("colour", "colours", "bottom_colour"):
        for part in parts:
            if isinstance(part, str) and (part or key == "colours"):
                _colour(part)


def _order(raw: object, file: str, where: str) -> tuple[str, ...]:
    if not isinstance(raw, tuple):
        raise wrong_value(file, where, "order", say("a list of stages"), raw)
    for name in raw:
        if name not in STAGES:
            raise unknown_key(file, f"{where}.order", str(name), STAGES.names())
    if len(set(raw)) < len(raw):
        raise wrong_value(file, where, "order", say("a list that names each stage once"), thawed(raw))
    return raw


def converted(hint: Any, raw: object) -> object:
    """`raw`, plain as TOML has it, as the type `hint`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return raw
    if origin in (Union, types.UnionType):
        return _any_of(arguments, raw)
    if origin is Literal:
        return raw if _is(raw in arguments, one_of(map(str, arguments))) else None
    if hint == COLOUR:
        return _colour(raw)
    if origin in (tuple, frozenset):
        return _list(origin, arguments, raw)
    if origin is not None and issubclass(origin, Mapping):
        _is(isinstance(raw, dict), say("a table"))
        return {key: converted(arguments[1], item) for key, item in raw.items()}  # type: ignore[attr-defined]
    if isinstance(hint, type) and issubclass(hint, Enum):
        names = [str(item.value) for item in hint]
        _is(raw in names, one_of(names))
        return hint(raw)
    if is_dataclass(hint):
        return _record(hint, raw)
    return _scalar(hint, raw)


def _is(fits: bool, expected: Words) -> bool:
    if not fits:
        raise NotThis(expected)
    return True


def _any_of(arguments: tuple[Any, ...], raw: object) -> object:
    if raw is None and type(None) in arguments:
        return None
    failed: NotThis | None = None
    for argument in arguments:
        if argument is type(None):
            continue
        try:
            return converted(argument, raw)
        except NotThis as exc:
            failed = failed or exc
    raise failed or NotThis(say("nothing"))


def _colour(raw: object) -> tuple[int, int, int]:
    expected = say("a colour as #F5F4F2")
    if isinstance(raw, str):
        try:
            return colour_of(raw)
        except ValueError:
            raise NotThis(expected) from None
    if isinstance(raw, tuple) and len(raw) == 3 and all(type(n) is int and 0 <= n <= 255 for n in raw):
        return raw
    raise NotThis(expected)


def _list(origin: Callable[[Any], object], arguments: tuple[Any, ...], raw: object) -> object:
    if origin is frozenset or (len(arguments) == 2 and arguments[1] is Ellipsis):
        _is(isinstance(raw, tuple), say("a list of {items}", items=expected_of(arguments[0])))
        return origin(converted(arguments[0], item) for item in raw)  # type: ignore[attr-defined]
    expected = say(
        "a list of {count} values, each {items}", count=len(arguments), items=expected_of(arguments[0])
    )
    if not isinstance(raw, tuple) or len(raw) != len(arguments):
        raise NotThis(expected)
    return tuple(converted(argument, item) for argument, item in zip(arguments, raw, strict=True))


def _record(hint: Any, raw: object) -> object:
    """A small dataclass (Size, Box): its fields as a list in their order, or as a table."""
    known = hints(hint)
    expected = say("a list: {names}", names=", ".join(known))
    if isinstance(raw, tuple) and len(raw) == len(known):
        raw = dict(zip(known, raw, strict=True))
    if not isinstance(raw, dict) or raw.keys() - known.keys():
        raise NotThis(expected)
    try:
        return hint(**{key: converted(known[key], item) for key, item in raw.items()})
    except TypeError:
        raise NotThis(expected) from None


def _scalar(hint: Any, raw: object) -> object:
    _is(
        (hint is float and type(raw) in (int, float))
        or (hint is not float and isinstance(hint, type) and type(raw) is hint),
        expected_of(hint),
    )
    return float(raw) if hint is float else raw  # type: ignore[arg-type]


SCALARS = {
    int: say("a whole number"),
    float: say("a number"),
    str: say("text"),
    bool: say("true or false"),
}


def expected_of(hint: Any) -> Words:
    if hint == COLOUR:
        return say("a colour as #F5F4F2")
    if isinstance(hint, type) and issubclass(hint, Enum):
        return one_of(str(item.value) for item in hint)
    if get_origin(hint) is Literal:
        return one_of(map(str, get_args(hint)))
    return SCALARS.get(hint, say("a list"))


def built(kind: type[Any], given: Mapping[str, object], file: str, where: str) -> Any:
    """A limit, a wish or another small dataclass from converted values."""
    missing = [field.name for field in fields(kind) if _required(field) and field.name not in given]
    if missing:
        raise BadProfile(
            say("{file}: [{where}] lacks {names}.", file=file, where=where, names=", ".join(missing)),
            say("Add it, or silence the rule with severity = off, the stage with skip = true."),
        )
    try:
        return kind(**given)
    except (ValueError, BadOption) as exc:
        raise BadProfile(
            say("{file}: [{where}] does not fit together: {why}.", file=file, where=where, why=str(exc)),
            say("Change the values in {file}.", file=file),
        ) from exc


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def thawed(raw: object) -> object:
    return [thawed(item) for item in raw] if isinstance(raw, tuple) else raw


def plain(value: object) -> object:
    """A default from the code as TOML would have written it."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return tuple(plain(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, frozenset):
        return tuple(sorted(plain(item) for item in value))  # type: ignore[type-var]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value
