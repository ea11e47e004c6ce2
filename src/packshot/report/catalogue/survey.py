"""The sums of a catalogue, as `summary.json` has them: one pass over receipts, in any order, in little room.

Every photo is counted once in each of `statuses`, `verdicts.before`, `verdicts.after`, `difficulty`, `routes`
and `categories`, so each of them adds up to `photos`. A rule counts photos, not findings: each at the worst
severity that the rule gave it. Times are of photos that were worked: a twin's bytes were not worked again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from packshot.journey.report import Level, Verdict
from packshot.journey.result import Status
from packshot.report.catalogue.cases import Foremost, Row, Sample
from packshot.report.catalogue.causes import Causes
from packshot.report.catalogue.evenness import Evenness, Evennesses, furthest
from packshot.report.catalogue.tally import Histogram, Tally, finite, ratios, steps

SHOWN = 24
"""Worst cases and sampled photos; an outlier or a failure has its table."""
MOST_OUTLIERS = 60

FORM = 1
"""Of summary.json; a change that breaks its readers raises it."""
COLUMNS = (
    *("key", "sku", "title", "category", "size_bytes", "status", "reasons_en", "reasons_ru", "verdict"),
    *("findings", "difficulty", "route", "engine", "confidence", "delta_e", "guards_failed"),
    *("error", "error_en", "error_ru", "cure_en", "cure_ru", "outputs", "ms", "stages", "attempts"),
    *("same_as", "decision", "profile", "profile_sha256", "options", "weights", "version", "run", "done_at"),
)
"""Of a receipt, what a survey reads; others need not be loaded."""
MAKERS = ("profile", "profile_sha256", "options", "weights", "version")
"""What made the pictures."""
ONE_FOR_ALL = ("profile", "weights", "version")
"""Of them, what a catalogue has one of; options, and with them a profile's values, differ by category."""
SEVERITIES = ("error", "warning", "advice")
LOOKS = "look: "
"""Stages so named are parts of another stage: they are told, and not added to the whole."""
MICROSECONDS = 1000
"""Times are summed as whole numbers: no order of the rows changes the last digit."""


