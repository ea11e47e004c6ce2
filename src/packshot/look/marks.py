"""Does a see-through mark lie over the photo?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.photo import Photo
from packshot.image.pieces import pieces
from packshot.image.types import Box, Float, Grey
from packshot.look.small import product_mask, small
from packshot.look.subject import Cutout


@dataclass(frozen=True, slots=True)
class Marks:
    boxes: tuple[Box, ...]
    """Where a watermark is suspected, upright source pixels."""
    confidence: float
    repeated: bool
    """The same mark tiled over the picture."""


NOTHING = Marks((), 0.0, repeated=False)
FAINT = (3.0, 40.0)
"""Levels: paler is noise, stronger is a print or a drawn word, which `text` finds."""
TILED = (3.0, 110.0)
"""A word that repeats all over is a mark, however dark it is printed."""
LEAST_GROUND = 0.2
"""Share of the photo that must be plain ground: only there a faint mark is told from the goods' own look."""
PIECE_AREA = 0.1
"""Of the largest part of the product."""
CALM_GROUND = 0.35
"""A ground with faint strokes on more of it than this is a texture."""


def measure(photo: Photo, cutout: Cutout) -> Marks:
    """Looks for faint strokes on the ground alone; a mark that lies on the goods only is not found."""
    whole = small(photo)
    if whole.size.short_side < 64 or cutout.box.is_empty:
        return NOTHING
    grey = cast(Grey, cv2.cvtColor(whole.pixels, cv2.COLOR_RGB2GRAY))
    ground = _ground(product_mask(cutout, whole), grey)
    if ground.mean() < LEAST_GROUND:
        return NOTHING
    clear = _strokes(grey, ground, TILED)
    tiled = _tiled(clear, ground) if 0 < (clear != 0).sum() <= CALM_GROUND * ground.sum() else 0.0
    if tiled > 0:
        box = Box.whole(photo.size)
        return Marks((photo.to_source(box),), tiled, repeated=True)
    faint = np.where(np.abs(clear) <= FAINT[1], clear, 0).astype(np.float32)
    words = _words(faint) if 0 < (faint != 0).sum() <= CALM_GROUND * ground.sum() else []
    return Marks(
        tuple(whole.to_source(box, photo) for box in words),
        LONE_MARK if words else 0.0,
        repeated=len(words) >= MANY,
    )


