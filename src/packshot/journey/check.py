"""Judge one photo: which rules of the marketplace does it break, where, by how much, and what cures it?"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from packshot.errors import BadPhoto
from packshot.image.codec import PhotoLike
from packshot.journey.examine import look_at, open_for, profile_of, report_on
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
) -> Report:
    """Never raises for a bad photo: that, too, is a finding."""
    wanted = profile_of(profile, category, switches)
    start = time.perf_counter()
    try:
        opened = open_for(wanted, photo, name)
    except BadPhoto as error:
        return unreadable(error, wanted.name, wanted.sha256, wanted.category)
    seconds = {"open": time.perf_counter() - start}
    report = report_on(look_at(opened, quality), wanted, "source")
    return replace(report, seconds={**seconds, **report.seconds})
