"""The studio path: on an even or gently shaded ground the product is what is not ground and not its shadow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Float, Grey
from packshot.look import ground
from packshot.look.ground import Rim
from packshot.look.mask import with_true_holes, without_debris
from packshot.look.spread import spread
from packshot.look.walk import walk

Mask = NDArray[np.bool_]

LONGEST = 640
"""Photos are halved until they are at most this long; wires of one pixel of 2000 still show there."""
DRIFT = 0.045
"""Share of the light taken that may be missing more in one channel than in another: tinted shadows."""
DARKEST_SHADOW = 0.35
"""Share of light; below it a dark spot is rather product than shadow."""


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """What the studio path found, at the size of `small`."""

    small: RGB
    rim: Rim
    surface: Float
    """The ground without any shadow, levels."""
    noise: float
    """Sigma of the ground around the surface, levels."""
    chance: Float
    """Of each pixel to be product, after the random walk."""
    mask: Grey
    """1 where the product is: holes and debris settled."""
    behind: RGB
    """The ground as it is lit, shadow included, also under the product."""
    evenness: float
    """0…1: how far the rim is one smooth ground."""
    contrast: float
    """0…1: share of the outline that stands out from the ground."""
    decided: float
    """0…1: how little was in doubt between product, shadow and ground."""
    held: float
    """0…1: 1 where the product is inside the frame, less the more of the rim it takes."""

    @property
    def confidence(self) -> float:
        """Every term can make it small; none can make up for another."""
        return self.evenness * self.contrast * self.decided * self.held


def halved(pixels: RGB, longest: int = LONGEST) -> RGB:
    """The picture halved as often as it takes; exact halves are fast and keep the grid aligned."""
    while max(pixels.shape[:2]) > longest:
        size = ((pixels.shape[1] + 1) // 2, (pixels.shape[0] + 1) // 2)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return pixels


def draft(small: RGB) -> Draft:
    """Ground first, then shadows, then what is left."""
    rim = ground.fit_rim(small)
    surface, noise = _settle(small, rim)
    chance = walk(barriers(small, surface, noise), leaning(small, surface, noise))
    mask = _cleaned(small, surface, noise, chance)
    behind = (shade(small, surface, mask) * surface + 0.5).astype(np.uint8)
    return Draft(
        small, rim, surface, noise, chance, mask, behind,
        evenness=_evenness(rim),
        contrast=_contrast(small, behind, mask, noise),
        decided=_decided(chance, mask),
        held=_held(mask),
    )  # fmt: skip


def _cleaned(small: RGB, surface: Float, noise: float, chance: Float) -> Grey:
    light = _light(small, surface)
    drift = np.abs(small - light[..., None] * surface).max(axis=2)
    like_ground = (drift < 3 * noise + 4) & (light < 1 + (3 * noise + 3) / 255) & (light > 0.3)
    raw = (chance >= 0.5).astype(np.uint8)
    return without_debris(with_true_holes(raw, like_ground & (chance < 0.5)))


def _evenness(rim: Rim) -> float:
    """Half the rim must be ground; noise above 6 levels makes every outline doubtful."""
    covered = np.clip((rim.even_share - 0.35) / 0.4, 0, 1)
    calm = np.clip((14 - rim.noise) / 8, 0, 1)
    return float(covered * calm)


def _contrast(small: RGB, behind: RGB, mask: Grey, noise: float) -> float:
    """Just inside the outline: the share of pixels that are clearly not the ground behind."""
    if not mask.any():
        return 0.0
    inner = mask - cv2.erode(mask, np.ones((5, 5), np.uint8), borderValue=1)
    away = cv2.absdiff(small, behind).max(axis=2)[inner > 0]
    return float(np.clip((away > 3 * noise + 4).mean() / 0.8, 0, 1)) if away.size else 0.0


def _decided(chance: Float, mask: Grey) -> float:
    """Doubt is 4 p (1 − p) of every pixel near the product, beside the product's own area."""
    near = cv2.dilate(mask, np.ones((9, 9), np.uint8))
    if not mask.any():
        return 0.0
    doubt = float((4 * chance * (1 - chance))[near > 0].sum()) / float(mask.sum())
    return float(np.clip(1.1 - 1.5 * doubt, 0, 1))


def _held(mask: Grey) -> float:
    rim = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return float(np.clip(1.1 - 2 * rim.mean(), 0, 1))


