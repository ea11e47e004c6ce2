"""Our own reader of text: Russian, Latin, digits and signs.

A found line is unrolled along its outline to a strip 32 px high, so that a label round a bottle reads as flat
print does; the network names a letter, or none, every four columns of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.engines import cards
from packshot.engines.base import FoundText, ReadText, engine
from packshot.engines.onnx import session
from packshot.errors import WeightsMissing
from packshot.image.types import RGB, Float
from packshot.words import say

DIGITS = "0123456789"
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RUSSIAN = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"
SIGNS = ".,:;!?%№₽$€+-–—×*/\\()[]\"'«»&@#=°_<>|~"
ALPHABET = " " + DIGITS + LATIN + RUSSIAN + SIGNS
"""What text is made of. The network's answers stand in this order: a change here asks for new weights."""

CARD = cards.CARDS / "text_read.toml"
TALL = 32
"""Height of a strip."""
WIDTHS = (128, 256, 384)
"""Strips are filled up to one of these: each is a network of its own shape to the runtime."""
MARGIN = 0.12
"""Of the line's height, added on every side: found outlines cut the dots of Ё and the tails of Щ."""
STEP = 4
"""Columns of a strip for one answer."""
SQUEEZE = 1.25
"""Strips that are longer by no more than this are squeezed; longer ones are read in pieces."""
OVERLAP = 64
"""Columns that two pieces share: some letters either way."""
TURNED = 60.0
"""Degrees: lines steeper than this may as well be read from the other end."""
DOUBTFUL = 0.5
"""A level line that is read with less than this may stand on its head."""

Points = NDArray[np.float64]


