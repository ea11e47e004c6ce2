"""What can a card show? The goods, people and grounds of one split, listed once and opened when needed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from packshot.errors import BadSource
from packshot.image.types import Grey
from packshot.training.compose import boxed
from packshot.training.grounds import Grounds, Picture
from packshot.training.pack import is_dev, shrunk
from packshot.training.sources import GROUND, PHOTO, RGBA, Example, Ticket, labels_of, tickets
from packshot.words import say

Split = Literal["train", "dev", "val"]
Part = Callable[[NDArray[np.uint8]], tuple[Grey, float] | None]
"""From labels to a part of a person, and the angle at which it points."""

FASHION, HOUSEHOLD = "fashion", "household"
FAMILY = {
    "clothes": FASHION, "people": FASHION, "fashion": FASHION,
    "renders": HOUSEHOLD, "glass": HOUSEHOLD, "groceries": HOUSEHOLD,
}  # fmt: skip
SHOWN = {"clothes": 0.26, "people": 0.13, "fashion": 0.12, "renders": 0.38, "glass": 0.03, "groceries": 0.08}
"""How often each source gives the goods of a card."""
SHOES = ("Casual Shoes", "Flats", "Flip Flops", "Formal Shoes", "Heels", "Sandals", "Sports Shoes")
WHOLE = (
    *SHOES,
    "Backpacks",
    "Belts",
    "Caps",
    "Handbags",
    "Socks",
    "Sunglasses",
    "Ties",
    "Wallets",
    "Watches",
)
"""Packshots of other types show parts of people, cut by the frame."""
TRIES = 40
LEAST_AREA = 0.02
GROUNDS_HELD = 120
"""Shelf photos in memory; each takes a quarter of a megabyte."""


@dataclass(frozen=True, slots=True, eq=False)
class Good:
    rgba: RGBA
    """Straight colours, whole framing where a shadow comes with it, else cut to the box."""
    shadow: Grey | None
    source: str
    group: str
    name: str
    """The set's own word for it: shoes, bottle."""

    @property
    def family(self) -> str:
        return FAMILY[self.source]

    @property
    def worn(self) -> bool:
        return self.source == "people"


class Stock:
    """Pictures of one split alone: no source photo, no object is in two splits."""

    def __init__(self, data: Path, split: Split) -> None:
        found = tickets(data, "train" if split == "dev" else split)
        if found is None:
            what = say("{path} holds none of the known sets.", path=str(data))
            raise BadSource(what, say("Give the folder of all the sets."))
        listed = [one for one in found if split == "val" or is_dev(one) == (split == "dev")]
        if split == "val":  # grounds that training holds back serve dev and val
            listed += [one for one in tickets(data) or () if one.kind == GROUND and is_dev(one)]
        self.by_source: dict[str, list[Ticket]] = {name: [] for name in SHOWN}
        for one in listed:
            if one.kind != GROUND and (one.source != "fashion" or one.row["articleType"] in WHOLE):
                self.by_source[one.source].append(one)
        self.sources = [name for name in SHOWN if self.by_source[name]]
        if not self.sources:
            what = say("{path} holds no goods of the split {split}.", path=str(data), split=split)
            raise BadSource(what, say("Give the folder of all the sets."))
        self._grounds = Grounds([_opened(one) for one in _grounds(listed)], 512)

    def good(self, rng: Generator, *sources: str) -> Good:
        """One that its own photo shows whole."""
        for _ in range(TRIES):
            among = [s for s in sources or self.sources if s in self.sources] or self.sources
            chances = np.array([SHOWN[s] for s in among])
            some = self.by_source[among[int(rng.choice(len(among), p=chances / chances.sum()))]]
            found = _good(some[int(rng.integers(len(some)))])
            if found is not None:
                return found
        raise BadSource(
            say("No photo here shows its goods whole."),
            say("Give the folder of all the sets."),
        )

    def shoe(self, rng: Generator) -> Good | None:
        """One shoe from the side: two of them, mirrored, are a pair."""
        some = [one for one in self.by_source["fashion"] if one.row["articleType"] in SHOES]
        for _ in range(TRIES if some else 0):
            found = _good(some[int(rng.integers(len(some)))])
            if found is not None:
                return found
        return None

    def ground(self, rng: Generator, kind: str, side: int) -> Picture:
        """A square of this side."""
        grounds = copy.copy(self._grounds)
        grounds.size = side
        return np.clip(grounds.of(kind, rng, None), 0, 255)

    def arm(self, rng: Generator) -> tuple[RGBA, float]:
        """A bare arm or leg, and the angle (degrees, level to the right is 0) at which its far end points."""
        return self._part(rng, _limb)

    def bust(self, rng: Generator) -> RGBA:
        """Head and shoulders."""
        return self._part(rng, _bust)[0]

    def _part(self, rng: Generator, taken: Part) -> tuple[RGBA, float]:
        some = self.by_source["people"]
        for _ in range(TRIES if some else 0):
            one = some[int(rng.integers(len(some)))]
            found = taken(labels_of(one.folder / one.row["labels"]))
            if found is None:
                continue
            mask, angle = found
            soft = cv2.GaussianBlur(_worn(mask), (0, 0), 0.7)
            return boxed(np.dstack([_opened(one).rgba[..., :3], soft])), angle
        raise BadSource(
            say("There are no people among these photos."),
            say("Give the folder of all the sets."),
        )


