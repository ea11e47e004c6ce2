"""Pictures of another size: area for smaller, Lanczos for larger."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Grey, Size, size_of


def resize(pixels: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Averages where the picture shrinks, Lanczos where it grows, the same array where it does neither."""
    was = size_of(pixels)
    if was == size:
        return pixels
    return cv2.resize(pixels, (size.width, size.height), interpolation=_filter(was, size))  # type: ignore[return-value]


def resize_with_alpha(colours: RGB, alpha: Grey, size: Size) -> tuple[RGB, Grey]:
    """Colours weigh as much as they are seen, so no rim darkens or takes the colour of what is hidden."""
    was = size_of(colours)
    if was == size:
        return colours, alpha
    smaller = resize(alpha, size)
    plain = resize(colours, size)
    if alpha.min() == 255:
        return plain, smaller
    weights = alpha.astype(np.float32)
    weighed = cv2.multiply(colours, cv2.merge([weights, weights, weights]), dtype=cv2.CV_32F)
    to = (size.width, size.height)
    how = _filter(was, size)
    seen = cv2.resize(weights, to, interpolation=how)
    weighed = cv2.resize(weighed, to, interpolation=how)
    # Where nothing is seen there is no colour to find; the plain one does no harm there.
    share = np.where(seen > 0.5, 1 / np.maximum(seen, 0.5), 0).astype(np.float32)
    straight = weighed * share[:, :, None] + 0.5
    out = np.where(seen[:, :, None] > 0.5, np.clip(straight, 0, 255).astype(np.uint8), plain)
    return out, smaller


def _filter(was: Size, size: Size) -> int:
    shrinks = size.width < was.width or size.height < was.height
    return cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4
