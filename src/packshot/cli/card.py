"""packshot card: are the photos of each card, all together, what the marketplace asks for?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import options, photos, terminal
from packshot.cli.device import settle
from packshot.cli.options import LogLevel, told
from packshot.words import say

if TYPE_CHECKING:
    from packshot.batch.cards import Card, JudgedCard
    from packshot.report.entry import Entry

HELP = say("Judge whole cards: how many photos, which one first, doubles, one good, one shape.")
EXAMPLES = """\
packshot card photos/jacket/
packshot card catalogue/ --profile ozon
packshot card cards.zip --csv > findings.csv
packshot card cards.csv --json"""


class FormatName(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"


@terminal.command
def card(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SRC...",
            help=told(
                say(
                    "A folder or a ZIP with a folder a card, the main photo first by name; or a CSV with the"
                    " columns sku and file, the main photo first by line."
                )
            ),
            show_default=False,
        ),
    ],
    profile: options.ProfileName = None,
    category: options.Category = "",
    switch: options.Switches = None,
    format_name: Annotated[
        FormatName, typer.Option("--format", "-f", help=told(say("How to tell, on stdout.")))
    ] = FormatName.TEXT,
    as_csv: Annotated[bool, typer.Option("--csv", help=told(say("A table: a row a finding.")))] = False,
    as_json: options.AsJson = False,
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
    from packshot.batch.cards import Look, judge_cards

    language = terminal.language_of(lang)
    settle(device, language, strict=strict)
    work = Look(photos.profile_named(profile), category, tuple(switch or ()), quality.value)
    cards, missing = _cards(sources, language, quiet=quiet, allow_private=allow_private_urls)
    count = sum(len(one.items) for one in cards)
    seen = Seen(missing)
    with terminal.progress(count, say("Checking"), language, quiet=quiet) as advance:
        judged = judge_cards(cards, work, jobs=jobs or runner.default_jobs(), advance=advance)
        chosen = "json" if as_json else "csv" if as_csv else format_name.value
        terminal.out({"text": _text, "json": _json, "csv": _csv}[chosen](seen.watched(judged), language))
    raise typer.Exit(seen.exit_code(strict=strict))


def _cards(sources: list[str], language: str, *, quiet: bool, allow_private: bool) -> tuple[list[Card], bool]:
    """All cards of all sources, and whether photos may be missing."""
    from packshot.batch.cards import by_folder, listed

    cards: list[Card] = []
    missing = False
    lists = [source for source in sources if source.lower().endswith(".csv") and "://" not in source]
    for source in lists:
        cards += listed(Path(source))
    others = [source for source in sources if source not in lists]
    if others:
        items, skipped = photos.items_of(others, language, quiet=quiet, allow_private=allow_private)
        cards += by_folder(items, top=Path(others[0]).absolute().stem)
        missing = bool(skipped.unreadable)
    return cards, missing


class Seen:
    """What the exit code needs to know of cards that went by."""

    def __init__(self, photos_missing: bool) -> None:
        self._bad = photos_missing
        self._doubtful = False
        self._bugs = terminal.Bugs()

    def watched(self, cards: Iterator[JudgedCard]) -> Iterator[JudgedCard]:
        for one in cards:
            for key, broken in one.broken.items():
                if broken.traceback:
                    self._bugs.add(key, broken.traceback)
            found = [*one.report.findings, *(f for r in one.report.photos.values() for f in r.findings)]
            severities = {finding.severity.value for finding in found}
            self._bad |= bool(one.broken) or "error" in severities
            self._doubtful |= "warning" in severities or one.report.verdict.value == "by_hand"
            yield one

    def exit_code(self, *, strict: bool) -> int:
        return terminal.FOUND if self._bad or (strict and self._doubtful) else terminal.FINE


def _entries(one: JudgedCard) -> Iterator[Entry]:
    from packshot.report.entry import broken, checked

    items = {item.key: item for item in one.card.items}
    for key, item in items.items():
        if key in one.broken:
            yield broken(key, photos.path_of(item), one.broken[key].reason)
        else:
            yield checked(one.report.photos[key].as_dict(), key=key, path=photos.path_of(item))


def _card_entry(one: JudgedCard) -> Entry:
    """The card itself, as a photo is told."""
    from packshot.report.entry import checked

    told_card = {**one.report.as_dict(), "difficulty": None, "source": None}
    return checked(told_card, key=one.card.sku, path="")


def _text(cards: Iterator[JudgedCard], language: str) -> Iterator[str]:
    from packshot.report import as_text

    for one in cards:
        yield from as_text.lines([_card_entry(one)], language, terminal.look())
        for piece in as_text.lines(_entries(one), language, terminal.look()):
            yield "".join(f"  {line}\n" for line in piece.splitlines())


def _csv(cards: Iterator[JudgedCard], language: str) -> Iterator[str]:
    from packshot.report import as_csv
    from packshot.report.table import row

    yield f"card,{next(as_csv.lines([], language))}"
    for one in cards:
        rows = as_csv.lines([_card_entry(one), *_entries(one)], language)
        next(rows)  # the titles
        sku = row([one.card.sku]).rstrip("\n")
        yield from (f"{sku},{line}" for line in rows)


def _json(cards: Iterator[JudgedCard], language: str) -> Iterator[str]:
    from importlib.metadata import version

    yield f'{{"packshot": {json.dumps(version("packshot"))}, "cards": ['
    between = "\n"
    for one in cards:
        failed = {key: broken.reason.in_(language) for key, broken in one.broken.items()}
        yield between + json.dumps({**one.report.as_dict(), "failed": failed}, ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"
