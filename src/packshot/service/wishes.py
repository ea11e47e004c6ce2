"""What may be asked for from outside, checked before anything is accepted.

A caller of the command line may name files of his own machine; a caller from outside must not: profiles go by
name, and settings that are paths or templates are ours to set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from packshot.errors import BadOption
from packshot.words import say

if TYPE_CHECKING:
    from packshot.journey.upscale import Aim

KEYS = ("retouch.", "output.", "guards.", "variants.")
PATHS = frozenset({"picture", "font", "name"})
"""Last words of settings that name files, or what files are called."""
Whole = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Real = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=200)]
Value = bool | Whole | Real | Text | Annotated[list[Whole | Real | Text], Field(max_length=20)]
Name = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_.\-]*$")]


class Wish(BaseModel):
    """What should become of the photos; as the command line's options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: Name = Field("", description="Marketplace; empty: the default profile.", examples=["ozon"])
    category: Name = Field(
        "",
        description="Category of the profile, as fashion.shoes; auto: guessed by the file's name.",
        examples=["beauty"],
    )
    switches: tuple[Name, ...] = Field((), max_length=20, description="Switches of the profile.")
    quality: Literal["fast", "normal", "best"] = "normal"
    variants: tuple[Name, ...] = Field(
        (), max_length=20, description="Only these grounds; empty: all of the profile.", examples=[["light"]]
    )
    settings: dict[Annotated[str, Field(max_length=100)], Value] = Field(
        default_factory=dict,
        max_length=50,
        description="Values of the profile to change for this call.",
        examples=[{"retouch.shadow.kind": "none"}],
    )
    stages: bool = Field(False, description="Keep a picture of every stage of the retouch.")
    explain: bool = Field(False, description="Tell how each rule came to its answer (check only).")
    engine: Name = Field(
        "",
        description="By name: who cuts out (fix and cutout), or who enlarges (upscale).",
        examples=["grabcut"],
    )
    crop: bool = Field(False, description="Cut to the product's box (cutout only).")
    to: Annotated[str, Field(max_length=20)] = Field(
        "",
        description="Enlarged until it fits into this size and touches it (upscale only).",
        examples=["1600x1600"],
    )
    factor: Real | None = Field(
        None,
        description="How many times larger, 1 to 4; 1 mends JPEG at the same size (upscale only; 2 where"
        " neither this nor `to` is given).",
        examples=[2],
    )

    def told(self) -> dict[str, Any]:
        """As it is kept: only what differs from the default."""
        return self.model_dump(mode="json", exclude_defaults=True)


SEPARATORS = re.compile(r"[_\-.+]+")
MOST_CANVAS = 6000
"""Pixels a side: a larger one costs hundreds of megabytes, and no marketplace takes it."""


def settings_of(told: Mapping[str, Any]) -> dict[str, object]:
    """JSON's lists as profiles have them."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}


AUTO = "auto"


def told_category(category: str, name: str = "") -> str:
    """As it was asked for, or as the photo's file is called: the shop's words, where they say anything."""
    if category != AUTO:
        return category
    from packshot.catalog.category_words import guess

    words = SEPARATORS.sub(" ", PurePosixPath(name).stem)
    return guess((words,)).category if words.strip() else ""


def aim_of(told: Mapping[str, Any]) -> Aim:
    """How large a photo is to become; as the command line's `--to` and `--factor`."""
    from packshot.journey.upscale import aimed, size_named

    return aimed(size_named(told["to"]) if told.get("to") else None, told.get("factor"))


def check_wish(kind: str, wish: Wish) -> None:
    """Raises what is wrong with it, in words for people."""
    from packshot.journey.examine import profile_of
    from packshot.journey.fix import choose
    from packshot.profiles.load import profile_names

    if wish.profile and wish.profile not in profile_names():
        raise BadOption(
            say("There is no profile {name}.", name=wish.profile),
            say("Known: {names}.", names=", ".join(profile_names())),
        )
    for key in wish.settings:
        if not key.startswith(KEYS) or key.rpartition(".")[2] in PATHS:
            raise BadOption(
                say("The setting {key} cannot be changed here.", key=key),
                say("GET /v1/profiles/{profile} tells those that can.", profile=wish.profile or "…"),
            )
    settings = settings_of(wish.settings)
    profile = profile_of(wish.profile or None, told_category(wish.category), wish.switches, settings)
    _check_canvas(profile.wishes.get("place"))
    if kind == "fix":
        choose(profile, wish.variants or None)
    if kind == "upscale":
        aim_of(wish.told())
    if wish.engine:
        _check_engine(kind, wish.engine)


def _check_engine(kind: str, name: str) -> None:
    """One that is known and not installed is told as well, with the command that brings it."""
    from packshot.engines.base import ENGINES, upscaler
    from packshot.journey.examine import segmenter

    if kind == "upscale":
        upscaler(name)
        return
    if name not in ENGINES.names():  # a card's path would be a path of ours
        raise BadOption(
            say("There is no cut-out engine called {name}.", name=name),
            say("Known: {names}.", names=", ".join(ENGINES.names())),
        )
    segmenter(name)


def _check_canvas(place: object) -> None:
    scale = getattr(place, "canvas_scale", 1.0)
    for canvas in (getattr(place, "canvas", None), getattr(place, "tall_canvas", None)):
        if canvas and not all(1 <= side * scale <= MOST_CANVAS for side in canvas):
            raise BadOption(
                say(
                    "A picture of {width}×{height} px cannot be made here.", width=canvas[0], height=canvas[1]
                ),
                say("At most {limit} px a side.", limit=MOST_CANVAS),
            )
