"""Are two photos one photo, whatever was cut off or laid over one of them?

Each photo leaves an imprint of 4 KB: signs by which its like are found among many, and a small picture of
its content by which a likeness is proven. Content is what stands on the even border: a frame, a wider
ground or a cut at the ground changes it little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.pieces import pieces
from packshot.image.types import RGB, Box, Float, Grey
from packshot.look.small import shrunk

SIDE = 48
CELLS = 12
WORKED = 160
"""Long side at which borders are looked for and the imprint is taken; JPEGs decode to it in no time."""

IMPRINT = np.dtype(
    [
        ("whole", np.uint64, 4),
        ("content", np.uint64, 4),
        ("box", np.float32, 4),
        ("ground", np.uint8, 3),
        ("cells", np.uint8, (CELLS, CELLS, 3)),
        ("light", np.uint8, (SIDE, SIDE)),
        ("colour", np.uint8, (SIDE // 2, SIDE // 2, 2)),
    ]
)
"""Of a photo: 256 signs of the whole, 256 of its content, where the content lies (shares of the sides), the
ground around it, the whole in 12×12 cells, the content in 48×48 points and its colour at half of that, all in
YCrCb."""

Imprints: TypeAlias = NDArray[np.void]


@dataclass(frozen=True, slots=True, eq=False)
class Thumb:
    """The content of a photo, squeezed to a square."""

    light: Grey
    colour: NDArray[np.uint8]
    box: tuple[float, float, float, float]
    """Left, top, right, bottom of the content as shares of the photo."""
    ground: tuple[int, int, int]
    """The colour around the content, YCrCb."""

    @property
    def mirrored(self) -> Thumb:
        left, top, right, bottom = self.box
        light, colour = (np.ascontiguousarray(plane[:, ::-1]) for plane in (self.light, self.colour))
        return Thumb(light, colour, (1 - right, top, 1 - left, bottom), self.ground)


def imprint(pixels: RGB) -> Imprints:
    """One record of `IMPRINT`."""
    pixels = shrunk(pixels, max(1.0, max(pixels.shape[:2]) / WORKED))
    box, ground = content_of(pixels)
    planes = cast(RGB, cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb))
    inside = planes[box.slices]
    made = np.zeros((), IMPRINT)
    made["whole"], made["content"] = _signs(planes[..., 0]), _signs(inside[..., 0])
    height, width = pixels.shape[:2]
    made["box"] = box.left / width, box.top / height, box.right / width, box.bottom / height
    made["ground"] = cv2.cvtColor(ground[None, None], cv2.COLOR_RGB2YCrCb)[0, 0]
    made["cells"] = _squeezed(planes, CELLS)
    made["light"] = _squeezed(inside[..., 0], SIDE)
    made["colour"] = _squeezed(inside[..., 1:], SIDE // 2)
    return cast(Imprints, made)


def thumb(record: Any) -> Thumb:
    left, top, right, bottom = (float(side) for side in record["box"])
    light, red, blue = (int(level) for level in record["ground"])
    return Thumb(record["light"], record["colour"], (left, top, right, bottom), (light, red, blue))


# --- content -----------------------------------------------------------------------------------------------

NEAR = 24
"""Levels from the border's colour within which a point is of the border; JPEG's ripples stay below."""
EVEN = 0.6
"""Share of the border's points that must be near its colour; else the photo is full of content."""
FRAMED = 0.85
PART = 0.3
"""Of the largest part's box; what is smaller (a sticker beside the goods, a word) is no measure of where they
lie."""
LEAST = 12
RIM = 2
"""Points by which a drawn frame's soft inner edge is passed."""


