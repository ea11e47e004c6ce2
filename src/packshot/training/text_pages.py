"""Pictures with lines of text whose places are known: cards, labels, small print; and what looks like text.

The same number and seed give the same picture, whoever asks and in whatever order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.engines.base import TextFinder
from packshot.engines.rapidocr import RapidOcr
from packshot.engines.text_find import CORE, HALF
from packshot.errors import WeightsMissing
from packshot.image.types import RGB, Grey, size_of
from packshot.training.compose import Composer
from packshot.training.lettering import Bend, Fonts, Lexicon, Look, laid, look, phrase
from packshot.training.sources import Example
from packshot.training.text_decoys import DECOYS, as_bytes

Outline: TypeAlias = NDArray[np.float64]
"""n × 2: along the upper edge as one reads, then as many points back along the lower edge."""
Phrase = Callable[[Generator], str]
"""What a line says, by chance."""

RUSSIAN_SHARE = 0.55


def said(lexicon: Lexicon) -> Phrase:
    """Phrases of cards and labels in both languages."""
    return lambda rng: phrase(rng, "ru" if rng.random() < RUSSIAN_SHARE else "en", lexicon)


LABELLED, WRITTEN, DECOYED, BLANK = 0.4, 0.75, 0.3, 0.12
"""How often goods bear a label, lines are laid over the photo, something only looks like text, and nothing is
written at all."""
WORDY = ("shelf", "groceries")
"""Sources full of real small print that nobody has marked."""


@dataclass(slots=True, eq=False)
class Page:
    """A picture and the lines that were drawn on it."""

    colours: RGB
    doubt: Grey
    """255 where letters may be that nobody drew: prints of clothes, labels of real goods."""
    lines: list[Outline] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """Of each line: overlaid, tilted, curved, small, label."""

    def add(self, line: Outline, kind: str) -> None:
        """Lines too low to read are neither asked for nor forbidden."""
        if height_of(line) >= LEAST_PX:
            self.lines.append(line)
            self.kinds.append(kind)
        else:
            cv2.fillPoly(self.doubt, [np.round(line).astype(np.int32)], 255)


LEAST_PX = 6.0


def height_of(line: Outline) -> float:
    upper, lower = line[: len(line) // 2], line[len(line) // 2 :][::-1]
    return float(np.median(np.hypot(*(lower - upper).T)))


class Pages:
    def __init__(
        self, examples: list[Example], fonts: Fonts, phrase: Phrase, size: int, seed: int = 0
    ) -> None:
        self.size, self.seed, self.fonts, self.phrase = size, seed, fonts, phrase
        self.scenes = Composer([e for e in examples if e.source not in WORDY], size, seed, lettered=0)

    def __call__(self, number: int) -> tuple[RGB, Grey]:
        page = self.page(number)
        return page.colours, truth_of(page)

    def page(self, number: int) -> Page:
        rng = np.random.default_rng((self.seed, number))
        picture, alpha = self.scenes.scene(rng)
        colours = as_bytes(picture)
        page = Page(colours, _doubt(colours, as_bytes(alpha * 255)))
        if rng.random() < DECOYED:
            DECOYS[int(rng.integers(len(DECOYS)))](rng, page.colours)
        blank = rng.random() < BLANK
        if not blank and rng.random() < LABELLED:
            self._label(rng, page)
        page.colours = as_bytes(self.scenes.through_a_camera(rng, page.colours.astype(np.float32)))
        if not blank and (rng.random() < WRITTEN or not page.lines):
            for _ in range(1 + rng.poisson(1.2)):
                self._writing(rng, page)
        if rng.random() < 0.5:
            page.colours = _saved(rng, page.colours)
        return page

    def _writing(self, rng: Generator, page: Page) -> None:
        """A line, a faint one, one that climbs, or a block of lines, somewhere on the picture."""
        roll, size = rng.random(), self.size
        how = look(rng, page.colours, turned=0.3, bent=0.12)
        if roll < 0.5:
            self._line(rng, page, _tall(rng, 9, 0.3 * size), how)
        elif roll < 0.58:
            faint = replace(how, badge=None, opacity=float(rng.uniform(0.15, 0.45)), shadow=0.0)
            self._line(rng, page, _tall(rng, 12, 0.2 * size), faint)
        elif roll < 0.66:
            upright = replace(how, angle=float(rng.choice([-90, 90]) + rng.normal(0, 1)))
            self._line(rng, page, _tall(rng, 8, 0.1 * size), upright)
        else:
            self._block(rng, page, _tall(rng, 7, 0.08 * size), replace(how, badge=None, bend=Bend()))

    def _line(
        self,
        rng: Generator,
        page: Page,
        tall: int,
        how: Look,
        at: tuple[float, float] | None = None,
        kind: str = "",
    ) -> None:
        for _ in range(3):
            text = self.phrase(rng)
            font = self.fonts.pick(rng, text)
            made = laid(rng, page.colours, text, font, tall, how=how, at=at) if font else None
            if made is None:
                continue
            line = np.array(made.outline)
            if _is_free(line, page, 0.15 * tall) and _is_seen(line, page.colours, made.picture):
                page.colours = made.picture
                page.add(line, kind or _kind(how, tall))
                return

    def _block(self, rng: Generator, page: Page, tall: int, how: Look) -> None:
        """Lines of one look under each other, as lists of properties and small print are."""
        turn, pitch = np.radians(how.angle), tall * rng.uniform(1.25, 2.0)
        x, y = rng.uniform(0.15, 0.85, 2) * self.size
        for k in range(int(rng.integers(2, 7))):
            at = (float(x - np.sin(turn) * pitch * k), float(y + np.cos(turn) * pitch * k))
            self._line(rng, page, tall, how, at)

    def _label(self, rng: Generator, page: Page) -> None:
        """A plate with a name and small print, seen from aside or round a bottle."""
        wide, tall = (int(side) for side in rng.uniform(0.35, 1.0, 2) * self.size)
        paper = PAPER[int(rng.integers(len(PAPER)))] + rng.normal(0, 10, 3)
        flat = Page(as_bytes(np.broadcast_to(paper, (tall, wide, 3))), np.zeros((tall, wide), np.uint8))
        how = replace(look(rng, flat.colours, turned=0, bent=0), badge=None, angle=0.0)
        y = 0.03 * tall
        while y < 0.95 * tall:
            height = _tall(rng, 9, max(10, 0.2 * tall))
            y += height * rng.uniform(0.8, 1.1)
            self._line(rng, flat, height, how, (wide / 2, y), "label")
            y += height * rng.uniform(0.5, 1.0)
        _wrapped(rng, flat, page)


PAPER = np.array(
    [(250, 250, 248), (235, 232, 225), (30, 30, 34), (190, 30, 40), (20, 70, 150), (240, 200, 60)]
)
SMALL_PX = 14
"""Lines up to this height are small print."""


def _kind(how: Look, tall: float) -> str:
    if how.bend.kind != "flat":
        return "curved"
    if abs(how.angle) > 4:
        return "tilted"
    return "small" if tall <= SMALL_PX else "overlaid"


def _tall(rng: Generator, least: float, most: float) -> int:
    """Small lines are as many as large ones."""
    return round(float(np.exp(rng.uniform(np.log(least), np.log(max(least, most))))))


def _is_free(line: Outline, page: Page, gap: float) -> bool:
    """Lines never lie on each other."""
    if not page.lines:
        return True
    taken, asked = np.zeros(page.doubt.shape, np.uint8), np.zeros(page.doubt.shape, np.uint8)
    cv2.fillPoly(taken, [np.round(other).astype(np.int32) for other in page.lines], 1)
    cv2.fillPoly(asked, [np.round(line).astype(np.int32)], 1)
    cv2.polylines(asked, [np.round(line).astype(np.int32)], True, 1, max(1, round(2 * gap)))
    return not (taken & asked).any()


def _is_seen(line: Outline, before: RGB, after: RGB) -> bool:
    """Black on black is no line that anyone could be asked for."""
    inside = np.zeros(before.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(line).astype(np.int32)], 1)
    return sum(cv2.mean(cv2.absdiff(before, after), inside)) >= LEAST_CHANGE


LEAST_CHANGE = 12.0
"""Levels of red, green and blue together, over the whole line: thin strokes fill a fifth of it."""


def _saved(rng: Generator, colours: RGB) -> RGB:
    """As a JPEG of any quality, sometimes shrunk by a shop before."""
    side = colours.shape[0]
    if rng.random() < 0.3:
        small = cv2.resize(colours, [int(side * rng.uniform(0.6, 0.95))] * 2, interpolation=cv2.INTER_AREA)
        colours = cast(RGB, cv2.resize(small, (side, side), interpolation=cv2.INTER_LINEAR))
    data = cv2.imencode(".jpg", colours, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 96))])[1]
    return cast(RGB, cv2.imdecode(data, cv2.IMREAD_COLOR))


# ── seen again ──────────────────────────────────────────────────────────────────────────────────────────────

TIMES, WINDOW = 6, 480
"""How often a page is learned from, and how many pages are shuffled with each other."""


class Replayed:
    """Pages cut and toned anew: to draw one takes longer than to learn from it.

    The same number and seed give the same picture here, too; what is kept is only what was drawn before.
    """

    def __init__(self, pages: Pages, size: int) -> None:
        self.size, self.seed = size, pages.seed
        self._drawn = lru_cache(WINDOW)(pages)
        self._order = lru_cache(2)(self._shuffled)

    def __call__(self, number: int) -> tuple[RGB, Grey]:
        block, place = divmod(number, WINDOW * TIMES)
        colours, truth = self._drawn(block * WINDOW + int(self._order(block)[place]) % WINDOW)
        rng = np.random.default_rng((self.seed, number, TIMES))
        free, half = (len(colours) - self.size) // HALF, self.size // HALF
        x, y = (int(v) for v in rng.integers(0, free + 1, 2))
        part = colours[y * HALF :, x * HALF :][: self.size, : self.size]
        return toned(rng, part), truth[y : y + half, x : x + half]

    def _shuffled(self, block: int) -> NDArray[np.int64]:
        return np.random.default_rng((self.seed, block)).permutation(WINDOW * TIMES)


def toned(rng: Generator, colours: RGB) -> RGB:
    """Other light and colours, sometimes inverted, grey, soft or noisy; the letters stay where they are."""
    levels = np.arange(256)[:, None] * rng.normal(1, 0.1, 3) + rng.normal(0, 12, 3)
    if rng.random() < 0.2:
        levels = 255 - levels
    table = as_bytes(levels)[None]
    out = cv2.LUT(colours[..., rng.permutation(3)] if rng.random() < 0.3 else colours.copy(), table)
    roll = rng.random()
    if roll < 0.15:
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    elif roll < 0.3:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 0.9))
    elif roll < 0.45:
        noise = rng.normal(0, rng.uniform(2, 9), out.shape[:2])[..., None]
        out = as_bytes(out + noise)
    return np.ascontiguousarray(out)


# ── what nobody marked ──────────────────────────────────────────────────────────────────────────────────────


def _doubt(colours: RGB, goods: Grey) -> Grey:
    """Where another finder sees text before we drew any; all goods where it is not installed."""
    finder = _other_finder(-(-max(colours.shape) // 32) * 32)
    if finder is None:
        return goods
    out = np.zeros_like(goods)
    for text in finder.find(colours):
        out[text.box.grown(max(2, text.box.height // 4), within=size_of(colours)).slices] = 255
    return out


@lru_cache
def _other_finder(side: int) -> TextFinder | None:
    try:
        return RapidOcr(side)
    except WeightsMissing:
        return None


# ── labels round goods ──────────────────────────────────────────────────────────────────────────────────────


def _wrapped(rng: Generator, flat: Page, page: Page) -> None:
    """Puts the flat label on the page: round a bottle or not, turned, in perspective, lit from aside."""
    size = page.doubt.shape[0]
    tall, wide = flat.doubt.shape
    bend = Bend()
    if rng.random() < 0.5:
        bend = Bend("cylinder", float(rng.uniform(0.6, 2.4)), float(rng.normal(0, 0.12)))
    corners = np.array([[-wide, -tall], [wide, -tall], [wide, tall], [-wide, tall]]) / 2
    turn = float(rng.normal(0, 10)) if rng.random() < 0.8 else float(rng.uniform(-180, 180))
    angle = np.radians(turn)
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    seen = turned * rng.uniform(0.7, 1.0, 2) + rng.uniform(-0.08, 0.08, (4, 2)) * min(wide, tall)
    seen += rng.uniform(0.3, 0.7, 2) * size
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32))

    def there(points: Outline) -> Outline:
        bent = bend.bent(points - (wide / 2, tall / 2), wide, tall)
        return cast(Outline, cv2.perspectiveTransform(bent[None], matrix)[0])

    ys, xs = np.mgrid[0:size, 0:size]
    back = cv2.perspectiveTransform(np.c_[xs.ravel(), ys.ravel()][None] + 0.5, np.linalg.inv(matrix))[0]
    x, y = (
        (bend.flat(back, wide, tall) + ((wide - 1) / 2, (tall - 1) / 2))  # noqa: RUF005  arrays, not tuples
        .astype(np.float32)
        .T.reshape(2, size, size)
    )
    share = cv2.remap(np.full((tall, wide), 255, np.uint8), x, y, cv2.INTER_LINEAR)
    paper = cv2.remap(flat.colours, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    light = 1 - rng.uniform(0, 0.5) * ((x / wide - rng.uniform(0.2, 0.8)) ** 2) * (bend.kind != "flat")
    cover = share[..., None] / np.float32(255)
    page.colours = as_bytes(paper * np.clip(light, 0.3, 1)[..., None] * cover + page.colours * (1 - cover))
    page.doubt[share > 0] = 0
    for line, kind in zip(flat.lines, flat.kinds, strict=True):
        outline = there(_finer(line))
        if (outline > 1).all() and (outline < size - 1).all():
            page.add(outline, kind)
        else:
            cv2.fillPoly(page.doubt, [np.round(outline).astype(np.int32)], 255)


def _finer(line: Outline, points: int = 9) -> Outline:
    """The same flat line with more points on its long edges, so that it can be bent."""
    half = len(line) // 2
    at, of = np.linspace(0, 1, points), np.linspace(0, 1, half)
    edges = (line[:half], line[half:])
    return np.vstack([np.c_[np.interp(at, of, e[:, 0]), np.interp(at, of, e[:, 1])] for e in edges])


# ── the truth as the network is asked for it ────────────────────────────────────────────────────────────────

HEIGHT_STEPS, LOWEST_PX = 32.0, 4.0
"""How a height is kept in a byte: so many steps to a doubling, from the lowest on."""


def truth_of(page: Page) -> Grey:
    """Half size, five layers: core, where it counts, height, and cosine and sine of the way it is read."""
    tall, wide = page.doubt.shape
    core, care = np.zeros((tall, wide), np.uint8), 255 - page.doubt
    told = np.zeros((tall // HALF, wide // HALF, 3), np.uint8)
    for line in page.lines:
        upper, lower = line[: len(line) // 2], line[len(line) // 2 :][::-1]
        cv2.fillPoly(care, [np.round(line).astype(np.int32)], 255)
        for piece, height, (cosine, sine) in _pieces(upper, lower):
            fixed = np.round((piece - 0.5) * 16).astype(np.int32)
            cv2.fillConvexPoly(core, fixed, 255, cv2.LINE_8, 4)
            code = HEIGHT_STEPS * np.log2(max(height, LOWEST_PX) / LOWEST_PX)
            values = (min(255.0, code), 127.5 + 127 * cosine, 127.5 + 127 * sine)
            cv2.fillConvexPoly(
                told, np.round((piece / HALF - 0.5) * 16).astype(np.int32), values, cv2.LINE_8, 4
            )
    half = (wide // HALF, tall // HALF)
    core = cast(Grey, cv2.resize(core, half, interpolation=cv2.INTER_AREA))
    care = cast(Grey, cv2.resize(care, half, interpolation=cv2.INTER_AREA))
    return np.dstack([core, care, told])


def _pieces(upper: Outline, lower: Outline) -> list[tuple[Outline, float, Outline]]:
    """The core, bit by bit along the line, each with its height and direction."""
    middle = (upper + lower) / 2
    height = float(np.median(np.hypot(*(lower - upper).T)))
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(middle, axis=0).T))]
    cut = min(CORE * height, along[-1] / 2) / 2
    at = np.linspace(cut, along[-1] - cut, 2 if len(upper) == 2 else 13)

    def edge(points: Outline) -> Outline:
        return np.column_stack([np.interp(at, along, axis) for axis in points.T])

    top, bottom = edge(upper), edge(lower)
    high, low = top + (bottom - top) * (1 - CORE) / 2, bottom - (bottom - top) * (1 - CORE) / 2
    out = []
    for k in range(len(at) - 1):
        piece = np.array([high[k], high[k + 1], low[k + 1], low[k]])
        way = top[k + 1] + bottom[k + 1] - top[k] - bottom[k]
        way = way / max(1e-9, float(np.hypot(*way)))
        down = (bottom[k : k + 2] - top[k : k + 2]).mean(0)
        out.append((piece, abs(float(way[0] * down[1] - way[1] * down[0])), way))
    return out
