"""What does the ground look like outside the product and its shadow?"""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.types import Colour


@dataclass(frozen=True, slots=True)
class Background:
    colour: Colour
    """Median colour of the ground, product and shadow left out."""
    evenness: float
    """ΔE00, 95th percentile: how far ground pixels are from the median colour."""
    span: float
    """ΔE00 between the lightest and the darkest large region of the ground: gradients and vignettes."""
    clutter: float
    """0…1: share of the ground that holds edges or texture, shadow left out."""
    exact_share: float
    """Share of ground pixels equal to `colour` within one level a channel."""
    near_share: float
    """Share of ground pixels within ΔE00 3 of `colour`."""
    white_share: float
    """Share of ground pixels with every channel at 250 or more: what marketplaces call white."""
    pure_white_share: float
    """Share of ground pixels that are 255,255,255 exactly."""
    seen_share: float
    """Share of the frame that is ground: near 0 says that nothing was measured."""
