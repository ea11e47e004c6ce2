"""A person, or a part of one, is in the photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._telling import told
from packshot.rules.base import Finding, Fixable, Limit, rule
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPresent(Limit):
    allowed: bool = False
    """Goods of this kind may be shown on a person, or in a hand."""
    worn_is_fine: bool = True
    """Someone who wears the goods passes also where nothing is said of their kind."""
    min_chance: float = 0.92
    """A person is told from this chance on."""


@rule("person_present", since="0.1")
def judge(facts: Facts, limit: PersonPresent) -> Iterator[Finding]:
    """A person, or a part of one, is in the photo.

    Why: a dress is sold on a model, a kettle is not: a hand or a face beside it draws the eye, raises
    questions of rights to the picture, and most marketplaces refuse it as the main photo of such goods.
    Measured: our own network looks at the photo and its cut-out and says how likely a whole person, a part
    of one (hand, foot, head) or none is; told is the chance of the first two together.
    Breaks: a hand that holds a kettle; a model behind a chair.
    Holds: a dress on a model in the clothes' category; the kettle alone on the table.
    How to shoot: put the goods down, use a stand or a thread; keep hands for a further photo that shows the
    size.
    Fix: no; who holds the goods covers a part of them, and we do not draw what was never photographed. The
    photo goes to a person and is not dropped.
    Known limits: trained on whole people, hands laid beside goods, and clothes on people; a finger at the
    rim, a reflection of the photographer and dolls may be told wrongly. The place is not shown.
    """
    glance = facts.glance
    chance = glance.with_person
    if limit.allowed or not glance.looked or chance < limit.min_chance:
        return
    if limit.worn_is_fine and glance.worn == "person":
        return
    whole = glance.person["whole"] > glance.person["part"]
    figure, asked = told(chance * 100, limit.min_chance * 100), round(limit.min_chance * 100, 6)
    yield Finding(
        rule="person_present",
        severity=limit.severity,
        message=(
            say(
                "A person is in the photo ({sure:g} % sure; told from {limit:g} %); goods of this kind are"
                " shown alone.",
                sure=figure,
                limit=asked,
            )
            if whole
            else say(
                "A part of a person, such as a hand, is in the photo ({sure:g} % sure; told from {limit:g}"
                " %); goods of this kind are shown alone.",
                sure=figure,
                limit=asked,
            )
        ),
        cure=say("Shoot the goods alone; keep the photo with a person for a further place of the card."),
        measured=figure,
        limit=asked,
        unit="%",
        confidence=chance,
        fixable=Fixable.NO,
        learned=chance,
    )
