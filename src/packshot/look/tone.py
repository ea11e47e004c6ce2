"""Is the light right: exposure, contrast, colour cast?"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.colour import lab
from packshot.image.photo import Photo
from packshot.image.types import RGB, Float, Grey
from packshot.look.small import product_mask, small
from packshot.look.subject import Cutout


@dataclass(frozen=True, slots=True)
class Tone:
    median_l: float
    """Median CIE L* of the product, 0…100 (of the whole photo where no product was found)."""
    contrast: float
    """L* between the 5th and 95th percentile of the product."""
    clipped_light: float
    """Share of product pixels that are light and have a channel at its end: what was there is lost."""
    clipped_dark: float
    cast_a: float
    """Colour of what should be neutral (a pale ground, or the brightest greys), CIE a*: above 0 pinkish."""
    cast_b: float
    """CIE b*: above 0 yellowish, below bluish."""
    cast_confidence: float
    """0…1: near 0 says that nothing in the photo should be neutral."""
    brightest: float = 100.0
    """CIE L* that 1 % of the photo, ground and goods, is above: any paper has 80 in good light."""


BURNT = 253
LIGHT_L = 70.0
"""Darker, a full channel is a strong colour and no burn."""
FULL_BLACK = 1
MOST_SAMPLES = 8_000


def measure(photo: Photo, cutout: Cutout) -> Tone:
    whole = small(photo)
    alpha = product_mask(cutout, whole)
    product = _sample(whole.pixels, alpha >= 200 if (alpha >= 200).any() else alpha >= 128)
    ground = _sample(whole.pixels, _clear_of(alpha))
    if len(product) == 0:
        product = _sample(whole.pixels, np.ones_like(alpha, dtype=bool))
    goods, around = _lab(product), _lab(ground)
    low, median, high = (float(level) for level in np.asarray(np.percentile(goods[:, 0], (5, 50, 95))))
    cast_a, cast_b, confidence = _cast(goods, around, ground_share=float((alpha < 128).mean()))
    return Tone(
        median_l=median,
        contrast=high - low,
        clipped_light=float(((product.max(axis=1) >= BURNT) & (goods[:, 0] > LIGHT_L)).mean()),
        clipped_dark=float((product.max(axis=1) <= FULL_BLACK).mean()),
        cast_a=cast_a,
        cast_b=cast_b,
        cast_confidence=confidence,
        brightest=float(
            np.percentile(_lab(_sample(whole.pixels, np.ones_like(alpha, dtype=bool)))[:, 0], 99)
        ),
    )


def _sample(pixels: RGB, mask: NDArray[np.bool_]) -> RGB:
    every = 2 if mask.size > 4 * MOST_SAMPLES else 1
    found = pixels[::every, ::every][mask[::every, ::every]]
    return found[:: max(1, len(found) // MOST_SAMPLES)]


def _lab(pixels: RGB) -> Float:
    return lab(pixels) if len(pixels) else np.zeros((0, 3), np.float32)


def _clear_of(alpha: Grey) -> NDArray[np.bool_]:
    """The ground, away from the soft rim and what shines from the product onto it."""
    reach = max(3, min(alpha.shape) // 40) | 1
    return np.asarray(cv2.dilate(alpha, np.ones((reach, reach), np.uint8)) < 10)


# --- cast --------------------------------------------------------------------------------------------------

PALE_L = 55.0
"""Darker grounds are a choice of colour, not paper in bad light."""
PALE_CHROMA = 32.0
NEUTRAL = 5.0
"""Chroma that still passes for grey."""
LEAST_GROUND = 0.08
BRIGHT_GREY_CHROMA = 22.0
FEW = 0.01


def _cast(goods: Float, ground: Float, *, ground_share: float) -> tuple[float, float, float]:
    """The colour of the pale ground, and how sure it is that this is the light and not the paper.

    A coloured light tints all that it falls on, coloured paper tints nothing else. So the cast is taken out
    of the product as a trial: if more of it turns grey, the light was coloured; if what was grey gets
    coloured, it was the paper.
    """
    by_goods = _bright_greys(goods)
    if ground_share < LEAST_GROUND or len(ground) < 50:
        return by_goods
    light, a, b = (float(level) for level in np.asarray(np.median(ground, axis=0)))
    chroma = float(np.hypot(a, b))
    if light < PALE_L or chroma > PALE_CHROMA:
        return by_goods
    if chroma <= NEUTRAL:
        return a, b, 0.9
    before, after = _grey_share(goods, 0, 0, 1), _grey_share(goods, a, b, light)
    if before > after + FEW:
        # The paper is coloured; what is grey on the product tells the light.
        return (*by_goods[:2], max(0.3, by_goods[2])) if by_goods[2] > 0 else (a, b, 0.1)
    if after > before + FEW:
        return a, b, min(0.9, 0.5 + 4 * (after - before))
    return a, b, 0.3


def _grey_share(goods: Float, a: float, b: float, light: float) -> float:
    """Share of the product that is grey once the cast is taken out.

    A coloured light shifts what is bright more than what is dark, about as L*; black is grey in any light.
    """
    bright = goods[goods[:, 0] > 25]
    if len(bright) == 0:
        return 0.0
    weight = bright[:, 0] / max(light, 1.0)
    chroma = np.hypot(bright[:, 1] - a * weight, bright[:, 2] - b * weight)
    return float((chroma < NEUTRAL).sum() / len(goods))


def _bright_greys(goods: Float) -> tuple[float, float, float]:
    """Of the product's palest bright part; never very sure, for goods may well be cream."""
    if len(goods) == 0:
        return 0.0, 0.0, 0.0
    bright = goods[(goods[:, 0] >= max(50.0, float(np.percentile(goods[:, 0], 80)))) & (goods[:, 0] < 99)]
    pale = bright[np.hypot(bright[:, 1], bright[:, 2]) < BRIGHT_GREY_CHROMA]
    share = len(pale) / len(goods)
    if share < FEW:
        return 0.0, 0.0, 0.0
    _, a, b = (float(level) for level in np.asarray(np.median(pale, axis=0)))
    return a, b, min(0.4, 2 * share)
