"""Drawn text: the fonts of this machine, and lines put on pictures as cards and labels bear them.

Everything comes from the generator that is handed in: the same seed draws the same line. What a line says is
asked of `phrase`, see `phrases.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from packshot.engines.text_read import ALPHABET, DIGITS, LATIN, RUSSIAN
from packshot.errors import BadSource
from packshot.image.types import RGB, Float, Grey
from packshot.training.phrases import Lexicon, lexicon, phrase
from packshot.words import say

__all__ = [
    "ALPHABET",
    "Bend",
    "Font",
    "Fonts",
    "Laid",
    "Lexicon",
    "Look",
    "centres",
    "drawn",
    "installed",
    "laid",
    "lexicon",
    "look",
    "phrase",
    "split",
]

Points = NDArray[np.float64]
"""n × 2: x, y."""

# ── fonts ───────────────────────────────────────────────────────────────────────────────────────────────────

FOLDERS = tuple(
    map(Path, ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts"))
)
FEWEST = 20
"""Families with Russian letters: with fewer, a network learns the fonts rather than the letters."""
PACKAGES = (
    "fonts-dejavu fonts-liberation fonts-noto-core fonts-roboto fonts-roboto-slab fonts-open-sans "
    "fonts-paratype fonts-jetbrains-mono fonts-comfortaa fonts-cantarell fonts-freefont-ttf fonts- "
    "linuxlibertine fonts-inter fonts-gnutypewriter fonts-play fonts-anonymous-pro fonts-manrope fonts- "
    "jura fonts-cmu fonts-crosextra-carlito fonts-firacode fonts-go fonts-hack fonts-croscore fonts- "
    "oldstandard fonts-stix fonts-uralic fonts-urw-base35 fonts-vollkorn fonts-opendin fonts-osifont "
    "fonts-monoid fonts-mononoki fonts-bebas-neue fonts-lato fonts-quicksand fonts-dosis fonts- "
    "ebgaramond fonts-dancingscript fonts-lobster fonts-crosextra-caladea fonts-sora"
)
"""Debian's, all open."""
HELD_OUT = frozenset((
    "anonymous", "bebas", "caladea", "dancing", "go", "jetbrains", "manrope", "old", "play", "pt", "sora",
    "vollkorn",
))  # fmt: skip
"""Clans kept for val: plain, serif, narrow, typewritten, of capitals, written by hand. None has a
twin under another name, as Arimo is Liberation Sans and Tinos its Serif."""
CUTS = 8
"""Of one family, at most: one of seventy cuts would teach no more."""
UNLIKE = (
    "symbol", "wingding", "webding", "marlett", "dingbat", "emoji", "math", "unifont", "lastresort",
    "smallcap", "capitals", "keyboard",
)  # fmt: skip
"""Parts of names: signs, or dots, where letters are expected; small capitals that pass for capitals."""


@dataclass(frozen=True, slots=True)
class Font:
    path: str
    index: int
    family: str
    letters: frozenset[str]
    """Those of ALPHABET that it has."""
    one_case: bool = False
    """Small letters look as capitals do: text must be capitals then, or its truth would be a guess."""

    @property
    def clan(self) -> str:
        """PT Sans and PT Serif are PT: cuts of one hand never stand on both sides of a split."""
        return self.family.split()[0].lower()

    def knows(self, text: str) -> bool:
        return self.letters.issuperset(text)


class Fonts:
    """Of a clan each as often as of any other, however many cuts it has."""

    def __init__(self, fonts: Iterable[Font]) -> None:
        self.clans: dict[str, list[Font]] = defaultdict(list)
        for font in fonts:
            self.clans[font.clan].append(font)
        self.names = sorted(self.clans)
        self.russian = [name for name in self.names if any(f.knows(RUSSIAN) for f in self.clans[name])]

    def pick(self, rng: Generator, text: str) -> Font | None:
        """One that has all its letters; None where none has."""
        names = self.names if set(text).isdisjoint(RUSSIAN) else self.russian
        for at in rng.permutation(len(names)):
            able = [font for font in self.clans[names[at]] if font.knows(text)]
            if able:
                return able[int(rng.integers(len(able)))]
        return None


