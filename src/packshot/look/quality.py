"""Is the photo sharp, clean and truly as large as it claims?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.photo import Photo
from packshot.image.types import Box, Float, Grey, size_of
from packshot.look.subject import Cutout


@dataclass(frozen=True, slots=True)
class Quality:
    sharpness: float
    """0…100, of the product's sharpest parts; about 10 is blurred, 40 and more is crisp."""
    noise: float
    """Standard deviation of luma noise on flat regions, in levels."""
    blockiness: float
    """JPEG grid strength; 0 none, above 1 visible."""
    true_scale: float
    """Share of the pixel size that holds detail: 0.5 says enlarged twice. 1 where it cannot be told."""
    sharpness_confidence: float = 1.0
    """0…1: near 0 says that there are hardly any edges to judge by (a plain cloth, white on white)."""


TILE = 128
TILES = 12
"""The liveliest of the product: they hold its edges, and the whole would take ten times as long."""


def measure(photo: Photo, cutout: Cutout) -> Quality:
    """At the worked size and in the product's box; of the whole photo where no product was found."""
    grey = cast(Grey, cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY))
    box = Box.whole(photo.size) if cutout.box.is_empty else cutout.box
    box = box.grown(REACH, within=photo.size)
    part = grey[box.slices]
    noise = _noise(grey)
    if min(part.shape) < BLOCK:
        return Quality(0.0, noise, 0.0, 1.0, sharpness_confidence=0.0)
    steps = _Steps.of(part)
    tiles = steps.liveliest_tiles()
    sharpness, edge_px = _sharpness(part, tiles, noise)
    return Quality(
        sharpness=sharpness,
        sharpness_confidence=min(1.0, edge_px / ENOUGH_EDGE_PX),
        noise=noise,
        # Shrinking while decoding melts the 8×8 blocks together: nothing of the grid is left to be seen.
        blockiness=_blockiness(steps) if photo.scale == 1 else 0.0,
        true_scale=_true_scale(part, tiles, noise),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Differences between neighbours, across and down."""

    across: Grey
    down: Grey

    @classmethod
    def of(cls, grey: Grey) -> _Steps:
        return cls(
            cast(Grey, cv2.absdiff(grey[:, 1:], grey[:, :-1])),
            cast(Grey, cv2.absdiff(grey[1:], grey[:-1])),
        )

    def liveliest_tiles(self) -> list[Box]:
        height, width = self.across.shape[0], self.down.shape[1]
        # Whole tiles only: then the mean of each is a hundred times cheaper. What is left over at right
        # and bottom is less than a tile.
        tall, wide = min(TILE, height - 1), min(TILE, width - 1)
        rows, columns = (height - 1) // tall, (width - 1) // wide
        life = np.zeros((rows, columns), np.float32)
        for steps in (self.across, self.down):
            life += cv2.resize(
                steps[: rows * tall, : columns * wide], (columns, rows), interpolation=cv2.INTER_AREA
            )
        best = np.argsort(-life, axis=None, kind="stable")[:TILES]
        places = [divmod(int(at), columns) for at in best]
        return [
            Box(column * wide, row * tall, (column + 1) * wide, (row + 1) * tall) for row, column in places
        ]


# --- sharpness ---------------------------------------------------------------------------------------------

REACH = 8
"""An edge's whole rise is looked for this far round it: enough for a blur of 4 px."""
LEAST_RISE = 24
"""Lower edges drown in rounding and noise."""
ENOUGH_EDGE_PX = 600
SHARPEST = 99.5
"""Percentile. Of real photos of cloth, shoes, stone and wood at 512 px it gave 40…73; after a blur of
1 px 28…45, of 2 px 17…26, of 4 px 10…16."""


def _sharpness(grey: Grey, tiles: list[Box], noise: float) -> tuple[float, int]:
    """How much of an edge's rise happens within one pixel: 100 for a razor's cut, whatever the contrast.

    The second answer: how many pixels had an edge to judge by.
    """
    least = LEAST_RISE + 8 * noise
    shares = []
    for tile in tiles:
        around = grey[tile.grown(REACH, within=size_of(grey)).slices]
        rise = cast(Grey, cv2.subtract(_filtered(cv2.dilate, around), _filtered(cv2.erode, around)))
        step = np.maximum(
            cv2.absdiff(around[:-1, 1:], around[:-1, :-1]), cv2.absdiff(around[1:, :-1], around[:-1, :-1])
        )
        rise = rise[:-1, :-1]
        real = rise >= least
        # Noise adds its own step to that of the edge.
        shares.append(np.maximum(step[real] - 2 * noise, 0) / rise[real])
    found = np.concatenate(shares)
    if found.size == 0:
        return 0.0, 0
    return float(min(100.0, 100 * np.percentile(found, SHARPEST))), found.size


def _filtered(filtering: object, grey: Grey) -> Grey:
    assert callable(filtering)
    return cast(Grey, filtering(grey, np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)))


# --- noise -------------------------------------------------------------------------------------------------

