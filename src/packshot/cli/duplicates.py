"""packshot duplicates: which photos of a catalogue are one photo, whatever was done to the copies?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import options, photos, terminal
from packshot.cli.options import LogLevel, told
from packshot.words import say, say_n

if TYPE_CHECKING:
    from packshot.batch.duplicates import Group
    from packshot.batch.imprints import Collected

HELP = say(
    "Find photos that are one photo: saved again, resized, cut, framed, mirrored, with a sticker or text."
)
EXAMPLES = """\
packshot duplicates photos/
packshot duplicates photos/ --csv > doubles.csv
packshot duplicates catalogue.zip new_photos/ --json
packshot duplicates photos/ --index photos.imprints"""

SAME = 75
"""Per cent. Of 2,493 shop photos of different goods (3.1 million pairs) eight pairs reach it, ties and socks;
see docs/quality.md."""


class FormatName(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"


@terminal.command
def duplicates(
    sources: options.Sources,
    format_name: Annotated[
        FormatName, typer.Option("--format", "-f", help=told(say("How to tell, on stdout.")))
    ] = FormatName.TEXT,
    as_csv: Annotated[bool, typer.Option("--csv", help=told(say("A table: a row a photo.")))] = False,
    as_json: options.AsJson = False,
    least: Annotated[
        int,
        typer.Option(
            "--least",
            metavar="PERCENT",
            min=50,
            max=100,
            help=told(say("How much of what two photos show must be the same at the same place.")),
        ),
    ] = SAME,
    mirrored: Annotated[
        bool, typer.Option("--mirrored/--no-mirrored", help=told(say("Mirrored copies count as doubles.")))
    ] = True,
    index: Annotated[
        Path | None,
        typer.Option(
            "--index",
            metavar="FILE",
            help=told(say("Keep what was seen of each photo here: the next run opens only new photos.")),
        ),
    ] = None,
    jobs: options.Jobs = None,
    allow_private_urls: options.AllowPrivate = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch import runner
    from packshot.batch.duplicates import groups
    from packshot.batch.imprints import collect
    from packshot.batch.lookalikes import pairs

    language = terminal.language_of(lang)
    items, skipped = photos.items_of(sources, language, quiet=quiet, allow_private=allow_private_urls)
    with terminal.progress(len(items), say("Looking"), language, quiet=quiet) as advance:
        seen = collect(items, jobs=jobs or runner.default_jobs(), index=index, advance=advance)
    with terminal.progress(len(seen.items), say("Comparing"), language, quiet=quiet) as advance:
        compared = pairs(
            seen.imprints,
            least=least / 100,
            mirrored=mirrored,
            advance=advance,
        )
        found = groups(compared, seen.sizes)
    chosen = "json" if as_json else "csv" if as_csv else format_name.value
    terminal.out({"text": _text, "json": _json, "csv": _csv}[chosen](found, seen, language))
    _tell_unread(seen, language)
    if not quiet:
        _summary(found, seen, language)
    bad = found or seen.unread or skipped.unreadable
    raise typer.Exit(terminal.FOUND if bad else terminal.FINE)


def _text(found: list[Group], seen: Collected, language: str) -> Iterator[str]:
    from packshot.report.entry import printable

    shape = terminal.look().shape
    for group in found:
        keys = {index: printable(seen.items[index].key) for index in group.members}
        original = say(
            "{photo}: {size} px, the original",
            photo=keys[group.original],
            size=str(seen.sizes[group.original]),
        )
        yield f"{shape('advice')} {original.in_(language)}\n"
        for index in group.doubles:
            proof = group.nearest(index)
            other = proof.second if proof.first == index else proof.first
            facts = {"photo": keys[index], "size": str(seen.sizes[index]), "other": keys[other]}
            share = proof.alike
            double = (
                say("{photo}: {size} px, {share:.0%} the same as {other}, mirrored", share=share, **facts)
                if proof.mirrored
                else say("{photo}: {size} px, {share:.0%} the same as {other}", share=share, **facts)
            )
            yield f"  {shape('warning')} {double.in_(language)}\n"


COLUMNS = ("group", "photo", "folder", "role", "same_as", "alike", "mirrored", "width", "height", "path")


def _csv(found: list[Group], seen: Collected, language: str) -> Iterator[str]:
    from packshot.report.table import row

    yield row(COLUMNS)
    for number, group in enumerate(found, start=1):
        for index in group.members:
            item, size = seen.items[index], seen.sizes[index]
            cells: tuple[object, ...] = ("original", "", "", "")
            if index != group.original:
                proof = group.nearest(index)
                other = proof.second if proof.first == index else proof.first
                cells = ("double", seen.items[other].key, proof.alike, "yes" if proof.mirrored else "")
            where = photos.path_of(item)
            yield row((number, item.key, item.folder, *cells, size.width, size.height, where))


def _json(found: list[Group], seen: Collected, language: str) -> Iterator[str]:
    from importlib.metadata import version

    def photo(index: int) -> dict[str, object]:
        item, size = seen.items[index], seen.sizes[index]
        return {
            "key": item.key,
            "path": photos.path_of(item),
            "folder": item.folder,
            "size": {"width": size.width, "height": size.height},
        }

    def key(index: int) -> str:
        return seen.items[index].key

    told_groups = [
        {
            "original": key(group.original),
            "photos": [photo(index) for index in group.members],
            "pairs": [
                {"first": key(p.first), "second": key(p.second), "alike": p.alike, "mirrored": p.mirrored}
                for p in group.pairs
            ],
        }
        for group in found
    ]
    document = {
        "packshot": version("packshot"),
        "photos": len(seen.items),
        "groups": told_groups,
        "unread": [item.key for item, _ in seen.unread],
    }
    yield json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _tell_unread(seen: Collected, language: str) -> None:
    bugs = terminal.Bugs()
    for item, taken in seen.unread:
        assert taken.reason is not None
        if taken.traceback:
            bugs.add(item.key, taken.traceback)
        terminal.beside(say("Not compared: {photo}. {why}", photo=item.key, why=taken.reason), language)


def _summary(found: list[Group], seen: Collected, language: str) -> None:
    doubles = sum(len(group.doubles) for group in found)
    terminal.beside(
        say(
            "{photos}, {doubles}.",
            photos=say_n("{count} photo", "{count} photos", len(seen.items)),
            doubles=say_n("{count} double", "{count} doubles", doubles),
        ),
        language,
    )
