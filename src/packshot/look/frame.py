"""Was a border, a frame or a collage grid drawn round the photo?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.photo import Photo
from packshot.image.types import RGB, Box, Colour, Grey
from packshot.look.overlay import drawn_over
from packshot.look.sides import Sides
from packshot.look.small import product_mask, small
from packshot.look.subject import Cutout


@dataclass(frozen=True, slots=True)
class Frame:
    border: Sides
    """Width in upright source pixels of a flat band drawn along each side; a plain ground is no border."""
    border_colour: Colour | None
    panels: tuple[Box, ...]
    """The pictures of a collage, or insets; empty for one picture. Upright source pixels."""
    collage_confidence: float


def measure(photo: Photo, cutout: Cutout) -> Frame:
    bands = _bands(photo.pixels)
    inner = _inside(bands, photo)
    if bands and _is_the_product(inner, cutout) and not _holds_a_photo(photo.pixels, inner, bands):
        bands = {}
        inner = Box.whole(photo.size)
    panels, confidence = _collage(photo, cutout, inner)
    widths = {side: round(band.width / photo.scale) for side, band in bands.items()}
    widest = max(bands.values(), key=lambda band: band.width, default=None)
    return Frame(
        border=Sides(**widths),
        border_colour=widest.colour if widest else None,
        panels=tuple(photo.to_source(panel) for panel in panels),
        collage_confidence=confidence,
    )


# --- border ------------------------------------------------------------------------------------------------

SIDES = ("left", "top", "right", "bottom")
NEIGHBOURS = {
    "left": ("top", "bottom"),
    "right": ("top", "bottom"),
    "top": ("left", "right"),
    "bottom": ("left", "right"),
}
DEEPEST = 0.25
"""Of the frame; what goes further in is a ground, not a border."""
SAMPLES = 256
"""Along a side: enough to see a line end; all pixels would cost ten times as much."""
FEWEST_SAMPLES = 12
MOST_NOISE = 10
"""Levels within the band. A drawn band is flat; JPEG adds a little."""
LEAST_STEP = 8
"""Levels from the band to what lies within."""
SOFT_PX = 8
RINGING = 0.06
"""Share of the step: JPEG disturbs the band by so much within 16 px of its end, by more within 8."""
NESTED_STEP = 0.4
"""A line within a margin is about as strong as the margin's own end; weaker steps are ringing."""
WHOLE_LINE = 0.94
"""Of the line must leave the band at once; a thing that rises into a plain ground does so in a part only."""


@dataclass(frozen=True, slots=True)
class _Band:
    width: int
    colour: Colour
    step: float
    """Levels to what lies within."""


def _bands(pixels: RGB) -> dict[str, _Band]:
    """Looks at the middle half of each side, then at all that lies between the bands of its neighbours."""
    strips = {side: _strip(pixels, side) for side in SIDES}
    found = {side: band for side, strip in strips.items() if (band := _band(strip, 0.25, 0.75))}
    while found:
        kept = {}
        for side in found:
            before, after = NEIGHBOURS[side]
            along = pixels.shape[0 if side in ("left", "right") else 1]
            start = found[before].width / along if before in found else 0.0
            end = 1 - (found[after].width / along if after in found else 0.0)
            band = _band(strips[side], start, end)
            if band is not None:
                kept[side] = band
        if kept == found:
            break
        found = kept
    return found


