"""Which of very many photos are one photo? Signs name the candidates, small pictures prove them.

Every photo is compared with every other: 256 signs of two photos are one instruction a word, so 100,000
photos take minutes, no pair is missed for the sake of an index, and memory grows with photos, not with pairs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packshot.look.double import CELLS, SIDE, Imprints, alike, mirrored_signs, thumb

Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]

WHOLE_SIGNS, CONTENT_SIGNS = 56, 68
"""Of 256 signs, how many may differ in a candidate; benchmarks/duplicates.py says what they lose."""
ROWS, COLUMNS = 256, 4096
"""Photos compared at a time: the distances stay in the processor's cache."""
MOST_NEAR = 64
"""Candidates of one photo among COLUMNS others, the nearest: thousands of copies of one placeholder must not
make millions of pairs."""
MOST_PROVEN = 4
"""Candidates of one photo that are compared picture by picture, the likest."""
LIKELY = 0.5
"""Share of shown cells that are the same as they lie; else the pair is not looked at closely."""
LIGHT, COLOUR = 6, 4
"""Levels by which cells may differ; a little more where the light changes around them."""


@dataclass(frozen=True, slots=True)
class Pair:
    first: int
    second: int
    alike: float
    """Share of what both show that is the same, 0…1."""
    mirrored: bool


def pairs(
    imprints: Imprints, *, least: float, mirrored: bool = True, advance: Callable[[], None] = lambda: None
) -> Iterator[Pair]:
    """Photos that are one photo, each pair once, `first` before `second`. `advance` hears of each
    photo that was compared with all others."""
    kept, twins = _each_once(imprints)
    for same, again in twins:
        yield Pair(same, again, 1.0, mirrored=False)
        advance()
    imprints = imprints[kept] if twins else imprints
    if len(imprints) < 2:
        return
    likely = _Likely(len(imprints))
    cells = Cells(imprints)
    ways = (False, True) if mirrored else (False,)
    for start in range(0, len(imprints), ROWS):
        rows = slice(start, min(start + ROWS, len(imprints)))
        for way in ways:
            for first, second in _candidates(imprints, rows, mirrored=way):
                shares = cells.share(first, second, mirrored=way)
                good = shares > LIKELY
                likely.add(first[good], second[good], shares[good], mirrored=way)
        for _ in range(rows.start, rows.stop):
            advance()
    for here, there, way in likely:
        one, other = thumb(imprints[here]), thumb(imprints[there])
        share = alike(one, other.mirrored if way else other)
        if share >= least:
            yield Pair(kept[here], kept[there], round(share, 4), way)


def _each_once(imprints: Imprints) -> tuple[list[int], list[tuple[int, int]]]:
    """Those to compare, and each that has the very pixels of an earlier one: it needs no proof."""
    seen: dict[bytes, int] = {}
    twins = []
    for index, record in enumerate(imprints):
        first = seen.setdefault(hashlib.blake2b(record.tobytes(), digest_size=16).digest(), index)
        if first != index:
            twins.append((first, index))
    return list(seen.values()), twins


def _candidates(imprints: Imprints, rows: slice, *, mirrored: bool) -> Iterator[tuple[Indices, Indices]]:
    whole, content = imprints["whole"], imprints["content"]
    mine = whole[rows], content[rows]
    if mirrored:
        mine = mirrored_signs(mine[0]), mirrored_signs(mine[1])
    for start in range(rows.start, len(imprints), COLUMNS):
        columns = slice(start, min(start + COLUMNS, len(imprints)))
        later = np.arange(rows.start, rows.stop)[:, None] < np.arange(columns.start, columns.stop)
        by_whole, by_content = _differ(mine[0], whole[columns]), _differ(mine[1], content[columns])
        first, second = np.nonzero(_nearest(by_whole, by_content, later))
        yield first + rows.start, second + start