PATCH = 32
PATCHES = 12
"""As many rows and columns of them are laid over the photo."""
CALM_SHARE = 0.25
GRAIN = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""Blind to slopes and straight edges; white noise comes out six times as strong (Immerkær, 1996)."""


def _noise(grey: Grey) -> float:
    """Median of the calmest patches. Calm is judged on a shrunk patch, so that noise has no say in it."""
    patches = _patches(grey)
    if len(patches) == 0:
        return 0.0
    coarse = patches.reshape(len(patches), PATCH // 8, 8, PATCH // 8, 8).mean(axis=(2, 4))
    unrest = coarse.std(axis=(1, 2))
    # Where light is burnt or black is full, noise is cut off.
    open_ends = (coarse.max(axis=(1, 2)) < 250) & (coarse.min(axis=(1, 2)) > 5)
    patches, unrest = patches[open_ends], unrest[open_ends]
    if len(patches) == 0:
        return 0.0
    calm = np.argsort(unrest, kind="stable")[: max(1, int(len(patches) * CALM_SHARE))]
    return float(np.median(_grain(patches[calm])))


def _patches(grey: Grey) -> NDArray[np.uint8]:
    height, width = grey.shape
    tops = np.linspace(0, height - PATCH, min(PATCHES, height // PATCH)).astype(int)
    lefts = np.linspace(0, width - PATCH, min(PATCHES, width // PATCH)).astype(int)
    found = [grey[top : top + PATCH, left : left + PATCH] for top in tops for left in lefts]
    return np.stack(found) if found else np.zeros((0, PATCH, PATCH), np.uint8)


def _grain(patches: NDArray[np.uint8]) -> Float:
    """Of each patch."""
    responses = [cv2.filter2D(patch.astype(np.float32), -1, GRAIN)[1:-1, 1:-1] for patch in patches]
    return cast(Float, np.median(np.abs(responses), axis=(1, 2)) * 1.4826 / 6)


# --- JPEG blocks -------------------------------------------------------------------------------------------

BLOCK = 8
NO_EDGE = 16
"""Steps above this are the picture's own; they count as this much."""
MOST_PX = 1024
"""Of the product's box, each way: 128 blocks are enough to see a grid."""
ROUNDING = 0.25
"""Levels; keeps a flat drawing's rounding from looking like a grid."""


def _blockiness(steps: _Steps) -> float:
    """How much steps at every eighth pixel stand out, in both directions: stripes do so in one at most."""
    across = _stands_out(_mean_step(steps.across, axis=0))
    down = _stands_out(_mean_step(steps.down, axis=1))
    return float(np.sqrt(across * down))


def _mean_step(steps: Grey, *, axis: int) -> Float:
    steps = steps[:MOST_PX, :MOST_PX]
    return cast(Float, cv2.reduce(np.minimum(steps, NO_EDGE), axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F)).ravel()


def _stands_out(profile: Float) -> float:
    blocks = len(profile) // BLOCK
    if blocks < 6:
        return 0.0
    phases = profile[: blocks * BLOCK].reshape(blocks, BLOCK).mean(axis=0)
    others = float(np.median(phases))
    return max(0.0, float(phases.max()) - others) / (others + ROUNDING)


# --- true scale --------------------------------------------------------------------------------------------

DETAIL_SHARE = 0.95
FULL_REACH = 0.85
"""95 % of a crisp photo's detail lie below 0.67…0.98 of the finest wave that its pixels can hold, median 0.88
(512 px photos of cloth, shoes, stone, wood, letters). Enlarged 1.5 times: 0.56…0.63, twice: 0.42…0.51."""
LEAST_DETAIL = 60.0
"""Power per pixel; below it hardly anything but rounding is there."""


def _true_scale(grey: Grey, tiles: list[Box], noise: float) -> float:
    """The finest wave that carries detail, as a share of the finest that these pixels could carry."""
    if min(grey.shape) < TILE:
        return 1.0
    power = np.zeros(TILE // 2 + 1)
    for tile in tiles:
        left, top = min(tile.left, grey.shape[1] - TILE), min(tile.top, grey.shape[0] - TILE)
        power += _wave_power(grey[top : top + TILE, left : left + TILE])
    power /= len(tiles)
    # Noise and rounding lie evenly on all waves; they are no detail.
    power = np.maximum(power - 1.5 * (noise**2 + 1 / 12) * _NOISE_POWER, 0)
    detail = power * np.sin(np.pi * np.arange(TILE // 2 + 1) / TILE) ** 2
    if detail.sum() < LEAST_DETAIL * _NOISE_POWER:
        return 1.0
    reached = np.interp(DETAIL_SHARE, np.cumsum(detail) / detail.sum(), np.linspace(0, 1, TILE // 2 + 1))
    return float(min(1.0, reached / FULL_REACH))


def _wave_power(tile: Grey) -> NDArray[np.float64]:
    """By wave length, rows and columns together."""
    level = (tile - tile.mean(dtype=np.float64)) * _WINDOW
    rows = (np.abs(np.fft.rfft(level, axis=1)) ** 2).sum(axis=0)
    columns = (np.abs(np.fft.rfft(level, axis=0)) ** 2).sum(axis=1)
    return np.asarray(rows + columns)


_WINDOW = np.outer(np.hanning(TILE), np.hanning(TILE))
_NOISE_POWER = 2 * float((_WINDOW**2).sum())
"""What noise of one level's strength puts on each wave."""