class Survey:
    """`add` each receipt, then ask."""

    def __init__(self, *, seed: int = 0, shown: int = SHOWN) -> None:
        self.statuses = Tally(*Status)
        self.before, self.after = Tally(*Verdict), Tally(*Verdict)
        self.difficulty = Tally(*Level)
        self.routes, self.categories, self.engines, self.guards, self.decisions, self.runs = _tallies(6)
        self.made_by = {name: Tally() for name in MAKERS}
        self._recipes = Tally()
        self.rules_before: dict[str, Tally] = {severity: Tally() for severity in SEVERITIES}
        self.rules_after: dict[str, Tally] = {severity: Tally() for severity in SEVERITIES}
        self.causes = Causes()
        self.histograms = {
            "delta_e": Histogram(steps(0, 10, 40)),
            "ms": Histogram(ratios(10, 600_000, 60)),
            "confidence": Histogram(steps(0, 1, 20)),
            "fill_share": Histogram(steps(0, 1, 50)),
            "tone": Histogram(steps(0, 100, 50)),
        }
        self.stages, self.stage_photos = _tallies(2)
        self.micros = self.twins = self.tried_again = self.attempts = 0
        self.outputs = self.bytes_in = self.bytes_out = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self._even = Evennesses()
        self.least_sure, self.most_changed, self.slowest = (Foremost(shown) for _ in range(3))
        self.sample = Sample(shown, seed)

    @property
    def photos(self) -> int:
        return self.statuses.total

    @property
    def failed(self) -> int:
        return self.statuses[Status.FAILED]

    @property
    def mixed(self) -> tuple[str, ...]:
        """Makers of which there are several: such pictures need not look like one catalogue. A profile whose
        values were changed between two runs gives one set of options several `profile_sha256`."""
        several = [name for name in ONE_FOR_ALL if len(self.made_by[name]) > 1]
        if len(self._recipes) > len(self.made_by["options"]):
            several.append("profile_sha256")
        return tuple(several)

    # ---- one photo -----------------------------------------------------------------------------------------

    def add(self, row: Row) -> None:
        self._count(row)
        self._judge(row)
        self._clock(row)
        self._measure(row)
        self._keep(row)

    def add_all(self, rows: Iterable[Row]) -> Survey:
        for row in rows:
            self.add(row)
        return self

    def _count(self, row: Row) -> None:
        for tally, column in (
            (self.statuses, "status"),
            (self.difficulty, "difficulty"),
            (self.routes, "route"),
            (self.categories, "category"),
            (self.engines, "engine"),
            (self.runs, "run"),
        ):
            tally.add(row.get(column))
        for name in row.get("guards_failed") or ():
            self.guards.add(name)
        if row.get("decision"):
            self.decisions.add(row["decision"])
        if row.get("profile_sha256"):  # a photo that could not be read was made by nothing
            for name, tally in self.made_by.items():
                tally.add(row.get(name))
            self._recipes.add(f"{row.get('options')} {row['profile_sha256']}")
        if row.get("status") == Status.FAILED or row.get("error"):
            self.causes.add(row)
        self.twins += bool(row.get("same_as"))
        self.tried_again += (row.get("attempts") or 1) > 1
        self.attempts += row.get("attempts") or 0
        self.bytes_in += row.get("size_bytes") or 0

    def _judge(self, row: Row) -> None:
        outputs = row.get("outputs") or ()
        self.before.add(row.get("verdict"))
        self.after.add(_worst_verdict(one.get("verdict") for one in outputs))
        _add_rules(self.rules_before, row.get("findings") or ())
        _add_rules(self.rules_after, (found for one in outputs for found in one.get("findings") or ()))

    def _clock(self, row: Row) -> None:
        done = row.get("done_at")
        if isinstance(done, datetime):
            self.first = min(self.first or done, done)
            self.last = max(self.last or done, done)
        if row.get("same_as"):
            return
        self.histograms["ms"].add(row.get("ms"))
        self.micros += _micros(row.get("ms"))
        for stage in row.get("stages") or ():
            self.stages.add(stage["stage"], _micros(stage["ms"]))
            self.stage_photos.add(stage["stage"])

    def _measure(self, row: Row) -> None:
        for name in ("delta_e", "confidence"):
            self.histograms[name].add(row.get(name))
        for one in row.get("outputs") or ():
            self.outputs += 1
            self.bytes_out += one.get("size_bytes") or 0
            for name in ("fill_share", "tone"):
                self.histograms[name].add(one.get(name))
            self._even.add(row, one)

    def _keep(self, row: Row) -> None:
        if row.get("outputs"):  # a photo without a picture stands among the failures
            confidence = finite(row.get("confidence"))
            # A photo for review comes before any other, whatever its confidence.
            lead = 1.0 if row.get("status") == Status.REVIEW else 0.0
            self.least_sure.add(None if confidence is None else lead + 1 - confidence, row)
            self.most_changed.add(finite(row.get("delta_e")), row)
            self.sample.add(row)
        if not row.get("same_as"):
            self.slowest.add(finite(row.get("ms")), row)

    # ---- what is asked -------------------------------------------------------------------------------------

    def evenness(self) -> list[Evenness]:
        return list(self._even)

    def rules(self) -> dict[str, dict[str, dict[str, int]]]:
        """Rule → before and after → severity → photos; the rules that most photos broke come first."""
        names = {name for side in (self.rules_before, self.rules_after) for t in side.values() for name in t}
        told = {
            name: {
                "before": {severity: tally[name] for severity, tally in self.rules_before.items()},
                "after": {severity: tally[name] for severity, tally in self.rules_after.items()},
            }
            for name in names
        }
        return dict(sorted(told.items(), key=lambda one: (-sum(one[1]["before"].values()), one[0])))

    def slow_stages(self) -> list[dict[str, Any]]:
        """The slowest first; parts of another stage bear `part_of_another`."""
        return [
            {
                "stage": name.removeprefix(LOOKS),
                "part_of_another": name.startswith(LOOKS),
                "ms": micros / MICROSECONDS,
                "photos": self.stage_photos[name],
                "share": round(micros / self.micros, 4) if self.micros else 0.0,
            }
            for name, micros in self.stages.as_dict().items()
        ]

    def as_dict(self) -> dict[str, Any]:
        """`summary.json`; what each key holds stands in docs/summary.md."""
        even, stages, ms = self.evenness(), self.slow_stages(), self.histograms["ms"]
        return {
            "form": FORM,
            "photos": self.photos,
            "statuses": self.statuses.as_dict(),
            "shares": {
                name: round(n / max(1, self.photos), 6) for name, n in self.statuses.as_dict().items()
            },
            "verdicts": {"before": self.before.as_dict(), "after": self.after.as_dict()},
            "rules": self.rules(),
            "difficulty": self.difficulty.as_dict(),
            "routes": self.routes.as_dict(),
            "categories": self.categories.as_dict(),
            "engines": self.engines.as_dict(),
            "guards_failed": self.guards.as_dict(),
            "decisions": self.decisions.as_dict(),
            "failures": self.causes.as_list(),
            "twins": self.twins,
            "attempts": {"total": self.attempts, "photos_tried_again": self.tried_again},
            "pictures": {"count": self.outputs, "bytes": self.bytes_out, "source_bytes": self.bytes_in},
            "time": {
                "ms": self.micros / MICROSECONDS,
                "photos": ms.count,
                "median_ms": _rounded(ms.quantile(0.5)),
                "p95_ms": _rounded(ms.quantile(0.95)),
                "slowest_stage": next((one["stage"] for one in stages if not one["part_of_another"]), None),
                "stages": stages,
                "first_done_at": self.first and self.first.isoformat(),
                "last_done_at": self.last and self.last.isoformat(),
            },
            "histograms": {name: one.as_dict() for name, one in self.histograms.items()},
            "made_by": {
                **{name: tally.as_dict() for name, tally in self.made_by.items()},
                "runs": self.runs.as_dict(),
                "mixed": list(self.mixed),
            },
            "evenness": [one.as_dict() for one in even],
            "outliers": [one.as_dict() for one in furthest(even, MOST_OUTLIERS)],
            "worst": {
                "least_sure": [case.as_dict() for case in self.least_sure.cases()],
                "most_changed": [case.as_dict() for case in self.most_changed.cases()],
                "slowest": [case.as_dict() for case in self.slowest.cases()],
            },
            "sample": [case.as_dict() for case in self.sample.cases()],
        }


def _tallies(count: int) -> Iterable[Tally]:
    return (Tally() for _ in range(count))


_ORDER = {"": -1, Verdict.PUBLISH: 0, Verdict.FIX: 1, Verdict.BY_HAND: 2, Verdict.ASK_SELLER: 3}


def _worst_verdict(verdicts: Iterable[str | None]) -> str:
    return max((one or "" for one in verdicts), key=lambda one: _ORDER.get(one, 4), default="")


def _add_rules(tallies: Mapping[str, Tally], findings: Iterable[Mapping[str, Any]]) -> None:
    worst: dict[str, str] = {}
    for one in findings:
        rule, severity = one["rule"], one["severity"]
        if severity in SEVERITIES:
            worst[rule] = min(worst.get(rule, SEVERITIES[-1]), severity, key=SEVERITIES.index)
    for rule, severity in worst.items():
        tallies[severity].add(rule)


def _micros(ms: float | None) -> int:
    return round(ms * MICROSECONDS) if ms and math.isfinite(ms) else 0


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
