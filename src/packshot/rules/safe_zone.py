"""The product leaves the place that the marketplace keeps for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.image.types import Box, Size
from packshot.look.facts import Facts
from packshot.look.sides import Sides
from packshot.look.subject import Subject
from packshot.rules._telling import sure
from packshot.rules.base import Finding, Fixable, Limit, Measured, rule
from packshot.words import Words, say, say_n

Zone = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeZone(Limit):
    min_gap_px: int = 0
    """Smallest gap between the product and each side of the frame."""
    max_gap_px: int | None = None
    """Largest gap on the pair of sides that the product should nearly touch (of the square where
    `inner_square` is set)."""
    tall_from: float | None = None
    """Height over width from which a product is tall; empty: no product is."""
    tall_min_gap_px: int = 0
    """Smallest gap of a tall product at the top and at the bottom."""
    tall_max_gap_px: int | None = None
    """Largest gap of a tall product at the top and at the bottom."""
    inner_square: bool = False
    """Products that are not tall must lie inside the centred square of the frame's short side."""
    zones: tuple[Zone, ...] = ()
    """Rectangles (left, top, right, bottom as shares of the frame) where the product must not be."""
    tolerance_px: int = 2
    """By how much a gap may be off, for edges are soft; a product that touches the edge has no gap at all."""
    reference_side: int = 1600
    """The long side at which the pixels above are meant; they scale with the frame."""


@rule("safe_zone", since="0.1")
def judge(facts: Facts, limit: SafeZone) -> Iterator[Finding]:
    """The product leaves the place that is kept for it in the frame.

    Why: showcases lay badges, hearts and price tags over fixed corners, round the corners off and cut 3:4
    pictures to squares. Goods that keep to their place are seen whole everywhere.
    Measured: the gaps between the product (without its shadow) and the sides of the frame, or of the square
    in its middle, in pixels of the file; the limits are scaled to the size of the frame. Where a product is
    tall, its gaps at the top and at the bottom have limits of their own.
    Breaks: a tall bottle 120 px below the upper edge where 5 to 10 px are asked for; a wide sofa whose
    armrest leaves the middle square; a shoe under the corner where the discount is shown.
    Holds: the bottle 8 px from both edges; the sofa inside the square.
    How to shoot: leave spare ground on all sides; exact gaps are easier made afterwards than before the lens.
    Fix: yes; the retouch scales and places the product to these gaps. A product that the frame has cut is set
    against that side, and a person should look.
    Known limits: boxes and not outlines are compared, so a thin antenna counts as much as the whole body; a
    product close to the border between tall and not tall may be placed by the other rule elsewhere.
    """
    subject, frame = facts.subject, facts.source.size
    if not subject.found or subject.box.is_empty:
        return
    scale = frame.long_side / limit.reference_side
    slack = limit.tolerance_px * max(1.0, scale)
    cut = subject.touches.largest > 0
    for message, measured, asked, unit, boxes in _breaks(subject, frame, limit, scale, slack):
        yield Finding(
            rule="safe_zone",
            severity=limit.severity,
            message=message,
            cure=(
                say(
                    "Shoot again with ground on all sides: the frame cuts the product, so its place"
                    " cannot be mended."
                )
                if cut
                else say(
                    "Let the retouch place the product; when you shoot, leave spare ground on all sides."
                )
            ),
            measured=measured,
            limit=asked,
            unit=unit,
            boxes=boxes,
            confidence=sure(subject.confidence),
            fixable=Fixable.PARTLY if cut else Fixable.YES,
        )


Break = tuple[Words, Measured, Measured, str, tuple[Box, ...]]


def _breaks(subject: Subject, frame: Size, limit: SafeZone, scale: float, slack: float) -> Iterator[Break]:
    box = subject.box
    gaps = gaps_of(box, Box.whole(frame))
    if limit.tall_from is not None and box.height / box.width >= limit.tall_from:
        yield from _gaps(
            box, (gaps.top, gaps.bottom), limit.tall_min_gap_px, limit.tall_max_gap_px, scale, slack
        )
        yield from _gaps(box, (gaps.left, gaps.right), limit.min_gap_px, None, scale, slack)
    else:
        room = inner_square(frame) if limit.inner_square else Box.whole(frame)
        inside = gaps_of(box, room)
        yield from _gaps(box, tuple(gaps.as_dict().values()), limit.min_gap_px, None, scale, slack)
        beyond = -min(inside.as_dict().values())
        if limit.inner_square and beyond > slack:
            yield (
                say(
                    "The product leaves the middle square of {side} px by {px} px.",
                    side=room.width,
                    px=round(beyond),
                ),
                float(round(beyond)),
                0.0,
                "px",
                (box,),
            )
        near = min((inside.left, inside.right), (inside.top, inside.bottom), key=sum)
        yield from _gaps(box, near, None, limit.max_gap_px, scale, slack)
    yield from _in_zones(subject, frame, limit, slack)


def _gaps(
    box: Box, gaps: tuple[float, ...], least: int | None, most: int | None, scale: float, slack: float
) -> Iterator[Break]:
    """One finding where a gap is too small, one where a gap is too large."""
    nearest = min(gaps)
    if least is not None and (nearest < least * scale - slack or nearest <= 0 < least):
        asked = round(least * scale, 1)
        yield (
            say("The product touches the edge of the photo; a gap of {limit:g} px is asked for.", limit=asked)
            if nearest <= 0
            else say(
                "The product comes as near as {px:g} px to the edge; {limit:g} px are asked for.",
                px=nearest,
                limit=asked,
            ),
            max(0.0, nearest),
            asked,
            "px",
            (box,),
        )
    if most is not None and max(gaps) > most * scale + slack:
        asked = round(most * scale, 1)
        yield (
            say(
                "A gap of {px:g} px is left where the product should nearly touch the side; at most"
                " {limit:g} px"
                " is fine.",
                px=max(gaps),
                limit=asked,
            ),
            float(max(gaps)),
            asked,
            "px",
            (box,),
        )


def _in_zones(subject: Subject, frame: Size, limit: SafeZone, slack: float) -> Iterator[Break]:
    parts = [part.box for part in subject.components if not part.laid_over] or [subject.box]
    overlaps = [
        overlap
        for zone in limit.zones
        for part in parts
        if min((overlap := part.meet(_placed(zone, frame))).width, overlap.height) > slack
    ]
    if overlaps:
        yield (
            say_n(
                "The product lies in {count} place that must stay free.",
                "The product lies in {count} places that must stay free.",
                len(overlaps),
            ),
            float(len(overlaps)),
            0.0,
            "",
            tuple(overlaps),
        )


def gaps_of(box: Box, room: Box) -> Sides:
    """Pixels between a box and the walls of its room; below 0 where it stands out."""
    return Sides(
        float(box.left - room.left),
        float(box.top - room.top),
        float(room.right - box.right),
        float(room.bottom - box.bottom),
    )


def inner_square(frame: Size) -> Box:
    side = frame.short_side
    left, top = (frame.width - side) // 2, (frame.height - side) // 2
    return Box(left, top, left + side, top + side)


def _placed(zone: Zone, frame: Size) -> Box:
    left, top, right, bottom = zone
    return Box(
        round(left * frame.width),
        round(top * frame.height),
        round(right * frame.width),
        round(bottom * frame.height),
    )
