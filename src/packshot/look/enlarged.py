"""Is what a network enlarged as true to the photo as what a plain filter makes of it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import cast

import cv2
import numpy as np

from packshot.engines.base import TextReader
from packshot.image.types import RGB, Grey
from packshot.look.letters import misread
from packshot.look.reading import ReadLine, as_found, sure
from packshot.words import Words, say

EDGE = 24
"""Levels between neighbours: lower steps drown in noise."""
MOST_DRIFT, MOST_SPOT, MOST_RINGING, LEAST_STEEPNESS = 3.0, 12.0, 2.5, 0.65
"""How much worse than the plain filter a network may be: levels, and a share of its steepness. Of 180 val
pictures enlarged 1.3, 2 and 3.2 times, clean and spoilt, 99 in 100 of ours were within 2.2, 6.2, 1.6 and
above 0.75: they take noise and blocks away. Of twice, those sharpened too much were off by 3.9, 15 and 6.8
on the median, those with a patch of another place by a spot of 87 (benchmarks/upscale_limits.py)."""
SPOT_PX = 9
"""Side of what counts as a spot in the small picture: a letter of small print."""


@dataclass(frozen=True, slots=True)
class Truth:
    """How true an enlargement is to the picture that it was made of."""

    drift: float
    """Levels by which it is off once it is shrunk again, on the mean."""
    spot: float
    """The same of its worst spot."""
    ringing: float
    """Levels by which it goes beyond what is round about, on the mean of all edges."""
    steepness: float
    """Levels from pixel to pixel, on the mean of all edges."""


@dataclass(frozen=True, slots=True)
class Compared:
    network: Truth
    plain: Truth
    why: Words | None
    """Why the plain filter's is the safer; None where the network's is as true."""


def truer(
    small: RGB,
    made: RGB,
    plain: RGB,
    lines: Sequence[ReadLine] = (),
    reader: TextReader | None = None,
    *,
    scale: float | None = None,
    corner: tuple[float, float] = (0.0, 0.0),
) -> Words | None:
    """Why the plain one is the safer; None where the network's is as true. As `compared`."""
    return compared(small, made, plain, lines, reader, scale=scale, corner=corner).why


def compared(
    small: RGB,
    made: RGB,
    plain: RGB,
    lines: Sequence[ReadLine] = (),
    reader: TextReader | None = None,
    *,
    scale: float | None = None,
    corner: tuple[float, float] = (0.0, 0.0),
) -> Compared:
    """`made` by a network, and by a plain filter, of the same small picture.

    `scale`: pixels of the larger pictures per pixel of the upright source, where the lines lie; `corner`:
    where the larger pictures begin in it, in their own pixels.
    """
    by_net, by_filter = truth(small, made), truth(small, plain)
    why = _less_true(by_net, by_filter)
    if why is None:
        why = _spelling(made, plain, lines, reader, scale or made.shape[1] / small.shape[1], corner)
    return Compared(by_net, by_filter, why)


def _less_true(network: Truth, plain: Truth) -> Words | None:
    if network.drift > plain.drift + MOST_DRIFT or network.spot > plain.spot + MOST_SPOT:
        return say("The network's picture is not what the photo shows.")
    if network.ringing > plain.ringing + MOST_RINGING:
        return say("The network drew rims round edges.")
    if network.steepness < plain.steepness * LEAST_STEEPNESS:
        return say("The network made edges softer.")
    return None


def truth(small: RGB, large: RGB) -> Truth:
    """In bands, so that a picture of any size takes the memory of a small one."""
    bands = [_band(before, after) for before, after in _bands(small, large)]
    pixels, edges = sum(band.pixels for band in bands), max(1, sum(band.edges for band in bands))
    return Truth(
        drift=sum(band.off for band in bands) / pixels,
        spot=max(band.spot for band in bands),
        ringing=sum(band.beyond for band in bands) / edges,
        steepness=sum(band.steps for band in bands) / edges,
    )


BAND_PX = 1_000_000
"""Of the larger picture."""


def _bands(small: RGB, large: RGB) -> Iterator[tuple[RGB, RGB]]:
    """The same strip of both, from the top down."""
    height, times = small.shape[0], large.shape[0] / small.shape[0]
    count = min(height, ceil(large.shape[0] * large.shape[1] / BAND_PX))
    ends = [round(height * k / count) for k in range(count + 1)]
    for top, bottom in pairwise(ends):
        yield small[top:bottom], large[round(top * times) : round(bottom * times)]


@dataclass(frozen=True, slots=True)
class _Band:
    """Sums over one band."""

    pixels: int
    off: float
    spot: float
    edges: int
    beyond: float
    steps: float


def _band(small: RGB, large: RGB) -> _Band:
    before, after = _grey(small), _grey(large)
    back = cv2.resize(after, (before.shape[1], before.shape[0]), interpolation=cv2.INTER_AREA)
    off = cv2.absdiff(before, back)
    to = (after.shape[1], after.shape[0])
    low = cv2.resize(cv2.erode(before, _NEAR), to, interpolation=cv2.INTER_NEAREST)
    high = cv2.resize(cv2.dilate(before, _NEAR), to, interpolation=cv2.INTER_NEAREST)
    edge = (cv2.subtract(high, low) >= EDGE).astype(np.uint8)
    beyond = cast(Grey, cv2.add(cv2.subtract(after, high), cv2.subtract(low, after)))
    edges = cv2.countNonZero(edge)
    return _Band(
        pixels=off.size,
        off=float(off.sum()),
        spot=float(cv2.blur(off, (SPOT_PX, SPOT_PX)).max()),
        edges=edges,
        beyond=edges * _mean(beyond, edge),
        steps=edges * _mean(_steps(after), edge),
    )


def _grey(pixels: RGB) -> Grey:
    return cast(Grey, cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY))


_NEAR = np.ones((3, 3), np.uint8)


def _steps(grey: Grey) -> Grey:
    steps = np.zeros_like(grey)
    if min(grey.shape) < 2:
        return steps
    right, down = cv2.absdiff(grey[:, 1:], grey[:, :-1]), cv2.absdiff(grey[1:], grey[:-1])
    np.maximum(right[:-1], down[:, :-1], out=steps[:-1, :-1])
    return steps


def _mean(levels: Grey, where: Grey) -> float:
    return float(cv2.mean(levels, where)[0])


def _spelling(
    made: RGB,
    plain: RGB,
    lines: Sequence[ReadLine],
    reader: TextReader | None,
    scale: float,
    corner: tuple[float, float],
) -> Words | None:
    known = sure(lines)
    if reader is None or not known:
        return None
    places = [as_found(line.found, scale, *corner) for line in known]
    by_net, by_filter = reader.read(made, places), reader.read(plain, places)
    for line, net, plainly in zip(known, by_net, by_filter, strict=True):
        if misread(line.text, net.text) > misread(line.text, plainly.text):
            return say("The network made the print “{was}” read “{now}”.", was=line.text, now=net.text)
    return None
