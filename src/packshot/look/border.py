"""What lies along the rim of the photo? From here the ground is modelled."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.photo import Photo
from packshot.image.types import Colour, Float
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
    away = np.linalg.norm(_lab(colours) - _lab(smooth), axis=1)
    return float(np.percentile(away, 95))


def _span(smooth: Float) -> float:
    colours = _lab(smooth)
    dark, light = colours[colours[:, 0].argmin()], colours[colours[:, 0].argmax()]
    return float(np.linalg.norm(light - dark))


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


def _lab(colours: Float) -> Float:
    picture = colours.reshape(-1, 1, 3).astype(np.float32) / 255
    lab: Float = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab).reshape(-1, 3)
    return lab
