"""The photo has too few or too many pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.image.types import Size
from packshot.look.facts import Facts
from packshot.rules._telling import no_worse_than, told
from packshot.rules.base import Finding, Fixable, Limit, Severity, rule
from packshot.words import Words, say


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSize(Limit):
    min_width: int = 0
    """Smallest width, px."""
    min_height: int = 0
    """Smallest height, px."""
    min_long_side: int = 0
    """Smallest longer side, px."""
    min_short_side: int = 0
    """Smallest shorter side, px."""
    max_long_side: int | None = None
    """Largest longer side, px."""
    max_short_side: int | None = None
    """Largest shorter side, px; where a marketplace says 4320×7680."""
    max_megapixels: float | None = None
    """Most pixels altogether, millions."""
    exact: tuple[int, int] | None = None
    """Width and height that the photo must have to the pixel."""
    recommended_long_side: int | None = None
    """Below it there is advice and no more."""
    recommended_short_side: int | None = None
    """The same for the shorter side."""


@rule("image_size", since="0.1")
def judge(facts: Facts, limit: ImageSize) -> Iterator[Finding]:
    """The photo has too few or too many pixels.

    Why: buyers zoom in to see the cloth and the seams; a small picture turns to mush there, and marketplaces
    switch the zoom off or refuse it. A huge one is refused by the upload.
    Measured: width and height of the file in pixels, turned upright, before any shrinking on our side.
    Breaks: 600×800 px where 900×1200 is asked for; 12 000 px where 8000 is the most.
    Holds: 2400×3200 px, as any phone of the last years makes.
    How to shoot: set the camera to its largest size and send the file itself; messengers shrink photos unless
    they are sent as a document.
    Fix: too large, yes; too small, partly: the picture can be enlarged, yet detail that was not shot does not
    come back, and some marketplaces advise against it.
    Known limits: the figure says nothing about true detail: a small picture that somebody enlarged passes
    here and is told by the rule on sharpness.
    """
    size = facts.source.size
    if limit.exact is not None and (size.width, size.height) != limit.exact:
        width, height = limit.exact
        smaller = size.width < width or size.height < height
        yield Finding(
            rule="image_size",
            severity=limit.severity,
            message=say(
                "The photo is {size} px; exactly {exact} px is asked for.",
                size=str(size),
                exact=str(Size(width, height)),
            ),
            cure=say("Let the retouch place the product on a picture of that size."),
            measured=(float(size.width), float(size.height)),
            limit=(float(width), float(height)),
            unit="px",
            fixable=Fixable.PARTLY if smaller else Fixable.YES,
        )
        return
    too_small = [
        (px, least, message)
        for px, least, message in (
            (size.width, limit.min_width, _narrow),
            (size.height, limit.min_height, _low),
            (size.short_side, limit.min_short_side, _short_side),
            (size.long_side, limit.min_long_side, _long_side),
        )
        if px < least
    ]
    if too_small:
        px, least, message = min(too_small, key=lambda one: one[0] / one[1])
        yield Finding(
            rule="image_size",
            severity=limit.severity,
            message=message(px, least),
            cure=say(
                "Send the original from the camera. The retouch can enlarge, yet lost detail does not"
                " come back."
            ),
            measured=float(px),
            limit=float(least),
            unit="px",
            fixable=Fixable.PARTLY,
        )
    else:
        yield from _advice(size, limit)
    yield from _too_large(size, limit)


def _too_large(size: Size, limit: ImageSize) -> Iterator[Finding]:
    megapixels = size.area / 1e6
    cure = say("Save the photo smaller, or take our result: it has the size that is asked for.")
    message: Words
    if limit.max_long_side is not None and size.long_side > limit.max_long_side:
        message = say(
            "The long side is {px} px; at most {limit} px is fine.",
            px=size.long_side,
            limit=limit.max_long_side,
        )
        measured, most, unit = float(size.long_side), float(limit.max_long_side), "px"
    elif limit.max_short_side is not None and size.short_side > limit.max_short_side:
        message = say(
            "The short side is {px} px; at most {limit} px is fine.",
            px=size.short_side,
            limit=limit.max_short_side,
        )
        measured, most, unit = float(size.short_side), float(limit.max_short_side), "px"
    elif limit.max_megapixels is not None and megapixels > limit.max_megapixels:
        measured, most, unit = told(megapixels, limit.max_megapixels), float(limit.max_megapixels), "MP"
        message = say(
            "The photo has {count:g} million pixels; at most {limit:g} million is fine.",
            count=measured,
            limit=most,
        )
    else:
        return
    yield Finding(
        rule="image_size",
        severity=limit.severity,
        message=message,
        cure=cure,
        measured=measured,
        limit=most,
        unit=unit,
        fixable=Fixable.YES,
    )


def _advice(size: Size, limit: ImageSize) -> Iterator[Finding]:
    for px, better, message in (
        (size.short_side, limit.recommended_short_side, _better_short),
        (size.long_side, limit.recommended_long_side, _better_long),
    ):
        if better is not None and px < better:
            yield Finding(
                rule="image_size",
                severity=no_worse_than(Severity.ADVICE, limit.severity),
                message=message(px, better),
                cure=say("If you have the photo in a larger size, send that one: buyers can zoom in then."),
                measured=float(px),
                limit=float(better),
                unit="px",
                fixable=Fixable.PARTLY,
            )
            return


def _narrow(px: int, limit: int) -> Words:
    return say("The photo is {px} px wide; at least {limit} px is asked for.", px=px, limit=limit)


def _low(px: int, limit: int) -> Words:
    return say("The photo is {px} px high; at least {limit} px is asked for.", px=px, limit=limit)


def _short_side(px: int, limit: int) -> Words:
    return say("The short side is {px} px; at least {limit} px is asked for.", px=px, limit=limit)


def _long_side(px: int, limit: int) -> Words:
    return say("The long side is {px} px; at least {limit} px is asked for.", px=px, limit=limit)


def _better_short(px: int, better: int) -> Words:
    return say(
        "The short side is {px} px, which is enough; {better} px would look better.", px=px, better=better
    )


def _better_long(px: int, better: int) -> Words:
    return say(
        "The long side is {px} px, which is enough; {better} px would look better.", px=px, better=better
    )
