"""The picture under work: nothing is flattened before the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from packshot.image.types import RGB, Box, Colour, Grey, Size
from packshot.words import Words


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """The cut-out under work."""

    colours: RGB
    """Straight foreground colours."""
    alpha: Grey
    box: Box
    """Where alpha ≥ 0.5 lies inside the two arrays."""
    source_px_per_px: float = 1.0
    """Upright source pixels per pixel of these arrays: below 1 once enlarged beyond the source."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the product will stand."""

    canvas: Size
    box: Box
    """Of the product (alpha ≥ 0.5) on the canvas."""
    scale: float
    """Canvas pixels per pixel of the product's arrays as they are now; 1 after `upscale` has run."""
    rule: str
    """tall, other: which shape rule chose the canvas."""


@dataclass(frozen=True, slots=True, eq=False)
class ShadowLayer:
    """A dark sheet under the product; per-variant strength multiplies its opacity."""

    kind: str
    """contact, drop, mirror, source."""
    opacity: Grey
    left: int
    top: int
    """Where the array lies on the canvas; it may reach beyond."""
    colour: Colour = (0, 0, 0)
    colours: RGB | None = None
    """For a mirror: the reflected product itself instead of one colour."""


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """What stands behind, for one variant: a colour, a gradient or a picture."""

    colour: Colour
    bottom_colour: Colour | None = None
    """Lower end of a vertical gradient."""
    picture: RGB | None = None
    """Of canvas size, where a texture or picture was asked for."""
    shadow_strength: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class StickerLayer:
    colours: RGB
    alpha: Grey
    left: int
    top: int


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    product: Product | None
    source_shadow: Grey | None = None
    """The photo's own shadow, in the product arrays' frame grown by `source_shadow_margin`."""
    source_shadow_box: Box | None = None
    """Where source_shadow lies, in the product arrays' coordinates."""
    placement: Placement | None = None
    shadows: tuple[ShadowLayer, ...] = ()
    backdrops: Mapping[str, Backdrop] = field(default_factory=lambda: MappingProxyType({}))
    """Variant name → what stands behind."""
    stickers: tuple[StickerLayer, ...] = ()
    notes: tuple[Words, ...] = ()
    """What a stage wants the report to say: "enlarged 1.8×", "the badge overlaps the product"."""
    doubts: tuple[Words, ...] = ()
    """Reasons for a person to look; any of them makes the status `review`."""
