"""Judge one photo: which rules of the marketplace does it break, where, by how much, and what cures it?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from packshot.errors import BadPhoto
from packshot.image.codec import PhotoLike, open_photo
from packshot.journey.examine import look_at, profile_of, report_on, working_side
from packshot.journey.explain import explain as explained
from packshot.journey.report import Report, unreadable
from packshot.profiles.profile import Profile


def check(
    photo: PhotoLike,
    *,
    profile: str | Path | Profile | None = None,
    category: str = "",
    switches: tuple[str, ...] = (),
    quality: str = "normal",
    name: str = "",
    explain: bool = False,
) -> Report:
    """Never raises for a bad photo: that, too, is a finding."""
    wanted = profile_of(profile, category, switches)
    return check_each(photo, (wanted,), quality=quality, name=name, explain=explain)[0]


def check_each(
    photo: PhotoLike,
    profiles: Sequence[Profile],
    *,
    quality: str = "normal",
    name: str = "",
    explain: bool = False,
) -> tuple[Report, ...]:
    """One report a profile. The photo is looked at once, as large as the most demanding of them needs."""
    start = time.perf_counter()
    try:
        opened = open_photo(photo, name=name, want=max(map(working_side, profiles)))
    except BadPhoto as error:
        return tuple(unreadable(error, one.name, one.sha256, one.category) for one in profiles)
    seconds = {"open": time.perf_counter() - start}
    facts = look_at(opened, quality)
    reports = []
    for profile in profiles:
        report = report_on(facts, profile, "source")
        told = explained(facts, profile) if explain else ()
        reports.append(replace(report, seconds={**seconds, **report.seconds}, explained=told))
    return tuple(reports)
