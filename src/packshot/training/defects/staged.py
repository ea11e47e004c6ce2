"""Defects of the scene: what stands where, and on what ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator

from packshot.image.types import Box, Size
from packshot.training.defects.cards import Floats, Piece, Scene, cut_to_box, extent, fit, repainted
from packshot.training.defects.filmed import tinted, within
from packshot.training.defects.goods import HOUSEHOLD, Good, Stock
from packshot.training.grounds import cloud

Staging = Callable[[Scene, Stock, Generator, int], None]
"""Changes the scene; the number is the grade: 0 mild, 1 clear, 2 gross."""


# --- the ground --------------------------------------------------------------------------------------------


def coloured_ground(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    chroma = within(rng, (10, 17), (20, 40), (40, 70))(grade)
    light = within(rng, (84, 94), (66, 88), (25, 75))(grade)
    colour: Floats = tinted(light, chroma, rng.uniform(0, 2 * np.pi))
    if grade == 2 and rng.random() < 0.3:
        colour = np.full(3, rng.uniform(5, 60)) + rng.normal(0, 3, 3)
    made.ground = np.clip(made.ground / 255 * colour, 0, 255).astype(np.float32)


def cluttered_ground(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    kinds = (("surface",), ("surface", "scene", "room"), ("scene", "shelf", "surface"))[grade]
    side = made.size.long_side
    for _ in range(12):
        ground = stock.ground(rng, str(rng.choice(kinds)), side)
        if grade == 0:  # pale: whitened wood, a light cloth
            ground = ground + (255 - ground) * rng.uniform(0.3, 0.5)
        if _lively(ground) > (0.2, 0.3, 0.3)[grade]:
            break
    made.ground = np.ascontiguousarray(ground[: made.size.height, : made.size.width], dtype=np.float32)


def _lively(ground: Floats) -> float:
    """Share of the ground with something on it: a smooth floor is not cluttered."""
    light = cv2.cvtColor(np.clip(ground, 0, 255).astype(np.uint8), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(light, (256, 256), interpolation=cv2.INTER_AREA)
    return float((cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 18).mean())


def uneven_ground(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    """A slope of light, a vignette, a wall above a table, or the shadow of something outside."""
    depth = within(rng, (0.26, 0.36), (0.4, 0.55), (0.6, 0.8))(grade)
    h, w = made.size.height, made.size.width
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    roll = rng.random()
    if roll < 0.35:
        angle = rng.uniform(0, 2 * np.pi)
        way = (xs / w - 0.5) * np.cos(angle) + (ys / h - 0.5) * np.sin(angle)
        dark = (way - way.min()) / np.ptp(way)
    elif roll < 0.6:
        far = np.hypot(xs / w - rng.uniform(0.35, 0.65), ys / h - rng.uniform(0.35, 0.65))
        dark = (far / far.max()) ** 1.6
    elif roll < 0.8:
        line = h * rng.uniform(0.35, 0.75) + (xs - w / 2) * rng.normal(0, 0.03)
        dark = np.clip((ys - line) / rng.choice([1.5, 5, 30]) + 0.5, 0, 1)
    else:
        blot = np.tanh(2.5 * cloud(rng, made.size.long_side)[:h, :w])
        dark = cv2.GaussianBlur((blot + 1) / 2, (0, 0), rng.uniform(2, 12))
    tint = 1 + rng.normal(0, 0.03, 3)
    made.ground = np.clip(made.ground * (1 - depth * dark[..., None] * tint), 0, 255).astype(np.float32)


# --- what else is there ------------------------------------------------------------------------------------


def prop(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    """Something small that is not sold lies beside the goods."""
    _small_enough(made, 0.72)
    for _ in range(1 if grade < 2 else int(rng.integers(2, 4))):
        good = stock.good(rng, "renders", "groceries")
        share = within(rng, (0.25, 0.32), (0.32, 0.45), (0.35, 0.5))(grade)
        _beside(made, rng, cut_to_box(good), share, "prop")


def second_product(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    """Another thing of the same family, about as large."""
    family = ("renders", "groceries") if made.main.good.family == HOUSEHOLD else ("clothes", "fashion")
    other = cut_to_box(stock.good(rng, *family))
    share = within(rng, (0.6, 0.75), (0.75, 0.95), (0.95, 1.1))(grade)
    abreast(
        made,
        rng,
        [replace(made.main, good=cut_to_box(made.main.good)), _also(other, "second_product")],
        [1, share],
    )


def hand(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    """An arm that reaches in, head and shoulders behind the goods, or a person beside them."""
    size, main = made.size, made.main
    if grade == 0 or (grade == 1 and rng.random() < 0.6):
        rgba, angle = stock.arm(rng)
        limb = Good(rgba, None, "people", "", "arm")
        side = size.short_side * within(rng, (0.3, 0.38), (0.4, 0.55), (0.5, 0.6))(grade)
        fall = rng.choice([0.0, 180.0]) + rng.uniform(-35, 35)  # from the left or from the right
        reach = np.array([np.cos(np.radians(fall)), np.sin(np.radians(fall))])
        box = _box(main)
        tip = np.array([box.left if reach[0] > 0 else box.right, main.y]) + reach * 0.12 * box.width
        middle = tip - reach * side * 0.45
        middle[0] = np.clip(middle[0], 0.22 * side, size.width - 0.22 * side)  # most of it is seen
        turned = Piece(limb, float(middle[0]), float(middle[1]), side, angle=angle - fall, kind="hand")
        made.pieces.insert(made.pieces.index(main) + int(rng.integers(2)), turned)
    elif grade == 1:
        person = Good(stock.bust(rng), None, "people", "", "bust")
        wide, tall = extent(person)
        side = size.width * rng.uniform(0.4, 0.6) / wide * max(wide, tall)
        high = side / max(wide, tall) * tall
        x = size.width * rng.uniform(0.2, 0.8)
        made.pieces.insert(0, Piece(person, x, size.height - high / 2 + 1, side, kind="hand"))
    else:
        person = stock.good(rng, "people")
        abreast(made, rng, [replace(main, good=cut_to_box(main.good)), _also(person, "hand")], [0.7, 1.0])
    made.free = False


def twin(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    good = cut_to_box(made.main.good)
    count = 2 if grade < 2 or rng.random() < 0.5 else 3
    turn = rng.uniform(4, 9) * rng.choice([-1, 1]) if grade == 0 else 0.0
    same = [replace(made.main, good=good, angle=turn * at) for at in range(count)]
    abreast(made, rng, same, [1, *[within(rng, (0.86, 0.94), (0.97, 1), (1, 1))(grade)] * (count - 1)])
    made.truth.count = count


def twin_mirrored(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    good = cut_to_box(made.main.good)
    one = replace(made.main, good=good, angle=0.0)
    share = within(rng, (0.86, 0.94), (0.97, 1), (1, 1))(grade)
    abreast(made, rng, [one, replace(one, mirrored=not one.mirrored)], [1, share])
    made.truth.count = 2


def variants(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    """One thing in several colours."""
    good = cut_to_box(made.main.good)
    count = 2 + int(grade > 0 and rng.random() < 0.5) + int(grade > 1)
    hues = rng.uniform(0, 2 * np.pi) + np.arange(count) * 2 * np.pi / count
    chroma = within(rng, (18, 28), (28, 45), (45, 65))(grade)
    dyed = [good, *(recoloured(good, float(hue), chroma) for hue in hues[1:])]
    abreast(made, rng, [replace(made.main, good=one, angle=0.0) for one in dyed], [1.0] * count)
    made.truth.count = count


def recoloured(good: Good, hue: float, chroma: float) -> Good:
    lab = cv2.cvtColor(good.rgba[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    wanted = np.array([np.cos(hue), np.sin(hue)], np.float32) * chroma
    lab[..., 0] = np.clip(lab[..., 0], 22, 88)  # black and white take no dye
    lab[..., 1:] = 0.25 * lab[..., 1:] + wanted
    return repainted(good, cv2.cvtColor(lab, cv2.COLOR_Lab2RGB) * 255)


# --- place -------------------------------------------------------------------------------------------------

SIDES = ("left", "top", "right", "bottom")


def cropped(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    main = made.change(made.main, angle=0.0)
    amount = within(rng, (0.03, 0.08), (0.08, 0.2), (0.2, 0.4))(grade)
    wide, tall = _spread(main, main.side)
    across, down = (
        wide / made.size.width > 0.6,
        tall / made.size.height > 0.6,
    )  # else the frame would be empty
    sides = [
        str(rng.choice([side for side in SIDES if (across if side in ("left", "right") else down)] or SIDES))
    ]
    if across and down and rng.random() < 0.15:  # the next one, too: the thing lies in the corner
        sides.append(SIDES[(SIDES.index(sides[0]) + 1) % 4])
    side = main.side * rng.uniform(0.9, 1.1)
    wide, tall = _spread(main, side)
    x, y = main.x, main.y
    for name in sides:
        if name in ("left", "right"):
            x = wide * (0.5 - amount) if name == "left" else made.size.width - wide * (0.5 - amount)
        else:
            y = tall * (0.5 - amount) if name == "top" else made.size.height - tall * (0.5 - amount)
    made.change(main, x=x, y=y, side=side)
    made.truth.crop = dict.fromkeys(sides, round(amount, 3))
    made.truth.mark(
        "cropped",
        *(
            _edge(
                name,
                made.size,
                Box(round(x - wide / 2), round(y - tall / 2), round(x + wide / 2), round(y + tall / 2)),
            )
            for name in sides
        ),
    )


def tiny(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    wide, tall = extent(made.main.good)
    share = within(rng, (0.4, 0.53), (0.25, 0.4), (0.13, 0.24))(grade)
    made.change(made.main, side=fit(wide, tall, made.size, share))


def off_centre(made: Scene, stock: Stock, rng: Generator, grade: int) -> None:
    away = within(rng, (0.125, 0.165), (0.17, 0.23), (0.23, 0.3))(grade)
    fill = min(0.74, 1 - 2 * away - 0.05)
    main = made.change(made.main, side=fit(*extent(made.main.good), made.size, fill))
    wide = _spread(main, main.side)[0]
    if rng.random() < 0.5 and wide < made.size.width * (1 - 2 * away):
        x = made.size.width * (0.5 + away * rng.choice([-1, 1]))
        made.change(main, x=float(x))
    else:
        y = made.size.height * (0.5 + away * rng.choice([-1, 1]))
        made.change(main, y=float(y))


# --- geometry of a scene -----------------------------------------------------------------------------------


def abreast(made: Scene, rng: Generator, pieces: list[Piece], sizes: list[float]) -> None:
    """Side by side, or one above the other where the frame is taller than the row is; all stand free."""
    spreads = [
        _spread(piece, size / max(extent(piece.good)) * _relative(pieces[0], piece))
        for piece, size in zip(pieces, sizes, strict=True)
    ]
    gap = rng.uniform(0.04, 0.1)
    best = None
    for across in (True, False):
        along = [w if across else h for w, h in spreads]
        over = [h if across else w for w, h in spreads]
        room = (made.size.width, made.size.height) if across else (made.size.height, made.size.width)
        scale = min(
            0.9 * room[0] / (sum(along) + gap * max(along) * (len(along) - 1)), 0.86 * room[1] / max(over)
        )
        if best is None or scale > best[0]:
            best = scale, across, along
    assert best is not None
    scale, across, along = best
    step = gap * max(along) * scale
    at = (
        (made.size.width if across else made.size.height) - sum(along) * scale - step * (len(along) - 1)
    ) / 2
    made.pieces = [piece for piece in made.pieces if piece.kind and piece not in pieces]
    for piece, (wide, tall), length in zip(pieces, spreads, along, strict=True):
        middle = at + length * scale / 2
        x, y = (middle, made.size.height / 2) if across else (made.size.width / 2, middle)
        flat = max(wide, tall) if not piece.angle else _unturned(piece, wide, tall)
        made.pieces.append(replace(piece, x=float(x), y=float(y), side=float(flat * scale)))
        at += length * scale + step
    made.free = False


def _relative(first: Piece, piece: Piece) -> float:
    """Things are compared by the root of their boxes' areas: a scarf is no giant beside a shirt."""
    a, b = extent(first.good), extent(piece.good)
    return max(b) * float(np.sqrt(a[0] * a[1] / (b[0] * b[1])))