def installed(folders: Sequence[Path] = FOLDERS, fewest: int = FEWEST) -> tuple[Font, ...]:
    """All usable fonts in a fixed order; raises where too few families have Russian letters."""
    paths = sorted(
        (path for folder in folders if folder.is_dir() for path in folder.rglob("*")),
        key=lambda path: path.name,
    )
    cuts: dict[str, list[Path]] = defaultdict(list)
    for path in {
        path.name: path for path in paths if path.suffix.lower() in (".ttf", ".otf", ".ttc")
    }.values():
        cuts[_family(path)].append(path)
    some = (path for _, cut in sorted(cuts.items()) for path in cut[:: -(-len(cut) // CUTS)])
    fonts = tuple(font for path in some for font in _font_at(path))
    families = {font.family for font in fonts if font.knows(RUSSIAN)}
    if len(families) < fewest:
        what = say("Only {count} font families with Russian letters are here; {fewest} are needed.",
                   count=len(families), fewest=fewest)  # fmt: skip
        raise BadSource(
            what, say("Install some, on Debian: {command}", command=f"apt-get install {PACKAGES}")
        )
    return fonts


def split(fonts: Iterable[Font]) -> tuple[Fonts, Fonts]:
    """To train with, and to judge by. Where none of HELD_OUT is here, every seventh clan is kept."""
    fonts = tuple(fonts)
    clans = sorted({font.clan for font in fonts})
    kept = HELD_OUT.intersection(clans) or set(clans[3::7])
    return Fonts(f for f in fonts if f.clan not in kept), Fonts(f for f in fonts if f.clan in kept)


def _family(path: Path) -> str:
    try:
        return (
            ImageFont.truetype(str(path), 24, layout_engine=ImageFont.Layout.BASIC).getname()[0] or path.stem
        )
    except (OSError, ValueError):
        return path.stem


def _font_at(path: Path) -> list[Font]:
    """None or one: a damaged file, one without Latin letters or one of signs gives none."""
    family = _family(path)
    if any(part in f"{family} {path}".lower() for part in UNLIKE):
        return []
    try:
        opened = ImageFont.truetype(str(path), 24, layout_engine=ImageFont.Layout.BASIC)
        missing = (_shape(opened, "\U0010fffe"), b"")
        if any(_shape(opened, letter) in missing for letter in "Aag5"):
            return []
        letters = {letter for letter in ALPHABET[1:] if _shape(opened, letter) not in missing} | {" "}
    except (OSError, ValueError):
        return []
    if not letters.issuperset(DIGITS + LATIN):
        return []
    return [Font(str(path), 0, family, frozenset(letters), _one_case(opened))]


def _shape(font: ImageFont.FreeTypeFont, letter: str) -> bytes:
    mask = font.getmask(letter, mode="L")
    return bytes(mask) if any(mask) else b""


def _one_case(font: ImageFont.FreeTypeFont) -> bool:
    return all(_shape(font, small) == _shape(font, small.upper()) for small in "aegr")


@lru_cache(maxsize=4000)
def _opened(path: str, index: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, index, layout_engine=ImageFont.Layout.BASIC)


def _sized(font: Font, height_px: int) -> ImageFont.FreeTypeFont:
    """Its capitals and the tails of its letters are together about so tall."""
    probe = _opened(font.path, font.index, 64)
    _, top, _, bottom = probe.getbbox("Hp")
    return _opened(font.path, font.index, max(4, round(64 * height_px / max(1, bottom - top))))


# ── the line alone ──────────────────────────────────────────────────────────────────────────────────────────


def drawn(rng: Generator, text: str, font: Font, height_px: int, *, plain: bool = False) -> Grey:
    """How much of each pixel the text covers, cut to its ink; from capitals' top to the tails `height_px`.

    `plain`: no spacing of letters, no weight, no slant. Empty where the font shows nothing.
    """
    sized = _sized(font, height_px)
    roll = rng.random(3)
    spacing = 0.0 if plain or roll[0] > 0.35 else float(rng.uniform(-0.04, 0.3)) * height_px
    mask = _spelt(sized, text, spacing)
    if not plain and roll[1] < 0.15:
        mask = _heavier(mask, height_px, float(rng.uniform(0.02, 0.09)))
    if not plain and roll[2] < 0.2:
        mask = _slanted(mask, float(rng.uniform(-0.1, 0.35)))
    return _cut_to_ink(mask)


def centres(text: str, font: Font) -> NDArray[np.float64]:
    """Where each letter's middle stands, as a share of the line's ink; spacing and weight hardly move it."""
    probe = _opened(font.path, font.index, 64)
    left, _, right, _ = probe.getbbox(text)
    ends = np.array([probe.getlength(text[:k]) for k in range(len(text) + 1)])
    return ((ends[1:] + ends[:-1]) / 2 - left) / max(1.0, right - left)


def _spelt(font: ImageFont.FreeTypeFont, text: str, spacing: float) -> Grey:
    left, top, right, bottom = font.getbbox(text)
    room = int(spacing * len(text)) if spacing > 0 else 0
    canvas = Image.new("L", (int(right - left) + room + 12, int(bottom - top) + 8), 0)
    pen = ImageDraw.Draw(canvas)
    if spacing == 0:
        pen.text((4 - left, 4 - top), text, fill=255, font=font)
        return np.array(canvas)
    x = 4.0 - left
    for letter in text:
        pen.text((x, 4 - top), letter, fill=255, font=font)
        x += font.getlength(letter) + spacing
    return np.array(canvas)


def _heavier(mask: Grey, height_px: int, share: float) -> Grey:
    side = max(2, round(share * height_px))
    return cv2.dilate(
        cv2.copyMakeBorder(mask, side, side, side, side, cv2.BORDER_CONSTANT), np.ones((side, side))
    )


def _slanted(mask: Grey, slant: float) -> Grey:
    h, w = mask.shape
    shift = abs(slant) * h
    matrix = np.array([[1, -slant, shift if slant > 0 else 0], [0, 1, 0]], np.float32)
    return cv2.warpAffine(mask, matrix, (int(w + shift) + 1, h), None, cv2.INTER_LINEAR)


def _cut_to_ink(mask: Grey) -> Grey:
    rows, columns = np.flatnonzero((mask > 40).any(1)), np.flatnonzero((mask > 40).any(0))
    if not rows.size:
        return mask[:0, :0]
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


# ── how it lies ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Bend:
    """How the plane of a line is bent before it is turned and put down."""

    kind: str = "flat"
    """flat; cylinder: round a bottle, seen from above or below; arc: letters fan out along a circle."""
    turn: float = 0.0
    """Radians that the line takes of the circle."""
    sag: float = 0.0
    """Of a cylinder, in heights of the line: how much lower its middle is than its ends; below 0: higher."""

    def bent(self, flat: Points, width: float, height: float) -> Points:
        """Where points of the flat line come to lie, the line's middle at 0, 0 either way."""
        if self.kind == "flat" or self.turn == 0:
            return flat
        radius = width / self.turn
        angle = flat[:, 0] / radius
        if self.kind == "cylinder":
            return np.c_[radius * np.sin(angle), flat[:, 1] + self.sag * height * self._drop(angle)]
        reach = radius - flat[:, 1]
        return np.c_[reach * np.sin(angle), radius - reach * np.cos(angle)]

    def flat(self, bent: Points, width: float, height: float) -> Points:
        """The way back: which point of the flat line is seen here?"""
        if self.kind == "flat" or self.turn == 0:
            return bent
        radius = width / self.turn
        if self.kind == "cylinder":
            angle = np.arcsin(np.clip(bent[:, 0] / radius, -1, 1))
            off = np.abs(bent[:, 0]) > abs(radius)
            across = np.where(off, 1e6, radius * angle)
            return np.c_[across, bent[:, 1] - self.sag * height * self._drop(angle)]
        away = (radius - bent[:, 1]) * np.sign(radius)
        angle = np.arctan2(bent[:, 0] * np.sign(radius), away)
        return np.c_[angle * radius, radius - np.hypot(bent[:, 0], away) * np.sign(radius)]

    def _drop(self, angle: NDArray[np.float64]) -> NDArray[np.float64]:
        edge = np.cos(self.turn / 2)
        return (np.cos(angle) - edge) / max(1e-3, 1 - edge)


@dataclass(frozen=True, slots=True)
class Look:
    """How a line is to look. `look` makes one by chance."""

    colour: tuple[float, float, float]
    opacity: float = 1.0
    angle: float = 0.0
    """Degrees, clockwise."""
    tilt: tuple[float, ...] = (0.0,) * 8
    """How far the line's four corners are moved, in its heights: x, y each, clockwise from the upper left."""
    bend: Bend = Bend()
    rim: tuple[float, float, float] | None = None
    """The colour of an outline."""
    shadow: float = 0.0
    """0…1: how dark."""
    badge: tuple[float, float, float] | None = None
    """The colour of what lies behind."""
    badge_form: str = "box"
    """box, round, ellipse."""
    graded: tuple[float, float, float] | None = None
    """The colour at its foot, where that is another."""


def look(rng: Generator, ground: RGB, *, turned: float = 0.35, bent: float = 0.2) -> Look:
    """By chance, readable on this ground. `turned` and `bent`: how often it is not level or not flat."""
    mean, spread = cv2.meanStdDev(ground)
    base, busy = mean.ravel(), float(spread.max()) > BUSY
    badge = _apart(rng, base, 25) if rng.random() < (0.6 if busy else 0.25) else None
    colour = _apart(rng, base if badge is None else np.array(badge), 40)
    tilted = rng.random() < turned
    return Look(
        colour=colour,
        opacity=1.0 if badge or busy or rng.random() < 0.75 else float(rng.uniform(0.5, 1)),
        angle=_angle(rng) if tilted else float(rng.normal(0, 0.6)),
        tilt=tuple(rng.uniform(-0.18, 0.18, 8)) if tilted and rng.random() < 0.5 else (0.0,) * 8,
        bend=_bend(rng) if rng.random() < bent else Bend(),
        rim=_apart(rng, np.array(colour), 70)
        if rng.random() < (0.4 if busy and not badge else 0.08)
        else None,
        shadow=float(rng.uniform(0.2, 0.9)) if rng.random() < 0.15 else 0.0,
        badge=badge,
        badge_form=str(rng.choice(["box", "round", "ellipse"], p=[0.4, 0.45, 0.15])),
        graded=_apart(rng, base if badge is None else np.array(badge), 40) if rng.random() < 0.06 else None,
    )


def _angle(rng: Generator) -> float:
    roll = rng.random()
    if roll < 0.6:
        return float(rng.normal(0, 6))
    if roll < 0.85:
        return float(rng.uniform(-45, 45))
    return float(rng.choice([-90, 90]) + rng.normal(0, 3))


def _bend(rng: Generator) -> Bend:
    if rng.random() < 0.65:
        return Bend("cylinder", float(rng.uniform(0.3, 2.1)), float(rng.normal(0, 0.7)))
    return Bend("arc", float(rng.uniform(0.3, 2.4)) * (1 if rng.random() < 0.7 else -1))


BUSY = 35.0
"""Spread of a ground's colours, in levels: on such, print that is to be read gets a badge or a rim."""
LUMA = np.array([0.299, 0.587, 0.114])


def _apart(rng: Generator, other: NDArray[np.floating], least: float) -> tuple[float, float, float]:
    """A colour whose brightness is at least so far from the other's; often black, white or a loud one."""
    bright = float(other @ LUMA)
    for _ in range(12):
        roll = rng.random()
        if roll < 0.3:
            colour = np.full(3, rng.uniform(0, 50))
        elif roll < 0.6:
            colour = np.full(3, rng.uniform(205, 255))
        elif roll < 0.8:
            colour = np.array(LOUD[int(rng.integers(len(LOUD)))]) + rng.normal(0, 12, 3)
        else:
            colour = rng.uniform(0, 255, 3)
        if abs(float(colour @ LUMA) - bright) >= least:
            break
    else:
        colour = np.full(3, 0.0 if bright > 127 else 255.0)
    r, g, b = np.clip(colour, 0, 255)
    return float(r), float(g), float(b)


LOUD = (
    (226, 26, 40),
    (255, 204, 0),
    (203, 17, 171),
    (0, 91, 255),
    (30, 160, 70),
    (255, 102, 0),
    (120, 40, 160),
)
"""What stickers and price tags are made of."""


# ── the line on a picture ───────────────────────────────────────────────────────────────────────────────────

ALONG = 9
"""Points on each long edge of a bent line's outline."""


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A line on a picture, and the truth about it."""

    picture: RGB
    text: str
    outline: tuple[tuple[float, float], ...]
    """As FoundText's: along the upper edge as one reads, then back along the lower one. It hugs the ink."""
    badge: tuple[tuple[float, float], ...] = ()
    """Four corners of what lies behind, where something does."""


def laid(
    rng: Generator,
    picture: RGB,
    text: str,
    font: Font,
    height_px: int,
    *,
    how: Look | None = None,
    at: tuple[float, float] | None = None,
) -> Laid | None:
    """The line on a copy of the picture; None where it has no room there or the font shows nothing.

    `at` is its middle, else by chance. `Laid.text` is what is seen: capitals in one-case fonts.
    """
    if font.one_case:
        text = text.upper()
        if not font.knows(text):
            return None
    mask = drawn(rng, text, font, max(24, height_px))
    if min(mask.shape, default=0) < 2:
        return None
    place = _place(rng, picture, mask, height_px / max(24, height_px), how, at)
    if place is None:
        return None
    way, how = place
    out = picture.copy()
    badge = _put(rng, out, mask, way, how)
    return Laid(out, text, tuple(map(tuple, way.outline().tolist())), badge)


@dataclass(frozen=True, slots=True)
class _Way:
    """From the flat mask to the picture: bent, then turned, tilted and moved by a matrix."""

    width: float
    height: float
    bend: Bend
    matrix: NDArray[np.float64]

    def there(self, points: Points) -> Points:
        bent = self.bend.bent(points - np.array([self.width, self.height]) / 2, self.width, self.height)
        return cv2.perspectiveTransform(bent[None], self.matrix)[0]

    def back(self, points: Points) -> Points:
        bent = cv2.perspectiveTransform(points[None], np.linalg.inv(self.matrix))[0]
        return self.bend.flat(bent, self.width, self.height) + np.array([self.width, self.height]) / 2

    def outline(self, grown: float = 0.0) -> Points:
        """Along the top, back along the bottom; `grown` by so many heights."""
        x = np.linspace(0, 1, 2 if self.bend.kind == "flat" else ALONG)
        more = grown * self.height
        x = x * (self.width + 2 * more) - more
        top, bottom = np.c_[x, np.full_like(x, -more)], np.c_[x, np.full_like(x, self.height + more)]
        return self.there(np.r_[top, bottom[::-1]])


def _place(
    rng: Generator,
    picture: RGB,
    mask: Grey,
    scale: float,
    how: Look | None,
    at: tuple[float, float] | None,
) -> tuple[_Way, Look] | None:
    """Where and how; None where the whole line would not lie within the picture."""
    h, w = picture.shape[:2]
    middle = np.array(at) if at is not None else rng.uniform(0, 1, 2) * [w, h]
    how = how or look(rng, _near(picture, middle, int(2 * mask.shape[0] * scale) + 8))
    wide, tall = mask.shape[1], mask.shape[0]
    still = _Way(wide, tall, how.bend, _matrix(wide, tall, how, scale, (0, 0)))
    reach = still.outline()
    low, high = reach.min(0), reach.max(0)
    room = np.array([w, h]) - (high - low)
    if (room < 2).any():
        return None
    shift = middle - (low + high) / 2
    if at is None:
        shift = np.clip(shift, 1 - low, [w - 1, h - 1] - high)
    if (low + shift < 0).any() or (high + shift > [w, h]).any():
        return None
    return _Way(wide, tall, how.bend, _matrix(wide, tall, how, scale, (shift[0], shift[1]))), how


def _near(picture: RGB, at: NDArray[np.float64], reach: int) -> RGB:
    x, y = at.astype(int)
    part = picture[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
    return part if part.size else picture


def _matrix(wide: int, tall: int, how: Look, scale: float, shift: tuple[float, float]) -> NDArray[np.float64]:
    """From the bent plane, whose middle is 0, 0, to the picture."""
    turn = np.deg2rad(how.angle)
    corners = np.array([[-wide, -tall], [wide, -tall], [wide, tall], [-wide, tall]]) / 2
    moved = (corners + np.array(how.tilt).reshape(4, 2) * tall) * scale
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    target = moved @ rotation + shift
    return cv2.getPerspectiveTransform(corners.astype(np.float32), target.astype(np.float32))


def _put(rng: Generator, out: RGB, mask: Grey, way: _Way, how: Look) -> tuple[tuple[float, float], ...]:
    """Paints into `out`, only round the line; the corners of the badge."""
    outer = way.outline(1.2)
    h, w = out.shape[:2]
    left, top = (max(0, int(v)) for v in np.floor(outer.min(0)))
    right, bottom = (min(side, int(v) + 1) for side, v in zip((w, h), np.ceil(outer.max(0)), strict=True))
    maps = _maps(way, left, top, right, bottom)
    patch = out[top:bottom, left:right].astype(np.float32)
    corners: tuple[tuple[float, float], ...] = ()
    if how.badge is not None:
        pad = float(rng.uniform(0.15, 0.7))
        plate = _plate(mask.shape, pad, how.badge_form)
        side = int(pad * mask.shape[0])
        seen = _seen(plate, (maps[0] + side, maps[1] + side), way)
        _paint(patch, seen, how.badge)
        edge = way.outline(pad)
        corners = tuple(map(tuple, edge[[0, len(edge) // 2 - 1, len(edge) // 2, -1]].tolist()))
    cover = _seen(mask, maps, way)
    if how.shadow:
        off = max(1, round(0.06 * float(np.ptp(way.outline()[:, 1]))))
        dark = cv2.GaussianBlur(
            np.roll(cover, (off, off), (0, 1)), (0, 0), max(0.6, off * rng.uniform(0.3, 1.5))
        )
        _paint(patch, dark * how.shadow, (0.0, 0.0, 0.0))
    if how.rim is not None:
        side = max(3, round(0.09 * mask.shape[0])) | 1
        wider = cv2.dilate(
            cv2.copyMakeBorder(mask, side, side, side, side, cv2.BORDER_CONSTANT),
            cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)),
        )
        _paint(patch, _seen(wider, (maps[0] + side, maps[1] + side), way), how.rim)
    _paint(patch, cover * how.opacity, how.colour, how.graded)
    out[top:bottom, left:right] = np.clip(patch + 0.5, 0, 255).astype(np.uint8)
    return corners


def _maps(way: _Way, left: int, top: int, right: int, bottom: int) -> tuple[Float, Float]:
    """For each pixel of the patch the place in the mask that is seen there."""
    ys, xs = np.mgrid[top:bottom, left:right]
    flat = way.back(np.c_[xs.ravel() + 0.5, ys.ravel() + 0.5].astype(np.float64)) - 0.5
    x, y = flat.astype(np.float32).T.reshape(2, bottom - top, right - left)
    return x, y


def _seen(mask: Grey, maps: tuple[Float, Float], way: _Way) -> Float:
    """0…1. A large mask is softened first, or its fine strokes would fall between the pixels."""
    scale = np.sqrt(abs(np.linalg.det(way.matrix[:2, :2])))
    if scale < 0.75:
        mask = cv2.GaussianBlur(mask, (0, 0), 0.4 / scale)
    return cv2.remap(mask, *maps, cv2.INTER_LINEAR).astype(np.float32) / 255


def _plate(shape: tuple[int, ...], pad: float, form: str) -> Grey:
    """The badge in the plane of the mask, `pad` heights larger on every side."""
    side = int(pad * shape[0])
    h, w = shape[0] + 2 * side, shape[1] + 2 * side
    plate = np.zeros((h, w), np.uint8)
    if form == "ellipse":
        cv2.ellipse(plate, (w // 2, h // 2), (w // 2, h // 2), 0, 0, 360, 255, -1, cv2.LINE_AA)
        cv2.rectangle(plate, (side, side), (w - side, h - side), 255, -1)
    elif form == "round":
        r = int(0.35 * h)
        cv2.rectangle(plate, (r, 0), (w - r, h), 255, -1)
        cv2.rectangle(plate, (0, r), (w, h - r), 255, -1)
        for x, y in ((r, r), (w - r - 1, r), (r, h - r - 1), (w - r - 1, h - r - 1)):
            cv2.circle(plate, (x, y), r, 255, -1, cv2.LINE_AA)
    else:
        plate[:] = 255
    return plate


def _paint(
    patch: Float,
    cover: Float,
    colour: tuple[float, float, float],
    foot: tuple[float, float, float] | None = None,
) -> None:
    ink: Float = np.array(colour, np.float32)
    if foot is not None:
        down = np.linspace(0, 1, len(patch), dtype=np.float32)[:, None, None]
        ink = ink * (1 - down) + np.array(foot, np.float32) * down
    patch += (ink - patch) * cover[..., None]
