"""The plain upscaler: invents nothing, so letters and labels stay what they are."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.engines.base import engine
from packshot.image.types import RGB


@engine("upscaler", "upscale_lanczos")
class Lanczos:
    """Enlarges by an eight-tap Lanczos filter: sharp, quick, and true to print."""

    name = "upscale_lanczos"

    def upscale(self, pixels: RGB, factor: float) -> RGB:
        size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
        how = cv2.INTER_LANCZOS4 if factor > 1 else cv2.INTER_AREA
        return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)