def _spread(piece: Piece, side: float) -> tuple[float, float]:
    """Width and height of the box round it as it is turned, for such a longer side."""
    wide, tall = (px * side / max(extent(piece.good)) for px in extent(piece.good))
    turn = np.radians(abs(piece.angle))
    return wide * np.cos(turn) + tall * np.sin(turn), tall * np.cos(turn) + wide * np.sin(turn)


def _unturned(piece: Piece, wide: float, tall: float) -> float:
    unit = _spread(piece, 1.0)
    return min(wide / unit[0], tall / unit[1])


def _box(piece: Piece) -> Box:
    wide, tall = _spread(piece, piece.side)
    return Box(
        round(piece.x - wide / 2),
        round(piece.y - tall / 2),
        round(piece.x + wide / 2),
        round(piece.y + tall / 2),
    )


def _edge(side: str, size: Size, box: Box) -> Box:
    strips = {
        "left": Box(0, box.top, 3, box.bottom), "right": Box(size.width - 3, box.top, size.width, box.bottom),
        "top": Box(box.left, 0, box.right, 3),
        "bottom": Box(box.left, size.height - 3, box.right, size.height),
    }  # fmt: skip
    return strips[side].inside(size)


def _also(good: Good, kind: str) -> Piece:
    return Piece(good, 0, 0, 1.0, kind=kind)


