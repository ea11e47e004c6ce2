"""Every effective value of a profile with where it came from: for the command line, guides and pages."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.profiles.document import unit_of
from packshot.profiles.profile import Profile, Value
from packshot.profiles.sources import Source, sources_of
from packshot.words import Words, say, verbatim


@dataclass(frozen=True, slots=True)
class Row:
    value: Value
    shown: Words
    """The value for people: `1200×1600 px`, `85 %`, `#F5F4F2`, `yes`."""
    sources: tuple[Source, ...]

    @property
    def path(self) -> str:
        return self.value.path

    @property
    def group(self) -> str:
        """`rules.image_size`, `retouch.place`, `output`: what stands in brackets in the TOML."""
        return self.value.path.rpartition(".")[0]

    @property
    def key(self) -> str:
        return self.value.path.rpartition(".")[2]


def describe(profile: Profile) -> tuple[Row, ...]:
    """All of them, rules first, in the order of a profile file."""
    rank = {name: n for n, name in enumerate(ORDER)}
    values = sorted(
        profile.values.values(),
        key=lambda value: (rank.get(value.path.partition(".")[0], len(rank)), value.path),
    )
    return tuple(Row(value, shown(value), sources_of(value.source)) for value in values)


ORDER = ("variants", "output", "rules", "source", "variant", "retouch", "guards")


def shown(value: Value) -> Words:
    """One value in words, with its unit."""
    raw, unit = value.value, value.unit or unit_of(value.path)
    if isinstance(raw, bool):
        return say("yes") if raw else say("no")
    if isinstance(raw, tuple):
        if unit == "px" and len(raw) == 2 and all(isinstance(item, int) for item in raw):
            return verbatim(f"{raw[0]}×{raw[1]} px")
        return verbatim(", ".join(_one(item) for item in raw))
    if isinstance(raw, int | float):
        return quantity(raw, unit)
    return verbatim(str(raw)) if raw != "" else verbatim("–")


def quantity(number: float, unit: str) -> Words:
    """A number as people say it: shares in per cent, bytes in megabytes."""
    if unit == "share":
        return say("{number} %", number=_short(number * 100))
    if unit == "bytes":
        if number >= 1_000_000:
            return say("{number} MB", number=_short(number / 1_000_000))
        return say("{number} KB", number=_short(number / 1000))
    if unit == "px":
        return say("{number} px", number=_short(number))
    if unit == "MP":
        return say("{number} megapixels", number=_short(number))
    return (
        say("{number} {unit}", number=_short(number), unit=unit)
        if unit
        else say("{number}", number=_short(number))
    )


def _short(number: float) -> int | float:
    rounded = round(float(number), 4)
    return int(rounded) if rounded.is_integer() else round(rounded, 2) if abs(rounded) >= 1 else rounded


def _one(item: object) -> str:
    if isinstance(item, tuple):
        return "(" + ", ".join(_one(part) for part in item) + ")"
    if isinstance(item, dict):
        return ", ".join(f"{key}: {_one(part)}" for key, part in item.items())
    return str(item)
