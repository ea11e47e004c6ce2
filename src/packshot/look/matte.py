"""Fine alpha on any ground: a network's coarse answer, carried to full size by what the colours say.

In a small window alpha and colour go together: alpha is fitted to colour at the coarse size, where both are
equally blurred, and the fit is then read at the fine size (He & Sun, "Fast Guided Filter", 2015). A plain fit
flattens where ground or product are patterned, so here it is stretched by how much it explains, and weighed
against the coarse answer by how much it leaves open. The other way round, colour fitted to alpha, gives the
product's own colour in the rim and the ground's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Box, Float, Grey, Size, size_of
from packshot.look.edges import Fine
from packshot.look.inside import halved

Places = NDArray[np.intp]

MIDDLE = 1000
"""Longest side of the middle size: the way up is 500 → 1000 → full, or less where the photo is smaller."""
WINDOW = 4
"""Pixels on each side that a fit looks at. With 6 drawn fringes came out better, rendered goods worse."""
NEAR = 2
"""Pixels on each side that decide whether a place lies in the band."""
CHANGE = 30
"""Levels by which alpha changes near by in the band; calmer places keep what the network said (glass)."""
NOISE = 12.0
"""Squared levels of colour that mean nothing: grain and JPEG."""
LEAST_TOLD = 0.1
"""Share of alpha's change that colours explain, below which a fit is stretched no further."""
OPEN = 0.4
"""Weight of what a fit leaves open."""
PRIOR = 0.05
"""How wrong the coarse answer may be where it is sure (as a variance)."""
SHARPEN = 0.2
"""Where an outline is hard, alpha below this share becomes 0 and above its twin 1, at every level. Without it
the blur of the coarse answer stays: twice the error around the outlines of large photos on textures."""
HARD, HARDEST = 0.45, 0.85
"""Change of alpha near by from which an outline begins to be hard, and where it is all hard."""
SOFTENED = 3
"""Pixels over which a hard outline may be blurred in the coarse answer."""
CLEAN = 0.06
"""Alpha below this is nothing, wherever it is."""
FAINT = 20
"""Levels of coarse alpha from which something may be there: a wire of a fraction of a coarse pixel."""
TILE = 128


