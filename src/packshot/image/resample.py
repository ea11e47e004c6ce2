"""Pictures of another size: area for smaller, Lanczos for larger."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Grey, Size, size_of

AREA_BELOW = 0.65
"""Factor under which averages are nearer to a full Lanczos than cubic is. On 252 px goods: at 0.79 cubic
44 dB, area 39; at 0.66 both 39.5; at 0.55 cubic 35.6, area 38.6. Cubic also takes a fifth of the time."""


def resample(pixels: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Cubic; averages where it shrinks by much. The same array where it neither shrinks nor grows."""
    was = size_of(pixels)
    if was == size:
        return pixels
    shrinks = min(size.width / was.width, size.height / was.height) < AREA_BELOW
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(pixels, (size.width, size.height), interpolation=how)  # type: ignore[return-value]


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
    seen = resize(alpha, size)
    out = resize(colours, size)
    if cv2.minMaxLoc(alpha)[0] == 255:
        return out, seen
    # In float, for Lanczos swings below 0 and above the whole.
    weights = np.multiply(alpha, np.float32(1 / 255), dtype=np.float32)
    weighed = cv2.multiply(colours, cv2.merge([weights] * 3), dtype=cv2.CV_32F)
    to, how = (size.width, size.height), _filter(was, size)
    weighed = cv2.resize(weighed, to, interpolation=how)
    weights = cv2.resize(weights, to, interpolation=how)
    straight = cv2.divide(weighed, cv2.merge([weights] * 3), dtype=cv2.CV_8U)
    # Where nothing is seen there is no colour to find: what lay hidden there stays.
    cv2.copyTo(straight, seen, out)
    return out, seen


def _filter(was: Size, size: Size) -> int:
    shrinks = size.width < was.width or size.height < was.height
    return cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4
