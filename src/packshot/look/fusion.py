"""Several cut-outs of one photo, and the judge that says which is the best and how good it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.types import RGB, Float, Grey
from packshot.look import studio
from packshot.look.mask import without_debris, worn
from packshot.look.studio import Draft, Scene
from packshot.words import Words, say

SIGNS = 20
EDGE = 1.2
"""Crispness from which a place is an edge; plain ground stays below."""
CERTAIN, UNLIKE = 0.9, 0.88
"""Confidence of the studio's cut-out and its IoU with the opinion: beyond both the studio is right (11 of 12,
dev), and the weighed cut-out loses what only the studio saw."""
SURE, SAME = 0.75, 0.98
"""The studio's confidence and its IoU with the opinion from which they are not weighed anew."""
HALF = 0.5
"""What the clues weigh beside the opinion where the studio is not certain; where it is, 1."""
THREAD, AWAY = 7, 8
"""Pixels: how thick a thread may be, and how far from the rest it reaches, with as many pixels there."""
LIKELY, BELIEVED = 0.65, 0.8
"""Chance from which a place may be a limb that the ground's colour took away, and the mean of a whole one."""
BROAD, LEAST_LIMB, LIMB_SHARE, AT_EDGES = 5, 40, 0.004, 0.3
"""Its width and area in pixels, its area beside the rest's, and the share of its free outline that lies on
edges. Of 470 photos 16 have one; 12 of those are better for it, all by 0.01 of IoU in the mean (dev,
benchmarks/limbs.py)."""
NEAR = 15
"""Pixels: width of the square around an opinion's mask where faint parts are kept; others are ghosts."""
GLASS = 0.4
"""Share of the inside that the opinion calls partly there, from which it is glass: 95 % of opaque goods stay
below 0.32 (dev), clear glasses and bulbs lie above 0.4 (train)."""
CLEAR = 0.18
"""The same share where the studio guesses glass, too: plain goods in the ground's colour stay below 0.16."""
MOST = 8.0
"""Log-odds that a network is believed to mean."""


class Side(Enum):
    STUDIO = "studio"
    """The ground's colour alone."""
    MERGED = "merged"
    """The ground's colour and the second opinion, weighed pixel by pixel."""
    ENGINE = "engine"
    """The second opinion alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A second opinion at the draft's size."""

    chance: Float
    sure: float
    """How good it thinks itself, 0…1."""
    present: float
    """Its chance that there is a product at all."""

    @property
    def log_odds(self) -> Float:
        least = 1 / (1 + np.exp(MOST))
        chance = np.clip(self.chance, least, 1 - least)
        odds: Float = np.log(chance / (1 - chance)).astype(np.float32)
        return odds


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    side: Side
    chance: Float
    mask: Grey
    draft: Draft
    """Whose ground lies behind it."""
    heard: Heard | None = None

    @property
    def is_clear(self) -> bool:
        """The ground shines through: the studio guesses so, and the opinion is not all certain inside."""
        if self.draft.walls is None or self.heard is None:
            return self.draft.walls is not None
        return float(_partly(self.heard.chance[self.mask > 0]).mean()) >= CLEAR

    @property
    def alpha(self) -> Float:
        """The mask, as soft as the second opinion is: the walk knows no fringe and no glass."""
        if self.side is Side.STUDIO or self.heard is None:
            return np.where((self.chance >= 0.5) == (self.mask > 0), self.chance, self.mask).astype(
                np.float32
            )
        if self.side is Side.ENGINE:
            near = cv2.dilate(self.mask, np.ones((NEAR, NEAR), np.uint8))
            return np.where(near > 0, self.heard.chance, 0).astype(np.float32)
        inside = np.maximum(self.heard.chance, np.clip(self.chance, 0.5, 1))
        deep = worn(self.mask, 4) > 0
        if deep.any() and float(_partly(self.heard.chance[deep]).mean()) >= GLASS:
            inside[deep] = self.heard.chance[deep]
        outside = np.minimum(self.heard.chance, np.clip(self.chance, 0, 0.49))
        return np.where(self.mask > 0, inside, outside).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    taken: Candidate
    confidence: float
    """The chance that its IoU is 0.9 or more."""
    agreement: float
    """IoU of the studio's cut-out and the second opinion."""
    reason: Words


