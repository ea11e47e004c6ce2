"""A profile with all its questions answered: one marketplace, one category, one date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from packshot.image.encode import Encoding
from packshot.image.types import Colour
from packshot.retouch.base import Stage, Wish
from packshot.rules.base import Limit, Rule


@dataclass(frozen=True, slots=True)
class Value:
    """One line of a profile, with where it came from."""

    path: str
    """`rules.image_size.min_width`, `retouch.shadow.kind`, `output.quality`, …"""
    value: object
    unit: str = ""
    source: str = ""
    """Key into the list of sources (WB1, BR, …); empty where a user wrote a bare value."""
    trust: str = "user"
    """brief, official, official-3p, third-party, inferred, unverified memory, house, user."""
    confidence: str = ""
    """high, medium, low."""
    read: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    profile: str = ""
    """The profile that said it: `base`, or one of those it extends."""
    category: str = ""
    """The category override that said it; empty for all."""


@dataclass(frozen=True, slots=True)
class Variant:
    name: str
    colour: Colour
    bottom_colour: Colour | None = None
    """Lower end of a gradient."""
    picture: str = ""
    """Path of a texture or picture; empty for a colour."""
    shadow_strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Output(Encoding):
    """How the variants are written, and under which names."""

    name: str = "{sku}_main_{variant}"
    """Without the suffix."""


@dataclass(frozen=True, slots=True)
class GuardBounds:
    max_delta_e_median: float = 1.0
    max_delta_e_95: float = 3.0
    min_confidence: float = 0.6
    """Below it the status is `review`."""
    min_label_similarity: float = 0.7
    max_misread_share: float = 0.15
    """Letters of a printed line that may read otherwise after the retouch."""
    max_upscale: float = 4.0


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    category: str
    """Path as `beauty` or `fashion.shoes`; empty for none."""
    titles: Mapping[str, str]
    """en, ru."""
    limits: Mapping[str, Mapping[str, Limit]]
    """`source` and each variant's name → rule name → its limit; silent rules are left out."""
    order: tuple[str, ...]
    """Names of the stages, first to last."""
    wishes: Mapping[str, Wish]
    variants: tuple[Variant, ...]
    output: Output
    guards: GuardBounds
    values: Mapping[str, Value]
    """Every effective value by its path, for `packshot profiles NAME` and for the guide."""
    sha256: str
    """Of all effective values: names the profile in a report."""

    def rules(self, where: str) -> tuple[tuple[Rule, Limit], ...]:
        """The rules to judge by; `where` is `source` or the name of a variant."""
        from packshot.rules.base import RULES

        return tuple((RULES[name], limit) for name, limit in self.limits[where].items())

    def stages(self) -> tuple[tuple[Stage, Wish], ...]:
        from packshot.retouch.base import STAGES

        return tuple((STAGES[name], self.wishes[name]) for name in self.order)

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles.get("en") or self.name
