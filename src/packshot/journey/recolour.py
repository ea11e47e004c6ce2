"""Another ground, another shadow: from the layers that a run kept, without a look at the photo.

The cut-out is kept exactly, all shadows as one sheet of 8 bits. So at the shadow's own strength, and at any
strength where there is but one shadow, the picture is the run's own within one level. Where two shadows lie
over each other and another strength is asked for, a run weakens each of them and this the sheet: the dark
line under the product then differs (docs/speed.md has the figure).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from packshot.errors import BadOption, BadPhoto
from packshot.image.codec import shrunk
from packshot.image.photo import Photo
from packshot.image.types import Box, Grey, box_of, colour_of, hex_of, size_of
from packshot.journey import guards
from packshot.journey.examine import profile_of, report_on
from packshot.journey.fix import JUDGED_SIDE, Clock, choose, picture_of, write
from packshot.journey.planned import planned_cutout
from packshot.journey.report import Report
from packshot.journey.result import Guard, Picture
from packshot.look.facts import Facts
from packshot.profiles.profile import Profile
from packshot.retouch.backdrop import backdrops_for
from packshot.retouch.flatten import flatten
from packshot.retouch.layers import Layers, Placement, Product, ShadowLayer
from packshot.retouch.start import SEEN
from packshot.words import say

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
TAKEN = "source"
"""A profile's limits call the photo so: no variant can."""
MOST_SHADOW = 1.5
LATE = ("backdrop", "sticker")
"""Stages that lay something beside the product; all earlier ones are in the layers."""
READ_BY_THE_RUN = ("forbidden_words", "infographic", "overlaid_text", "scale_marker")
"""Words are the same on every ground, and what is print on goods only the photo tells: not asked again."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to stand behind, and how strong the shadow is to be."""

    variant: str
    """What the new picture is called."""
    ground: str = ""
    """As `#FFFFFF`; empty: `variant` is one of the profile's own."""
    shadow: float = 1.0
    """Times the shadow that was kept: 0 none, at most 1.5."""
    profile: str | Path | None = None
    """Whose rules and encoder hold; None: that of the run."""
    switches: tuple[str, ...] = ()
    overrides: tuple[tuple[str, object], ...] = ()

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.variant) or self.variant == TAKEN:
            raise BadOption(
                say("{name} cannot be the name of a variant.", name=self.variant or "“”"),
                say("Use Latin letters, digits, - and _, as in white."),
            )
        if not 0 <= self.shadow <= MOST_SHADOW:
            raise BadOption(
                say("A shadow of {strength} makes no sense.", strength=self.shadow),
                say("Give a number from 0 (none) to 1.5; 1 is the shadow as it was made."),
            )
        if self.ground:
            _ = _colour(self.ground)

    def profile_for(self, of_the_run: str | Path, category: str) -> Profile:
        """The profile with the wished variant in it."""
        known = self.plain_profile_for(of_the_run, category)
        own = next((variant for variant in known.variants if variant.name == self.variant), None)
        if own is None and not self.ground:
            choose(known, (self.variant,))  # says what there is
        if own is not None:
            other = self.ground and (_colour(self.ground) != own.colour or own.bottom_colour or own.picture)
            if other or self.shadow != 1:
                raise BadOption(
                    say(
                        "{name} is a variant of the profile {profile} and looks as it says there.",
                        name=self.variant,
                        profile=known.name,
                    ),
                    say("Choose another name for the new picture."),
                )
            return known
        variant = f"variants.{self.variant}"
        return profile_of(
            self.profile or of_the_run,
            category,
            self.switches,
            {
                **dict(self.overrides),
                f"{variant}.colour": hex_of(_colour(self.ground)),
                f"{variant}.shadow_strength": float(self.shadow),
                f"{variant}.skip": False,
                "retouch.backdrop.skip": True,  # it would lay the run's ground over the wished one
            },
        )

    def plain_profile_for(self, of_the_run: str | Path, category: str) -> Profile:
        """As it is without this wish."""
        return profile_of(self.profile or of_the_run, category, self.switches, dict(self.overrides))


@dataclass(frozen=True, slots=True, eq=False)
class Recoloured:
    picture: Picture
    after: Report
    """On the bytes that are shipped; of words the run's own reports tell."""
    colour: Guard
    """Against the kept cut-out: the run compared that with the photo."""
    seconds: dict[str, float] = field(default_factory=dict)


def recolour(
    cutout: Photo, shadow: Photo | None, profile: Profile, variant: str, *, confidence: float = 1.0
) -> Recoloured:
    """The variant of the profile. Both layers are of canvas size, as `--keep cutout,shadow` writes them."""
    clock = Clock()
    with clock("layers"):
        layers = _with_ground(layers_from(cutout, shadow), cutout, profile, variant)
    with clock("flatten"):
        pixels = flatten(layers, variant)
    expected = guards.Expected.of_cutout(layers)
    written, reading, decoded = write(pixels, cutout.source, profile, expected, clock)
    with clock("judge again"):
        facts = Facts(shrunk(decoded, JUDGED_SIDE), full=decoded)
        facts.known["cutout"] = planned_cutout(layers, facts.photo, confidence)
        after = report_on(facts, _without_words(profile, variant), variant)
    return Recoloured(picture_of(variant, written, pixels), after, reading, clock.seconds)


def layers_from(cutout: Photo, shadow: Photo | None) -> Layers:
    """What a run had before it flattened, as far as the kept pictures tell."""
    if shadow is not None and shadow.size != cutout.size:
        raise BadPhoto(
            cutout.source.name,
            "damaged",
            say("The kept cut-out and the kept shadow are not of one size."),
            say("Let the run make its layers again."),
        )
    alpha = np.full(cutout.pixels.shape[:2], 255, np.uint8) if cutout.alpha is None else cutout.alpha
    seen, solid = box_of(alpha), box_of(alpha >= SEEN)
    if seen is None or solid is None:
        raise BadPhoto(
            cutout.source.name,
            "empty",
            say("The kept cut-out holds no product."),
            say("Let the run make its layers again."),
        )
    product = Product(cutout.pixels[seen.slices], alpha[seen.slices], solid.moved(-seen.left, -seen.top))
    placed = Placement(cutout.size, solid, 1.0, "kept")
    sheet = None if shadow is None or shadow.alpha is None else _sheet(shadow, shadow.alpha)
    return Layers(product, placement=placed, shadows=() if sheet is None else (sheet,))


def _sheet(shadow: Photo, alpha: Grey) -> ShadowLayer | None:
    box: Box | None = box_of(alpha)
    if box is None:
        return None
    colours = shadow.pixels[box.slices]
    return ShadowLayer(
        "kept", alpha[box.slices], box.left, box.top, colours=colours if colours.any() else None
    )


def _with_ground(layers: Layers, cutout: Photo, profile: Profile, variant: str) -> Layers:
    layers = replace(layers, backdrops=backdrops_for(choose(profile, (variant,)), size_of(cutout.pixels)))
    for stage, wish in profile.stages():
        if stage.name in LATE and not wish.skip:
            layers = stage.apply(layers, wish, Facts(cutout))
    return layers


def _without_words(profile: Profile, variant: str) -> Profile:
    asked = {rule: limit for rule, limit in profile.limits[variant].items() if rule not in READ_BY_THE_RUN}
    return replace(profile, limits={**profile.limits, variant: asked})


def _colour(ground: str) -> tuple[int, int, int]:
    try:
        return colour_of(ground)
    except ValueError:
        raise BadOption(say("{text} is not a colour.", text=ground), say("Write it as #F5F4F2.")) from None
