"""One picture over another."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.types import RGB, Grey

_ROWS = 64
"""At a time: the difference of 16 bits stays in the cache."""


def over(product: RGB, alpha: Grey, ground: RGB) -> RGB:
    """The product laid over the ground of the same size, rightly rounded; exact where alpha is 0 or
    255, and where both have one colour.

    13 ms for 2000×2000, and meant for the product's box: the ground outside needs no sum.
    `cv2.blendLinear` takes 16 and rounds some pixels wrong, for it divides by slightly more than 1.
    """
    out = np.empty_like(ground)
    for top in range(0, len(ground), _ROWS):
        part = slice(top, top + _ROWS)
        away = cv2.subtract(product[part], ground[part], dtype=cv2.CV_16S)
        share = cv2.cvtColor(alpha[part], cv2.COLOR_GRAY2RGB)
        away = cv2.multiply(away, share, scale=1 / 255, dtype=cv2.CV_16S)
        cv2.add(ground[part], away, out[part], dtype=cv2.CV_8U)
    return out
