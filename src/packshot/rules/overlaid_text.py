"""Text was laid over the photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.image.types import Box, Size
from packshot.look.facts import Facts
from packshot.look.text import HALF, TextBox
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import say, say_n

Zone = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlaidText(Glimpsed):
    max_boxes: int = 0
    """How many pieces of text are fine; 0 beside a set `max_area_share` says that only the area counts."""
    max_area_share: float = 0.0
    """Share of the frame that text may cover; 0 beside a set `max_boxes` says that only the count counts."""
    min_confidence: float = 0.5
    """Pieces that the finder is less sure of are left out."""
    ignore_zones: tuple[Zone, ...] = ()
    """Rectangles (left, top, right, bottom as shares of the frame) where text is fine."""

    @property
    def forbids(self) -> bool:
        return not (self.max_boxes or self.max_area_share or self.ignore_zones)


@rule("overlaid_text", since="0.1")
@with_glance("overlaid_text", "text_ru", "text_en", "price_tag", "discount_badge", "logo")
def judge(facts: Facts, limit: OverlaidText) -> Iterator[Finding]:
    """Text, badges or prices are laid over the photo.

    Why: marketplaces draw prices and badges themselves and in one style; words in the picture cannot be
    read aloud, translated or found by search, and prices in pictures grow old. It is the most frequent
    reason for a refusal of the first photo.
    Measured: pieces of text outside the product, and pieces over it that look drawn and not printed (flat
    colour, razor edges); how many there are and how much of the frame they cover.
    Breaks: "-30 %" in a red circle in the corner; the shop's phone number along the lower edge.
    Holds: the maker's label on a bottle; letters printed on the box that is sold.
    How to shoot: send the photo as it came from the camera, before the designer's layer; put benefits into
    the card's text and infographics on the second photo.
    Fix: yes where the text lies on the ground, for the ground is laid anew. Text over the product is shown
    and not painted out: what lies under it is not known.
    Known limits: loose, curved and hand-written letters may be missed; a price tag that hangs from the goods
    counts as text on the product; words are found and not read, so "new" and the brand weigh the same.
    """
    found = [
        piece
        for piece in facts.text.boxes
        if piece.confidence >= limit.min_confidence
        and not _ignored(piece.box, limit.ignore_zones, facts.source.size)
        and piece.laid_over
    ]
    count, share = len(found), min(1.0, sum(piece.box.area for piece in found) / facts.source.size.area)
    counts = bool(limit.max_boxes) or not limit.max_area_share
    area_counts = bool(limit.max_area_share) or not limit.max_boxes
    too_many, too_large = counts and count > limit.max_boxes, area_counts and share > limit.max_area_share
    if not (too_many or too_large):
        return
    over_goods = [piece for piece in found if piece.on_product >= HALF]
    figure, most = told(share * 100, limit.max_area_share * 100), percent(limit.max_area_share)
    if too_many and limit.max_boxes == 0:
        message = say_n(
            "{count} piece of text is laid over the photo and covers {share:g} % of it; none is allowed.",
            "{count} pieces of text are laid over the photo and cover {share:g} % of it; none is allowed.",
            count,
            share=round(share * 100, 1),
        )
    elif too_many:
        message = say_n(
            "{count} piece of text is laid over the photo; at most {limit} is fine.",
            "{count} pieces of text are laid over the photo; at most {limit} is fine.",
            count,
            limit=limit.max_boxes,
        )
    else:
        message = say(
            "Text covers {share:g} % of the photo; at most {limit:g} % is fine.", share=figure, limit=most
        )
    yield Finding(
        rule="overlaid_text",
        severity=limit.severity,
        message=message,
        cure=(
            say("Send the photo without the designer's layer: what lies under the text cannot be known.")
            if over_goods
            else say(
                "Send the photo without text, or let the retouch lay a clean ground: the text lies"
                " beside the goods."
            )
        ),
        measured=float(count) if too_many else figure,
        limit=float(limit.max_boxes) if too_many else most,
        unit="" if too_many else "%",
        boxes=tuple(piece.box for piece in found),
        confidence=sure(max((_surety(piece) for piece in found), default=1.0)),
        fixable=_fixable(len(over_goods), count) if facts.subject.found else Fixable.NO,
    )


def _surety(piece: TextBox) -> float:
    return piece.confidence if piece.on_product < HALF else piece.confidence * piece.overlaid


def _fixable(over_goods: int, count: int) -> Fixable:
    if over_goods == 0:
        return Fixable.YES
    return Fixable.NO if over_goods == count else Fixable.PARTLY


def _ignored(box: Box, zones: tuple[Zone, ...], frame: Size) -> bool:
    """More than half of the text lies in one of the zones."""
    return any(
        box.meet(
            Box(
                round(left * frame.width),
                round(top * frame.height),
                round(right * frame.width),
                round(bottom * frame.height),
            )
        ).area
        > HALF * box.area
        for left, top, right, bottom in zones
    )