def _differ(some: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """In how many signs each of these differs from each of those; all 256 is told as none."""
    count = np.zeros((len(some), len(others)), np.uint8)
    for word in range(some.shape[1]):
        count += np.bitwise_count(some[:, word, None] ^ others[None, :, word])
    return count


def _nearest(by_whole: NDArray[np.uint8], by_content: NDArray[np.uint8], asked: Bools) -> Bools:
    found = ((by_whole <= WHOLE_SIGNS) | (by_content <= CONTENT_SIGNS)) & asked
    for row in np.flatnonzero(found.sum(axis=1) > MOST_NEAR):
        near = np.minimum(by_whole[row] / WHOLE_SIGNS, by_content[row] / CONTENT_SIGNS)
        near[~found[row]] = np.inf
        found[row] = False
        found[row, np.argsort(near, kind="stable")[:MOST_NEAR]] = True
    return found


class Cells:
    """Photos as 12×12 cells, the whole and the content, ready to be laid on each other by the thousand."""

    def __init__(self, imprints: Imprints) -> None:
        step = SIDE // CELLS
        light = imprints["light"].reshape(-1, CELLS, step, CELLS, step).mean(axis=(2, 4))
        colour = imprints["colour"].reshape(-1, CELLS, step // 2, CELLS, step // 2, 2).mean(axis=(2, 4))
        content = np.concatenate([light[..., None], colour], axis=3).round().astype(np.uint8)
        ground = imprints["ground"][:, None, None]
        self._kinds = tuple(_Kind(cells, ground) for cells in (imprints["cells"], content))

    def share(self, first: Indices, second: Indices, *, mirrored: bool) -> NDArray[np.float64]:
        """Of what each pair shows, how much is the same where it lies."""
        return np.maximum(*(kind.share(first, second, mirrored=mirrored) for kind in self._kinds))


class _Kind:
    def __init__(self, cells: NDArray[np.uint8], ground: NDArray[np.uint8]) -> None:
        self.cells = np.ascontiguousarray(cells).reshape(len(cells), CELLS * CELLS, 3)
        self.shows = (_apart(cells, ground).max(axis=3) > 12).reshape(-1, CELLS * CELLS)
        self.slack = (LIGHT + _slope(cells[..., 0]) // 8).reshape(-1, CELLS * CELLS)

    def share(self, first: Indices, second: Indices, *, mirrored: bool) -> NDArray[np.float64]:
        cells, shows, slack = self.cells[second], self.shows[second], self.slack[second]
        if mirrored:
            cells, shows, slack = cells[:, _FLIPPED], shows[:, _FLIPPED], slack[:, _FLIPPED]
        apart = _apart(self.cells[first], cells)
        same = (apart[..., 0] <= np.minimum(self.slack[first], slack)) & (
            apart[..., 1:].max(axis=2) <= COLOUR
        )
        shows = shows | self.shows[first]
        counted = (same & shows).sum(axis=1) / np.maximum(1, shows.sum(axis=1))
        return np.asarray(counted, np.float64)


def _apart(some: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.maximum(some, others) - np.minimum(some, others)


def _slope(light: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How much the light changes towards the nearest cells."""
    slope = np.zeros_like(light)
    across, down = _apart(light[:, :, 1:], light[:, :, :-1]), _apart(light[:, 1:], light[:, :-1])
    slope[:, :, 1:] = across
    np.maximum(slope[:, :, :-1], across, out=slope[:, :, :-1])
    np.maximum(slope[:, 1:], down, out=slope[:, 1:])
    np.maximum(slope[:, :-1], down, out=slope[:, :-1])
    return slope


_FLIPPED = np.arange(CELLS * CELLS).reshape(CELLS, CELLS)[:, ::-1].ravel()


class _Likely:
    """For each photo the earlier or later ones that are likest; the weakest gives way."""

    def __init__(self, count: int) -> None:
        self._share = np.zeros((count, MOST_PROVEN), np.float32)
        self._other = np.full((count, MOST_PROVEN), -1, np.int64)

    def add(self, first: Indices, second: Indices, share: NDArray[np.float64], *, mirrored: bool) -> None:
        for one, other, found in zip(first.tolist(), second.tolist(), share.tolist(), strict=True):
            for mine, its in ((one, other), (other, one)):
                weakest = int(self._share[mine].argmin())
                if found > self._share[mine, weakest]:
                    self._share[mine, weakest] = found
                    self._other[mine, weakest] = its * 2 + mirrored

    def __iter__(self) -> Iterator[tuple[int, int, bool]]:
        seen = set()
        for mine, others in enumerate(self._other.tolist()):
            for coded in others:
                if coded >= 0:
                    other, mirrored = divmod(coded, 2)
                    seen.add((min(mine, other), max(mine, other), bool(mirrored)))
        yield from sorted(seen)
