"""What does the ground look like outside the product and its shadow?"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.image.colour import delta_e, lab, lab_of
from packshot.image.photo import Photo
from packshot.image.types import RGB, Colour, Float, Grey, Size
from packshot.look.studio import shrunk
from packshot.look.subject import Cutout

LONGEST = 512
"""Median, evenness and clutter are measured on a picture of at most this size."""
MANY = 1_000_000
"""Pixels from which every fourth is counted: shares differ by less than 0.1 %."""
EDGE = 9
"""Levels within three pixels: paper, light falling off and JPEG stay below 5."""
SHADE = 12
"""Of 255: light taken from which a place counts as shadow."""


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


def measure(full: Photo, photo: Photo, cutout: Cutout) -> Background:
    """Shares of exact colours come from `full`, everything soft from a small copy."""
    small = shrunk(photo.pixels, LONGEST)
    free = _ground(small.shape[:2], photo, cutout)
    seen = float(free.mean()) if free.size else 0.0
    if not free.any():
        return Background((0, 0, 0), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    colours = small[free > 0]
    colour = _median(colours)
    away = _away(colours, colour)
    exact, white, pure = _exact_shares(full.pixels, free, colour)
    return Background(
        colour,
        evenness=float(np.percentile(away, 95)),
        span=_span(small, free),
        clutter=_clutter(small, free),
        exact_share=exact,
        near_share=float((away <= 3).mean()),
        white_share=white,
        pure_white_share=pure,
        seen_share=seen,
    )


def _ground(size: tuple[int, ...], photo: Photo, cutout: Cutout) -> Grey:
    """1 where neither the product nor its shadow lies, a little away from both."""
    h, w = size[:2]
    taken = np.zeros((h, w), np.uint8)
    if not cutout.box.is_empty:
        place = cutout.box.scaled(w / photo.size.width, within=Size(w, h))
        if not place.is_empty:
            alpha = cv2.resize(cutout.alpha, (place.width, place.height), interpolation=cv2.INTER_AREA)
            taken[place.slices] = alpha > 8
    taken = cv2.dilate(taken, np.ones((7, 7), np.uint8)).astype(np.uint8)
    if cutout.shadow is not None:
        shade = cv2.resize(cutout.shadow, (w, h), interpolation=cv2.INTER_LINEAR)
        taken |= (shade > SHADE).astype(np.uint8)
    return np.uint8(1) - taken


def _median(colours: RGB) -> Colour:
    counts = (np.bincount(colours[:, i], minlength=256) for i in range(3))
    r, g, b = (int(count.cumsum().searchsorted(len(colours) / 2)) for count in counts)
    return r, g, b


def _away(colours: RGB, colour: Colour) -> Float:
    sample = colours[:: max(1, len(colours) // 20000)]
    return delta_e(lab(sample), lab_of(colour))


def _exact_shares(pixels: RGB, free: Grey, colour: Colour) -> tuple[float, float, float]:
    """Of the ground, counted on unshrunk pixels: the median colour ± 1, white, pure white."""
    if pixels.shape[0] * pixels.shape[1] > MANY:
        pixels = _every_second(pixels)
    h, w = pixels.shape[:2]
    mask = cv2.resize(free, (w, h), interpolation=cv2.INTER_NEAREST)
    count = max(1, cv2.countNonZero(mask))

    def share(low: tuple[int, ...], high: tuple[int, ...]) -> float:
        return cv2.countNonZero(cv2.bitwise_and(cv2.inRange(pixels, low, high), mask)) / count

    near = share(tuple(c - 1 for c in colour), tuple(c + 1 for c in colour))
    return near, share((250, 250, 250), (255, 255, 255)), share((255, 255, 255), (255, 255, 255))


def _every_second(pixels: RGB) -> RGB:
    """Of each row and column. Where the sides are even OpenCV picks the same, ten times as fast."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        return np.ascontiguousarray(pixels[::2, ::2])
    half = cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_NEAREST)
    return np.asarray(half, np.uint8)


def _span(small: RGB, free: Grey) -> float:
    """Between the lightest and the darkest of the ground's large tiles."""
    tiles = 8
    held = cv2.resize(free.astype(np.float32), (tiles, tiles), interpolation=cv2.INTER_AREA)
    masked = cv2.resize(
        small * free[..., None].astype(np.float32), (tiles, tiles), interpolation=cv2.INTER_AREA
    )
    use = held > 0.5
    if use.sum() < 2:
        return 0.0
    means = np.clip(masked[use] / held[use][:, None] + 0.5, 0, 255).astype(np.uint8)
    light = means.sum(axis=1, dtype=np.int64)
    ends = lab(means[[int(light.argmax()), int(light.argmin())]])
    return float(delta_e(ends[:1], ends[1:])[0])


def _clutter(small: RGB, free: Grey) -> float:
    """Share of the ground with an edge within a few pixels: the picture's own noise left out."""
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    steep = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    edge = cv2.dilate((steep > EDGE).astype(np.uint8), np.ones((5, 5), np.uint8))
    return cv2.countNonZero(cv2.bitwise_and(edge, free)) / max(1, cv2.countNonZero(free))