def choose(found: Scene, small: RGB, heard: Heard) -> Choice:
    """A studio that is certain of something else than the opinion is believed: it sees holes and wires that
    no net does. Where it is certain of the same both are weighed, else the opinion alone may be better."""
    every = candidates(found, small, heard)
    alone, merged, said = every
    agreement = overlap(alone.mask, said.mask)
    asked: tuple[Candidate, ...] = (merged, said)
    if alone.side is Side.STUDIO and alone.draft.confidence >= CERTAIN:
        asked = (alone,) if agreement < UNLIKE else (merged,)
    good = [judge(signs(found, heard, every, one)) for one in asked]
    best = good.index(max(good))
    sure = good[best]
    if asked[best] is alone:  # the judge has seen few such photos; the studio knows itself
        sure = (sure + alone.draft.confidence * alone.draft.whole) / 2
    return Choice(asked[best], sure, agreement, REASONS[asked[best].side])


REASONS = {
    Side.STUDIO: say("The ground is even, so the cut-out by its colour was taken."),
    Side.MERGED: say("The ground's colour and the second opinion were weighed together."),
    Side.ENGINE: say("The ground is not even, so the second opinion was taken."),
}


def candidates(found: Scene, small: RGB, heard: Heard) -> tuple[Candidate, ...]:
    """Three, the opinion last. Where the ground is not even the studio has none of its own; where it is sure
    and the opinion is the same there is nothing to weigh."""
    said = without_debris((heard.chance >= 0.5).astype(np.uint8))
    own = studio.settled(found, small) if found.is_even else None
    alone = Candidate(Side.STUDIO, own.chance, own.mask, own, heard) if own else None
    if own and alone and own.confidence >= SURE and overlap(own.mask, said) >= SAME:
        return alone, alone, Candidate(Side.ENGINE, heard.chance, said, own, heard)
    trust = 1.0 if own and own.confidence >= CERTAIN else HALF * found.evenness
    both = studio.settled(found, small, heard.log_odds, trust)
    if (missed := limbs(found, heard, both.mask)).any():
        both = studio.settled(found, small, np.where(missed, np.float32(MOST), heard.log_odds), trust)
    if own and own.confidence >= CERTAIN:
        lost = threads(own.mask, both.mask)
        both = replace(both, mask=both.mask | lost, chance=np.maximum(both.chance, lost * own.chance))
    merged = Candidate(Side.MERGED, both.chance, both.mask, both, heard)
    return alone or merged, merged, Candidate(Side.ENGINE, heard.chance, said, both, heard)


