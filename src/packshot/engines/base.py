"""The protocols: what each kind of engine promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar, cast

from packshot.errors import BadOption
from packshot.image.types import RGB, Box, Grey
from packshot.registry import Registry
from packshot.words import say


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What a segmenter thinks is product. Doubt stays raw: never stretched to 0…255."""

    alpha: Grey
    """Of the size that was given in."""
    confidence: float
    """0…1: how good it thinks its own answer is."""
    unsure: Grey | None = None
    """255 where it does not know, 0 where it is certain; None where it has no opinion on that."""
    present: float = 1.0
    """0…1: is there a product at all? Engines that cannot say leave it."""


@dataclass(frozen=True, slots=True)
class FoundText:
    box: Box
    """In the pixels that were given in."""
    confidence: float
    angle: float = 0.0
    """Degrees; 0 reads left to right."""
    outline: tuple[tuple[float, float], ...] = ()
    """(x, y) along the upper edge as one reads, then as many back along the lower edge: four for a straight
    line, more for a curved one; empty where the box is all that is known."""


@dataclass(frozen=True, slots=True)
class ReadText:
    text: str
    """Empty where nothing could be read."""
    confidence: float
    """0…1: how likely every letter of it is right."""


@dataclass(frozen=True, slots=True)
class Impression:
    """What a card shows at one glance. All are chances, 0…1; those of a question add up to 1."""

    defects: Mapping[str, float]
    shown: Mapping[str, float]
    """On a person, a mannequin, a hanger, lying flat, or none of these."""
    person: Mapping[str, float]
    """None, a part of one, a whole one."""
    view: Mapping[str, float]
    """The side of the goods that we see."""


class Segmenter(Protocol):
    name: str
    longest_side: int
    """Pictures are shrunk to this before they are handed over."""

    def segment(self, pixels: RGB) -> Opinion: ...


class TextFinder(Protocol):
    name: str
    longest_side: int

    def find(self, pixels: RGB) -> tuple[FoundText, ...]: ...


class TextReader(Protocol):
    name: str

    def read(self, pixels: RGB, lines: Sequence[FoundText]) -> tuple[ReadText, ...]:
        """One answer a line, in their order; the lines lie in these very pixels."""
        ...


class Judge(Protocol):
    name: str

    def judge(self, pixels: RGB, alpha: Grey) -> Impression:
        """`alpha`: the cut-out in the frame of the pixels."""
        ...


class Upscaler(Protocol):
    name: str

    def upscale(self, pixels: RGB, factor: float) -> RGB:
        """`round(side * factor)` on each side."""
        ...


@dataclass(frozen=True, slots=True)
class Engine:
    kind: str
    """segmenter, text_finder, text_reader, judge, upscaler."""
    name: str
    make: Callable[[], Any]
    """Makes one; raises WeightsMissing with the command that brings what is missing."""


ENGINES: Registry[Engine] = Registry(
    "packshot.engines",
    "packshot.engines",
    besides=frozenset({"base", "weights", "onnx", "line", "served", "server", "cards", "zoo", "pull"}),
)


def upscaler_named(name: str) -> Engine:
    """Raises BadOption for a name that no upscaler has."""
    if name in ENGINES and ENGINES[name].kind == "upscaler":
        return ENGINES[name]
    known = [other for other in ENGINES.names() if ENGINES[other].kind == "upscaler"]
    raise BadOption(
        say("There is no engine called {name} that enlarges.", name=name),
        say("Known: {names}.", names=", ".join(known)),
    )


@lru_cache
def upscaler(name: str) -> Upscaler:
    """Made once a process: the cards of its networks are read and their files looked for."""
    return cast(Upscaler, upscaler_named(name).make())


Made = TypeVar("Made")


def engine(kind: str, name: str) -> Callable[[type[Made]], type[Made]]:
    """Registers a class that keeps one of the protocols above and is made with no arguments."""

    def register(made: type[Made]) -> type[Made]:
        ENGINES.add(name, Engine(kind, name, made))
        return made

    return register
