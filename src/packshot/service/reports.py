"""The report on many photos, in the formats of the command line, photo by photo out of their accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packshot.report import formats
from packshot.report.entry import Entry, checked, fixed, totals
from packshot.report.page import page
from packshot.service import photos, tables
from packshot.service.archive import all_of
from packshot.service.database import Database
from packshot.service.depot import Depot
from packshot.service.photos import Filter
from packshot.words import say

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "sarif": "application/sarif+json",
    "html": "text/html; charset=utf-8",
}
PAGE_SIDE = 640


@dataclass(frozen=True)
class Reports:
    database: Database
    depot: Depot
    org_id: str
    asked: Filter

    def lines(self, format_name: str, language: str) -> Iterator[str]:
        if format_name == "html":
            return self._page(language)
        return iter(formats.format_called(format_name)(self.entries(), language))

    def entries(self) -> Iterator[Entry]:
        """Of all that are done and were judged; of others there is nothing to tell."""
        for photo, files in all_of(self.database, self.org_id, self.asked):
            told = photos.report_of(self.depot, photo, files)
            if told is not None and photo.kind in ("check", "fix"):
                yield _entry(photo, told)

    def _page(self, language: str) -> Iterator[str]:
        with self.database.reading() as session:
            counted = photos.counts(session, self.org_id, self.asked)
        states = totals(state for state, count in counted.items() if state for _ in range(count))
        title = say("packshot: report").in_(language)
        return page(self.entries(), self._pictures, language, title=title, counted=states)

    def _pictures(self, entry: Entry) -> Mapping[str, bytes]:
        with self.database.reading() as session:
            files = {one.role: one.sha256 for one in photos.files_of(session, [entry.path])[entry.path]}
        wanted = {"before": "original", **{variant: variant for variant in entry.outputs}}
        found = {name: files[role] for name, role in wanted.items() if role in files}
        return {name: self.depot.sized(self.org_id, sha256, PAGE_SIDE) for name, sha256 in found.items()}


def _entry(photo: tables.Photo, told: Mapping[str, object]) -> Entry:
    if photo.kind == "check":
        return checked(told, key=photo.name, path=photo.id)
    return fixed({**told, "key": photo.name}, path=photo.id)
