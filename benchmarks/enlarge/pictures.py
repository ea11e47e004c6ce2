"""Clean pictures that no training saw, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.random import default_rng
from sets.measure import RGBA, laid

from packshot.image.types import RGB
from packshot.training import lettering, sources, upscaler
from packshot.training.lettering import Fonts, Lexicon

COUNTS = {"clothes": 60, "people": 40, "renders": 60, "print": 40}
FEW = 5
"""For a quick look: one of so many."""
SIDES = 4
"""A truth's sides are multiples of it, so that it shrinks by two and by four without a remainder."""
SEED = 17

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    kind: str
    group: str
    """Pictures of one photo, object or page: an interval draws these."""
    pixels: RGB


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What the benchmark is made of."""

    truths: tuple[Truth, ...]
    cutouts: tuple[tuple[str, RGBA], ...]
    """Objects with their exact alpha, at 448 px."""
    photos: tuple[RGB, ...]
    """As they came, with what their own compression did to them; clothes, then people."""
    fonts: Fonts
    lexicon: Lexicon

    def of(self, kind: str) -> list[Truth]:
        return [truth for truth in self.truths if truth.kind == kind]


def held(data: Path, *, few: bool) -> Held:
    counts = {kind: count // FEW if few else count for kind, count in COUNTS.items()}
    photos = {kind: opened(data, (kind,), counts[kind]) for kind in ("clothes", "people")}
    cutouts = opened(data, ("renders", "glass"), counts["renders"])
    truths = [Truth(kind, group, halved(rgba)) for kind, some in photos.items() for group, rgba in some]
    truths += [
        Truth("renders", group, halved(stood(number, rgba))) for number, (group, rgba) in enumerate(cutouts)
    ]
    _, fonts = lettering.split(lettering.installed())
    lexicon = lettering.lexicon(data / "titles", "val")
    others = {kind: [truth.pixels for truth in truths if truth.kind == kind] for kind in photos}
    rng = default_rng(SEED)
    pages = [upscaler.page(rng, fonts, lexicon, others) for _ in range(counts["print"])]
    truths += [Truth("print", f"page {number}", whole(page)) for number, page in enumerate(pages)]
    as_came = tuple(np.ascontiguousarray(rgba[..., :3]) for some in photos.values() for _, rgba in some)
    return Held(tuple(truths), tuple(cutouts), as_came, fonts, lexicon)


def opened(data: Path, names: Sequence[str], count: int) -> list[tuple[str, RGBA]]:
    """One picture of a group, evenly spread over the groups."""
    first = {ticket.group: ticket for ticket in sources.tickets(data, "val") or () if ticket.source in names}
    examples = (ticket.open() for ticket in spread(list(first.values()), count))
    return [(example.group, example.rgba) for example in examples if example]


def spread(things: Sequence[Thing], count: int) -> list[Thing]:
    places = np.linspace(0, len(things) - 1, min(count, len(things))).round().astype(int)
    return [things[place] for place in places]


def halved(picture: RGBA) -> RGB:
    """So its own compression is gone."""
    return whole(upscaler.halved(picture))


def whole(picture: RGB) -> RGB:
    h, w = (side - side % SIDES for side in picture.shape[:2])
    return np.ascontiguousarray(picture[:h, :w])


def stood(number: int, rgba: RGBA) -> RGB:
    """Before a ground of one colour, mostly a light one."""
    rng = default_rng((SEED, number))
    grey = rng.uniform(200, 255) if rng.random() < 0.7 else rng.uniform(30, 200)
    r, g, b = np.clip(grey + rng.normal(0, 6, 3), 0, 255)
    return laid(rgba, (float(r), float(g), float(b)))  # type: ignore[arg-type]


def mosaic(truths: Sequence[Truth], side: int) -> RGB:
    """A picture as large as is asked for, without an even place in it."""
    rows, height = [], 0
    pictures = [truth.pixels for truth in truths]
    number = 0
    while height < side:
        row, width = [], 0
        while width < side:
            row.append(
                cv2.resize(pictures[number % len(pictures)], (256, 256), interpolation=cv2.INTER_CUBIC)
            )
            width, number = width + 256, number + 1
        rows.append(np.hstack(row)[:, :side])
        height += 256
    return np.ascontiguousarray(np.vstack(rows)[:side], np.uint8)
