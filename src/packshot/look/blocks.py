"""Which lines of text are read in one go? «БЕСПЛАТНАЯ» says more with «ДОСТАВКА» below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

from packshot.look.reading import ReadLine
from packshot.look.text import TextBox

Block = tuple[ReadLine, ...]
"""In reading order."""

TURNED = 8.0
"""Degrees between two lines of one block; a finder's angle of a short word is off by four."""
LONG = 2.0
"""Widths per height from which a line has an angle that means something; that of «В» is anything."""
ALIKE = 1.7
"""Heights of one print differ so much at most: "shipping" has a tail and was found 1.6 times as high as
"free"."""
CLOSE = 1.0
"""Of the lower line's height: the gap to the next line. On 860 drawn cards neighbours of one caption stay
below it, another caption and a tag's old price begin above it, from 1.0 on."""
MET = 0.5
"""Of the lower height that lines may overlap: finders draw their outlines wide."""
UNDER = 0.3
"""Of the narrower line that stands under the other."""
SAME_ROW = 0.5


@dataclass(frozen=True, slots=True)
class _Lying:
    """Where a line lies once its block is turned level."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, found: TextBox, angle: float) -> _Lying:
        box = found.box
        corners = ((box.left, box.top), (box.right, box.top), (box.left, box.bottom), (box.right, box.bottom))
        along, across = cos(radians(angle)), sin(radians(angle))
        outline = found.outline or corners
        xs = [x * along + y * across for x, y in outline]
        ys = [y * along - x * across for x, y in outline]
        return cls(min(xs), min(ys), max(xs), max(ys))

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def blocks(lines: Sequence[ReadLine]) -> list[Block]:
    """Every line is in one block; most are alone in theirs."""
    left = list(lines)
    found: list[Block] = []
    while left:
        block = [left.pop(0)]
        for line in block:  # grows as it is walked
            near = [other for other in left if _belong(line.found, other.found)]
            block += near
            left = [other for other in left if not any(other is one for one in near)]
        found.append(_in_order(block))
    return found


def _belong(one: TextBox, other: TextBox) -> bool:
    angle = _angle((one, other))
    if any(_is_long(line) and _apart(line.angle, angle) > TURNED for line in (one, other)):
        return False
    a, b = _Lying.of(one, angle), _Lying.of(other, angle)
    low, high = sorted((a.height, b.height))
    if low <= 0 or high > ALIKE * low:
        return False
    gap_down = max(a.top, b.top) - min(a.bottom, b.bottom)
    gap_aside = max(a.left, b.left) - min(a.right, b.right)
    narrower = min(a.right - a.left, b.right - b.left)
    below = -MET * low <= gap_down <= CLOSE * low and -gap_aside >= UNDER * narrower
    beside = gap_down <= -SAME_ROW * low and -MET * low <= gap_aside <= CLOSE * low
    return below or beside


def _angle(lines: Iterable[TextBox]) -> float:
    """The longest line's."""
    return max(lines, key=lambda line: line.box.size.long_side).angle


def _is_long(line: TextBox) -> bool:
    lying = _Lying.of(line, line.angle)
    return lying.right - lying.left >= LONG * lying.height


def _apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


def _in_order(block: list[ReadLine]) -> Block:
    """Row by row from the top down, each from the left."""
    if len(block) == 1:
        return tuple(block)
    angle = _angle(line.found for line in block)
    laid = sorted(((_Lying.of(line.found, angle), line) for line in block), key=lambda pair: pair[0].middle)
    rows: list[list[tuple[_Lying, ReadLine]]] = []
    for pair in laid:
        if rows and pair[0].middle < rows[-1][0][0].bottom:
            rows[-1].append(pair)
        else:
            rows.append([pair])
    return tuple(line for row in rows for _, line in sorted(row, key=lambda pair: pair[0].left))