def content_of(pixels: RGB) -> tuple[Box, NDArray[np.uint8]]:
    """Where the picture is, without its even border (below a frame, without the ground inside it too), and
    the colour that lies around it."""
    box = Box(0, 0, pixels.shape[1], pixels.shape[0])
    ground, _ = _border(pixels)
    for _ in range(3):
        found = _within(pixels[box.slices])
        if found is None:
            break
        box = found.moved(box.left, box.top)
        rim = Box(box.left + RIM, box.top + RIM, box.right - RIM, box.bottom - RIM)
        if min(rim.width, rim.height) < LEAST:
            break
        inner, share = _border(pixels[rim.slices])
        if share < FRAMED:
            break  # the goods themselves; only within a frame does an even border follow again
        box, ground = rim, inner
    return box, ground.round().astype(np.uint8)


def _border(pixels: RGB) -> tuple[Float, float]:
    """The border's colour and what share of the border has it."""
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]).astype(np.float32)
    colour = np.median(edge, axis=0)
    return colour, float((np.abs(edge - colour).max(axis=1) <= NEAR).mean())


def _within(pixels: RGB) -> Box | None:
    colour, share = _border(pixels)
    if share < EVEN:
        return None
    away = (np.abs(pixels - colour).max(axis=2) > NEAR).astype(np.uint8)
    count, _, stats = pieces(cv2.dilate(away, np.ones((3, 3), np.uint8)).astype(np.uint8))
    if count < 2:
        return None
    parts = np.asarray(stats)[1:]
    large = parts[parts[:, cv2.CC_STAT_AREA] >= PART * parts[:, cv2.CC_STAT_AREA].max()]
    left, top = large[:, 0].min() + 1, large[:, 1].min() + 1  # the width that `dilate` added
    right, bottom = (large[:, 0] + large[:, 2]).max() - 1, (large[:, 1] + large[:, 3]).max() - 1
    height, width = pixels.shape[:2]
    box = Box(
        int(left if left > 1 else 0),
        int(top if top > 1 else 0),
        int(right if right < width - 1 else width),
        int(bottom if bottom < height - 1 else height),
    )
    whole = (box.width, box.height) == (width, height)
    return None if whole or min(box.width, box.height) < LEAST else box


