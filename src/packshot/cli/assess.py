"""packshot assess: sort an old catalogue by how hard its photos are to mend."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import options, pages, photos, terminal
from packshot.cli.device import settle
from packshot.cli.options import LogLevel, told
from packshot.words import Words, say, say_n

if TYPE_CHECKING:
    from packshot.report.triage import Row, Sum

HELP = say(
    "Sort an old catalogue: which photos the retouch mends by itself, which want a person, why, and how"
    " many hours that is."
)
EXAMPLES = """\
packshot assess photos/
packshot assess photos/ --csv > triage.csv
packshot assess photos/ --profile ozon --edit-minutes 12 --html report/"""

MOST_ROWS = 40
MOST_REASONS = 12


@terminal.command
def assess(
    sources: options.Sources,
    profile: options.ProfileName = None,
    category: options.Category = "",
    switch: options.Switches = None,
    as_csv: Annotated[bool, typer.Option("--csv", help=told(say("A table: a row a photo.")))] = False,
    as_json: options.AsJson = False,
    html: options.Html = None,
    edit_minutes: Annotated[
        float,
        typer.Option(
            "--edit-minutes",
            min=0,
            help=told(say("Minutes that a person of yours takes to mend one photo in an editor.")),
        ),
    ] = 8.0,
    look_minutes: Annotated[
        float,
        typer.Option("--look-minutes", min=0, help=told(say("Minutes to look at one photo and decide."))),
    ] = 0.5,
    quality: options.Quality = options.QualityName.NORMAL,
    device: options.Device = None,
    strict: options.StrictDevice = False,
    jobs: options.Jobs = None,
    allow_private_urls: options.AllowPrivate = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch import runner
    from packshot.batch.checking import Check, check_all
    from packshot.cli.check import Seen, entries_of
    from packshot.journey.assess import Hands
    from packshot.report import triage

    language = terminal.language_of(lang)
    settle(device, language, strict=strict)
    work = Check((photos.profile_named(profile),), category, tuple(switch or ()), quality.value)
    work.known()  # a wrong name ends here, before any photo is read
    items, skipped = photos.items_of(sources, language, quiet=quiet, allow_private=allow_private_urls)
    if html:
        pages.ours_or_free(html / "index.html")
    work = work.showing(pages.thumb_side(len(items)) if html else 0)
    hands, seen = Hands(edit_minutes, look_minutes), Seen(bool(skipped.unreadable))
    with ExitStack() as stack:
        small = stack.enter_context(pages.thumbs()) if html else None
        with terminal.progress(len(items), say("Looking"), language, quiet=quiet) as advance:
            answers = check_all(items, work, jobs=jobs or runner.default_jobs())
            rows = [
                triage.row_of(entry, hands)
                for entry in entries_of(answers, seen, small, None, advance, several=False)
            ]
        if html and small:
            path = pages.write_page(
                html, seen.entries, small, language,
                title=say("packshot: photos sorted").in_(language), counted=seen.totals(),
            )  # fmt: skip
            terminal.beside(say("Page: {path}", path=str(path)), language)
    total = triage.summed(rows, hands)
    if as_csv:
        terminal.out(triage.csv_lines(rows, language))
    elif as_json:
        terminal.out(triage.json_lines(rows, total))
    else:
        _show(rows, total, language)
    raise typer.Exit(terminal.FOUND if skipped.unreadable else terminal.FINE)


def _show(rows: Sequence[Row], total: Sum, language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from packshot.report.entry import printable
    from packshot.report.triage import by_level, why

    console = terminal.console()
    if len(rows) <= MOST_ROWS:
        photos_ = Table(box=None, pad_edge=False)
        for title in (say("photo"), say("level"), say("result"), say("why")):
            photos_.add_column(title.in_(language), overflow="fold")
        for row in rows:
            reasons = "; ".join(reason[language].rstrip(".") for reason in row.reasons)
            photos_.add_row(
                Text(printable(row.photo)),
                row.level.words.in_(language),
                row.verdict.words.in_(language),
                reasons,
            )
        console.print(photos_)
        console.print()
    levels = Table(box=None, pad_edge=False)
    for title in (
        say("level"),
        say("photos"),
        say("done by the machine"),
        say("machine, min"),
        say("person, min"),
    ):
        levels.add_column(title.in_(language), justify="left")
    for level, some in by_level(rows).items():
        levels.add_row(
            level.words.in_(language),
            f"{len(some)} ({len(some) / len(rows):.0%})",
            f"{sum(row.done for row in some) / len(some):.0%}",
            f"{sum(row.machine_seconds for row in some) / 60:.1f}",
            f"{sum(row.hand_minutes for row in some):.0f}",
        )
    console.print(levels)
    if counted := why(rows, language).most_common(MOST_REASONS):
        console.print()
        console.print(Text(say("Why a person is needed:").in_(language)))
        for reason, count in counted:
            console.print(Text(f"  {count}  {reason}"))
    console.print()
    console.print(Text(_answer(total).in_(language)))


def _answer(total: Sum) -> Words:
    return say(
        "{photos}: the machine finishes about {share:.0%} by itself. A person needs {hand:.1f} hours instead"
        " of {all:.1f}; {saved:.1f} hours are saved.",
        photos=say_n("{count} photo", "{count} photos", total.photos),
        share=total.done_share,
        hand=total.hand_minutes / 60,
        all=total.all_by_hand_minutes / 60,
        saved=total.saved_hours,
    )
