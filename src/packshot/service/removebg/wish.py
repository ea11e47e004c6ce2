"""What a client asks for, checked and settled: plain values that a queue can carry as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeVar

from packshot.errors import BadOption
from packshot.service.removebg.errors import Mistake, Refusal
from packshot.words import verbatim

T = TypeVar("T")

SIZES = {
    "preview": 0.25,
    "small": 0.25,
    "regular": 0.25,
    "medium": 1.5,
    "hd": 4.0,
    "full": 25.0,
    "4k": 25.0,
    "auto": 25.0,
    "50mp": 25.0,
}
"""Megapixels of the result at most. Above 25 the cut-out alone would take two gigabytes of memory."""
MOST_MEGAPIXELS = max(SIZES.values())
PNG_MEGAPIXELS = 10.0
"""A PNG of more is a file that nobody wants to send; ZIP, JPG and WebP go on."""
PREVIEW = 0.25
TYPES = ("auto", "person", "product", "car", "animal", "graphic", "graphics", "transportation", "other")
TYPE_LEVELS = ("none", "1", "2", "latest")
FORMATS = ("auto", "png", "jpg", "webp", "zip")
CHANNELS = ("rgba", "alpha")
SHADOWS = ("none", "auto", "car", "3d", "drop", "contact", "contact_drop", "mirror")
"""remove.bg's own, then what packshot draws besides."""
MOST_MARGIN_PX = 500.0
MOST_MARGIN_SHARE = 0.5
MOST_TEXT = 200
"""Characters of any parameter but the picture and the links."""


@dataclass(frozen=True, slots=True)
class Length:
    """`30px` or `10%`."""

    value: float
    """Pixels of the photo, or a share: 0.1 for 10 %."""
    unit: Literal["px", "share"]

    def of(self, whole: float) -> float:
        return self.value if self.unit == "px" else self.value * whole


Four = tuple[Length, Length, Length, Length]
WHOLE: Four = (Length(0, "share"), Length(0, "share"), Length(1, "share"), Length(1, "share"))
NO_MARGIN: Four = (Length(0, "px"),) * 4


@dataclass(frozen=True, slots=True)
class Wish:
    size: str = "preview"
    type: str = "auto"
    type_level: str = "1"
    format: str = "auto"
    roi: Four = WHOLE
    """Left, top, right, bottom; only what lies inside may be product."""
    crop: bool = False
    crop_margin: Four = NO_MARGIN
    """Top, right, bottom, left."""
    scale: float | None = None
    """Share of the picture that the product takes; None: left as it is."""
    position: tuple[float, float] | None = None
    """0…1 across and down, as in CSS: 0 at the left and upper edge, 1 at the right and lower one."""
    channels: str = "rgba"
    shadow: str = "none"
    shadow_opacity: float | None = None
    semitransparency: bool = True
    bg_color: tuple[int, int, int, int] | None = None

    @property
    def megapixels(self) -> float:
        """Of the result at most, where its format sets no narrower bound."""
        return SIZES[self.size]

    @property
    def credits(self) -> float:
        """What remove.bg would charge; nothing else is counted for errors."""
        return 0.25 if self.megapixels <= PREVIEW else 1.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Wish:
        values = {field.name: told[field.name] for field in fields(cls) if field.name in told}
        for name in ("roi", "crop_margin"):
            if name in values:
                values[name] = tuple(Length(**length) for length in values[name])
        for name in ("position", "bg_color"):
            if values.get(name) is not None:
                values[name] = tuple(values[name])
        return cls(**values)


def parse(given: Mapping[str, object]) -> Wish:
    """Strings of a form or values of a JSON body. Unknown names are ignored; all mistakes are told."""
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, (field, reader) in READERS.items():
        text = _text(given.get(name))
        if text == "":
            continue
        try:
            if text is None or len(text) > MOST_TEXT:
                raise _no("It must be one short value.")
            values[field] = reader(text)
        except BadOption as exc:
            mistakes.append(Mistake(f"invalid_{name}", f"Invalid {name}", str(exc.message)))
    if mistakes:
        raise Refusal(400, *mistakes)
    if values.pop("add_shadow", False):
        values.setdefault("shadow", "auto")
    if values.get("scale") is not None and "position" not in values:
        values["position"] = (0.5, 0.5)
    return Wish(**values)


