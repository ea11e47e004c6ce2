"""Two opinions about where the product is, and the judge between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from packshot.image.types import Float, Grey
from packshot.look.mask import parts
from packshot.words import Words, say

AGREE = 0.9
"""IoU from which two opinions are one."""
ALIKE = 0.5
"""IoU below which two opinions speak of different things, so parts of one are no parts of the other."""
SURE_PART = 0.8
"""Mean chance from which a part that only one saw is believed."""


class Side(Enum):
    FIRST = "first"
    SECOND = "second"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One opinion: how likely each pixel is product (0…1), and how sure the one who says so is."""

    chance: Float
    confidence: float

    @property
    def mask(self) -> Grey:
        return (self.chance >= 0.5).astype(np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    side: Side
    chance: Float
    confidence: float
    agreement: float | None
    reason: Words


def choose(studio: View, engine: View, least: float) -> Choice:
    """Takes one, merges, or doubts. Below `least` confidence an opinion says "no product here"."""
    agreement = overlap(studio.mask, engine.mask)
    first, second = studio.confidence, engine.confidence
    if max(first, second) < least:
        reason = say("Neither the ground nor the second opinion shows a product.")
        return Choice(Side.NEITHER, studio.chance, max(first, second), agreement, reason)
    if agreement >= AGREE:
        reason = say("Both opinions agree; the finer outline was taken.")
        sure = 1 - (1 - first) * (1 - second)
        side, chance = (Side.FIRST, studio.chance) if first >= 0.5 * second else (Side.SECOND, engine.chance)
        return Choice(side, chance, sure, agreement, reason)
    close = agreement >= ALIKE and min(first, second) >= least
    merged = _with_sure_parts(studio, engine) if close else None
    if merged is not None:
        reason = say("A part that only one opinion saw, and was sure of, was added.")
        sure = max(first, second) * (0.5 + 0.5 * agreement)
        return Choice(Side.BOTH, merged, sure, agreement, reason)
    if first >= second:
        reason = say("The ground is even, so the cut-out by its colour was taken.")
        return Choice(Side.FIRST, studio.chance, _doubted(first, second, agreement), agreement, reason)
    reason = say("The ground is not even, so the second opinion was taken.")
    return Choice(Side.SECOND, engine.chance, _doubted(second, first, agreement), agreement, reason)


def overlap(one: Grey, other: Grey) -> float:
    union = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / union if union else 1.0


def _doubted(winner: float, loser: float, agreement: float) -> float:
    """A loser that was sure of something else takes confidence away; an unsure one hardly any."""
    return winner * (1 - loser * (1 - agreement))


def _with_sure_parts(studio: View, engine: View) -> Float | None:
    """The more confident view plus whole parts of the other that it lacks; None where there are none
    or where the two differ in more than such parts."""
    base, other = (studio, engine) if studio.confidence >= engine.confidence else (engine, studio)
    labels, found = parts(other.mask)
    near = cv2.dilate(base.mask, np.ones((5, 5), np.uint8))
    merged = base.chance.copy()
    added = False
    for part in found:
        here = labels == part.label
        apart = not near[here].any()
        if apart and float(other.chance[here].mean()) >= SURE_PART:
            merged[here] = other.chance[here]
            added = True
    together = (merged >= 0.5).astype(np.uint8)
    return merged if added and overlap(together, base.mask | other.mask) >= AGREE else None
