"""An old catalogue, sorted: what each photo needs, and what the whole of it will cost people and machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from packshot.journey.assess import Hands, estimate
from packshot.journey.report import Level, Verdict
from packshot.report import table
from packshot.report.entry import Entry, Texts

COLUMNS = (
    *("photo", "level", "verdict", "reasons", "retouch_mends", "new_photo_for"),
    *("done_probability", "machine_seconds", "hand_minutes", "profile"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One photo."""

    photo: str
    level: Level
    verdict: Verdict
    reasons: tuple[Texts, ...]
    mends: tuple[str, ...]
    """Rules that the retouch mends, wholly or in part."""
    asks: tuple[str, ...]
    """Rules that only a new photo can keep."""
    done: float
    machine_seconds: float
    hand_minutes: float
    profile: str


@dataclass(frozen=True, slots=True)
class Sum:
    """All photos."""

    photos: int
    done: float
    """How many of them will surely want no person, on average."""
    machine_minutes: float
    hand_minutes: float
    all_by_hand_minutes: float
    """If a person mended each in an editor."""

    @property
    def done_share(self) -> float:
        return self.done / max(1, self.photos)

    @property
    def saved_hours(self) -> float:
        return (self.all_by_hand_minutes - self.hand_minutes) / 60


def row_of(entry: Entry, hands: Hands) -> Row:
    """A photo that nobody could open or judge is for a person."""
    difficulty = entry.told.get("difficulty")
    level = Level(difficulty["level"]) if difficulty else Level.BY_HAND
    verdict = Verdict(entry.state) if entry.state in tuple(Verdict) else Verdict.BY_HAND
    guess = estimate(level, verdict, hands)
    told = [finding for finding in entry.findings if finding.severity in ("error", "warning")]
    return Row(
        photo=entry.key,
        level=level,
        verdict=verdict,
        reasons=tuple(difficulty["reasons"]) if difficulty else (entry.headline,),
        mends=tuple(dict.fromkeys(finding.rule for finding in told if finding.fixable != "no")),
        asks=tuple(dict.fromkeys(finding.rule for finding in told if finding.fixable == "no")),
        done=guess.done,
        machine_seconds=guess.machine_seconds,
        hand_minutes=guess.hand_minutes,
        profile=entry.profile,
    )


def summed(rows: Sequence[Row], hands: Hands) -> Sum:
    return Sum(
        photos=len(rows),
        done=sum(row.done for row in rows),
        machine_minutes=sum(row.machine_seconds for row in rows) / 60,
        hand_minutes=sum(row.hand_minutes for row in rows),
        all_by_hand_minutes=len(rows) * hands.edit_minutes,
    )


def by_level(rows: Sequence[Row]) -> dict[Level, list[Row]]:
    """Only levels that occur, from simple to by hand."""
    return {level: some for level in Level if (some := [row for row in rows if row.level is level])}


def why(rows: Sequence[Row], language: str) -> Counter[str]:
    """Rules that ask for a person, or else the reason of the level: how many photos each."""
    counted: Counter[str] = Counter()
    for row in rows:
        if row.done < 0.5:
            counted.update(row.asks or {reason[language] for reason in row.reasons})
    return counted


def csv_lines(rows: Iterable[Row], language: str) -> Iterator[str]:
    yield table.row(COLUMNS)
    for row in rows:
        yield table.row(
            (
                row.photo,
                row.level.value,
                row.verdict.value,
                " ".join(reason[language] for reason in row.reasons),
                " ".join(row.mends),
                " ".join(row.asks),
                row.done,
                row.machine_seconds,
                round(row.hand_minutes, 3),
                row.profile,
            )
        )


def json_lines(rows: Sequence[Row], total: Sum) -> Iterator[str]:
    told = {
        "photos": [asdict(row) for row in rows],
        "total": asdict(total) | {"done_share": total.done_share, "saved_hours": total.saved_hours},
    }
    yield json.dumps(told, ensure_ascii=False, indent=1) + "\n"
