"""The file says that a machine made it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules._telling import no_worse_than
from packshot.rules.base import Finding, Limit, Severity, rule
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class AiMarked(Limit):
    allowed: bool = True
    """Photos with the mark are taken."""
    ask_mark: bool = False
    """The marketplace asks that generated pictures keep their mark."""


@rule("ai_marked", since="0.1")
def judge(facts: Facts, limit: AiMarked) -> Iterator[Finding]:
    """The file says that it was made by a machine.

    Why: buyers must be able to trust that the goods look as shown. Some marketplaces refuse generated
    pictures of goods, others ask that the mark which tells of them stays in the file.
    Measured: the mark that picture generators write into the file (IPTC digital source type).
    Breaks: a mug that never was before a lens, marked "trainedAlgorithmicMedia", where only photos are taken.
    Holds: a photo from a camera; a photo whose ground was laid anew by ordinary retouch.
    How to shoot: photograph the goods themselves; if you use a generator, keep its mark and say so.
    Fix: no; and the mark is never taken off: our result carries on the mark that its source had.
    Known limits: only the mark is read. A generated picture that lost its mark on the way is not told, and we
    do not guess from the pixels.
    """
    mark = facts.source.ai_made
    if not mark:
        return
    if not limit.allowed:
        yield Finding(
            rule="ai_marked",
            severity=limit.severity,
            message=say(
                "The file is marked as made by a machine ({mark}); photos of the goods are asked for.",
                mark=mark,
            ),
            cure=say("Send a photo of the goods themselves. Do not take the mark off: it must stay."),
            measured=mark,
            limit="no mark",
        )
        return
    yield Finding(
        rule="ai_marked",
        severity=no_worse_than(Severity.ADVICE, limit.severity),
        message=(
            say(
                "The file is marked as made by a machine ({mark}); the marketplace asks that the mark stays.",
                mark=mark,
            )
            if limit.ask_mark
            else say("The file is marked as made by a machine ({mark}); that is fine here.", mark=mark)
        ),
        cure=say("Nothing to do: our result keeps the mark. Check that the goods look as they are."),
        measured=mark,
        limit=mark if limit.ask_mark else "any",
    )