def refine(pixels: RGB, alpha: Grey) -> Fine | None:
    """`alpha` shows the whole photo, squeezed or not, at a few hundred pixels; None where it is empty."""
    full = size_of(pixels)
    box = _box_of(alpha, full)
    if box is None:
        return None
    step = -(-full.long_side // MIDDLE)
    colours = _padded(pixels[box.slices], 2 * step)
    middle = _shrunk(colours, step)
    small = halved(middle)
    told = Level(small, _seen(alpha, box, full, 2 * step, size_of(small)))
    coarse = Level(small, told.carried_to(small), below=told)
    between = Level(middle, coarse.carried_to(middle), below=coarse)
    fine = between.carried_to(colours, last=True)
    here = (slice(box.height), slice(box.width))
    return Fine(box, np.ascontiguousarray(colours[here]), np.ascontiguousarray(fine[here]))


def unmixed(pixels: RGB, alpha: Grey) -> RGB:
    """The product's own colours under an alpha that is known, both at full size. Along an outline the ground
    is taken out; where alpha fades too slowly for colours to say anything, the picture's own stay."""
    colours = pixels.copy()
    for rows, columns, fit in Level(pixels, alpha).fits():
        share = alpha[rows, columns].astype(np.float32) / 255
        seen = pixels[rows, columns].astype(np.float32)[:, None, None]
        colours[rows, columns] = fit.product(seen, share[:, None, None, None])[:, 0, 0]
    return colours


class Level:
    """The product's surroundings at one size, with the alpha that is known so far."""

    def __init__(self, colours: RGB, alpha: Grey, below: Level | None = None) -> None:
        self.colours, self.alpha = colours, alpha
        self.hard = _change(alpha, SOFTENED)
        """How much alpha changes near by: all of it at an outline, part of it where glass begins."""
        if below is not None:
            self.hard = cv2.max(self.hard, cv2.resize(below.hard, alpha.shape[::-1]))

    def carried_to(self, fine: RGB, last: bool = False) -> Grey:
        """Alpha for the same picture, as large or a whole number of times larger. `last`: this is the full
        size, so what is nearly nothing goes, and the ground is taken out of its colours."""
        least = CLEAN if last else 0.0
        step = len(fine) // len(self.alpha)
        alpha = cv2.resize(_sharpened(self.alpha, self.hard, least), fine.shape[1::-1])
        alpha_blocks, colour_blocks = _blocks(alpha, step), _blocks(fine, step)
        for rows, columns, fit in self.fits():
            colour = colour_blocks[rows, :, columns].astype(np.float32)
            share = fit.share(colour, alpha_blocks[rows, :, columns] * np.float32(1 / 255))
            low = _low(self.hard[rows, columns], least)[:, None, None]
            share = np.clip((share - low) / (1 - 2 * low), 0, 1)
            alpha_blocks[rows, :, columns] = (share * 255 + 0.5).astype(np.uint8)
            if last:
                colour_blocks[rows, :, columns] = fit.product(colour, share[..., None])
        return alpha

    def fits(self) -> Iterator[tuple[Places, Places, Fit]]:
        """Tile by tile (so that the work stays in the cache, and small for a large photo): the places of the
        band and what colours say there."""
        band = (_change(self.alpha, NEAR) > CHANGE).astype(np.uint8)
        whole = size_of(band)
        for top in range(0, whole.height, TILE):
            for left in range(0, whole.width, TILE):
                tile = Box(left, top, left + TILE, top + TILE).inside(whole)
                rows, columns = np.nonzero(band[tile.slices])
                if rows.size == 0:
                    continue
                wide = tile.grown(WINDOW, within=whole)
                y, x = rows + tile.top - wide.top, columns + tile.left - wide.left
                fit = Fit.of(self.colours[wide.slices], self.alpha[wide.slices], y, x)
                yield rows + tile.top, columns + tile.left, fit


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What colours say about alpha around each place, and alpha about colours."""

    slope: Float
    """Alpha for each level of red, green, blue."""
    offset: Float
    doubt: Float
    """Variance that is left open."""
    front: Float
    """The product's colour."""
    back: Float

    @classmethod
    def of(cls, colours: RGB, alpha: Grey, rows: Places, columns: Places) -> Fit:
        red, green, blue = (plane.astype(np.float32) for plane in cv2.split(colours))
        planes = [red, green, blue, alpha * np.float32(1 / 255)]
        mean = [_windowed(plane)[rows, columns] for plane in planes]

        def together(i: int, j: int) -> Float:
            return _windowed(planes[i] * planes[j])[rows, columns] - mean[i] * mean[j]

        pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
        tie, change = [together(i, 3) for i in range(3)], np.maximum(together(3, 3), 1e-4)
        plain = _solved([together(i, j) + NOISE * (i == j) for i, j in pairs], tie)
        told = np.clip(_dot(plain, tie) / change, 0.001, 1)
        gain = 1 / np.maximum(told, LEAST_TOLD)
        slope = [part * gain for part in plain]
        middle, tint = np.stack(mean[:3], 1), np.stack(tie, 1) / np.maximum(change, 0.02)[:, None]
        # Where threads are finer than a pixel this line is too steep: no colour lies beyond those near by.
        near = np.ones((2 * WINDOW + 1, 2 * WINDOW + 1), np.uint8)
        least, most = (turn(colours, near)[rows, columns] for turn in (cv2.erode, cv2.dilate))
        return cls(
            slope=np.stack(slope, 1),
            offset=mean[3] - _dot(slope, mean[:3]),
            doubt=OPEN * change * (1 - told) * gain,
            front=np.clip(middle + tint * (1 - mean[3])[:, None], least, most),
            back=np.clip(middle - tint * mean[3][:, None], least, most),
        )

    def share(self, colour: Float, prior: Float) -> Float:
        """Alpha of blocks of pixels, one a place: fit and coarse answer, each as far as it is sure."""
        told = np.einsum("nyxc,nc->nyx", colour, self.slope) + self.offset[:, None, None]
        open_ = prior * (1 - prior) + np.float32(PRIOR)
        trust = open_ / (open_ + self.doubt[:, None, None])
        return prior + trust * (np.clip(told, -0.2, 1.2) - prior)

    def product(self, colour: Float, share: Float) -> RGB:
        """The product's part of each colour: its usual colour, moved by what the two usual ones don't explain
        (Forte, "Approximate Fast Foreground Colour Estimation", 2021)."""
        front, back = self.front[:, None, None], self.back[:, None, None]
        own = front + share * (colour - share * front - (1 - share) * back)
        return np.where(share > 0.99, colour, np.clip(own + 0.5, 0, 255)).astype(np.uint8)


def _solved(spread: list[Float], tie: list[Float]) -> list[Float]:
    """Three equations with a symmetric matrix, for many places at once."""
    xx, xy, xz, yy, yz, zz = spread
    a, b, c = yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy
    d, e, f = xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy
    scale = 1 / np.maximum(xx * a + xy * b + xz * c, 1)
    r, g, u = (part * scale for part in tie)
    return [a * r + b * g + c * u, b * r + d * g + e * u, c * r + e * g + f * u]


def _dot(one: list[Float], other: list[Float]) -> Float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _windowed(plane: Float) -> Float:
    side = 2 * WINDOW + 1
    return cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT_101)


