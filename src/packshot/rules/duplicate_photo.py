"""Two photos of a card are the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules.base import Finding, Limit, rule_over_many
from packshot.words import say

BITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatePhoto(Limit):
    max_distance: int = 6
    """Photos are the same where at most so many of 64 signs of the picture differ."""
    mirrored: bool = False
    """A mirrored copy counts as the same photo."""


@rule_over_many("duplicate_photo", since="0.1")
def judge_many(facts_by_key: Mapping[str, Facts], limit: DuplicatePhoto) -> Mapping[str, list[Finding]]:
    """The same photo was sent twice.

    Why: each place in the gallery can show another side, a detail or the scale; a repeat wastes it, and one
    photo on the cards of different goods makes buyers and moderators doubt both.
    Measured: 64 signs of each picture that survive resizing and new compression; how many of them differ
    between two photos. The first of the equal photos stays, each later one is told.
    Breaks: the same front view as the first and the fourth photo; one saved again smaller.
    Holds: front and back of one jar; two bags of different colours shot in the same place.
    How to shoot: plan the row before you start: front, side, back, detail, in use, what is in the box.
    Fix: no; which photo to drop, and what to show instead, is for you to say.
    Known limits: photos of very plain goods on white can be alike in all signs though they show different
    things, above all where only a small label or the colour differs.
    """
    findings: dict[str, list[Finding]] = {key: [] for key in facts_by_key}
    kept: list[tuple[str, int]] = []
    for key, facts in facts_by_key.items():
        signs = int(facts.hash.perceptual, 16)
        mirrored = int(facts.hash.mirrored, 16) if limit.mirrored else None
        nearest = min(_distances(signs, mirrored, kept), default=(BITS + 1, False, ""))
        distance, is_mirrored, other = nearest
        if distance <= limit.max_distance:
            findings[key].append(_finding(limit, distance, is_mirrored, other))
        else:
            kept.append((key, signs))
    return findings


def _distances(
    signs: int, mirrored: int | None, kept: list[tuple[str, int]]
) -> Iterator[tuple[int, bool, str]]:
    """How many signs differ from each photo that was kept, whether it is its mirror image, and its key."""
    for key, others in kept:
        yield (signs ^ others).bit_count(), False, key
        if mirrored is not None:
            yield (mirrored ^ others).bit_count(), True, key


def _finding(limit: DuplicatePhoto, distance: int, is_mirrored: bool, other: str) -> Finding:
    return Finding(
        rule="duplicate_photo",
        severity=limit.severity,
        message=(
            say(
                "The photo is the mirror image of {other}: {distance} of 64 signs differ, up to {limit}"
                " count as the same.",
                other=other,
                distance=distance,
                limit=limit.max_distance,
            )
            if is_mirrored
            else say(
                "The photo is the same as {other}: {distance} of 64 signs differ, up to {limit} count as"
                " the same.",
                other=other,
                distance=distance,
                limit=limit.max_distance,
            )
        ),
        cure=say("Take this photo out, or put another view of the goods in its place."),
        measured=float(distance),
        limit=float(limit.max_distance),
        confidence=round(1 - distance / BITS, 3),
    )