def _small_enough(made: Scene, fill: float) -> None:
    wide, tall = extent(made.main.good)
    if made.free:
        made.change(made.main, side=min(made.main.side, fit(wide, tall, made.size, fill)))


def _beside(made: Scene, rng: Generator, good: Good, share: float, kind: str) -> None:
    """Where it covers least of the goods, its foot about as low as theirs."""
    main = _box(made.main)
    side = share * max(main.width, main.height)
    piece = Piece(good, 0, 0, side, kind=kind)
    wide, tall = _spread(piece, side)
    best = None
    for _ in range(24):
        left = rng.random() < 0.5
        edge = main.left - wide * rng.uniform(0.5, 0.7) if left else main.right + wide * rng.uniform(0.5, 0.7)
        x = float(np.clip(edge, wide * 0.52, made.size.width - wide * 0.52))
        y = float(
            np.clip(main.bottom - tall * rng.uniform(0.3, 0.6), tall * 0.52, made.size.height - tall * 0.52)
        )
        box = Box(round(x - wide / 2), round(y - tall / 2), round(x + wide / 2), round(y + tall / 2))
        covers = sum(box.meet(_box(other)).area for other in made.pieces)
        if best is None or covers < best[0]:
            best = covers, x, y
    assert best is not None
    made.pieces.append(replace(piece, x=best[1], y=best[2]))


STAGED: dict[str, Staging] = {
    "coloured_ground": coloured_ground,
    "cluttered_ground": cluttered_ground,
    "uneven_ground": uneven_ground,
    "prop": prop,
    "second_product": second_product,
    "hand": hand,
    "twin": twin,
    "twin_mirrored": twin_mirrored,
    "variants": variants,
    "cropped": cropped,
    "tiny": tiny,
    "off_centre": off_centre,
}
