"""Two photos of a card are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from packshot.look.double import alike
from packshot.look.facts import Facts
from packshot.look.hash import Hash, distance, thumb_of
from packshot.rules.base import Finding, Limit, rule_over_many
from packshot.words import say

NEAR, CONTENT_NEAR = 20, 68
"""Of 64 signs of the whole, of 256 of the content: where more differ, no closer look is worth its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatePhoto(Limit):
    min_alike: float = 0.75
    """Share of what both photos show that must be the same at the same place. Of 3.1 million pairs of 2,493
    different shop photos eight reach it."""
    mirrored: bool = False
    """A mirrored copy counts as the same photo."""


@rule_over_many("duplicate_photo", since="0.1")
def judge_many(facts_by_key: Mapping[str, Facts], limit: DuplicatePhoto) -> Mapping[str, list[Finding]]:
    """The same photo was sent twice.

    Why: each place in the gallery can show another side, a detail or the scale; a repeat wastes it, and one
    photo on the cards of different goods makes buyers and moderators doubt both.
    Measured: signs that survive resizing, cuts, frames and stickers find what may be the same; then small
    pictures of both are laid on each other, and we measure how much of what they show is the same at the same
    place. The first of the equal photos stays, each later one is told.
    Breaks: the same front view as the first and the fourth photo; one saved again smaller, cut, framed or
    with a sticker on it.
    Holds: front and back of one jar; two bags of different colours shot in the same place.
    How to shoot: plan the row before you start: front, side, back, detail, in use, what is in the box.
    Fix: no; which photo to drop, and what to show instead, is for you to say.
    Known limits: the small pictures hold no fine pattern: two dark ties that differ in theirs may be taken
    for one photo.
    """
    findings: dict[str, list[Finding]] = {key: [] for key in facts_by_key}
    kept: dict[str, Hash] = {}
    for key, facts in facts_by_key.items():
        likest = max(
            ((*_likeness(facts.hash, other, limit), name) for name, other in kept.items()),
            default=(0.0, False, ""),
            key=lambda found: found[0],
        )
        if likest[0] >= limit.min_alike:
            findings[key].append(_finding(limit, *likest))
        else:
            kept[key] = facts.hash
    return findings


def _likeness(one: Hash, other: Hash, limit: DuplicatePhoto) -> tuple[float, bool]:
    """How much alike the two are, and whether one had to be mirrored for it."""
    if one == other:
        return 1.0, False
    first, second = thumb_of(one.thumb), thumb_of(other.thumb)
    if first is None or second is None:
        return 0.0, False
    contents = distance(one.content, other.content)
    straight = distance(one.perceptual, other.perceptual) <= NEAR or contents <= CONTENT_NEAR
    share = alike(first, second) if straight else 0.0
    if share < limit.min_alike and limit.mirrored and distance(one.mirrored, other.perceptual) <= NEAR:
        turned = alike(first, second.mirrored)
        return (turned, True) if turned > share else (share, False)
    return share, False


def _finding(limit: DuplicatePhoto, share: float, is_mirrored: bool, other: str) -> Finding:
    return Finding(
        rule="duplicate_photo",
        severity=limit.severity,
        message=(
            say(
                "The photo is the mirror image of {other}: {share:.0%} of what both show is the same, from"
                " {limit:.0%} on it is one photo.",
                other=other,
                share=share,
                limit=limit.min_alike,
            )
            if is_mirrored
            else say(
                "The photo is the same as {other}: {share:.0%} of what both show is the same, from"
                " {limit:.0%} on it is one photo.",
                other=other,
                share=share,
                limit=limit.min_alike,
            )
        ),
        cure=say("Take this photo out, or put another view of the goods in its place."),
        measured=round(share * 100, 1),
        limit=limit.min_alike * 100,
        unit="%",
        confidence=round(share, 3),
    )
