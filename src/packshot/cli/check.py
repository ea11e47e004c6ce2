"""packshot check: which rules does each photo break, where, by how much, and what cures it?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import marked, options, pages, photos, terminal
from packshot.cli.device import settle
from packshot.cli.options import LogLevel, told
from packshot.errors import BadOption
from packshot.words import say, say_n

if TYPE_CHECKING:
    from packshot.batch.checking import Checked
    from packshot.report.entry import Entry

HELP = say("Judge photos by a marketplace's rules: what is wrong, where, by how much, and what cures it.")
EXAMPLES = """\
packshot check mug.jpg
packshot check mug.jpg --explain
packshot check photos/ --profile yandex_market,wildberries,ozon
packshot check photos/ --boxes marked/
packshot check photos/ --profile ozon --category beauty
packshot check photos/ --format csv > findings.csv
packshot check "photos/**/*.jpg" --html report/
packshot check https://example.com/mug.jpg --strict
packshot check photos/ --format sarif > packshot.sarif"""


class FormatName(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    GITHUB = "github"
    SARIF = "sarif"


@terminal.command
def check(
    sources: options.Sources,
    profile: options.ProfileNames = None,
    category: options.Category = "",
    switch: options.Switches = None,
    format_name: Annotated[
        FormatName, typer.Option("--format", "-f", help=told(say("How to tell, on stdout.")))
    ] = FormatName.TEXT,
    as_json: options.AsJson = False,
    html: options.Html = None,
    boxes: Annotated[
        Path | None,
        typer.Option(
            "--boxes",
            metavar="DIR",
            help=told(say("Write each photo with what is wrong drawn over it, below DIR.")),
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help=told(say("Tell of every rule what it looked at, what it measured and who asks for it.")),
        ),
    ] = False,
    quality: options.Quality = options.QualityName.NORMAL,
    device: options.Device = None,
    strict: options.Strict = False,
    jobs: options.Jobs = None,
    allow_private_urls: options.AllowPrivate = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch import runner
    from packshot.batch.checking import Check, check_all
    from packshot.report.formats import format_called

    language = terminal.language_of(lang)
    settle(device, language, strict=strict)
    chosen = "json" if as_json else format_name.value
    if explain and chosen not in ("text", "json"):
        raise BadOption(say("--explain tells in text or in JSON."), say("Leave --format out, or say --json."))
    work = Check(photos.profiles_named(profile), category, tuple(switch or ()), quality.value, explain)
    known = work.known()  # a wrong name ends here, before any photo is read
    items, skipped = photos.items_of(sources, language, quiet=quiet, allow_private=allow_private_urls)
    if html:
        pages.ours_or_free(html / "index.html")
    side = max(pages.thumb_side(len(items)) if html else 0, marked.SIDE if boxes else 0)
    work = work.showing(side, preview=bool(html) and len(items) <= pages.MANY)
    counted = Seen(bool(skipped.unreadable))
    with ExitStack() as stack:
        small = stack.enter_context(pages.thumbs()) if html else None
        drawn = marked.Marked(boxes, language) if boxes else None
        total = len(items) * len(known)
        with terminal.progress(total, say("Checking"), language, quiet=quiet) as advance:
            answers = check_all(items, work, jobs=jobs or runner.default_jobs())
            entries = entries_of(answers, counted, small, drawn, advance, several=len(known) > 1)
            if chosen == "text":
                from packshot.report import as_text

                terminal.out(as_text.lines(entries, language, terminal.look()))
            else:
                terminal.out(format_called(chosen)(entries, language))
        if html and small:
            path = pages.write_page(
                html, counted.entries, small, language,
                title=say("packshot: photos checked").in_(language), counted=counted.totals(),
            )  # fmt: skip
            terminal.beside(say("Page: {path}", path=str(path)), language)
    if len(known) > 1 and chosen == "text":
        from packshot.report import across

        terminal.out(["\n", *across.lines(counted.entries, language, terminal.look())])
    if not quiet and chosen == "text":
        _summary(counted, language, many=len(items) > 1 and len(known) == 1)
    raise typer.Exit(counted.exit_code(strict=strict))


class Seen:
    """What the exit code, the summary and the page need to know of photos that went by."""

    def __init__(self, photos_missing: bool) -> None:
        self.entries: list[Entry] = []
        self.errors = self.warnings = 0
        self._missing = photos_missing

    def add(self, entry: Entry) -> None:
        self.entries.append(replace(entry, told={}))
        self.errors += sum(finding.severity == "error" for finding in entry.findings)
        self.warnings += sum(finding.severity == "warning" for finding in entry.findings)

    def first_broken(self) -> dict[str, str]:
        """Profile → a rule that a photo breaks, errors first."""
        found = sorted(
            (finding.severity != "error", entry.profile, finding.rule)
            for entry in self.entries
            for finding in entry.findings
            if finding.rule != "bad_photo"
        )
        return {profile: rule for _, profile, rule in reversed(found)}

    def totals(self) -> dict[str, int]:
        from packshot.report.entry import totals

        return totals(entry.state for entry in self.entries)

    def exit_code(self, *, strict: bool) -> int:
        states = self.totals()
        bad = self._missing or self.errors or "failed" in states
        doubtful = strict and (self.warnings or "by_hand" in states)
        return terminal.FOUND if bad or doubtful else terminal.FINE


def entries_of(
    answers: Iterator[Checked],
    seen: Seen,
    small: pages.Thumbs | None,
    drawn: marked.Marked | None,
    advance: Callable[[], None],
    *,
    several: bool,
) -> Iterator[Entry]:
    from packshot.report.entry import broken, checked

    bugs = terminal.Bugs()
    for answer in answers:
        path = photos.path_of(answer.item)
        if answer.report is not None:
            told = answer.report.as_dict()
            entry = checked(told, key=answer.item.key, path=path, one_of_several=several)
        else:
            assert answer.broken is not None
            if answer.broken.traceback:
                bugs.add(answer.item.key, answer.broken.traceback)
            entry = broken(answer.item.key, path, answer.broken.reason)
        if small:
            small.keep(entry.title, answer.pictures)
        if drawn:
            drawn.write(entry, answer.pictures.get("before", b""))
        seen.add(entry)
        advance()
        yield entry


def _summary(seen: Seen, language: str, *, many: bool) -> None:
    from packshot.report.entry import STATES

    if many:
        parts: Sequence[str] = [
            f"{STATES[state].in_(language)}: {count}" for state, count in seen.totals().items()
        ]
        photos_words = say_n("{count} photo", "{count} photos", len(seen.entries)).in_(language)
        terminal.beside(say("{photos}. {states}.", photos=photos_words, states="; ".join(parts)), language)
    if not sys.stderr.isatty():
        return
    for profile, rule in seen.first_broken().items():
        line = say(
            "How to shoot for {profile}: packshot guide --profile {profile}. One rule: packshot explain"
            " {rule}.",
            profile=profile,
            rule=rule,
        )
        terminal.beside(line, language)