def _ground(alpha: Grey, grey: Grey) -> NDArray[np.bool_]:
    """Away from the product, whose rim and shadow have soft lines of their own."""
    reach = max(5, min(alpha.shape) // 20) | 1
    return np.asarray(cv2.dilate(_goods(alpha, grey), np.ones((reach, reach), np.uint8)) < 10)


def _goods(alpha: Grey, grey: Grey) -> Grey:
    """Faint letters that the cut-out took for things of their own are what is looked for here."""
    count, labels, stats = pieces((alpha >= 10).astype(np.uint8))
    if count <= 2 or (alpha < 10).sum() < LEAST_GROUND * alpha.size:
        return alpha
    level = float(np.median(grey[alpha < 10]))
    largest = int(np.asarray(stats)[1:, cv2.CC_STAT_AREA].max())
    goods = alpha.copy()
    for at in range(1, count):
        if np.asarray(stats)[at, cv2.CC_STAT_AREA] > PIECE_AREA * largest:
            continue
        place = _box(np.asarray(stats)[at]).slices
        piece = np.asarray(labels)[place] == at
        if abs(float(np.median(grey[place][piece])) - level) <= TILED[1]:
            goods[place][piece] = 0
    return goods


def _strokes(grey: Grey, ground: NDArray[np.bool_], levels: tuple[float, float]) -> Float:
    """How far pixels leave the smooth ground, 0 where it is noise or too strong to be see-through."""
    known, light = ground.astype(np.float32), grey.astype(np.float32)
    away = cv2.GaussianBlur((light - _smooth(light, known)) * known, (0, 0), 0.8)
    noise = 1.4826 * float(np.median(np.abs(away[ground])))
    size = np.abs(away)
    away[(size < max(levels[0], 4 * noise)) | (size > levels[1]) | ~ground] = 0
    return cast(Float, away)


def _smooth(light: Float, known: Float) -> Float:
    """The ground without strokes. Only ground counts: the goods' edge must not be smeared over it.

    A wide blur is as good on a quarter of the pixels.
    """
    half = (max(1, light.shape[1] // 2), max(1, light.shape[0] // 2))
    weight = cv2.resize(known, half, interpolation=cv2.INTER_AREA)
    total = cv2.resize(light * known, half, interpolation=cv2.INTER_AREA)
    mean = cv2.GaussianBlur(total, (0, 0), 6) / (cv2.GaussianBlur(weight, (0, 0), 6) + 1e-3)
    return cast(Float, cv2.resize(mean, (light.shape[1], light.shape[0]), interpolation=cv2.INTER_LINEAR))


# --- tiled -------------------------------------------------------------------------------------------------

LEAST_SHIFT = 24
"""Pixels; nearer repeats are cloth, halftone or letters of one word."""
CLEAR_REPEAT = 0.35
"""Correlation of the faint strokes with themselves, moved by one tile."""


def _tiled(faint: Float, ground: NDArray[np.bool_]) -> float:
    """Confidence that one mark repeats: the best match of the strokes with themselves, moved by a tile.

    Half a tile away they must not match (a long crease or a shadow does), two tiles away they must again
    (two like things don't), and they must be all over the ground.
    """
    strokes = np.sign(faint)
    if not _everywhere(strokes != 0, ground):
        return 0.0
    match = _self_match(strokes, ground)
    height, width = faint.shape
    rows, columns = np.indices(match.shape)
    down, across = np.minimum(rows, 2 * height - rows), np.minimum(columns, 2 * width - columns)
    seen = (np.hypot(down, across) >= LEAST_SHIFT) & (down <= height // 3) & (across <= width // 3)
    row, column = divmod(int(np.argmax(np.where(seen, match, -1))), match.shape[1])
    if column > width:
        column -= 2 * width
    if row > height:
        row -= 2 * height
    first, second = float(match[row, column]), float(match[2 * row, 2 * column])
    between = float(match[row // 2, column // 2])
    if first < CLEAR_REPEAT or second < 0.6 * first or between > 0.6 * first:
        return 0.0
    return min(0.9, 0.6 + (first - CLEAR_REPEAT))


def _everywhere(strokes: NDArray[np.bool_], ground: NDArray[np.bool_]) -> bool:
    """Do most patches of the ground hold strokes?"""
    shape = (6, 6)
    here = cv2.resize(ground.astype(np.float32), shape, interpolation=cv2.INTER_AREA)
    held = cv2.resize(strokes.astype(np.float32), shape, interpolation=cv2.INTER_AREA)
    open_ground = np.asarray(here) > 0.6
    return int(open_ground.sum()) >= 8 and bool((np.asarray(held)[open_ground] > 0.004).mean() > 0.65)


def _self_match(strokes: NDArray[np.floating[Any]], ground: NDArray[np.bool_]) -> NDArray[np.floating[Any]]:
    """Correlation for every shift, counted over what of the ground lies over ground again."""
    shape = (2 * strokes.shape[0], 2 * strokes.shape[1])
    wave, there = np.fft.rfft2(strokes, shape), np.fft.rfft2(ground.astype(np.float32), shape)
    lit = np.fft.rfft2((strokes != 0).astype(np.float32), shape)
    alike = np.fft.irfft2(wave * np.conj(wave), shape)
    # Of the strokes that land on ground again, how many land on their like?
    landed = np.fft.irfft2(lit * np.conj(there), shape)
    return np.where(landed > 0.15 * (strokes != 0).sum(), alike / np.maximum(landed, 1), 0)


# --- a lone word -------------------------------------------------------------------------------------------

LONE_MARK = 0.5
"""A faint word may be a shadow's edge, a crease or a brand on the wall; never be surer."""
MANY = 4
"""Faint words; nobody writes as many different ones over a photo."""
LEAST_LETTERS = 5
ONE_TONE = 0.45
"""Spread of a mark's strength over its mean: see-through letters are all as faint, creases fade."""


def _words(faint: Float) -> list[Box]:
    """Rows of faint strokes of one sign and strength."""
    found = []
    for sign in (1, -1):
        ink = (faint * sign > 0).astype(np.uint8)
        count, labels, stats = pieces(ink)
        letters = [at for at in range(1, count) if _is_letter(np.asarray(stats)[at])]
        strength = {at: _strength(faint, np.asarray(labels), np.asarray(stats)[at], at) for at in letters}
        letters = [at for at in letters if strength[at][1] < ONE_TONE * strength[at][0]]
        if len(letters) > 400:
            return []
        boxes = [_box(np.asarray(stats)[at]) for at in letters]
        found += [row for row in _rows(boxes) if row is not None]
    return found


def _is_letter(stats: NDArray[np.int32]) -> bool:
    _, _, width, height, area = (int(side) for side in stats)
    return 7 <= height <= 90 and 2 <= width <= 1.8 * height and 0.15 <= area / (width * height) <= 0.85


def _strength(
    faint: Float, labels: NDArray[np.int32], stats: NDArray[np.int32], at: int
) -> tuple[float, float]:
    place = _box(stats).slices
    values = np.abs(faint[place][labels[place] == at])
    return float(values.mean()), float(values.std())


def _box(stats: NDArray[np.int32]) -> Box:
    left, top, width, height = (int(side) for side in stats[:4])
    return Box(left, top, left + width, top + height)


def _rows(letters: list[Box]) -> list[Box | None]:
    """Letters of one height that follow one another on any slope up to 45°."""
    letters = sorted(letters, key=lambda box: box.left)
    rows: list[list[Box]] = []
    for box in letters:
        for row in rows:
            last = row[-1]
            tall = max(last.height, box.height)
            near = -0.3 * tall <= box.left - last.right <= 0.9 * tall
            alike = min(last.height, box.height) >= 0.6 * tall
            if near and alike and abs(box.centre[1] - last.centre[1]) <= 0.8 * tall:
                row.append(box)
                break
        else:
            rows.append([box])
    return [Box.around(row) for row in rows if len(row) >= LEAST_LETTERS]
