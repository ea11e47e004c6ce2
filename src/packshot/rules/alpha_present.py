"""The file is see-through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules.base import Finding, Fixable, Limit, rule
from packshot.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaPresent(Limit):
    allowed: bool = True
    """A see-through ground is fine."""


@rule("alpha_present", since="0.1")
def judge(facts: Facts, limit: AlphaPresent) -> Iterator[Finding]:
    """The file has see-through parts.

    Why: what lies behind a see-through photo is chosen by the page: white here, black in dark mode, a
    chessboard in the app. Some marketplaces turn it black at upload.
    Measured: whether the file brings a transparency of its own that hides anything at all.
    Breaks: a PNG with the ground cut away, where the marketplace asks for a solid one.
    Holds: the same cut-out laid on white; a PNG whose transparency hides nothing.
    How to shoot: nothing to do with the camera: export from the editor with the ground switched on, as JPEG.
    Fix: yes; the cut-out that the file brings is kept and laid on the solid ground that is asked for.
    Known limits: a file whose transparency is solid all over counts as one without; whether the transparency
    was cut well is not judged here.
    """
    if limit.allowed or facts.photo.alpha is None:
        return
    yield Finding(
        rule="alpha_present",
        severity=limit.severity,
        message=say("Parts of the photo are see-through; a solid ground is asked for."),
        cure=say("Lay a solid ground under it and save as JPEG, or take our result."),
        measured="see-through",
        limit="solid",
        fixable=Fixable.YES,
    )
