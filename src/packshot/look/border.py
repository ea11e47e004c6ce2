"""What lies along the rim of the photo? From here the ground is modelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packshot.image.colour import delta_e, lab
from packshot.image.photo import Photo
from packshot.image.types import RGB, Colour, Float
from packshot.look import ground
from packshot.look.sides import Sides
from packshot.look.studio import shrunk

LONGEST = 384
"""The rim is measured on a picture of at most this size."""


@dataclass(frozen=True, slots=True)
class Border:
    colour: Colour
    """Robust median of the rim."""
    even_share: float
    """Share of the rim that follows one smooth colour surface."""
    roughness: float
    """ΔE, 95th percentile of those rim pixels from the surface: noise and texture."""
    span: float
    """ΔE between the lightest and the darkest end of the surface."""
    broken: Sides
    """Share of each side that leaves the surface: product, props or a horizon touch the frame there."""


def measure(photo: Photo) -> Border:
    small = shrunk(photo.pixels, LONGEST)
    rim = ground.fit_rim(small)
    here = small[rim.rows, rim.columns]
    followed = rim.inlier if rim.inlier.any() else np.ones_like(rim.inlier)
    smooth = rim.surface[rim.rows, rim.columns]
    return Border(
        colour=_median(here[followed]),
        even_share=rim.even_share,
        roughness=_roughness(here[followed].astype(np.float32), smooth[followed]),
        span=_span(smooth),
        broken=_broken(rim, small.shape[:2]),
    )


def _median(colours: NDArray[np.uint8]) -> Colour:
    r, g, b = (int(v) for v in np.median(colours, axis=0))
    return r, g, b


def _roughness(colours: Float, smooth: Float) -> float:
    return float(np.percentile(delta_e(lab(_levels(colours)), lab(_levels(smooth))), 95))


def _span(smooth: Float) -> float:
    colours = lab(_levels(smooth))
    ends = colours[[int(colours[:, 0].argmax()), int(colours[:, 0].argmin())]]
    return float(delta_e(ends[:1], ends[1:])[0])


def _levels(colours: Float) -> RGB:
    return (np.clip(colours, 0, 255) + 0.5).astype(np.uint8)


def _broken(rim: ground.Rim, size: tuple[int, ...]) -> Sides:
    h, w = size[:2]
    band = max(2, round(ground.RIM_SHARE * min(h, w)))
    off = ~rim.inlier

    def share(side: NDArray[np.bool_]) -> float:
        return float(off[side].mean())

    return Sides(
        left=share(rim.columns < band),
        top=share(rim.rows < band),
        right=share(rim.columns >= w - band),
        bottom=share(rim.rows >= h - band),
    )
