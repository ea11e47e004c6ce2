"""Fine edges: how much of each rim pixel is product, and of what colour that part is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.image.pieces import pieces
from packshot.image.types import RGB, Box, Float, Grey, Size, size_of
from packshot.look import contact, inside
from packshot.look.inside import Ring, halved
from packshot.look.mask import grown, worn

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
    reach = max(2, round(1.2 * ratio))
    step = 2 if reach >= COARSE else 1
    ground = _cropped(behind, box, full, step)
    solid = (_cropped(chance, box, full) >= 128).astype(np.uint8)
    if step == 2:
        solid = _sharpened_at_half(view, ground, solid, reach)
    elif ratio > 1:
        solid = _sharpened(view, ground, solid, reach)
    solid, ground = contact.taken_out(view, ground, solid)
    return _measured(view, ground, solid, box, max(2, min(reach, 4)), step)


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


def _cropped(small: Grey | RGB, box: Box, full: Size, step: int = 1) -> Grey:
    """The part of a smaller picture that the box shows, at full size; or at half of it, for `step` 2."""
    h, w = small.shape[:2]
    if (w, h) == (full.width, full.height) and step == 1:
        return np.ascontiguousarray(small[box.slices])
    sx, sy = w / full.width, h / full.height
    # Pixel centres: the first of a full pixel lies at half a step.
    left, top = (box.left + step / 2) * sx - 0.5, (box.top + step / 2) * sy - 0.5
    move = np.array([[sx * step, 0, left], [0, sy * step, top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (max(1, box.width // step), max(1, box.height // step))
    return cv2.warpAffine(small, move, size, flags=flags, borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


def _sharpened_at_half(view: RGB, ground: RGB, solid: Grey, reach: int) -> Grey:
    h, w = solid.shape
    less_solid = (halved(solid * np.uint8(255)) >= 128).astype(np.uint8)
    sharp = _sharpened(halved(view), ground, less_solid, reach // 2)
    grown_back = cv2.resize(sharp * np.uint8(255), (w // 2 * 2, h // 2 * 2), interpolation=cv2.INTER_LINEAR)
    out = solid.copy()
    out[: h // 2 * 2, : w // 2 * 2] = grown_back >= 128
    return out


def _sharpened(view: RGB, ground: RGB, solid: Grey, reach: int) -> Grey:
    """The coarse outline moved to where the full-size colours change."""
    inner, outer = worn(solid, reach), grown(solid, reach)
    rows, columns = np.nonzero(inner != outer)
    sure = inside.Inside.of(view, inner, 1).near(4 * reach + 1, rows, columns)
    back = ground[rows, columns].astype(np.float32)
    colour = view[rows, columns].astype(np.float32)
    have = sure[:, 3:] > 0
    front = np.where(have, sure[:, :3] / np.maximum(sure[:, 3:], 1), colour).astype(np.float32)
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
    _, labels, stats = pieces(mask)
    keep = (stats[:, cv2.CC_STAT_AREA] >= least).astype(np.uint8)
    if keep.all():
        return mask
    keep[0] = 0
    kept: Grey = keep[labels]
    return kept


def _measured(view: RGB, ground: RGB, solid: Grey, box: Box, reach: int, step: int) -> Fine:
    """Alpha and colours in the ring around the outline; elsewhere it is all or nothing."""
    inner, outer = worn(solid, reach), grown(solid, reach)
    alpha: Grey = inner * np.uint8(255)
    rows, columns = np.nonzero(inner != outer)
    colour = view[rows, columns].astype(np.float32)
    ring = Ring(view, ground, solid, inner, reach, rows, columns, step)
    back, front = ring.back, inside.front(ring)
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