def _grounds(listed: list[Ticket]) -> list[Ticket]:
    grounds = [one for one in listed if one.kind == GROUND]
    shelves = [one for one in grounds if one.source == "shelf"]
    return [one for one in grounds if one.source != "shelf"] + shelves[:GROUNDS_HELD]


def _opened(one: Ticket) -> Example:
    example = one.open()
    assert example is not None
    return example


def _good(one: Ticket) -> Good | None:
    example = one.open()
    if example is None:
        return None
    rgba = shrunk(example, 512).rgba
    alpha = rgba[..., 3]
    if example.kind == PHOTO:
        if _touches(alpha):
            return None
        # Drafted and hand-drawn outlines lie a little outside.
        rgba = np.dstack([rgba[..., :3], cv2.GaussianBlur(_worn(alpha), (0, 0), 0.6)])
    if float((alpha > 127).mean()) < LEAST_AREA or (example.source == "groceries" and not _solid(alpha)):
        return None
    if example.shadow is None:
        rgba = boxed(rgba)
    name = one.row.get("articleType") or one.row.get("class") or one.row.get("fine") or one.source
    return Good(rgba, example.shadow, one.source, one.group, name)


def _worn(alpha: Grey) -> Grey:
    return np.asarray(cv2.erode(alpha, np.ones((3, 3), np.uint8), borderValue=0), np.uint8)


def _touches(alpha: Grey) -> bool:
    return any(float((side > 127).mean()) > 0.02 for side in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]))


def _solid(alpha: Grey) -> bool:
    """White cartons on white lose a corner when they are cut out."""
    outlines, _ = cv2.findContours((alpha > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = sum(cv2.contourArea(cv2.convexHull(outline)) for outline in outlines)
    return float((alpha > 127).sum()) > 0.93 * hull


# --- parts of people ---------------------------------------------------------------------------------------

HAIR, SKIN = 1, 2
LIMB_PX = 500
"""Smaller ones would be stains when enlarged."""


def _limb(labels: NDArray[np.uint8]) -> tuple[Grey, float] | None:
    skin = (labels == SKIN).astype(np.uint8)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(skin)
    face = cv2.dilate((labels == HAIR).astype(np.uint8), np.ones((9, 9), np.uint8))
    head = _middle(labels == HAIR) or (labels.shape[1] / 2, 0.0)
    best = None
    for at in range(1, count):
        limb = np.asarray(parts) == at
        area = int(np.asarray(stats)[at, cv2.CC_STAT_AREA])
        if area < LIMB_PX or (face[limb] > 0).any():
            continue
        (_, (wide, tall), _) = cv2.minAreaRect(np.argwhere(limb)[:, ::-1].astype(np.float32))
        if max(wide, tall) > max(2.2 * min(wide, tall), 50) and (best is None or area > best[0]):
            best = area, limb
    if best is None:
        return None
    points = np.argwhere(best[1])[:, ::-1].astype(np.float32)
    centre = points.mean(0)
    axis = np.linalg.svd(points - centre, full_matrices=False)[2][0]
    if axis @ (centre - np.array(head, np.float32)) < 0:  # hands and feet are the ends away from the head
        axis = -axis
    return best[1].astype(np.uint8) * 255, float(np.degrees(np.arctan2(axis[1], axis[0])))


def _bust(labels: NDArray[np.uint8]) -> tuple[Grey, float] | None:
    body = labels > 0
    rows = np.flatnonzero(body.any(1))
    if not len(rows) or not (labels == HAIR).any():
        return None
    cut = int(rows[0] + 0.34 * (rows[-1] - rows[0]))
    body[cut:] = False
    return body.astype(np.uint8) * 255, 0.0


def _middle(mask: NDArray[np.bool_]) -> tuple[float, float] | None:
    ys, xs = np.nonzero(mask)
    return (float(xs.mean()), float(ys.mean())) if len(ys) else None
