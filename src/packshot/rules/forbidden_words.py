"""Words on the photo that do not belong there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from packshot.look.blocks import Block, blocks
from packshot.look.facts import Facts
from packshot.look.reading import ReadLine
from packshot.look.text import HALF
from packshot.rules._lexicon import SPARED, Passage, Phrases, lexicon, phrases_of
from packshot.rules._telling import sure
from packshot.rules.base import Finding, Fixable, Limit, rule
from packshot.words import Words, say, say_n

Group = Literal[
    "prices",
    "discounts",
    "hits",
    "novelty",
    "superlatives",
    "contacts",
    "marketplaces",
    "delivery",
    "calls",
]
EVERY: tuple[Group, ...] = (
    *("prices", "discounts", "hits", "novelty", "superlatives"),
    *("contacts", "marketplaces", "delivery", "calls"),
)

NAMES: Mapping[str, Words] = {
    "prices": say("prices"),
    "discounts": say("discounts"),
    "hits": say("“bestseller” and “hit”"),
    "novelty": say("“new”"),
    "superlatives": say("superlatives"),
    "contacts": say("contacts"),
    "marketplaces": say("names of marketplaces"),
    "delivery": say("promises of delivery, payment and warranty"),
    "calls": say("calls to buy"),
    "extra": say("words of the profile's own list"),
}

SHOWN = 40
"""Letters of a line that a sentence can bear."""
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenWords(Limit):
    groups: tuple[Group, ...] = EVERY
    """Which kinds of words are told."""
    extra_words: tuple[str, ...] = ()
    """More words and phrases; ~ at a word's end stands for all its endings."""
    allowed_words: tuple[str, ...] = ()
    """Words and phrases that are fine: the brand's own name, its own domain."""
    on_product: bool = False
    """Words printed on the goods and their packaging are told too."""
    min_confidence: float = 0.5
    """Lines that the reader is less sure of are left out."""


@rule("forbidden_words", since="0.1")
def judge(facts: Facts, limit: ForbiddenWords) -> Iterator[Finding]:
    """Words of advertising or contacts are laid over the photo.

    Why: marketplaces show the price, the discount and the delivery themselves, and today's; a price in the
    picture grows old, a phone number leads the buyer away, "the best" is a claim that the law asks proof for.
    Such words are a reason for refusal even where a plain caption is fine.
    Measured: text laid over the photo, read in Russian and English and compared with a list by groups:
    prices, discounts, hits, novelty, superlatives, contacts, marketplaces, delivery, calls to buy. Lines of
    one size that stand below each other are read in one go, so a phrase or a number may go on in the next.
    Endings, letters that look alike (CKИДKA in Latin letters) and one wrong letter in a long word are borne.
    Breaks: "SALE −50 %" in a corner; "хит продаж" on a ribbon; @myshop along the edge.
    Holds: "100 % cotton" beside the shirt; "скидка" as part of the print on the goods; a size.
    How to shoot: send the photo before the designer's layer. Prices, discounts and contacts have fields of
    their own in the card.
    Fix: yes where the words lie on the ground, for the ground is laid anew. Words over the goods are shown
    and not painted out.
    Known limits: handwriting, other alphabets and letters under 8 px are not read; a word that is part of a
    brand's name is told too, unless the profile allows it; the list knows no irony and no context.
    """
    lines = [
        line
        for line in (facts.reading if limit.on_product else facts.laid_words).lines
        if line.confidence >= limit.min_confidence and (line.laid_over or limit.on_product)
    ]
    places: list[Block] = []
    told: dict[str, None] = {}
    for block in blocks(lines):
        groups = said("\n".join(line.text for line in block), limit)
        told |= dict.fromkeys(groups)
        places += _runs(block, set().union(*groups.values()))
    if not places:
        return
    guilty = [line for place in places for line in place]
    over_goods = sum(line.found.on_product >= HALF for line in guilty)
    yield Finding(
        rule="forbidden_words",
        severity=limit.severity,
        message=say_n(
            "The photo says {lines}: {groups} do not belong on it.",
            "The photo says in {count} places {lines}: {groups} do not belong on it.",
            len(places),
            lines=listed([_quoted(" ".join(line.text for line in place)) for place in places]),
            groups=listed([NAMES[group] for group in told], most=len(told)),
        ),
        cure=(
            say("Send the photo without these words: what lies under them cannot be known.")
            if over_goods
            else say("Send the photo without these words, or let the retouch lay a clean ground.")
        ),
        measured=float(len(places)),
        limit=0.0,
        boxes=tuple(line.box for line in guilty),
        confidence=sure(max(map(_surety, guilty))),
        fixable=_fixable(over_goods, len(guilty)) if facts.subject.found else Fixable.NO,
    )


def said(text: str, limit: ForbiddenWords) -> dict[str, set[int]]:
    """The groups that a passage speaks of, each with the lines that do."""
    peaceful: Sequence[Phrases] = (lexicon()[SPARED].phrases, phrases_of(limit.allowed_words))
    passage = Passage.of(text, peaceful, without=limit.allowed_words)
    found: dict[str, set[int]] = {name: lexicon()[name].said_in(passage) for name in limit.groups}
    if limit.extra_words:
        found["extra"] = set(passage.holding(phrases_of(limit.extra_words)))
    return {name: lines for name, lines in found.items() if lines}


def _runs(block: Block, guilty: set[int]) -> list[Block]:
    """Guilty lines that follow each other are one place."""
    runs: list[Block] = []
    for at in sorted(guilty):
        if at - 1 in guilty:
            runs[-1] += (block[at],)
        else:
            runs.append((block[at],))
    return runs


def listed(parts: Sequence[Words], most: int = MOST_SHOWN) -> Words:
    shown = reduce(lambda some, more: say("{some}, {more}", some=some, more=more), parts[:most])
    return shown if len(parts) <= most else say("{some} and more", some=shown)


def _quoted(text: str) -> Words:
    return say("“{text}”", text=text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip()}…")


def _surety(line: ReadLine) -> float:
    drawn = 1.0 if line.found.on_product < HALF else line.found.overlaid
    return line.confidence * line.found.confidence * drawn


def _fixable(over_goods: int, count: int) -> Fixable:
    if over_goods == 0:
        return Fixable.YES
    return Fixable.NO if over_goods == count else Fixable.PARTLY
