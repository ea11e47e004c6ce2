"""Fine edges: how much of each rim pixel is product, and of what colour that part is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Box, Float, Grey, Size, size_of
from packshot.look.channels import largest
from packshot.look.mask import grown, worn

Places = NDArray[np.intp]
COARSE = 4
"""Reach in pixels from which outlines are sharpened at half size: the same ones, a third of the time."""
GLINT = 12.0
"""Levels above the ground from which a pixel is rather a highlight; light thrown back reaches about 8."""
FAINT = 10.0
"""Levels: where product and ground differ by about this, the outline's shape counts as much as colour."""


@dataclass(frozen=True, slots=True, eq=False)
class Fine:
    """The product at full size, inside its box."""

    box: Box
    colours: RGB
    alpha: Grey


def refine(pixels: RGB, chance: Grey, behind: RGB) -> Fine | None:
    """`chance` (255: product) and `behind` (the ground as lit, also under the product) may be smaller than
    the pixels; between sure product and sure ground alpha is measured on the pixels themselves."""
    full = size_of(pixels)
    ratio = full.long_side / size_of(chance).long_side
    box = _box_of(chance, ratio, full)
    if box is None:
        return None
    return _fine(pixels, box, chance, behind, ratio)


def alpha_of(pixels: RGB, box: Box, chance: Grey, behind: RGB, ratio: float) -> Grey:
    """As `refine`, for a piece of the photo."""
    return _fine(pixels, box, chance, behind, ratio).alpha


def thinned(fine: Fine, walls: Grey, behind: RGB, full: Size) -> Fine:
    """Alpha made less where the ground shines through `walls`, and the ground taken out of the colours."""
    share = _cropped(walls, fine.box, full).astype(np.float32) / 255
    rows, columns = np.nonzero((share < 0.99) & (fine.alpha > 0))
    left = share[rows, columns][:, None]
    back = _cropped(behind, fine.box, full)[rows, columns]
    colours, alpha = fine.colours.copy(), fine.alpha.copy()
    own = (colours[rows, columns] - (1 - left) * back) / np.maximum(left, 0.05)
    colours[rows, columns] = np.clip(own + 0.5, 0, 255).astype(np.uint8)
    alpha[rows, columns] = (alpha[rows, columns] * left[:, 0] + 0.5).astype(np.uint8)
    return Fine(fine.box, colours, alpha)


def _fine(pixels: RGB, box: Box, chance: Grey, behind: RGB, ratio: float) -> Fine:
    full = size_of(pixels)
    view = pixels[box.slices]
    ground = _cropped(behind, box, full)
    solid = (_cropped(chance, box, full) >= 128).astype(np.uint8)
    reach = max(2, round(1.2 * ratio))
    if reach >= COARSE:
        solid = _sharpened_at_half(view, ground, solid, reach)
    elif ratio > 1:
        solid = _sharpened(view, ground, solid, reach)
    return _measured(view, ground, solid, box, max(2, min(reach, 4)))


def _box_of(chance: Grey, ratio: float, full: Size) -> Box | None:
    rows = np.flatnonzero((chance >= 64).any(axis=1))
    columns = np.flatnonzero((chance >= 64).any(axis=0))
    if rows.size == 0:
        return None
    margin = 4
    rough = Box(
        int((columns[0] - margin) * ratio),
        int((rows[0] - margin) * ratio),
        int((columns[-1] + 1 + margin) * ratio + 1),
        int((rows[-1] + 1 + margin) * ratio + 1),
    )
    return rough.inside(full)


