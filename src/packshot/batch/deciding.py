"""What people decided about doubtful photos, written into their receipts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from packshot.batch.job import locked
from packshot.batch.ledger import Ledger
from packshot.batch.receipts import Row
from packshot.batch.shelf import Shelf, new_run
from packshot.batch.store import Store
from packshot.words import LANGUAGES, Words, say

CHUNK = 500
APPROVED = say("A person approved it.")
CURE = say("Take another photo.")
"""Of a rejected one."""


class Decision(Protocol):
    """As a review sheet gives it."""

    @property
    def key(self) -> str: ...
    @property
    def choice(self) -> str:
        """approve, redo, reject."""
        ...

    @property
    def note(self) -> str: ...
    @property
    def quality(self) -> str:
        """For redo; best where none is said."""
        ...


@dataclass(frozen=True, slots=True)
class Applied:
    approved: int
    rejected: int
    to_redo: int
    unknown: tuple[str, ...]
    """Keys that no receipt knows."""
    not_doubtful: tuple[str, ...]
    """Photos that were not up for review: nothing was changed."""


def apply(store: Store, decisions: Iterable[Decision]) -> Applied:
    wanted = {one.key: one for one in decisions}
    shelf = Shelf(store, new_run())
    counted = dict.fromkeys(("approve", "reject", "redo"), 0)
    with locked(store), Ledger() as ledger:
        ledger.load(shelf)
        known = ledger.known(list(wanted))
        open_ones = {key: one for key, one in known.items() if one.status == "review"}
        rows = []
        for key, spot in open_ones.items():
            counted[wanted[key].choice] += 1
            rows.append(_decided(shelf.row(spot.spot), wanted[key]))
        for start in range(0, len(rows), CHUNK):
            some = rows[start : start + CHUNK]
            file = shelf.write(some)
            ledger.record(shelf.spots(file, some))
        if rows:
            shelf.tidy(ledger)
    return Applied(
        counted["approve"],
        counted["reject"],
        counted["redo"],
        tuple(key for key in wanted if key not in known),
        tuple(key for key in known if key not in open_ones),
    )


def _decided(row: Row, decision: Decision) -> Row:
    if decision.choice == "approve":
        return {**row, "status": "fixed", "decision": "approved", **_because(APPROVED)}
    if decision.choice == "redo":
        return {**row, "decision": f"redo:{decision.quality or 'best'}"}
    why = rejected(decision.note)
    return {
        **row,
        "status": "failed",
        "decision": "rejected",
        "error": "rejected",
        **_because(why),
        **_error(why),
    }


def rejected(note: str) -> Words:
    return say("A person rejected it: {note}", note=note) if note else say("A person rejected it.")


def _because(why: Words) -> Row:
    return {f"reasons_{language}": [why.in_(language)] for language in LANGUAGES}


def _error(why: Words) -> Row:
    told = {f"error_{language}": why.in_(language) for language in LANGUAGES}
    return told | {f"cure_{language}": CURE.in_(language) for language in LANGUAGES}
