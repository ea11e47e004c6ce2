"""Resampling of colours that have an alpha: the ground under the rim must not leak in.

`image.resample` weighs in floats; here a product of four megapixels has 15 ms, so it is weighed in bytes:
what is lost to rounding is lost where the alpha hides it, and the picture is the same within one level.
"""

from __future__ import annotations

import cv2
import numpy as np

from packshot.engines.base import upscaler
from packshot.image.resample import resample
from packshot.image.types import RGB, Grey, Size


def resampled(colours: RGB, alpha: Grey, size: Size) -> tuple[RGB, Grey]:
    """Smaller or a little larger; each colour weighs as much as it is seen."""
    seen = resample(alpha, size)
    weighed = resample(weighed_by(colours, alpha), size)
    straight = cv2.divide(weighed, cv2.cvtColor(seen, cv2.COLOR_GRAY2RGB), scale=255)
    return np.asarray(straight, np.uint8), seen


PLAIN = "upscale_lanczos"
"""Invents nothing, whatever it is given."""


def enlarged(small: RGB, size: Size, engine: str) -> RGB:
    """By an engine, which sees colours only: what an alpha hides was `filled` before."""
    return resample(upscaler(engine).upscale(small, size.width / small.shape[1]), size)


def weighed_by(colours: RGB, alpha: Grey) -> RGB:
    """Colours × alpha in bytes, rounded."""
    shares = cv2.cvtColor(np.ascontiguousarray(alpha), cv2.COLOR_GRAY2RGB)
    return np.asarray(cv2.multiply(np.ascontiguousarray(colours), shares, scale=1 / 255), np.uint8)


def seen_of(made: RGB, alpha: Grey, other: RGB) -> RGB:
    """What an alpha shows of one picture, and the other one where it hides all."""
    return np.asarray(cv2.copyTo(made, np.minimum(alpha, 1), other.copy()), np.uint8)


def filled(colours: RGB, alpha: Grey) -> RGB:
    """Hidden pixels within a filter's reach of the product take its nearest colours."""
    seen = cv2.blur(alpha, (9, 9))
    near = cv2.divide(
        cv2.blur(weighed_by(colours, alpha), (9, 9)), cv2.cvtColor(seen, cv2.COLOR_GRAY2RGB), scale=255
    )
    return np.asarray(cv2.copyTo(colours, np.minimum(alpha, 1), near), np.uint8)
