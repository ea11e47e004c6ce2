"""Which photo is this, whatever its size or compression?"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.photo import Photo
from packshot.image.types import Float
from packshot.look import double
from packshot.look.double import Thumb
from packshot.look.small import small


@dataclass(frozen=True, slots=True)
class Hash:
    perceptual: str
    """64 bits as 16 hex digits; photos of one look differ in few bits."""
    mirrored: str
    """The same of the mirrored photo."""
    content: str = ""
    """256 bits as 64 hex digits, of what stands on the even border alone."""
    thumb: str = ""
    """That content as a small picture: what proves a likeness where signs can't. 1 KB, for `thumb_of`."""


SIDE = 32
STILL = 1.0
"""Waves weaker than this (in levels over 32×32) are rounding: without a floor, the bits of a flat photo
would be drawn by lot."""


def measure(photo: Photo) -> Hash:
    grey = cv2.cvtColor(small(photo).pixels, cv2.COLOR_RGB2GRAY)
    tiny = cv2.resize(grey.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    waves = cast(Float, cv2.dct(tiny))[_DOWN, _ACROSS]
    odd = np.where(_ACROSS % 2 == 1, -1, 1)  # mirroring turns the sign of these waves and no other
    record = double.imprint(small(photo).pixels)
    content = record["content"].tobytes().hex()
    return Hash(_digits(waves), _digits(waves * odd), content, _packed(double.thumb(record)))


def distance(one: str, other: str) -> int:
    """In how many of their 64 bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


PLACE = struct.Struct("<4H3B")
"""Where the content lies, in 65535ths of the sides, and the ground's colour."""


def _packed(thumb: Thumb) -> str:
    colour = cv2.resize(thumb.colour, thumb.light.shape, interpolation=cv2.INTER_LINEAR)
    planes = np.dstack([thumb.light, colour])
    _, picture = cv2.imencode(
        ".webp", cv2.cvtColor(planes, cv2.COLOR_YCrCb2BGR), [cv2.IMWRITE_WEBP_QUALITY, 85]
    )
    place = PLACE.pack(*(round(side * 65535) for side in thumb.box), *thumb.ground)
    return base64.b64encode(place + picture.tobytes()).decode()


@lru_cache(maxsize=4096)
def thumb_of(text: str) -> Thumb | None:
    """What `Hash.thumb` holds; None where it holds nothing."""
    if not text:
        return None
    data = base64.b64decode(text)
    left, top, right, bottom, light, red, blue = PLACE.unpack_from(data)
    picture = cv2.imdecode(np.frombuffer(data, np.uint8, offset=PLACE.size), cv2.IMREAD_COLOR)
    planes = cv2.cvtColor(cast(NDArray[np.uint8], picture), cv2.COLOR_BGR2YCrCb)
    half = (double.SIDE // 2, double.SIDE // 2)
    colour = cv2.resize(np.ascontiguousarray(planes[..., 1:]), half, interpolation=cv2.INTER_AREA)
    box = (left / 65535, top / 65535, right / 65535, bottom / 65535)
    return Thumb(
        np.ascontiguousarray(planes[..., 0], np.uint8), np.asarray(colour, np.uint8), box, (light, red, blue)
    )


def _digits(waves: Float) -> str:
    bits = waves > max(float(np.median(waves)), STILL)
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def _slow_waves() -> list[tuple[int, int]]:
    """The 64 slowest, both ways alike; the mean brightness (0, 0) says nothing about the look."""
    places = [(down, across) for down in range(SIDE) for across in range(SIDE)]
    places.sort(key=lambda place: (place[0] ** 2 + place[1] ** 2, place))
    return places[1:65]


_DOWN, _ACROSS = np.array(_slow_waves()).T