def _squeezed(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    smaller = min(pixels.shape[:2]) >= side
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cast(NDArray[np.uint8], cv2.resize(np.ascontiguousarray(pixels), (side, side), interpolation=way))


# --- signs -------------------------------------------------------------------------------------------------


def _signs(light: Grey) -> NDArray[np.uint64]:
    """Of the 256 slowest waves, which are above zero."""
    waves = cv2.dct(_squeezed(light, SIDE).astype(np.float32))
    return np.packbits(np.asarray(waves)[_DOWN, _ACROSS] > 0).view(np.uint64)


def mirrored_signs(signs: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mirroring turns the waves that are odd across, and no other."""
    return signs ^ _ODD


def _slow_waves() -> list[tuple[int, int]]:
    places = [(down, across) for down in range(SIDE) for across in range(SIDE)]
    places.sort(key=lambda place: (place[0] ** 2 + place[1] ** 2, place))
    return places[1:257]


_DOWN, _ACROSS = np.array(_slow_waves()).T
_ODD = np.packbits(_ACROSS % 2 == 1).view(np.uint64)


# --- likeness ----------------------------------------------------------------------------------------------

STRUCTURE = 5.0
"""Levels of light within a cell from which on its pattern is compared, not only its mean."""
CONTENT = 16
"""Levels from the ground's colour from which on a cell shows something."""
PATTERN = 0.75
LIGHT, COLOUR = 6.0, 5.0
"""Levels by which the means of two cells may differ; a little more where there is structure."""
LEAST_SEEN = 0.5
"""Of the cells must lie in both photos."""
SURE = 0.9


def alike(one: Thumb, other: Thumb) -> float:
    """Share of what both photos show that is the same at the same place, 0…1; laid as they fit best.

    Either the wholes lie on each other (something was laid over one of them) or the contents (one was cut or
    framed); where neither fits, the better of the two is moved until it does.
    """
    moves = (np.eye(2, 3, dtype=np.float32), _as_in_the_photo(one, other))
    shares = [_share(one, other, move) for move in moves]
    best = max(shares)
    if best >= SURE:
        return best
    fitted = _fitted(one, other, moves[shares.index(best)])
    return best if fitted is None else max(best, _share(one, other, fitted))


def _as_in_the_photo(one: Thumb, other: Thumb) -> Float:
    """From points of one thumb to those of the other where both photos are the same size."""
    (left, top, right, bottom), (left2, top2, right2, bottom2) = one.box, other.box
    across, down = (right - left) / (right2 - left2), (bottom - top) / (bottom2 - top2)
    shift_x = SIDE * (left - left2) / (right2 - left2) + (across - 1) / 2
    shift_y = SIDE * (top - top2) / (bottom2 - top2) + (down - 1) / 2
    return np.array([[across, 0, shift_x], [0, down, shift_y]], np.float32)


def _fitted(one: Thumb, other: Thumb, move: Float) -> Float | None:
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 12, 1e-3)
    try:
        _, found = cv2.findTransformECC(
            one.light, other.light, move.copy(), cv2.MOTION_AFFINE, stop, cast(Grey, None), 3
        )
    except cv2.error:  # it wandered off: the two are not alike
        return None
    return np.asarray(found, np.float32)


def _share(one: Thumb, other: Thumb, move: Float) -> float:
    light, seen = _moved(other.light, move)
    half = move * np.array([[1, 1, 0.5], [1, 1, 0.5]], np.float32)
    colour, _ = _moved(other.colour, half)
    cells = _in_cells(seen).all(axis=1)
    if cells.mean() < LEAST_SEEN:
        return 0.0
    first, second = _Cells(one.light, one.colour, one.ground), _Cells(light, colour, other.ground)
    structure = np.maximum(first.structure, second.structure)
    pattern = (first.pattern * second.pattern).mean(axis=1) / (first.structure * second.structure + 2)
    shows = cells & (first.shows | second.shows | (structure > STRUCTURE))
    same = (
        (np.abs(first.light - second.light) < LIGHT + 0.25 * structure)
        & (np.abs(first.colour - second.colour).max(axis=1) < COLOUR + 0.1 * structure)
        & ((structure <= STRUCTURE) | (pattern > PATTERN))
    )
    return float((same & shows).sum() / max(1, shows.sum()))


def _moved(plane: NDArray[np.uint8], move: Float) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """As it looks from the other's place, and which points it really has."""
    side = plane.shape[0]
    moved = cv2.warpAffine(
        plane,
        move,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    places = np.arange(side, dtype=np.float32)
    x = move[0, 0] * places + move[0, 1] * places[:, None] + move[0, 2]
    y = move[1, 0] * places + move[1, 1] * places[:, None] + move[1, 2]
    seen = (x > -1) & (x < side) & (y > -1) & (y < side)
    return cast(NDArray[np.uint8], moved), seen


class _Cells:
    """What each of 12×12 cells shows."""

    def __init__(self, light: Grey, colour: NDArray[np.uint8], ground: tuple[int, int, int]) -> None:
        points = _in_cells(light).astype(np.float32)
        self.light = points.mean(axis=1)
        self.pattern = points - self.light[:, None]
        self.structure = np.sqrt((self.pattern**2).mean(axis=1))
        self.colour = _in_cells(colour).mean(axis=1)
        means = np.column_stack([self.light, self.colour])
        self.shows = np.abs(means - np.array(ground)).max(axis=1) > CONTENT


def _in_cells(plane: NDArray[Any]) -> NDArray[Any]:
    """Cells × points × channels, if any."""
    step = plane.shape[0] // CELLS
    parts = plane.reshape(CELLS, step, CELLS, step, *plane.shape[2:]).swapaxes(1, 2)
    return parts.reshape(CELLS * CELLS, step * step, *plane.shape[2:])
