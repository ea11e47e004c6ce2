"""A photo on a page of a catalogue: before and after side by side, its state, and why it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from packshot.report.catalogue.cases import Case
from packshot.report.catalogue.teller import Teller
from packshot.report.entry import STATES, TONES
from packshot.report.html import icon, inside
from packshot.words import Words, say, verbatim

Picture = Callable[[str], bytes]
"""A small picture, as WebP or JPEG; empty where it cannot be had."""

MOST_PICTURES = 3
"""Of one photo."""


def absent(name: str) -> bytes:
    """A picture that cannot be had."""
    return b""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Asked for when the photo's turn comes, so that memory stays flat."""

    after: Picture
    """By the file that a receipt names."""
    before: Picture = absent
    """By the photo's key; its source may be gone."""

    def of(self, case: Case) -> dict[str, bytes]:
        """`before` and each variant, those that are there."""
        all_ = {"before": self.before(case.key)}
        all_ |= {variant: self.after(file) for variant, file in case.outputs.items()}
        return {name: data for name, data in all_.items() if data}


def tone(status: str) -> str:
    return TONES.get(status, "advice")


def state(status: str) -> Words:
    return STATES.get(status) or verbatim(status or "–")


def cards(told: str) -> str:
    return f'<div class="cards">{told}</div>'


def card(case: Case, pictures: Pictures, teller: Teller, why: Words | None = None) -> str:
    small = list(pictures.of(case).items())
    shown = "".join(_picture(case.key, name, data, teller) for name, data in small[:MOST_PICTURES])
    shown = shown or f'<p class="none">{teller(say("There is no picture to show."))}</p>'
    reasons = [escape(reason) for reason in case.reasons.get(teller.language, ())]
    if why:
        reasons.insert(0, f"<b>{teller(why)}</b>")
    left = escape(", ".join(case.left))
    if left:
        reasons.append(f"{teller(say('Still found:'))} {left}")
    told = "".join(f"<li>{reason}</li>" for reason in reasons)
    title = f"<small>{escape(case.title)}</small>" if case.title and case.title != case.key else ""
    return (
        f'<article class="case"><div class="pictures">{shown}</div><h4>{escape(case.key)}{title}</h4>'
        f'<p class="state {tone(case.status)}">{icon(tone(case.status))}{teller(state(case.status))}'
        f'<span class="facts">{escape(facts(case, teller))}</span></p><ul class="why">{told}</ul></article>'
    )


def _picture(key: str, name: str, data: bytes, teller: Teller) -> str:
    words = say("before") if name == "before" else verbatim(name)
    alt = (
        say("{name}, before", name=key)
        if name == "before"
        else say("{name}, after: {variant}", name=key, variant=name)
    )
    return (
        f'<figure><img loading="lazy" decoding="async" alt="{teller(alt)}" src="{inside(data)}">'
        f"<figcaption>{teller(words)}</figcaption></figure>"
    )


def facts(case: Case, teller: Teller) -> str:
    told = []
    if case.confidence is not None:
        told.append(say("{share} sure", share=verbatim(teller.percent(case.confidence))).in_(teller.language))
    if case.delta_e is not None:
        told.append(f"ΔE {teller.decimal(case.delta_e, 1)}")
    if case.ms is not None:
        told.append(teller.time(case.ms))
    return " · ".join(told)
