"""A card has too few photos, or too many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from packshot.rules.base import CARD, Finding, Judged, Limit, rule_over_card
from packshot.words import say_n


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoCount(Limit):
    min_photos: int = 0
    """Fewest photos of a card."""
    max_photos: int | None = None
    """Most photos that the marketplace takes."""


@rule_over_card("photo_count", since="0.2")
def judge_card(photos: Mapping[str, Judged], limit: PhotoCount) -> Mapping[str, list[Finding]]:
    """The card has too few photos, or more than the marketplace takes.

    Why: a buyer who cannot turn the goods around asks, or buys elsewhere; photos beyond the marketplace's
    number are dropped in the upload, and nobody says which.
    Measured: photos of the card that could be read, doubles counted each.
    Breaks: one front view of a jacket; 34 photos where 30 are taken.
    Holds: front, back, side, a detail and the label.
    How to shoot: plan one row for all goods of a kind and shoot it in one go: front, back, side, detail,
    in the hand, what is in the box.
    Fix: no; views that nobody shot cannot be made, and which ones to drop is for you to say.
    Known limits: it counts and does not look: five photos of one side are five.
    """
    count = len(photos)
    if count < limit.min_photos:
        message = say_n(
            "The card has {count} photo; from {limit} on it is complete.",
            "The card has {count} photos; from {limit} on it is complete.",
            count,
            limit=limit.min_photos,
        )
        missing = limit.min_photos - count
        cure = say_n("Add {count} more view of the goods.", "Add {count} more views of the goods.", missing)
        asked = limit.min_photos
    elif limit.max_photos is not None and count > limit.max_photos:
        message = say_n(
            "The card has {count} photo, up to {limit} are taken.",
            "The card has {count} photos, up to {limit} are taken.",
            count,
            limit=limit.max_photos,
        )
        spare = count - limit.max_photos
        cure = say_n(
            "Take out {count} photo: doubles first.", "Take out {count} photos: doubles first.", spare
        )
        asked = limit.max_photos
    else:
        return {}
    found = Finding("photo_count", limit.severity, message, cure, float(count), float(asked))
    return {CARD: [found]}
