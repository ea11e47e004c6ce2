"""Report: all findings on one picture, the verdict and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from packshot.errors import BadPhoto, PackshotError
from packshot.image.photo import Source
from packshot.rules.base import Finding, Fixable, Severity
from packshot.words import LANGUAGES, Words, say, say_n

if TYPE_CHECKING:
    from packshot.journey.explain import Explained


class Verdict(StrEnum):
    """What should happen to the photo now: the one line that people read first."""

    PUBLISH = "publish"
    FIX = "fix"
    ASK_SELLER = "ask_seller"
    BY_HAND = "by_hand"

    @property
    def words(self) -> Words:
        return _VERDICTS[self]


_VERDICTS = {
    Verdict.PUBLISH: say("Ready to publish"),
    Verdict.FIX: say("We can fix it"),
    Verdict.ASK_SELLER: say("Ask the seller"),
    Verdict.BY_HAND: say("A person decides"),
}


class Level(StrEnum):
    SIMPLE = "simple"
    MEDIUM = "medium"
    HARD = "hard"
    BY_HAND = "by_hand"

    @property
    def words(self) -> Words:
        return _LEVELS[self]


_LEVELS = {
    Level.SIMPLE: say("simple"),
    Level.MEDIUM: say("medium"),
    Level.HARD: say("hard"),
    Level.BY_HAND: say("by hand"),
}


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How hard the photo is to mend, and why: the triage that routes it."""

    level: Level
    reasons: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    source: Source | None
    """None where the bytes were no photo."""
    profile: str
    profile_sha256: str
    category: str
    where: str
    """`source`, or the name of the variant that was judged."""
    findings: tuple[Finding, ...]
    verdict: Verdict
    difficulty: Difficulty | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Every fact that was asked for, as plain data."""
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    error: PackshotError | None = None
    why: Words = field(default=Words(""))
    """The verdict's reason, in one sentence."""
    explained: tuple[Explained, ...] = ()
    """How each rule came to its answer; only where that was asked for."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def headline(self) -> Words:
        """The verdict and how much was found, in one line."""
        if not self.findings:
            return say("{verdict}: nothing to mend", verdict=self.verdict.words)
        return say(
            "{verdict}: {errors}, {warnings}",
            verdict=self.verdict.words,
            errors=say_n("{count} error", "{count} errors", len(self.errors)),
            warnings=say_n("{count} warning", "{count} warnings", len(self.warnings)),
        )

    def as_dict(self) -> dict[str, Any]:
        return plain_dict(
            {
                "name": self.name,
                "where": self.where,
                "verdict": self.verdict,
                "headline": self.headline,
                "why": self.why,
                "profile": self.profile,
                "profile_sha256": self.profile_sha256,
                "category": self.category,
                "findings": self.findings,
                "difficulty": self.difficulty,
                "source": self.source,
                "facts": self.facts,
                "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
                "error": self.error,
                **({"explained": self.explained} if self.explained else {}),
            }
        )

    def _repr_html_(self) -> str:
        from packshot.journey.notebook import report_html

        return report_html(self)


def unreadable(error: BadPhoto, profile: str, profile_sha256: str, category: str) -> Report:
    """Bad bytes are a result too: one finding that says what they are."""
    finding = Finding(
        "bad_photo",
        Severity.ERROR,
        message=error.message,
        cure=error.cure or say("Save the photo again as JPEG or PNG."),
        measured=error.reason,
        limit="a photo",
        fixable=Fixable.NO,
    )
    return Report(
        error.name,
        None,
        profile,
        profile_sha256,
        category,
        "source",
        (finding,),
        Verdict.ASK_SELLER,
        error=error,
        why=say("Only another file helps: this one cannot be opened."),
    )


def plain_dict(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in values.items()}


def plain(value: Any) -> Any:
    """Dataclasses, enums, words and errors as what JSON can hold; sentences in every language."""
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, Words):
        return {language: value.in_(language) for language in LANGUAGES}
    if isinstance(value, PackshotError):
        return {"code": value.code, "message": plain(value.message), "cure": plain(value.cure)}
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return round(value, 6)
    return value
