"""A border was drawn round the photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.image.types import Box, Size
from packshot.look.facts import Facts
from packshot.look.sides import Sides
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import told
from packshot.rules.base import Finding, Fixable, rule
from packshot.words import Words, say, say_n

SURE = 0.9
"""The look gives no confidence of its own: a flat band with a razor edge is seldom anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderFrame(Glimpsed):
    max_px: float = 0
    """How wide a drawn band may be, in pixels of the source."""


@rule("border_frame", since="0.1")
@with_glance("border_frame", "frame")
def judge(facts: Facts, limit: BorderFrame) -> Iterator[Finding]:
    """A border or bars are drawn round the photo.

    Why: frames break the even grid of the showcase and steal place from the goods; black bars are left by
    screenshots and video and look like a mistake.
    Measured: the width, in pixels of the file, of a flat band along each side that ends in a straight line.
    A plain ground is no border.
    Breaks: a red frame 20 px wide; black bars above and below a frame taken from a video.
    Holds: a photo on white paper with wide margins.
    How to shoot: send the picture itself and not a screenshot of it; switch off frames and "fit to square"
    in the phone's editor.
    Fix: yes; the band is cut off or laid over together with the ground.
    Known limits: a shelf or a table edge that runs straight along a side may look like a band; a border
    of the ground's own colour is not seen, and does no harm.
    """
    border = facts.frame.border
    if border.largest <= limit.max_px:
        return
    wide = tuple(side for side, px in border.as_dict().items() if px > limit.max_px)
    figure = told(border.largest, limit.max_px)
    yield Finding(
        rule="border_frame",
        severity=limit.severity,
        message=_message(len(wide), figure, limit.max_px),
        cure=say("Send the photo without the frame, or let the retouch cut it off and lay a clean ground."),
        measured=figure,
        limit=float(limit.max_px),
        unit="px",
        boxes=tuple(_band(side, border, facts.source.size) for side in wide),
        confidence=SURE,
        fixable=Fixable.YES if facts.subject.found else Fixable.NO,
    )


def _message(count: int, px: float, limit: float) -> Words:
    if count == 4 and limit == 0:
        return say("A frame is drawn round the photo, up to {px:g} px wide; none is allowed.", px=px)
    if count == 4:
        return say(
            "A frame is drawn round the photo, up to {px:g} px wide; at most {limit:g} px is fine.",
            px=px,
            limit=limit,
        )
    if limit == 0:
        return say_n(
            "A band is drawn along {count} side, up to {px:g} px wide; none is allowed.",
            "Bands are drawn along {count} sides, up to {px:g} px wide; none is allowed.",
            count,
            px=px,
        )
    return say_n(
        "A band is drawn along {count} side, up to {px:g} px wide; at most {limit:g} px is fine.",
        "Bands are drawn along {count} sides, up to {px:g} px wide; at most {limit:g} px is fine.",
        count,
        px=px,
        limit=limit,
    )


def _band(side: str, border: Sides, frame: Size) -> Box:
    px = {name: max(1, round(width)) for name, width in border.as_dict().items()}
    width, height = frame.width, frame.height
    bands = {
        "left": Box(0, 0, px["left"], height),
        "top": Box(0, 0, width, px["top"]),
        "right": Box(width - px["right"], 0, width, height),
        "bottom": Box(0, height - px["bottom"], width, height),
    }
    return bands[side].inside(frame)
