"""Judging one photo of millions: nothing is made, its receipt says what would have to be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packshot.batch.names import Item
from packshot.batch.receipts import Line

if TYPE_CHECKING:
    from packshot.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class Judge:
    profile: str | Path | None
    category: str = ""
    switches: tuple[str, ...] = ()
    overrides: tuple[tuple[str, object], ...] = ()
    quality: str = "normal"

    def names(self, item: Item) -> dict[str, str]:
        return {}

    def identity(self, sha256: str, category: str = "") -> dict[str, Any]:
        from packshot.journey.fix import identity_of
        from packshot.journey.report import plain

        profile = _profile(self, category or self.category)
        told: dict[str, Any] = plain(identity_of(sha256, profile, (), self.quality))
        return {
            **told,
            "options": json.dumps({**json.loads(told["options"]), "work": "check"}, sort_keys=True),
        }

    def make(self, item: Item, data: bytes) -> tuple[Line, Mapping[str, bytes]]:
        """The status of a check is its verdict: publish, fix, ask_seller, by_hand."""
        from packshot.journey.check import check

        profile = _profile(self, item.category or self.category)
        report = check(data, profile=profile, quality=self.quality, name=item.key).as_dict()
        return {
            "status": report["verdict"],
            "reasons": [report["why"]] if report["why"]["en"] else [],
            "before": report,
            "difficulty": report["difficulty"],
            "outputs": {},
            "error": report["error"],
            "seconds": {"look and judge": sum(report["seconds"].values())},
        }, {}

    def at(self, quality: str) -> Judge:
        return replace(self, quality=quality)


@lru_cache(maxsize=64)
def _profile(work: Judge, category: str) -> Profile:
    from packshot.journey.examine import profile_of

    return profile_of(work.profile, category, work.switches, dict(work.overrides))