def _cropped(small: Grey | RGB, box: Box, full: Size) -> Grey:
    """The part of a smaller picture that the box shows, at full size."""
    h, w = small.shape[:2]
    if (w, h) == (full.width, full.height):
        return np.ascontiguousarray(small[box.slices])
    sx, sy = w / full.width, h / full.height
    # Pixel centres: full x + 0.5 lies at small (x + 0.5) * sx.
    move = np.array([[sx, 0, (box.left + 0.5) * sx - 0.5], [0, sy, (box.top + 0.5) * sy - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (box.width, box.height)
    return cv2.warpAffine(small, move, size, flags=flags, borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


def _sharpened_at_half(view: RGB, ground: RGB, solid: Grey, reach: int) -> Grey:
    h, w = solid.shape
    half = (max(1, w // 2), max(1, h // 2))
    less_view = cv2.resize(view, half, interpolation=cv2.INTER_AREA).astype(np.uint8)
    less_ground = cv2.resize(ground, half, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    less_solid = cv2.resize(solid, half, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    sharp = _sharpened(less_view, less_ground, less_solid, reach // 2) * np.uint8(255)
    return (cv2.resize(sharp, (w, h), interpolation=cv2.INTER_LINEAR) >= 128).astype(np.uint8)


def _sharpened(view: RGB, ground: RGB, solid: Grey, reach: int) -> Grey:
    """The coarse outline moved to where the full-size colours change."""
    inner, outer = worn(solid, reach), grown(solid, reach)
    rows, columns = np.nonzero(inner != outer)
    inside = _near(view, inner, 4 * reach + 1, rows, columns, 1)
    back = ground[rows, columns].astype(np.float32)
    colour = view[rows, columns].astype(np.float32)
    have = inside[:, 3:] > 0
    front = np.where(have, inside[:, :3] / np.maximum(inside[:, 3:], 1), colour).astype(np.float32)
    share, contrast = _projected(colour, front, back)
    trust = contrast / (contrast + FAINT)
    share = trust * share + (1 - trust) * solid[rows, columns]
    sharp = solid.copy()
    sharp[rows, columns] = share >= 0.5
    least = round(0.6 * reach * reach)
    # Specks and pinholes that the coarse outline did not have are noise, lint or a shadow's grain.
    kept = _without_specks(sharp, least)
    return np.uint8(1) - _without_specks(np.uint8(1) - kept, least)


def _without_specks(mask: Grey, least: int) -> Grey:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    keep = (stats[:, cv2.CC_STAT_AREA] >= least).astype(np.uint8)
    if keep.all():
        return mask
    keep[0] = 0
    kept: Grey = keep[labels]
    return kept


def _measured(view: RGB, ground: RGB, solid: Grey, box: Box, reach: int) -> Fine:
    """Alpha and colours in the ring around the outline; elsewhere it is all or nothing."""
    inner, outer = worn(solid, reach), grown(solid, reach)
    alpha: Grey = inner * np.uint8(255)
    rows, columns = np.nonzero(inner != outer)
    colour = view[rows, columns].astype(np.float32)
    back = ground[rows, columns].astype(np.float32)
    front = _front(view, ground, solid, inner, reach, (rows, columns), colour)
    share, contrast = _projected(colour, front, back)
    shape = cv2.GaussianBlur(solid * np.uint8(255), (0, 0), 0.8)[rows, columns] / np.float32(255)
    trust = contrast / (contrast + FAINT)
    share = trust * share + (1 - trust) * shape
    share = np.clip((share - 0.04) / 0.92, 0, 1)
    colours = view.copy()
    solved = (colour - (1 - share[:, None]) * back) / np.maximum(share, 0.05)[:, None]
    weight = np.clip((share - 0.5) / 0.4, 0, 1)[:, None]
    mixed = weight * solved + (1 - weight) * front
    colours[rows, columns] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    alpha[rows, columns] = (share * 255 + 0.5).astype(np.uint8)
    return Fine(box, colours, alpha)


def _front(
    view: RGB,
    ground: RGB,
    solid: Grey,
    inner: Grey,
    reach: int,
    places: tuple[Places, Places],
    colour: Float,
) -> Float:
    """The product's own colour at each place: the mean of sure product near by, else of thin parts' core."""
    front = colour.copy()
    missing = np.arange(len(colour))
    step = 2 if reach >= COARSE else 1
    for size in (2 * reach + 3, 0, 6 * reach + 1):
        if missing.size == 0:
            break
        rows, columns = places[0][missing], places[1][missing]
        if size:
            found = _near(view, inner, size, rows, columns, step)
        else:
            found = _near_core(view, ground, solid, reach, rows, columns)
        use = found[:, 3] > 0
        front[missing[use]] = found[use, :3] / found[use, 3:]
        missing = missing[~use]
    return front


def _near_core(view: RGB, ground: RGB, solid: Grey, reach: int, rows: Places, columns: Places) -> Float:
    """Parts too thin to have a sure inside: their pixels that are farthest from the ground."""
    box = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    box = box.grown(reach + 2, within=size_of(view))
    view, ground, solid = view[box.slices], ground[box.slices], solid[box.slices]
    away = largest(cv2.absdiff(view, ground).astype(np.uint8))
    core = solid & (away >= 0.9 * cv2.dilate(away, np.ones((3, 3), np.uint8))).astype(np.uint8)
    return _near(view, core, 2 * reach + 1, rows - box.top, columns - box.left, 1)


def _near(view: RGB, sure: Grey, size: int, rows: Places, columns: Places, step: int) -> Float:
    """Sums of sure colours in a window around each place, and their number; `step` 2: at half size."""
    if step == 2:
        half = (max(1, view.shape[1] // 2), max(1, view.shape[0] // 2))
        view = cv2.resize(view, half, interpolation=cv2.INTER_AREA).astype(np.uint8)
        sure = (cv2.resize(sure * np.uint8(255), half, interpolation=cv2.INTER_AREA) == 255).astype(np.uint8)
        size = size // 2 | 1
        rows, columns = np.minimum(rows // 2, half[1] - 1), np.minimum(columns // 2, half[0] - 1)
    held = cv2.merge([*cv2.split(cv2.bitwise_and(view, view, mask=sure)), sure])
    summed = cv2.boxFilter(held, cv2.CV_32F, (size, size), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return summed[rows, columns].astype(np.float32)


def _projected(colour: Float, front: Float, back: Float) -> tuple[Float, Float]:
    """Where between ground (0) and product (1) a colour lies, and how far those two are apart."""
    span = front - back
    length = np.einsum("nc,nc->n", span, span)
    share = np.einsum("nc,nc->n", colour - back, span) / np.maximum(length, 1)
    return np.maximum(np.clip(share, 0, 1), _unlike(colour, back)), np.sqrt(length)


def _unlike(colour: Float, back: Float) -> Float:
    """0…1: how surely a colour is no ground, however shaded: lighter than it in every channel.
    So a highlight along an outline stays, though the product beside it is darker than the ground."""
    lighter = (colour - back).min(axis=1)
    return np.clip(lighter / GLINT - 1, 0, 1).astype(np.float32)
