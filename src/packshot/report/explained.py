"""How each rule came to its answer, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packshot.profiles.describe import quantity
from packshot.words import Words, say, verbatim

MOST_READ = 60
"""Letters of a fact's value: a list of forty boxes is for JSON."""


def lines(explained: Sequence[Mapping[str, Any]], language: str) -> Iterator[tuple[int, str, str]]:
    """Depth, tone (good, bad, empty) and text of each line."""
    for rule in explained:
        holds = rule["holds"]
        told = say("{rule} holds", rule=rule["rule"]) if holds else say("{rule} is broken", rule=rule["rule"])
        yield 0, "good" if holds else "bad", told.in_(language)
        for asked in rule["asked"]:
            tone = {True: "good", False: "bad", None: ""}[asked["holds"]]
            yield (
                1,
                tone,
                f"{asked['field']}: {_compared(asked).in_(language)}. {_said(asked['said']).in_(language)}",
            )
        if rule["read"]:
            seen = "; ".join(f"{path} = {_short(value)}" for path, value in rule["read"].items())
            yield 1, "", say("Looked at: {facts}.", facts=seen).in_(language)


def _compared(asked: Mapping[str, Any]) -> Words:
    if asked["asks"] is None:
        return _plain(asked["limit"])
    measured, limit = quantity(asked["measured"], asked["unit"]), quantity(asked["limit"], asked["unit"])
    if asked["asks"] == "at_least":
        return say("{measured} measured, at least {limit} is asked for", measured=measured, limit=limit)
    return say("{measured} measured, at most {limit} is fine", measured=measured, limit=limit)


def _said(said: Mapping[str, str] | None) -> Words:
    if said is None:
        return say("Said by nobody: the default of the rule.")
    return say(
        "Said by {profile} ({source}, trust: {trust}, read {day}).",
        profile=said["by"],
        source=said["source"] or "–",
        trust=" ".join(filter(None, (said["trust"], said["confidence"]))),
        day=said["read"] or "–",
    )


def _plain(value: object) -> Words:
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, list):
        return verbatim(", ".join(map(str, value)))
    return verbatim(str(value))


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_short(part)}" for name, part in value.items()) + ")"
    if isinstance(value, list):
        told = ", ".join(map(_short, value))
        return f"[{told}]" if len(told) <= MOST_READ else f"[{len(value)}]"
    return str(value)
