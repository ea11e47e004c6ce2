"""Which photo is this, whatever its size or compression?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from packshot.image.photo import Photo
from packshot.image.types import Float
from packshot.look.small import small


@dataclass(frozen=True, slots=True)
class Hash:
    perceptual: str
    """64 bits as 16 hex digits; photos of one look differ in few bits."""
    mirrored: str
    """The same of the mirrored photo."""


SIDE = 32
STILL = 1.0
"""Waves weaker than this (in levels over 32×32) are rounding: without a floor, the bits of a flat photo
would be drawn by lot."""


def measure(photo: Photo) -> Hash:
    grey = cv2.cvtColor(small(photo).pixels, cv2.COLOR_RGB2GRAY)
    tiny = cv2.resize(grey.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    waves = cast(Float, cv2.dct(tiny))[_DOWN, _ACROSS]
    odd = np.where(_ACROSS % 2 == 1, -1, 1)  # mirroring turns the sign of these waves and no other
    return Hash(_digits(waves), _digits(waves * odd))


def distance(one: str, other: str) -> int:
    """In how many of their 64 bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _digits(waves: Float) -> str:
    bits = waves > max(float(np.median(waves)), STILL)
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def _slow_waves() -> list[tuple[int, int]]:
    """The 64 slowest, both ways alike; the mean brightness (0, 0) says nothing about the look."""
    places = [(down, across) for down in range(SIDE) for across in range(SIDE)]
    places.sort(key=lambda place: (place[0] ** 2 + place[1] ** 2, place))
    return places[1:65]


_DOWN, _ACROSS = np.array(_slow_waves()).T