def _text(value: object) -> str | None:
    """As a form would have sent it; empty where nothing was sent, None where it is no single value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value).strip()
    return None


def _one_of(*names: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in names:
            raise _no(f"Choose one of {', '.join(names)}.")
        return text.lower()

    return read


def _flag(text: str) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in known:
        raise _no("Send true or false.")
    return known[text.lower()]


_LENGTH = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(px|%)?", re.ASCII)


def _length(text: str) -> Length:
    """A number without a unit counts as pixels."""
    found = _LENGTH.fullmatch(text)
    if not found:
        raise _no("Write lengths as 30px or 10%.")
    number = float(found[1])
    return Length(number / 100, "share") if found[2] == "%" else Length(number, "px")


def _share(text: str) -> float:
    length = _length(text)
    if length.unit == "px" or length.value > 1:
        raise _no("Write it as a percentage from 0% to 100%.")
    return length.value


def _roi(text: str) -> Four:
    parts = text.split()
    if len(parts) != 4:
        raise _no("Give four lengths: x1 y1 x2 y2.")
    left, top, right, bottom = (_length(part) for part in parts)
    return left, top, right, bottom


def _margins(text: str) -> Four:
    """One for all, two for top-bottom and left-right, four from the top clockwise."""
    parts = [_length(part) for part in text.split()]
    if len(parts) not in {1, 2, 4}:
        raise _no("Give one, two or four lengths.")
    if any(part.value > (MOST_MARGIN_PX if part.unit == "px" else MOST_MARGIN_SHARE) for part in parts):
        raise _no("A margin has at most 500px, or 50% of the subject.")
    top, right = parts[0], parts[1] if len(parts) > 1 else parts[0]
    bottom, left = (parts[2], parts[3]) if len(parts) == 4 else (top, right)
    return top, right, bottom, left


def _scale(text: str) -> float | None:
    if text.lower() == "original":
        return None
    share = _share(text)
    if share < 0.1:
        raise _no("Write original, or a percentage from 10% to 100%.")
    return share


def _position(text: str) -> tuple[float, float] | None:
    if text.lower() == "original":
        return None
    if text.lower() == "center":
        return 0.5, 0.5
    parts = [_share(part) for part in text.split()]
    if len(parts) not in {1, 2}:
        raise _no("Write original, center, or one or two percentages.")
    return parts[0], parts[-1]


def _opacity(text: str) -> float:
    """0…100, with or without a percent sign."""
    return _share(text.removesuffix("%") + "%")


def _colour(text: str) -> tuple[int, int, int, int]:
    """3, 4, 6 or 8 hexadecimal digits, or one of the web's colour names."""
    digits = text.removeprefix("#")
    if not re.fullmatch(r"[0-9a-fA-F]+", digits):
        digits = _named(text)
    if len(digits) in {3, 4}:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in {6, 8}:
        raise _no("Write it as 81d4fa, fff, 81d4fa77 or green.")
    red, green, blue, alpha = bytes.fromhex(digits.ljust(8, "f"))
    return red, green, blue, alpha


def _named(text: str) -> str:
    from PIL.ImageColor import colormap

    if text.lower() == "transparent":
        return "00000000"
    name = colormap.get(text.lower())
    return name.removeprefix("#") if isinstance(name, str) else ""


def _no(why: str) -> BadOption:
    return BadOption(verbatim(why))


READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "size": ("size", _one_of(*SIZES)),
    "type": ("type", _one_of(*TYPES)),
    "type_level": ("type_level", _one_of(*TYPE_LEVELS)),
    "format": ("format", lambda text: _one_of(*FORMATS)({"jpeg": "jpg"}.get(text.lower(), text))),
    "roi": ("roi", _roi),
    "crop": ("crop", _flag),
    "crop_margin": ("crop_margin", _margins),
    "scale": ("scale", _scale),
    "position": ("position", _position),
    "channels": ("channels", _one_of(*CHANNELS)),
    "add_shadow": ("add_shadow", _flag),
    "shadow_type": ("shadow", _one_of(*SHADOWS)),
    "shadow_opacity": ("shadow_opacity", _opacity),
    "semitransparency": ("semitransparency", _flag),
    "bg_color": ("bg_color", _colour),
}
"""The parameter's name → the field of `Wish`, and who reads it."""
