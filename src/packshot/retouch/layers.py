"""The picture under work: nothing is flattened before the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, floor
from types import MappingProxyType

from packshot.image.types import RGB, Box, Colour, Grey, Size
from packshot.look.enlarged import Compared
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
    source_left: float = 0.0
    source_top: float = 0.0
    """Where the arrays' corner lies in the upright source, in its pixels."""
    worked: Box | None = None
    """The arrays' rectangle in the photo's worked pixels: `crop` narrows it, resampling leaves it."""

    def from_source(self, box: Box) -> Box:
        """A box of the upright source in the pixels of these arrays, rounded outward; it may reach beyond."""
        scale = self.source_px_per_px
        return Box(
            floor((box.left - self.source_left) / scale),
            floor((box.top - self.source_top) / scale),
            ceil((box.right - self.source_left) / scale),
            ceil((box.bottom - self.source_top) / scale),
        )

    def to_source(self, box: Box) -> Box:
        """A box of these arrays in upright source pixels."""
        return box.scaled(self.source_px_per_px).moved(round(self.source_left), round(self.source_top))


@dataclass(frozen=True, slots=True)
class Enlarged:
    """What the product's pixels went through to be as large as the plan asks."""

    factor: float
    """Of the true source's pixels; 1 and less: it was not enlarged."""
    engine: str
    """Who enlarged it; empty: a plain filter had to do no more than that."""
    repaired: bool = False
    """JPEG's blocks were mended first."""
    compared: Compared | None = None
    """How true it is to the photo, beside what a plain filter makes of it; and why that one took over."""


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
    """The photo's own shadow, share of light taken away, at its own low resolution."""
    source_shadow_box: Box | None = None
    """Where source_shadow lies, in the product arrays' coordinates; larger than the map's own size."""
    tone_curve: Grey | None = None
    """256 values that `tone` put the colours of all three channels through; None: left as they were."""
    channel_curves: RGB | None = None
    """256×1×3: one curve a channel, for white balance; applied before `tone_curve`."""
    placement: Placement | None = None
    enlarged: Enlarged | None = None
    shadows: tuple[ShadowLayer, ...] = ()
    backdrops: Mapping[str, Backdrop] = field(default_factory=lambda: MappingProxyType({}))
    """Variant name → what stands behind; `*` stands behind every variant."""
    stickers: tuple[StickerLayer, ...] = ()
    notes: tuple[Words, ...] = ()
    """What a stage wants the report to say: "enlarged 1.8×", "the badge overlaps the product"."""
    erased: tuple[Box, ...] = ()
    """What was dropped on purpose, in upright source pixels: the guard of parts does not miss it."""
    doubts: tuple[Words, ...] = ()
    """Reasons for a person to look; any of them makes the status `review`."""