@engine("text_reader", "text_read")
class TextRead:
    """Small and quick; knows no handwriting, and of writings only the Russian and the Latin one."""

    name = "text_read"

    def __init__(self, card: Path = CARD) -> None:
        if not card.is_file():
            raise WeightsMissing(
                say("The weights {file} are not here.", file="text_read.onnx"),
                say("Train them: {command}", command="packshot train text-reader"),
            )
        self.path = cards.weights(cards.read(card))

    def read(self, pixels: RGB, lines: Sequence[FoundText]) -> tuple[ReadText, ...]:
        return tuple(self._line(pixels, line) for line in lines)

    def _line(self, pixels: RGB, line: FoundText) -> ReadText:
        edges = outline_of(line)
        if edges is None:
            return ReadText("", 0.0)
        first = self._strip(straightened(pixels, edges))
        if abs(line.angle) < TURNED and not _upright(edges) and first.confidence >= DOUBTFUL:
            return first
        other = self._strip(straightened(pixels, np.roll(edges, len(edges) // 2, 0)))
        return max(first, other, key=lambda read: read.confidence)

    def _strip(self, strip: RGB) -> ReadText:
        return decoded(joined([(start // STEP, self._chances(piece)) for start, piece in pieces(strip)]))

    def _chances(self, strip: RGB) -> Float:
        """Answers × letters, of the strip's own columns only."""
        width = next(width for width in WIDTHS if width >= strip.shape[1])
        run = session(self.path, (1, 3, TALL, width))
        answers: Float = run(prepared(strip, width)[None])[0][0]
        return answers[: max(1, strip.shape[1] // STEP)]


# ── from the picture to the strip ───────────────────────────────────────────────────────────────────────────


def outline_of(line: FoundText) -> Points | None:
    """Its outline as points; where it has none, its box. None where there is nothing in it to read."""
    points = np.array(line.outline, np.float64).reshape(-1, 2)
    if len(points) < 4 or len(points) % 2:
        b = line.box
        points = np.array(
            [(b.left, b.top), (b.right, b.top), (b.right, b.bottom), (b.left, b.bottom)], np.float64
        )
        if b.height > 1.5 * b.width:
            points = np.roll(points, 1, 0)
    return points if np.isfinite(points).all() and min(_sides(points)) >= 1 else None


def straightened(pixels: RGB, outline: Points, stretch: float = 1.0, tall: int = TALL) -> RGB:
    """The line unrolled to `tall` rows, with its margin; its columns as wide as the rows are high."""
    half = len(outline) // 2
    top, bottom = outline[:half], outline[half:][::-1]
    length, height = _sides(outline)
    wide = max(STEP, round(stretch * (length / height + 2 * MARGIN) * tall / (1 + 2 * MARGIN)))
    wide = min(wide, 4096)
    along = (np.arange(wide) + 0.5) / wide * (1 + 2 * MARGIN * height / length) - MARGIN * height / length
    down = (np.arange(tall) + 0.5) / tall * (1 + 2 * MARGIN) - MARGIN
    upper, lower = _along(top, along), _along(bottom, along)
    where = upper[None] + (lower - upper)[None] * down[:, None, None]
    pixels, where = _softened(pixels, where, height / tall)
    x, y = (where.astype(np.float32) - 0.5).transpose(2, 0, 1)
    return np.asarray(cv2.remap(pixels, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE), np.uint8)


def _softened(pixels: RGB, where: Points, shrink: float) -> tuple[RGB, Points]:
    """Only the part that is looked at; large lines are shrunk first, or fine strokes would fall out."""
    h, w = pixels.shape[:2]
    low = np.clip(np.floor(where.min((0, 1))) - 2, 0, [w - 1, h - 1]).astype(int)
    high = np.clip(np.ceil(where.max((0, 1))) + 2, low + 1, [w, h]).astype(int)
    part, where = pixels[low[1] : high[1], low[0] : high[0]], where - low
    if shrink > 1.3:
        size = [max(1, round(side / shrink)) for side in part.shape[1::-1]]
        where = where * (np.array(size) / part.shape[1::-1])
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(part), where


def _along(edge: Points, at: NDArray[np.float64]) -> Points:
    """Points on a polyline by the share of its length; before 0 and after 1 straight on."""
    steps = np.hypot(*np.diff(edge, axis=0).T)
    reached = np.r_[0, np.cumsum(steps)] / max(1e-6, steps.sum())
    inside = np.clip(at, 0, 1)
    points: Points = np.c_[np.interp(inside, reached, edge[:, 0]), np.interp(inside, reached, edge[:, 1])]
    length = max(1e-6, steps.sum())
    ends = ((np.minimum(at, 0), edge[0], edge[1]), (np.maximum(at - 1, 0), edge[-2], edge[-1]))
    for beyond, a, b in ends:
        points += beyond[:, None] * length * (b - a) / max(1e-6, float(np.hypot(*(b - a))))
    return points


def _sides(outline: Points) -> tuple[float, float]:
    """Length and height of the line, each the mean of its two."""
    half = len(outline) // 2
    top, bottom = outline[:half], outline[half:][::-1]
    length = sum(float(np.hypot(*(b - a))) for edge in (top, bottom) for a, b in pairwise(edge)) / 2
    return length, float(np.hypot(*(bottom - top).T).mean())


def _upright(outline: Points) -> bool:
    """Does the line run up or down rather than across?"""
    half = len(outline) // 2
    across, down = abs(outline[half - 1] - outline[0])
    return bool(down > across * np.tan(np.deg2rad(TURNED)))


def pieces(strip: RGB) -> list[tuple[int, RGB]]:
    """Each as wide as the network can see, and where it begins; neighbours share OVERLAP columns or more."""
    wide, widest = strip.shape[1], WIDTHS[-1]
    if wide <= widest:
        return [(0, strip)]
    if wide <= widest * SQUEEZE:
        return [(0, np.asarray(cv2.resize(strip, (widest, TALL), interpolation=cv2.INTER_AREA), np.uint8))]
    starts = [*range(0, wide - widest, widest - OVERLAP), (wide - widest) // STEP * STEP]
    return [(start, strip[:, start : start + widest]) for start in starts]


def prepared(strip: RGB, width: int) -> Float:
    """What the network takes: 3 × TALL × width, 0 beyond the strip's end."""
    out = np.zeros((3, TALL, width), np.float32)
    out[:, :, : strip.shape[1]] = (strip.astype(np.float32).transpose(2, 0, 1) / 255 - 0.5) / 0.25
    return out


# ── from the answers to the text ────────────────────────────────────────────────────────────────────────────


def joined(parts: Sequence[tuple[int, Float]]) -> Float:
    """One row of answers; where two pieces overlap each gives the half that lies deeper in it."""
    out = list(parts[0][1])
    for start, answers in parts[1:]:
        seam = (start + len(out)) // 2
        out[seam:] = answers[seam - start :]
    return np.array(out)


def decoded(chances: Float) -> ReadText:
    """The likeliest letter of each answer; repeats are one letter unless an answer of none stands between."""
    best, sure = chances.argmax(1), chances.max(1)
    letters: list[str] = []
    sureness: list[float] = []
    for k, (letter, chance) in enumerate(zip(best, sure, strict=True)):
        if letter == 0:
            continue
        if k and best[k - 1] == letter:
            sureness[-1] = max(sureness[-1], float(chance))
        else:
            letters.append(ALPHABET[letter - 1])
            sureness.append(float(chance))
    text = one_script("".join(letters)).strip()
    return ReadText(text, float(np.prod(sureness)) if text else 0.0)


ALIKE = dict(zip("ABEKMHOPCTXYaeopcyx", "АВЕКМНОРСТХУаеорсух", strict=True))
"""Latin letters and the Russian ones that are drawn the same."""
ALIKE_BACK = {russian: latin for latin, russian in ALIKE.items()}


def one_script(text: str) -> str:
    """Words with Russian letters are wholly Russian, with Latin ones Latin; the others go by the line."""
    whole = _script(text)
    return " ".join(_in_script(word, _script(word) or whole) for word in text.split(" "))


def _script(text: str) -> str:
    """ru or en; empty where letters that only one of them has say nothing, or both."""
    russian = sum(letter in RUSSIAN and letter not in ALIKE_BACK for letter in text)
    latin = sum(letter in LATIN and letter not in ALIKE for letter in text)
    if russian and latin and min(russian, latin) * 3 > max(russian, latin):
        return ""
    return "ru" if russian > latin else "en" if latin > russian else ""


def _in_script(word: str, script: str) -> str:
    table = {"ru": ALIKE, "en": ALIKE_BACK}.get(script, {})
    return "".join(table.get(letter, letter) for letter in word)
