"""Where is the product? Two opinions and a judge between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from packshot.image.types import RGB, Box, Grey
from packshot.look.sides import Sides
from packshot.words import Words


class Origin(StrEnum):
    """Whose opinion the cut-out is."""

    ALPHA = "alpha"
    """The photo brought its own alpha, and it means something."""
    STUDIO = "studio"
    ENGINE = "engine"
    MERGED = "merged"
    NONE = "none"
    """No product here."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """The product alone, in worked pixels. Pixels, so never serialised."""

    box: Box
    """Where the two arrays lie in the photo: a little larger than the product; empty where there is none."""
    colours: RGB
    """Foreground colours, straight: the old ground is taken out of the rim."""
    alpha: Grey
    shadow: Grey | None
    """The source's own shadow, share of light taken away (255 = all), whole photo at `shadow_scale`."""
    shadow_scale: float
    """Shadow pixels per worked pixel (0.25, say): shadows are soft, they need no more."""
    confidence: float
    """0…1, raw: never stretched."""
    origin: Origin
    engine: str
    """Name of the engine that spoke, `studio` or `alpha`."""
    agreement: float | None
    """IoU of the two opinions; None where only one was asked."""
    reason: Words
    """Why this one was taken."""


@dataclass(frozen=True, slots=True)
class Component:
    box: Box
    """In upright source pixels."""
    share: float
    """Of all product pixels."""


@dataclass(frozen=True, slots=True)
class Subject:
    found: bool
    box: Box
    """Where alpha ≥ 0.5, in upright source pixels; shadows never count. Empty where nothing was found."""
    coverage: float
    """Share of the frame's pixels that are product."""
    components: tuple[Component, ...]
    """Parts that do not touch, largest first; debris left out."""
    far_apart: bool
    """Several large parts with much ground between them: a set, or two goods; a warning, not a loss."""
    touches: Sides
    """Share of each frame side that the product lies on: above 0 the frame cuts it."""
    see_through: float
    """Share of product pixels with partial alpha inside the outline (glass, veil)."""
    holes: int
    """Real holes that were kept (handles, rings)."""
    confidence: float
    origin: Origin
    engine: str
    agreement: float | None
    reason: Words = field(default=Words(""))
