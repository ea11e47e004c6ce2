"""The file is too heavy or too light."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._telling import told
from packshot.rules.base import Finding, Fixable, Limit, rule
from packshot.words import Words, say


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSize(Limit):
    max_bytes: int | None = None
    """Heaviest file that is taken."""
    min_bytes: int = 0
    """Lightest file that is taken."""


@rule("file_size", since="0.1")
def judge(facts: Facts, limit: FileSize) -> Iterator[Finding]:
    """The file is heavier or lighter than the marketplace takes.

    Why: the upload stops at a limit, often without saying which photo it was; heavy files also make whole
    feeds slow. A very light file is nearly always a thumbnail or was saved with much loss.
    Measured: bytes of the file as it was sent. A megabyte is a million bytes here.
    Breaks: a PNG of 24 MB where 10 MB is the most.
    Holds: the same photo as a JPEG of 1.8 MB.
    How to shoot: shoot JPEG and not RAW or PNG; if the file is still too heavy, save it with quality 90.
    Fix: too heavy, yes: the result is written within the limit, first by quality and then by size; too light,
    no: what was lost is lost.
    Known limits: some marketplaces count a megabyte as 1 048 576 bytes, so a file close to the limit may be
    judged otherwise there; pixels that a program hands over have no weight.
    """
    size = facts.source.size_bytes
    if facts.source.format == "array" or size <= 0:
        return
    if limit.max_bytes is not None and size > limit.max_bytes:
        yield Finding(
            rule="file_size",
            severity=limit.severity,
            message=say(
                "The file weighs {size}; at most {limit} is fine.",
                size=weight(size, limit.max_bytes),
                limit=weight(limit.max_bytes),
            ),
            cure=say("Save the photo as a JPEG of quality 90, or take our result: it keeps the limit."),
            measured=float(size),
            limit=float(limit.max_bytes),
            unit="bytes",
            fixable=Fixable.YES,
        )
    elif size < limit.min_bytes:
        yield Finding(
            rule="file_size",
            severity=limit.severity,
            message=say(
                "The file weighs {size}; at least {limit} is asked for.",
                size=weight(size, limit.min_bytes),
                limit=weight(limit.min_bytes),
            ),
            cure=say("Send the original from the camera; messengers and thumbnails throw detail away."),
            measured=float(size),
            limit=float(limit.min_bytes),
            unit="bytes",
        )


def weight(size: int, beside: int | None = None) -> Words:
    """Bytes as people say them, never rounded onto the limit that they stand beside."""
    limit = size if beside is None else beside
    if max(size, limit) >= 1_000_000:
        return say("{count:g} MB", count=told(size / 1e6, limit / 1e6, 2))
    return say("{count:g} KB", count=told(size / 1e3, limit / 1e3))
