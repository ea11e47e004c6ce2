"""Cards: the passport of each weights file, as TOML; and where the file lies."""

from __future__ import annotations

import os
import sys
import tomllib
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import cast

from packshot.errors import BadOption, WeightsMissing
from packshot.words import Words, say

CARDS = Path(__file__).parent / "weights"
"""Our own weights with their cards, and the cards of public ones."""
FOLDER = "PACKSHOT_WEIGHTS"
"""The environment's word on where pulled weights lie."""


@dataclass(frozen=True, slots=True)
class Card:
    name: str
    """As engines are called: the card's file without `.toml`."""
    home: Path
    """The folder of the card."""
    task: str
    """segment, find_text, read_text, judge, upscale."""
    file: str
    licence: str
    sale: bool
    """Does the licence allow use for sale?"""
    input: tuple[int, int]
    """Height and width of the picture that the network sees."""
    mean: tuple[float, float, float]
    spread: tuple[float, float, float]
    """The network sees (value − mean) / spread, values 0…1, red first."""
    sha256: str = ""
    """Empty where its makers publish none: then the first pull writes down what came."""
    size_bytes: int = 0
    """0 where not known."""
    url: str = ""
    """Where it is pulled from; empty for weights that are shipped."""
    fit: str = "squeeze"
    """How a photo gets the input's shape: squeeze, or letterbox (its proportions are kept)."""
    white: str = "full"
    """What 1.0 is: full (255), or brightest (the photo's own largest value)."""
    answer: str = "chance"
    """What its first output holds: chance (0…1), logit, or stretch (any scale: stretched to 0…1)."""
    told: tuple[str, ...] = ()
    """What the numbers of its second output are: sure (IoU that it expects), present (is a product here?)."""
    scale: int = 1
    """How many times an upscaler enlarges."""
    made_by: str = ""
    source: str = ""
    """Where the facts of the card were read."""
    parity: float = 0.0
    """How far the exported network's alpha is from the trained one's."""


CHOICES = {
    "task": ("segment", "find_text", "read_text", "judge", "upscale"),
    "fit": ("squeeze", "letterbox"),
    "white": ("full", "brightest"),
    "answer": ("chance", "logit", "stretch"),
}
NEEDED = ("task", "file", "licence", "sale", "input", "mean", "spread")


def read(path: Path) -> Card:
    """Keys are checked; tables (`[recipe]`, `[dev]`) are notes for readers."""
    try:
        with path.open("rb") as file:
            told = tomllib.load(file)
    except OSError as exc:
        raise BadOption(
            say("The card {file} cannot be read.", file=str(path)), say("Give the path of a card's TOML.")
        ) from exc
    except tomllib.TOMLDecodeError as exc:
        raise _bad(path, say("it is no TOML: {why}", why=str(exc))) from exc
    values = {name: value for name, value in told.items() if not isinstance(value, dict)}
    known = {field.name: str(field.type) for field in fields(Card) if field.name not in ("name", "home")}
    for name in NEEDED:
        if name not in values:
            raise _bad(path, say("`{key}` is missing.", key=name))
    for name, value in values.items():
        if name not in known:
            nearest = next(iter(get_close_matches(name, known, n=1)), "")
            raise _bad(
                path, say("unknown key `{key}`; nearest known: {nearest}.", key=name, nearest=nearest or "–")
            )
        values[name] = _fitting(path, name, value, known[name])
    if Path(values["file"]).name != values["file"]:
        raise _bad(path, say("`file` is a name without folders."))
    return Card(name=path.stem, home=path.parent, **values)


def known() -> tuple[Card, ...]:
    return tuple(read(path) for path in sorted(CARDS.glob("*.toml"), key=lambda path: path.stem))


def named(name: str) -> Card | None:
    """By name, or by path where the name is one of a TOML file; None: no such card."""
    if name.endswith(".toml"):
        return read(Path(name))
    path = CARDS / f"{name}.toml"
    if not path.is_file():
        return None
    told = path.stat()
    return _read(path, told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=32)
def _read(path: Path, _written_ns: int, _size: int) -> Card:
    """Asked for at every photo: 3 ms to read, for each of four networks."""
    return read(path)


def folder() -> Path:
    """Of pulled weights: PACKSHOT_WEIGHTS, else the user's cache."""
    if told := os.environ.get(FOLDER):
        return Path(told).expanduser()
    if sys.platform == "win32":
        cache = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        cache = Path.home() / "Library" / "Caches"
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "packshot" / "weights"


def place(card: Card) -> Path:
    """Where its weights lie, or will lie once they are pulled: beside the card first."""
    beside = card.home / card.file
    return beside if beside.is_file() or not card.url else folder() / card.file


def weights(card: Card) -> Path:
    """Its file, which is there and of the right size; raises with the command that brings it."""
    path = place(card)
    size = path.stat().st_size if path.is_file() else None
    if size is None:
        raise WeightsMissing(say("The weights {file} are not here.", file=card.file), _cure(card))
    if card.size_bytes and size != card.size_bytes:
        raise WeightsMissing(
            say("The weights {file} are damaged: {got} bytes instead of {expected}.",
                file=card.file, got=size, expected=card.size_bytes),
            _cure(card),
        )  # fmt: skip
    return path


def _cure(card: Card) -> Words:
    if card.url:
        return say("Bring them: {command}", command=f"packshot weights pull {card.name}")
    if card.home == CARDS:
        return say("They are shipped with packshot; install it again: pip install --force-reinstall packshot")
    return say("Put the file beside its card, {card}.", card=str(card.home / f"{card.name}.toml"))


def _fitting(path: Path, name: str, value: object, kind: str) -> object:
    """The value as the field's type; lists become tuples of the right length."""
    if isinstance(value, list):
        fits = _tuple(value, kind)
    elif kind == "float" and type(value) in (int, float):
        fits = float(cast(float, value))
    else:
        fits = value if type(value).__name__ == kind and value in CHOICES.get(name, (value,)) else None
    if fits is None:
        expected = ", ".join(CHOICES.get(name, (kind,)))
        raise _bad(
            path, say("`{key}` is {got}, expected: {expected}.", key=name, got=repr(value), expected=expected)
        )
    return fits


def _tuple(values: list[object], kind: str) -> object:
    if kind == "tuple[int, int]":
        return tuple(values) if len(values) == 2 and all(type(v) is int and v > 0 for v in values) else None
    if kind == "tuple[str, ...]":
        return tuple(values) if all(isinstance(v, str) for v in values) else None
    numbers = tuple(float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool))
    return numbers if kind == "tuple[float, float, float]" and len(values) == len(numbers) == 3 else None


def _bad(path: Path, why: Words) -> BadOption:
    return BadOption(
        say("The card {file} is wrong: {why}", file=path.name, why=why),
        say("Compare it with those in the package's folder engines/weights."),
    )
