"""What does the photo show at one glance? The learned judge's impression, beside all that is measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from packshot.engines.base import Judge
from packshot.image.photo import Photo
from packshot.look.small import product_mask, small
from packshot.look.subject import Cutout

DIGITS = 3


@dataclass(frozen=True, slots=True)
class Glance:
    """All numbers are chances, 0…1; empty where nobody looked."""

    looked: bool = False
    """False where the judge is not installed, or was not asked."""
    defects: Mapping[str, float] = field(default_factory=dict)
    """By the kinds of `packshot train defects`."""
    shown: Mapping[str, float] = field(default_factory=dict)
    """How goods that are worn are shown: on a person, a mannequin, a hanger, lying flat, or none of these."""
    person: Mapping[str, float] = field(default_factory=dict)
    """None, a part of one, a whole one."""
    view: Mapping[str, float] = field(default_factory=dict)
    """From which side the goods are seen; trained on things with a front, a guess for all others."""

    def chance(self, kinds: Iterable[str]) -> float | None:
        """That any of these defects is there, as if they came alone; None where nobody looked."""
        known = [self.defects[kind] for kind in kinds if kind in self.defects]
        return round(1 - math.prod(1 - chance for chance in known), DIGITS) if known else None

    @property
    def worn(self) -> str:
        """The likeliest way in which the goods are shown; empty where nobody looked."""
        return likeliest(self.shown)

    @property
    def with_person(self) -> float:
        """That a person, or a part of one, is in the photo: as asked, or seen as a hand beside the goods."""
        if not self.person:
            return 0.0
        return round(max(1 - self.person["none"], self.defects.get("hand", 0.0)), DIGITS)


def likeliest(chances: Mapping[str, float]) -> str:
    return max(chances, key=lambda name: chances[name], default="")


def measure(photo: Photo, cutout: Cutout, judge: Judge | None) -> Glance:
    if judge is None:
        return Glance()
    whole = small(photo)
    told = judge.judge(whole.pixels, product_mask(cutout, whole))
    return Glance(True, *(_rounded(part) for part in (told.defects, told.shown, told.person, told.view)))


def _rounded(chances: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(chance), DIGITS) for name, chance in chances.items()}
