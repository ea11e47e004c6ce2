"""One photo of a run as every format tells it, whether it was judged just now or read from `report.jsonl`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from packshot.words import LANGUAGES, Words, say, verbatim

Texts = Mapping[str, str]
"""A sentence in every language."""
Told = Mapping[str, Any]
"""What `as_dict()` gives."""

MOST_WHY = 3

TONES = {
    "publish": "good",
    "compliant": "good",
    "fixed": "good",
    "cut": "good",
    "upscaled": "good",
    "mended": "good",
    "kept": "good",
    "fix": "doubt",
    "by_hand": "doubt",
    "review": "doubt",
    "ask_seller": "bad",
    "failed": "bad",
}
"""How a state looks; a word always stands beside."""

STATES = {
    "publish": say("Ready to publish"),
    "fix": say("We can fix it"),
    "ask_seller": say("Ask the seller"),
    "by_hand": say("A person decides"),
    "compliant": say("compliant"),
    "fixed": say("fixed"),
    "review": say("to review"),
    "failed": say("failed"),
    "cut": say("cut out"),
    "upscaled": say("enlarged"),
    "mended": say("mended"),
    "kept": say("left as it is"),
}
"""Verdicts of a check and statuses of a fix, in the order of a summary."""

SEVERITIES = {"error": say("error"), "warning": say("warning"), "advice": say("advice")}


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, told."""

    rule: str
    severity: str
    message: Texts
    cure: Texts
    measured: Any
    limit: Any
    unit: str
    boxes: tuple[tuple[int, int, int, int], ...]
    """Left, top, right, bottom in upright source pixels."""
    confidence: float
    fixable: str
    learned: float | None = None
    """The chance that the learned judge gives it."""

    @property
    def how_sure(self) -> Words | None:
        """None where nothing is left to doubt."""
        if self.learned is not None:
            return say(
                "({share:.0%} sure; the network alone: {learned:.0%})",
                share=self.confidence,
                learned=self.learned,
            )
        return say("({share:.0%} sure)", share=self.confidence) if self.confidence < 0.995 else None


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    title: str
    """The key, and the marketplace where several were asked."""
    profile: str
    path: str
    """Where the photo lies, for machines that link to it."""
    state: str
    """A verdict after a check, a status after a fix: a key of STATES."""
    headline: Texts
    why: tuple[Texts, ...]
    """At most three lines."""
    findings: tuple[Found, ...]
    """Of the photo as it came."""
    left: Mapping[str, tuple[Found, ...]]
    """Variant → what is still to be found in the picture that was made."""
    outputs: Mapping[str, str]
    """Variant → its file, below the folder of results."""
    size: tuple[int, int] | None
    sha256: str
    told: Told = field(repr=False)

    @property
    def tone(self) -> str:
        return TONES[self.state]


def checked(told: Told, *, key: str, path: str, one_of_several: bool = False) -> Entry:
    """Of a `Report.as_dict()`; `one_of_several` profiles that judged the photo."""
    findings = _findings(told)
    return Entry(
        key=key,
        title=f"{key} · {told['profile']}" if one_of_several else key,
        profile=told["profile"],
        path=path,
        state=told["verdict"],
        headline=told["headline"],
        why=tuple(_why(told))[:MOST_WHY],
        findings=findings,
        left={},
        outputs={},
        size=_size(told),
        sha256=(told["source"] or {}).get("sha256", ""),
        told=told,
    )


def fixed(line: Told, *, path: str) -> Entry:
    """Of a line of `report.jsonl`."""
    before = line.get("before") or {"findings": (), "source": None}
    reasons = tuple(line["reasons"])
    return Entry(
        key=line["key"],
        title=line["key"],
        profile=before.get("profile", ""),
        path=path,
        state=line["status"],
        headline=headline_of(STATES[line["status"]], reasons[:1]),
        why=reasons[:MOST_WHY],
        findings=_findings(before),
        left={variant: _findings(report) for variant, report in line.get("after", {}).items()},
        outputs={variant: out["file"] for variant, out in line.get("outputs", {}).items()},
        size=_size(before),
        sha256=(before["source"] or {}).get("sha256", ""),
        told=line,
    )


def broken(key: str, path: str, reason: Words) -> Entry:
    """A photo that nobody could judge, through no fault of its own."""
    why = in_all(reason)
    told = {"name": key, "verdict": "failed", "headline": why, "findings": [], "error": why}
    headline = headline_of(STATES["failed"], (why,))
    return Entry(key, key, "", path, "failed", headline, (why,), (), {}, {}, None, "", told)


def printable(name: str) -> str:
    """A file's name on one line: nothing in it may move the cursor or colour a terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def in_all(words: Words) -> Texts:
    return {language: words.in_(language) for language in LANGUAGES}


def totals(states: Iterable[str]) -> dict[str, int]:
    """How many of each, in the order of STATES; only what occurs."""
    counted = Counter(states)
    return {state: counted[state] for state in STATES if state in counted}


def headline_of(state: Words, reasons: Sequence[Texts]) -> Texts:
    return {
        language: ": ".join([state.in_(language), *(reason[language] for reason in reasons)])
        for language in LANGUAGES
    }


def _findings(told: Told) -> tuple[Found, ...]:
    return tuple(
        Found(
            rule=finding["rule"],
            severity=finding["severity"],
            message=finding["message"],
            cure=finding["cure"],
            measured=finding["measured"],
            limit=finding["limit"],
            unit=finding["unit"],
            boxes=tuple((b["left"], b["top"], b["right"], b["bottom"]) for b in finding["boxes"]),
            confidence=finding["confidence"],
            fixable=finding["fixable"],
            learned=finding.get("learned"),
        )
        for finding in told["findings"]
    )


def _size(told: Told) -> tuple[int, int] | None:
    source = told["source"]
    return (source["size"]["width"], source["size"]["height"]) if source else None


def _why(told: Told) -> Iterable[Texts]:
    """What the verdict stands on, and how hard the photo is to mend."""
    if told["why"]["en"]:
        yield told["why"]
    difficulty = told["difficulty"]
    if difficulty and difficulty["level"] != "simple":
        reasons = {
            language: "; ".join(reason[language].rstrip(".") for reason in difficulty["reasons"])
            for language in LANGUAGES
        }
        levels = {"medium": say("medium"), "hard": say("hard"), "by_hand": say("by hand")}
        yield {
            language: say(
                "Difficulty: {level} ({reasons}).",
                level=levels[difficulty["level"]],
                reasons=verbatim(reasons[language]),
            ).in_(language)
            for language in LANGUAGES
        }