def _settle(small: RGB, rim: Rim) -> tuple[Float, float]:
    """The surface refined with ground pixels found inside, twice."""
    surface, noise = rim.surface, rim.noise
    for reach in (3.0, 1.0):
        flat = _reached(_away(small, surface) < reach * (2.5 * noise + 2))
        surface = ground.refine(small, surface, flat)
    flat = _reached(_away(small, surface) < 2.5 * noise + 3)
    surface = ground.bend(small, surface, flat)
    away = _away(small, surface)[flat]
    return surface, float(np.median(away)) / 1.25 if away.size else noise


def leaning(small: RGB, surface: Float, noise: float) -> Float:
    """For product above 0, for ground below, by colour alone; the size says how much."""
    light = _light(small, surface)
    drift = np.abs(small - light[..., None] * surface).max(axis=2)
    bearable = 3 * noise + 4 + DRIFT * 255 * np.clip(1 - light, 0, 1)
    lean = 0.5 * np.clip(drift / bearable - 1, 0, 2)
    away = _away(small, surface)
    bearable_light = (3 * noise + 4) / 255
    lean += 0.4 * np.clip((light - 1) / bearable_light - 1, 0, 2)
    lean += 0.5 * np.clip((DARKEST_SHADOW - light) / 0.15, 0, 1)
    flat = away < 2.5 * noise + 2
    shaded = (lean == 0) & (light < 1)
    lean = np.where(shaded, np.float32(0.0001), lean)
    lean = np.where(flat, np.float32(-0.0005), lean)
    return np.where(_reached(flat), np.float32(-2), lean).astype(np.float32)


def barriers(small: RGB, surface: Float, noise: float) -> Float:
    """How crisp the picture is at each pixel, the ground's own shading divided out; 1 is an edge in doubt.

    Outlines are narrow ridges of the gradient, penumbras are broad: the white top-hat keeps the first.
    """
    even = cv2.GaussianBlur(small * (220 / np.maximum(surface, 20)), (0, 0), 0.7)
    across = cv2.Sobel(even, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(even, cv2.CV_32F, 0, 1, scale=0.125)
    steep = np.sqrt(across * across + down * down).max(axis=2)
    ridge = cv2.morphologyEx(steep, cv2.MORPH_TOPHAT, np.ones((9, 9), np.uint8))
    crisp: Float = ridge / (0.6 + 0.8 * noise)
    return crisp


def _light(small: RGB, surface: Float) -> Float:
    """Share of the ground's light that is left, by least squares over the channels."""
    products = np.einsum("hwc,hwc->hw", small.astype(np.float32), surface)
    light: Float = products / np.maximum(np.einsum("hwc,hwc->hw", surface, surface), 1)
    return light


def _away(small: RGB, surface: Float) -> Float:
    away: Float = np.abs(small - surface).max(axis=2)
    return away


def _reached(flat: Mask) -> Mask:
    """Those that hang together with the rim."""
    padded = cv2.copyMakeBorder(flat.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    cv2.floodFill(padded, None, (0, 0), 2)
    reached: Mask = padded[1:-1, 1:-1] == 2
    return reached


def shade(small: RGB, surface: Float, product: Grey) -> Float:
    """The ground as it is lit, shadow included, also under the product: per channel share of light."""
    near = cv2.dilate(product, np.ones((5, 5), np.uint8))
    seen = (near == 0).astype(np.float32)
    share = np.clip(small / np.maximum(surface, 1), 0, 1.1).astype(np.float32)
    return spread(share, seen)


def shadow(draft: Draft) -> Grey | None:
    """Share of the ground's light that is taken away, 255 = all, at half the draft's size; None: no shadow."""
    share = shade(draft.small, draft.surface, draft.mask).mean(axis=2)
    size = ((share.shape[1] + 1) // 2, (share.shape[0] + 1) // 2)
    taken = 1 - cv2.resize(cv2.GaussianBlur(share, (0, 0), 1.5), size, interpolation=cv2.INTER_AREA)
    # What noise and the surface's own error can take is no shadow.
    floor = (2 * draft.noise + 3) / 255
    taken = np.where(taken > floor, taken, np.clip(2 * taken - floor, 0, 1))
    if float(taken.max()) < 2 * floor:
        return None
    return (np.clip(taken, 0, 1) * 255 + 0.5).astype(np.uint8)
