"""The photo is blurred, enlarged, noisy or blocky."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, Fixable, Limit, rule
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpness(Limit):
    min_sharpness: float = 0
    """Least sharpness of the product's sharpest parts, 0…100: about 10 is blurred, 40 is crisp."""
    min_true_scale: float = 0
    """Least share of the pixel size that holds detail: 0.5 says that the photo was enlarged twice."""
    crisp_from: float = 100.0
    """From this sharpness on a photo was not enlarged, however little fine detail smooth goods hold."""
    max_noise: float | None = None
    """Most grain on flat parts, in levels of 255."""
    max_blockiness: float | None = None
    """Most JPEG squares: 0 none, above 1 visible."""


SURE_ENOUGH = 0.3
"""Plain cloth and smooth white goods have no edge to judge by; there the look's confidence is near 0."""


@rule("sharpness", since="0.1")
def judge(facts: Facts, limit: Sharpness) -> Iterator[Finding]:
    """The product is blurred, grainy, or enlarged from a small picture.

    Why: buyers judge cloth, seams and finish by the zoom; a soft picture looks like a bad copy and makes them
    doubt the goods. Marketplaces ask for true size and refuse enlarged thumbnails.
    Measured: the sharpness of the product's sharpest parts (0 to 100); which share of the pixel size holds
    detail at all; the grain on flat parts; the squares that JPEG leaves.
    Breaks: a hand-held photo in the evening, sharpness 8; a 300 px thumbnail blown up to 1200 px.
    Holds: a photo from a tripod by daylight, sharpness 50.
    How to shoot: rest the phone on something and use the timer, tap the goods to focus, wipe the lens, take
    more light instead of a longer time, and do not use the digital zoom.
    Fix: no for blur, grain and squares: we do not draw detail that is not there. Partly for enlarged
    photos: on a smaller canvas the lack is not seen.
    Known limits: smooth things (a white cup, matt glass, a balloon) have little that could be sharp, and then
    nothing is said; only the sharpest parts count, so a blurred rear of the goods passes.
    """
    if not facts.subject.found:
        return
    quality, boxes = facts.quality, (facts.subject.box,)
    confidence = sure(facts.subject.confidence)
    if quality.true_scale < limit.min_true_scale and quality.sharpness <= limit.crisp_from:
        figure, least = (
            told(quality.true_scale * 100, limit.min_true_scale * 100),
            percent(limit.min_true_scale),
        )
        yield Finding(
            rule="sharpness",
            severity=limit.severity,
            message=say(
                "The photo was enlarged: its detail would fit into {share:g} % of its width; {limit:g} %"
                " is asked for.",
                share=figure,
                limit=least,
            ),
            cure=say(
                "Send the original before it was enlarged. On a smaller canvas the lack of detail is not"
                " seen."
            ),
            measured=figure,
            limit=least,
            unit="%",
            boxes=boxes,
            confidence=confidence,
            fixable=Fixable.PARTLY,
        )
    elif quality.sharpness < limit.min_sharpness and quality.sharpness_confidence >= SURE_ENOUGH:
        figure = told(quality.sharpness, limit.min_sharpness)
        yield Finding(
            rule="sharpness",
            severity=limit.severity,
            message=say(
                "The product is blurred: its sharpness is {sharpness:g} of 100; {limit:g} is asked for.",
                sharpness=figure,
                limit=limit.min_sharpness,
            ),
            cure=say(
                "Shoot again from a firm rest with more light, and tap the product to focus: blur cannot"
                " be mended."
            ),
            measured=figure,
            limit=float(limit.min_sharpness),
            boxes=boxes,
            confidence=confidence * quality.sharpness_confidence,
        )
    if limit.max_noise is not None and quality.noise > limit.max_noise:
        figure = told(quality.noise, limit.max_noise)
        yield Finding(
            rule="sharpness",
            severity=limit.severity,
            message=say(
                "The photo is grainy: flat parts flicker by {noise:g} levels; at most {limit:g} is fine.",
                noise=figure,
                limit=limit.max_noise,
            ),
            cure=say(
                "Shoot with more light and a low ISO; smoothing afterwards takes the texture of the"
                " goods away."
            ),
            measured=figure,
            limit=float(limit.max_noise),
            boxes=boxes,
            confidence=confidence,
        )
    if limit.max_blockiness is not None and quality.blockiness > limit.max_blockiness:
        figure = told(quality.blockiness, limit.max_blockiness, 2)
        yield Finding(
            rule="sharpness",
            severity=limit.severity,
            message=say(
                "JPEG squares are seen: their strength is {strength:g}; at most {limit:g} is fine.",
                strength=figure,
                limit=limit.max_blockiness,
            ),
            cure=say(
                "Send the original from the camera and not a copy that a messenger or a site has squeezed."
            ),
            measured=figure,
            limit=float(limit.max_blockiness),
            boxes=boxes,
            confidence=confidence,
        )