def _strip(pixels: RGB, side: str) -> NDArray[np.int16]:
    """The outer quarter at a side: depth first, then samples along it."""
    height, width = pixels.shape[:2]
    along, deep = (height, width) if side in ("left", "right") else (width, height)
    every, deep = max(1, along // SAMPLES), max(1, int(deep * DEEPEST))
    part = {
        "left": pixels[::every, :deep].swapaxes(0, 1),
        "right": pixels[::every, : width - deep - 1 : -1].swapaxes(0, 1),
        "top": pixels[:deep, ::every],
        "bottom": pixels[: height - deep - 1 : -1, ::every],
    }[side]
    return part.astype(np.int16)


def _band(strip: NDArray[np.int16], start: float, end: float) -> _Band | None:
    """Bands within one another (a white margin, a black line) are taken together, up to the last step."""
    depth, samples = strip.shape[:2]
    inner = slice(int(start * samples), max(int(start * samples) + 1, int(end * samples)))
    at = 0
    last: _Band | None = None
    while depth - at > 3:
        band = _first_step(strip[at:], inner)
        if band is None or (last is not None and band.step < NESTED_STEP * last.step):
            break
        at += band.width
        last = replace(band, width=at)
    return last


def _first_step(strip: NDArray[np.int16], inner: slice) -> _Band | None:
    if inner.stop - inner.start < FEWEST_SAMPLES:
        return None
    colour = np.median(strip[0, inner], axis=0)
    away = _strongest(strip[:, inner] - colour.astype(np.int16))
    noise = float(np.percentile(away[0], 95))
    if noise > MOST_NOISE:
        return None
    bar = max(4.0, noise + 3)
    typical = np.median(away, axis=1)
    after = _plateau(typical, bar)
    if after is None:
        return None
    step = float(typical[after])
    width = int(np.flatnonzero(typical >= step / 2)[0])
    if width == 0 or after >= len(strip) - 1:
        return None
    # Sharp: a gradient leaves its first colour too, but slowly.
    if step - typical[max(0, width - 2)] < 0.7 * step:
        return None
    if (away[after] > bar).mean() < WHOLE_LINE:
        return None
    calm = max(bar, RINGING * step)
    if (away[: max(1, width - SOFT_PX)] <= calm).mean(axis=1).min() < WHOLE_LINE:
        return None
    if (away[:width] <= max(bar, step / 2)).mean(axis=1).min() < WHOLE_LINE:
        return None
    red, green, blue = (int(c) for c in np.median(strip[: max(1, width - 1), inner], axis=(0, 1)))
    return _Band(width, (red, green, blue), step)


def _plateau(typical: NDArray[np.float64], bar: float) -> int | None:
    """Where the first rise out of the band is done; JPEG may start it a few pixels early."""
    left = np.flatnonzero(typical > bar)
    if left.size == 0:
        return None
    for at in range(int(left[0]), min(int(left[0]) + 2 * SOFT_PX, len(typical))):
        if typical[at] >= max(LEAST_STEP, 0.9 * float(typical[at : at + SOFT_PX].max())):
            return at
    return None


def _inside(bands: dict[str, _Band], photo: Photo) -> Box:
    width = {side: bands[side].width if side in bands else 0 for side in SIDES}
    size = photo.size
    return Box(width["left"], width["top"], size.width - width["right"], size.height - width["bottom"])


def _is_the_product(inner: Box, cutout: Cutout) -> bool:
    """A book or a carton from the front ends in straight lines too: then all within them is product."""
    if cutout.box.is_empty or inner.is_empty or inner.area == 0:
        return False
    meet = inner.meet(cutout.box)
    if meet.area < 0.97 * max(inner.area, cutout.box.area * 0.9):
        return False
    part = cutout.alpha[meet.moved(-cutout.box.left, -cutout.box.top).slices]
    return bool((part[::4, ::4] >= 128).mean() > 0.97)


ALIKE_WIDTHS = 0.2
"""A drawn frame is as wide at each side; a book on a table lies a little off."""
PLAIN_RIM = 0.9
"""Share of the rim just within the bands that has one colour: there a photo's own ground begins."""


def _holds_a_photo(pixels: RGB, inner: Box, bands: dict[str, _Band]) -> bool:
    """A frame round a packshot on paper: to whoever cut it out, the paper within is the product."""
    widths = [band.width for band in bands.values()]
    if len(bands) < 4 or max(widths) - min(widths) > max(3, ALIKE_WIDTHS * max(widths)):
        return False
    within = pixels[inner.slices]
    px = max(2, min(within.shape[:2]) // 100)
    rows, columns = within[2 * px : 3 * px], within[:, 2 * px : 3 * px].swapaxes(0, 1)
    far_rows, far_columns = within[-3 * px : -2 * px], within[:, -3 * px : -2 * px].swapaxes(0, 1)
    rim = np.concatenate([part.reshape(-1, 3) for part in (rows, columns, far_rows, far_columns)]).astype(
        np.int16
    )
    plain = _strongest(rim - np.median(rim, axis=0).astype(np.int16)) <= MOST_NOISE
    inside = within[::8, ::8].reshape(-1, 3).astype(np.int16)
    lively = _strongest(inside - np.median(rim, axis=0).astype(np.int16)) > 2 * MOST_NOISE
    return bool(plain.mean() >= PLAIN_RIM and lively.mean() >= 0.02)


def _strongest(difference: NDArray[np.int16]) -> NDArray[np.int16]:
    """Of the three channels; `max(axis=-1)` over so short an axis takes ten times as long."""
    red, green, blue = (np.abs(difference[..., channel]) for channel in range(3))
    return np.maximum(np.maximum(red, green), blue)


# --- collage -----------------------------------------------------------------------------------------------

SEAM_STEP = 10
"""Levels between the pictures on both sides of a seam."""
SEAM_SHARE = 0.9
"""Of its length must show the step: two pictures may be alike in places."""
LEAST_PANEL = 0.15
"""Of the frame's side."""
WIDEST_GUTTER = 0.08
MOST_SEAMS = 4
"""More parallel lines are a pattern: a striped cloth, blinds, planks."""
OTHER_GROUND = 14
"""Levels; one ground may be lit a little differently on both sides of a joint."""
LIVELY = 0.6
"""A texture steps everywhere; no seam can be told in it."""
DEEPEST_GRID = 2
"""Seams within panels, and seams within those."""


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    """What a collage is looked for in, at the small size."""

    pixels: NDArray[np.int16]
    product: Grey
    sharp: Photo
    step: float

    def steps(self, box: Box, *, upright: bool) -> NDArray[np.bool_]:
        """Where two neighbours (one apart) differ across an upright or a level line: lines first."""
        part = self.pixels[box.slices]
        part = part if not upright else part.swapaxes(0, 1)
        return np.asarray(_strongest(part[2:] - part[:-2]) >= SEAM_STEP)

    def product_lines(self, box: Box, *, upright: bool) -> NDArray[np.bool_]:
        part = self.product[box.slices] >= 128
        return part if not upright else part.swapaxes(0, 1)


def _collage(photo: Photo, cutout: Cutout, inner: Box) -> tuple[list[Box], float]:
    whole = small(photo)
    box = inner.scaled(1 / whole.step, within=whole.size)
    if min(box.width, box.height) < 24:
        return [], 0.0
    page = _Page(whole.pixels.astype(np.int16), product_mask(cutout, whole), photo, whole.step)
    panels, confidence = _panels(page, box, DEEPEST_GRID)
    if len(panels) < 2 or confidence < INSET_SURE:
        insets = _insets(cutout)
        if insets:
            return insets, INSET_SURE
    if len(panels) < 2:
        return [], 0.0
    return [panel.scaled(whole.step, within=photo.size) for panel in panels], confidence


def _panels(page: _Page, box: Box, depth: int) -> tuple[list[Box], float]:
    for upright in (True, False):
        seams = _seams(page, box, upright=upright)
        cuts = list(_between(box, seams, upright=upright))
        if len(cuts) < 2:
            continue
        inner = [_panels(page, cut, depth - 1)[0] if depth else [cut] for cut in cuts]
        return [panel for panels in inner for panel in panels], _sure(page, cuts, upright=upright)
    return [box], 0.0


def _seams(page: _Page, box: Box, *, upright: bool) -> list[int]:
    """Places of full-length straight lines, from the box's left or top."""
    steps = page.steps(box, upright=upright)
    if steps.shape[0] < 8 or steps.shape[1] < 16:
        return []
    shares = steps.mean(axis=1)
    if np.median(shares) > LIVELY:
        return []
    whole = (shares >= SEAM_SHARE) & _reaches_both_ends(steps)
    places = [at + 1 for at in _middles(whole)]
    if not 0 < len(places) <= MOST_SEAMS:
        return []
    product = page.product_lines(box, upright=upright)
    return [
        at
        for at in places
        if not _product_crosses(product, steps, at) and _is_razor_sharp(page, box, at, upright=upright)
    ]


def _reaches_both_ends(steps: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A long straight side of the goods, a trouser leg say, ends in the ground."""
    tip = max(3, steps.shape[1] // 32)
    return np.asarray((steps[:, :tip].mean(axis=1) > 0.8) & (steps[:, -tip:].mean(axis=1) > 0.8))


def _middles(lines: NDArray[np.bool_]) -> list[int]:
    """The middle of each run; a seam shows on two to four lines."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], lines, [False]]).astype(np.int8)))
    return [int(start + end) // 2 for start, end in zip(ends[::2], ends[1::2], strict=True)]


def _product_crosses(product: NDArray[np.bool_], steps: NDArray[np.bool_], at: int) -> bool:
    """A thing in front of a horizon or a table's rim hides the line; nothing hides a seam."""
    before, after = product[max(0, at - 3)], product[min(len(product) - 1, at + 3)]
    return bool((before & after & ~steps[at - 1]).mean() > 0.03)


def _is_razor_sharp(page: _Page, box: Box, at: int, *, upright: bool) -> bool:
    """A seam is one pixel column at full size; a wall's corner or a table's rim leans or is soft."""
    pixels = page.sharp.pixels if not upright else page.sharp.pixels.swapaxes(0, 1)
    offset, start, end = (box.left, box.top, box.bottom) if upright else (box.top, box.left, box.right)
    centre, reach = round((offset + at + 0.5) * page.step), round(page.step) + 2
    lines = pixels[max(0, centre - reach) : centre + reach, round(start * page.step) : round(end * page.step)]
    every = max(1, lines.shape[1] // 512)
    part = lines[:, ::every].astype(np.int16)
    if part.shape[0] < 3:
        return False
    one, two = _strongest(np.diff(part, axis=0)), _strongest(part[2:] - part[:-2])
    rise = _strongest(part[-1] - part[0])
    best = max(one.mean(axis=1).max(), 0.9 * two.mean(axis=1).max())
    return bool(best >= 0.6 * max(SEAM_STEP, float(rise.mean())))


def _between(box: Box, seams: list[int], *, upright: bool) -> Iterator[Box]:
    """The parts that the seams leave; thin ones are gutters."""
    length = box.width if upright else box.height
    edges = [0, *seams, length]
    parts = list(pairwise(edges))
    if any(LEAST_PANEL > (end - start) / length > WIDEST_GUTTER for start, end in parts):
        return
    for start, end in parts:
        if (end - start) / length < LEAST_PANEL:
            continue
        if upright:
            yield Box(box.left + start, box.top, box.left + end, box.bottom)
        else:
            yield Box(box.left, box.top + start, box.right, box.top + end)


def _sure(page: _Page, cuts: list[Box], *, upright: bool) -> float:
    """Goods in every panel on grounds of their own say collage.

    A panel without goods may be a floor or a strip of wall; a thin line in one ground may be the joint of a
    table top.
    """
    total = int((page.product >= 128).sum())
    if total == 0 or min(int((page.product[cut.slices] >= 128).sum()) for cut in cuts) < 0.05 * total:
        return 0.4
    return 0.9 if any(_own_grounds(page, *pair, upright=upright) for pair in pairwise(cuts)) else 0.5


def _own_grounds(page: _Page, one: Box, other: Box, *, upright: bool) -> bool:
    """Do two neighbouring panels differ along their seam, a little way into each?"""
    pixels = page.pixels.swapaxes(0, 1) if upright else page.pixels
    end, start = (one.right, other.left) if upright else (one.bottom, other.top)
    along = slice(one.top, one.bottom) if upright else slice(one.left, one.right)
    into = 4
    before, after = pixels[max(0, end - into), along], pixels[min(len(pixels) - 1, start + into), along]
    return bool((np.abs(before - after).max(axis=1) >= OTHER_GROUND).mean() > 0.5)


# --- insets ------------------------------------------------------------------------------------------------

INSET_SURE = 0.7
ROUND, SQUARE = 0.95, 0.975
"""Share of its circle, or of its box, that an inset fills: hand and camera draw none so exactly."""
INSET_SHARE = (0.03, 3.0)
"""Of the goods' own piece: smaller ones are icons; a thin thing's close-up is larger than the thing."""
BADGE = 0.5
"""From here on it is drawn from a few flat colours: a badge or a code, no picture."""
LIKE_THE_GOODS = 0.2
"""What the colours of inset and goods share: a close-up shows the goods, a plate beside them does not."""


Outline = NDArray[Any]
"""n × 1 × 2, as OpenCV gives them."""


def _insets(cutout: Cutout) -> list[Box]:
    """Circles and boxes beside the goods, exact to a pixel, with a picture of the goods in them."""
    if cutout.box.is_empty:
        return []
    outlines, _ = cv2.findContours(
        (cutout.alpha >= 128).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    pieces: list[Outline] = sorted(outlines, key=cv2.contourArea, reverse=True)[:6]
    goods = next((piece for piece in pieces if not _is_exact(piece)), None)
    if goods is None:
        return []
    area = cv2.contourArea(goods)
    return [
        _box_of(piece).moved(cutout.box.left, cutout.box.top)
        for piece in pieces
        if INSET_SHARE[0] * area <= cv2.contourArea(piece) <= INSET_SHARE[1] * area
        and _is_exact(piece)
        and _shows_the_goods(cutout, goods, piece)
    ]


def _box_of(outline: Outline) -> Box:
    left, top, width, height = cv2.boundingRect(outline)
    return Box(left, top, left + width, top + height)


def _is_exact(outline: Outline) -> bool:
    area = cv2.contourArea(outline)
    _, radius = cv2.minEnclosingCircle(outline)
    box = _box_of(outline)
    return bool(area >= ROUND * np.pi * radius**2 or area >= SQUARE * (box.width - 1) * (box.height - 1))


def _shows_the_goods(cutout: Cutout, goods: Outline, inset: Outline) -> bool:
    masks = [
        cv2.drawContours(np.zeros(cutout.alpha.shape, np.uint8), [one], 0, 255, -1) for one in (goods, inset)
    ]
    place = _box_of(inset).slices
    if drawn_over(cutout.colours[place], cast(Grey, masks[1][place])) >= BADGE:
        return False
    shares = [
        cv2.calcHist(
            [cutout.colours], [0, 1, 2], cast(Grey, mask) & cutout.alpha, [8, 8, 8], [0, 256] * 3
        ).ravel()
        for mask in masks
    ]
    one, other = (share / max(1.0, float(share.sum())) for share in shares)
    return float(np.minimum(one, other).sum()) >= LIKE_THE_GOODS
