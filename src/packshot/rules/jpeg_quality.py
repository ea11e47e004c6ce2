"""The JPEG was saved with much loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules.base import Finding, Fixable, Limit, rule
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegQuality(Limit):
    min_quality: int = 0
    """Lowest quality, 1…100."""


@rule("jpeg_quality", since="0.1")
def judge(facts: Facts, limit: JpegQuality) -> Iterator[Finding]:
    """The JPEG was saved with too much loss.

    Why: each saving with loss eats fine detail and leaves squares and halos round edges; the marketplace
    compresses once more, and then the damage is plain.
    Measured: the quality, 1 to 100, that the tables inside the file speak of.
    Breaks: a photo forwarded by a messenger, quality 60, where 75 is asked for.
    Holds: a photo from the camera, quality 92.
    How to shoot: send the original; in editors export with quality 90 or more; send by messenger "as a file".
    Fix: partly; our result is written with the right quality, yet detail that an earlier saving threw away
    does not come back.
    Known limits: the tables tell of the last saving only: a ruined photo saved again with quality 95 passes
    here and may be told by the rule on sharpness. Cameras with tables of their own are estimated.
    """
    quality = facts.source.jpeg_quality
    if quality is None or quality >= limit.min_quality:
        return
    yield Finding(
        rule="jpeg_quality",
        severity=limit.severity,
        message=say(
            "The JPEG was saved with quality {quality}; at least {limit} is asked for.",
            quality=quality,
            limit=limit.min_quality,
        ),
        cure=say(
            "Send the original from the camera. Our result has the right quality, but lost detail stays lost."
        ),
        measured=float(quality),
        limit=float(limit.min_quality),
        confidence=0.9,
        fixable=Fixable.PARTLY,
    )
