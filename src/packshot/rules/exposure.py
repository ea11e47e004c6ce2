"""The light is too weak, too strong or too flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._glance import Glimpsed, with_glance
from packshot.rules._telling import percent, sure, told
from packshot.rules.base import Finding, Fixable, Severity, rule
from packshot.words import Words, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure(Glimpsed):
    severity: Severity = Severity.ADVICE
    """How bad wrong light is; advice where nothing else is said, for black goods are dark by nature."""
    min_median_l: float = 0
    """Least lightness of the product's middle tone, CIE L*, 0…100."""
    min_brightest: float = 0
    """Least lightness of the brightest hundredth of the whole photo, CIE L*: any sheet of paper has 80."""
    max_clipped_light: float = 1.0
    """Share of the product that may be burnt to white."""
    max_clipped_dark: float = 1.0
    """Share of the product that may be drowned in black."""
    min_contrast: float = 0
    """Least distance between the product's dark and light parts, CIE L*."""


@rule("exposure", since="0.1")
@with_glance("exposure", "too_dark", "too_bright")
def judge(facts: Facts, limit: Exposure) -> Iterator[Finding]:
    """The light on the product is too weak, too strong or too flat.

    Why: in a dark photo a black bag is a blot without seams; in a burnt one a white shirt has no folds. What
    is drowned or burnt cannot be brought back by any editor.
    Measured: on the product alone: the lightness of its middle tone, how much of it is burnt or drowned in
    black, and the distance between its dark and its light parts; on the whole photo: how light its lightest
    hundredth is, for a black bag is dark by nature, a photo without any light place is not.
    Breaks: a navy coat shot against a window; a steel pan under a flash, a third of it burnt.
    Holds: the coat lit from the front and the side, each seam to be seen.
    How to shoot: keep the window at your side and not behind the goods; put a white sheet at the dark side;
    no flash; tap the goods on the screen and slide the sun up or down.
    Fix: partly; the retouch lifts exposure and contrast within a bound that keeps the colour true. Burnt and
    drowned parts stay as they are.
    Known limits: black goods are dark and white goods are bright by nature, so these are advice unless the
    profile says more; lamps, mirrors and polished metal may be burnt on purpose.
    """
    if not facts.subject.found:
        return
    tone = facts.tone
    if tone.brightest < limit.min_brightest:
        figure = told(tone.brightest, limit.min_brightest)
        yield _finding(
            facts,
            limit,
            say(
                "The whole photo is dark: its lightest places have {light:g} of 100; {limit:g} is asked for.",
                light=figure,
                limit=limit.min_brightest,
            ),
            say(
                "Add light from the side or let the retouch lift the tones, as far as the colour stays true."
            ),
            (figure, limit.min_brightest, ""),
            Fixable.PARTLY,
        )
    elif tone.median_l < limit.min_median_l:
        figure = told(tone.median_l, limit.min_median_l)
        yield _finding(
            facts,
            limit,
            say(
                "The product is dark: its lightness is {light:g} of 100; {limit:g} is asked for.",
                light=figure,
                limit=limit.min_median_l,
            ),
            say(
                "Add light from the side or let the retouch lift the tones, as far as the colour stays true."
            ),
            (figure, limit.min_median_l, ""),
            Fixable.PARTLY,
        )
    elif tone.clipped_dark > limit.max_clipped_dark:
        figure, most = (
            told(tone.clipped_dark * 100, limit.max_clipped_dark * 100),
            percent(limit.max_clipped_dark),
        )
        yield _finding(
            facts,
            limit,
            say(
                "{share:g} % of the product is drowned in black; at most {limit:g} % is fine.",
                share=figure,
                limit=most,
            ),
            say("Shoot again with a white sheet at the dark side: nothing can be brought back from black."),
            (figure, most, "%"),
            Fixable.NO,
        )
    if tone.clipped_light > limit.max_clipped_light:
        figure, most = (
            told(tone.clipped_light * 100, limit.max_clipped_light * 100),
            percent(limit.max_clipped_light),
        )
        yield _finding(
            facts,
            limit,
            say(
                "{share:g} % of the product is burnt to white; at most {limit:g} % is fine.",
                share=figure,
                limit=most,
            ),
            say("Shoot again without flash and a little darker: nothing can be brought back from white."),
            (figure, most, "%"),
            Fixable.NO,
        )
    if tone.contrast < limit.min_contrast:
        figure = told(tone.contrast, limit.min_contrast)
        yield _finding(
            facts,
            limit,
            say(
                "The light is flat: dark and light parts of the product are {contrast:g} apart;"
                " {limit:g} is asked for.",
                contrast=figure,
                limit=limit.min_contrast,
            ),
            say("Light the product from one side, or let the retouch lift the contrast."),
            (figure, limit.min_contrast, ""),
            Fixable.PARTLY,
        )


def _finding(
    facts: Facts,
    limit: Exposure,
    message: Words,
    cure: Words,
    figures: tuple[float, float, str],
    fixable: Fixable,
) -> Finding:
    measured, asked, unit = figures
    return Finding(
        rule="exposure",
        severity=limit.severity,
        message=message,
        cure=cure,
        measured=measured,
        limit=float(asked),
        unit=unit,
        boxes=(facts.subject.box,),
        confidence=sure(facts.subject.confidence),
        fixable=fixable,
    )