def threads(seen: Grey, kept: Grey) -> Grey:
    """What only one saw, is thinner than THREAD and leads away from the rest: a cable, a chain, a stem. Broad
    things may be shadows, and what lies along the outline may be their rim."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (THREAD, THREAD))
    only = seen & (1 - kept)
    thin = only & (1 - cv2.morphologyEx(only, cv2.MORPH_OPEN, disc).astype(np.uint8))
    far = cv2.dilate(kept, np.ones((2 * AWAY + 1, 2 * AWAY + 1), np.uint8)) == 0
    _, labels = cv2.connectedComponents(thin, connectivity=8)
    leads = np.bincount(labels[far], minlength=int(labels.max()) + 1) >= AWAY
    leads[0] = False
    found: Grey = leads[labels].astype(np.uint8)
    return found


def limbs(found: Scene, heard: Heard, kept: Grey) -> NDArray[np.bool_]:
    """What the opinion is sure of and the ground's colour took away: a white handle on white. It is broad,
    and part of it ends at an edge; a shadow or a stain that a network takes for goods ends at none."""
    only = ((heard.chance >= LIKELY) & (kept == 0)).astype(np.uint8)
    if cv2.countNonZero(only) < LEAST_LIMB or not kept.any():
        return np.zeros(kept.shape, np.bool_)
    square, disc = np.ones((3, 3), np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (BROAD, BROAD))
    count, labels = cv2.connectedComponents(cv2.morphologyEx(only, cv2.MORPH_OPEN, disc), connectivity=8)
    limb = cv2.dilate(labels.astype(np.float32), disc).astype(np.intp) * only
    area = np.maximum(1, np.bincount(limb.ravel(), minlength=count))
    mean = np.bincount(limb.ravel(), heard.chance.ravel(), count) / area
    crisp = np.zeros(kept.shape, np.uint8)
    crisp[found.box.slices] = found.crisp > EDGE
    rim = (limb > 0) & (cv2.erode((limb > 0).astype(np.uint8), square) == 0)
    rim &= cv2.dilate(kept, square) == 0
    free = np.bincount(limb[rim], minlength=count)
    ends = np.bincount(limb[rim & (cv2.dilate(crisp, square) > 0)], minlength=count)
    least = max(LEAST_LIMB, LIMB_SHARE * cv2.countNonZero(kept))
    is_limb = (area >= least) & (mean >= BELIEVED) & (ends >= AT_EDGES * free)
    is_limb[0] = False
    missed: NDArray[np.bool_] = is_limb[limb]
    return missed


def signs(found: Scene, heard: Heard, every: tuple[Candidate, ...], one: Candidate) -> Float:
    """SIGNS numbers that speak for and against a candidate; the judge was measured on these."""
    draft, mask = one.draft, one.mask
    covered = float(mask.mean())
    total = float(heard.chance.sum()) + 0.002 * mask.size
    inside = float(heard.chance[mask > 0].sum())
    doubt = float((heard.chance * (1 - heard.chance)).sum()) * 4 / total
    return np.array(
        [
            *(overlap(mask, other.mask) for other in every),
            *_edges(found, mask),
            studio.contrast(draft.small, draft.behind, mask, found.noise),
            studio.decided(one.chance, mask),
            studio.held(mask),
            found.evenness, min(found.noise, 10) / 10, draft.walls is not None,
            heard.sure, heard.present, doubt,
            covered**0.5, inside / max(1.0, float(mask.sum())), inside / total,
            every[0].draft.confidence, one.side is Side.MERGED, one.side is Side.ENGINE,
        ],
        np.float32,
    )  # fmt: skip


def judge(told: Float) -> float:
    """The chance that the IoU is 0.9 or more; see benchmarks/fusion_learn.py."""
    mean, scale, first, first_bias, second, second_bias = _weights()
    hidden = np.tanh(((told - mean) * scale) @ first + first_bias)
    return float(1 / (1 + np.exp(-(hidden @ second + second_bias)[0])))


def _partly(chance: Float) -> NDArray[np.bool_]:
    return (chance > 0.05) & (chance < 0.85)


def overlap(one: Grey, other: Grey) -> float:
    union = cv2.countNonZero(one | other)
    return cv2.countNonZero(one & other) / union if union else 1.0


def _edges(found: Scene, mask: Grey) -> tuple[float, float]:
    """Share of the outline that lies on edges, and how little edge is left outside."""
    inner = mask[found.box.slices]
    outline = inner - cv2.erode(inner, np.ones((3, 3), np.uint8), borderValue=1)
    near = cv2.dilate(found.crisp, np.ones((3, 3), np.uint8)) > EDGE
    length = cv2.countNonZero(outline)
    on = cv2.countNonZero(outline & near.astype(np.uint8)) / length if length else 0.0
    return on, studio.whole(found.crisp, inner)


@lru_cache
def _weights() -> tuple[Float, ...]:
    with np.load(Path(__file__).with_name("fusion.npz")) as held:
        return tuple(held[f"arr_{i}"].astype(np.float32) for i in range(6))