def _change(alpha: Grey, px: int) -> Grey:
    """Largest minus smallest near by."""
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * px + 1, 2 * px + 1))
    return cv2.morphologyEx(alpha, cv2.MORPH_GRADIENT, near)


def _low(hard: Grey, least: float) -> Float:
    """Alpha that becomes 0."""
    share = np.clip((hard * np.float32(1 / 255) - HARD) / (HARDEST - HARD), 0, 1)
    return least + (SHARPEN - least) * share


def _sharpened(alpha: Grey, hard: Grey, least: float) -> Grey:
    rows, columns = np.nonzero((alpha > 0) & (alpha < 255))
    low = _low(hard[rows, columns], least)
    share = (alpha[rows, columns] * np.float32(1 / 255) - low) / (1 - 2 * low)
    sharp = alpha.copy()
    sharp[rows, columns] = (np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)
    return sharp


def _box_of(alpha: Grey, full: Size) -> Box | None:
    rows = np.flatnonzero((alpha >= FAINT).any(axis=1))
    columns = np.flatnonzero((alpha >= FAINT).any(axis=0))
    if rows.size == 0:
        return None
    down, across = full.height / alpha.shape[0], full.width / alpha.shape[1]
    margin = NEAR + WINDOW
    rough = Box(
        int((columns[0] - margin) * across),
        int((rows[0] - margin) * down),
        int((columns[-1] + 1 + margin) * across) + 1,
        int((rows[-1] + 1 + margin) * down) + 1,
    )
    return rough.inside(full)


def _padded(view: RGB, unit: int) -> RGB:
    """A copy whose sides are multiples of `unit`; the last row and column go on."""
    h, w = view.shape[:2]
    return cv2.copyMakeBorder(view, 0, -h % unit, 0, -w % unit, cv2.BORDER_REPLICATE)


def _shrunk(picture: RGB, step: int) -> RGB:
    if step == 1:
        return picture.copy()
    h, w = picture.shape[:2]
    return cv2.resize(picture, (w // step, h // step), interpolation=cv2.INTER_AREA)


def _seen(alpha: Grey, box: Box, full: Size, step: int, size: Size) -> Grey:
    """The part that the box shows, a `step`-th of the full size."""
    h, w = alpha.shape
    less = (min(w, -(-full.width // step)), min(h, -(-full.height // step)))
    if less != (w, h):
        alpha = cv2.resize(alpha, less, interpolation=cv2.INTER_AREA)
    across, down = less[0] / full.width, less[1] / full.height
    # Pixel centres: the first of a full pixel lies at half a step.
    left, top = (box.left + step / 2) * across - 0.5, (box.top + step / 2) * down - 0.5
    move = np.array([[across * step, 0, left], [0, down * step, top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        alpha, move, (size.width, size.height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )


def _blocks(picture: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """A view: row of blocks, row in the block, column of blocks, column in the block."""
    h, w = picture.shape[:2]
    return picture.reshape(h // step, step, w // step, step, *picture.shape[2:])
