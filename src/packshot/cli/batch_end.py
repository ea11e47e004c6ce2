"""packshot batch status, report, review, decide, recolour, sync: what is done with receipts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packshot.cli import options, pages, photos, terminal
from packshot.cli.fix import settings
from packshot.cli.options import LogLevel, told
from packshot.errors import BadOption
from packshot.words import Words, say, say_n

if TYPE_CHECKING:
    from packshot.batch.receipts import Row
    from packshot.batch.recolouring import Became
    from packshot.batch.store import Store
    from packshot.report.catalogue.survey import Survey

THUMB = 480
LARGE_THUMB = 1000


@terminal.command
def status(
    dest: options.Dest,
    endpoint: options.Endpoint = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch.ledger import Ledger
    from packshot.batch.shelf import Shelf, new_run

    store = place(dest, endpoint)
    shelf = Shelf(store, new_run())
    with Ledger() as ledger:
        ledger.load(shelf)
        statuses = ledger.statuses()
    _must_have(store, statuses)
    half_done = sum(len(files) for _, files in shelf.left_open())
    last = shelf.last_made_by()
    told = {
        "photos": sum(statuses.values()),
        "statuses": statuses,
        "in_open_shards": half_done,
        "last_run": last.get("run"),
        "source": last.get("source"),
    }
    if as_json:
        terminal.out([json.dumps(told, ensure_ascii=False, indent=1), "\n"])
        return
    _say_status(told, terminal.language_of(lang))


def _say_status(told: dict[str, Any], language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from packshot.report.as_text import COLOURS, Look
    from packshot.report.entry import STATES, TONES

    statuses: dict[str, int] = told["statuses"]
    look = Look(plain_shapes=not terminal.has_shapes())
    table = Table(box=None, pad_edge=False, show_header=False)
    whole = sum(statuses.values())
    for state in [name for name in STATES if name in statuses]:
        tone = TONES[state]
        shown = f"{look.shape(tone)} {STATES[state].in_(language)}"
        count = statuses[state]
        table.add_row(Text(shown, style=COLOURS[tone]), Text(str(count)), Text(f"{count / whole:.1%}"))
    console = terminal.console()
    console.print(Text(say_n("{count} photo", "{count} photos", whole).in_(language)))
    console.print(table)
    lines = []
    if told["in_open_shards"]:
        lines.append(
            say(
                "A run works on {count} photos now, or stopped at them: the same command goes on.",
                count=told["in_open_shards"],
            )
        )
    if told["last_run"]:
        lines.append(say("Last run: {run}, from {source}", run=told["last_run"], source=told["source"]))
    for words in lines:
        console.print(Text(words.in_(language)))


@terminal.command
def report(
    dest: options.Dest,
    html: Annotated[
        bool, typer.Option("--html", help=told(say("Write DEST/_packshot/report.html, too.")))
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help=told(say("Write the page there instead.")))
    ] = None,
    endpoint: options.Endpoint = None,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch.gallery import Gallery
    from packshot.batch.shelf import HOUSE
    from packshot.report.catalogue import run_page

    language = terminal.language_of(lang)
    store = place(dest, endpoint)
    survey = write_account(store, language)
    _must_have(store, {"photos": survey.photos} if survey.photos else {})
    for name in ("summary.json", "failures.csv"):
        terminal.out([f"{store.place_of(f'{HOUSE}/{name}')}\n"])
    if html or to:
        title = say("packshot: {folder}", folder=store.url.rstrip("/").rpartition("/")[2]).in_(language)
        with Gallery(store, side=THUMB) as gallery:
            told_ = run_page.page(survey, gallery.after, language, title=title, before=gallery.before)
            page = "".join(told_).encode()
        terminal.out([f"{_written(store, f'{HOUSE}/report.html', page, to)}\n"])


def _written(store: Store, name: str, data: bytes, to: Path | None) -> str:
    if to is None:
        store.write(name, data)
        return store.place_of(name)
    from packshot.image.files import write_whole

    pages.ours_or_free(to)
    to.parent.mkdir(parents=True, exist_ok=True)
    write_whole(to, data)
    return str(to)


@terminal.command
def review(
    dest: options.Dest,
    to: Annotated[
        Path,
        typer.Option("--to", metavar="DIR", help=told(say("Folder of the sheet.")), show_default=False),
    ],
    most: Annotated[int, typer.Option("--most", min=1, help=told(say("Photos at most.")))] = 500,
    endpoint: options.Endpoint = None,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch.gallery import Gallery
    from packshot.report.catalogue import review_sheet

    language = terminal.language_of(lang)
    store = place(dest, endpoint)
    with Gallery(store, side=LARGE_THUMB) as gallery:
        count = review_sheet.write(
            _rows(store), gallery.after, to, language, most=most, before=gallery.before
        )
    if not count:
        terminal.beside(say("No photo waits for a person."), language)
        return
    terminal.beside(
        say_n(
            "{count} photo waits for a person: open {file}, then `packshot batch decide` with decisions.csv.",
            "{count} photos wait for a person: open {file}, then `packshot batch decide` with decisions.csv.",
            count,
            file=str(to / "index.html"),
        ),
        language,
    )


@terminal.command
def decide(
    dest: options.Dest,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="DECISIONS",
            help=told(say("decisions.csv as the sheet saves it, or JSON lines with key and decision.")),
            show_default=False,
        ),
    ],
    endpoint: options.Endpoint = None,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch.deciding import apply
    from packshot.report.catalogue.decisions import read

    language = terminal.language_of(lang)
    try:
        data = file.read_bytes()
    except OSError as exc:
        raise BadOption(
            say("{file} cannot be read: {why}.", file=str(file), why=exc.strerror or str(exc))
        ) from exc
    store = place(dest, endpoint)
    applied = apply(store, read(data, str(file)))
    write_account(store, language)
    lines = [
        say(
            "{approved} approved, {rejected} rejected, {redo} to do again.",
            approved=applied.approved,
            rejected=applied.rejected,
            redo=applied.to_redo,
        )
    ]
    if applied.to_redo:
        lines.append(say("Give the command of the run again: it does those that are to be done again."))
    if applied.unknown:
        lines.append(
            say_n(
                "{count} decision is about a photo that has no receipt: {keys}",
                "{count} decisions are about photos that have no receipt: {keys}",
                len(applied.unknown),
                keys=", ".join(applied.unknown[:5]),
            )
        )
    if applied.not_doubtful:
        lines.append(
            say_n(
                "{count} photo was not up for review and stays as it is.",
                "{count} photos were not up for review and stay as they are.",
                len(applied.not_doubtful),
            )
        )
    for words in lines:
        terminal.beside(words, language)
    raise typer.Exit(terminal.FOUND if applied.unknown else terminal.FINE)


@terminal.command
def recolour(
    dest: options.Dest,
    ground: Annotated[
        str, typer.Option("--ground", metavar="#RRGGBB", help=told(say("Colour of the new ground.")))
    ],
    name: Annotated[str, typer.Option("--name", help=told(say("What the new variant is called, as white.")))],
    shadow: Annotated[
        float, typer.Option("--shadow", min=0, max=1.5, help=told(say("0 none, 1 as it was, up to 1.5.")))
    ] = 1.0,
    profile: options.ProfileName = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help=told(say("A value of the profile, where the run had another: it is not in the receipts.")),
        ),
    ] = None,
    switch: options.Switches = None,
    workers: options.Jobs = None,
    endpoint: options.Endpoint = None,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch.recolouring import Became, Told, Wish
    from packshot.batch.recolouring import recolour as over
    from packshot.batch.runner import default_jobs

    language = terminal.language_of(lang)
    store = place(dest, endpoint)

    def tell(one: Told) -> None:
        if one.became is Became.TROUBLE and one.why is not None and not quiet:
            terminal.beside(say("{key}: {why}", key=one.key, why=one.why), language)

    wish = Wish(
        name,
        ground,
        shadow,
        photos.profile_named(profile),
        switches=tuple(switch or ()),
        overrides=tuple(settings(setting or ()).items()),
    )
    outcome = over(store, wish, jobs=workers or default_jobs(), tell=tell)
    _must_have(store, outcome.counted)
    if outcome.other_settings and not quiet:
        words = say_n(
            "{count} photo was made with settings that this command does not repeat.",
            "{count} photos were made with settings that this command does not repeat.",
            outcome.other_settings,
        )
        terminal.beside(words, language)
    if not quiet:
        for words in _became(outcome.counted):
            terminal.beside(words, language)
    write_account(store, language)
    raise typer.Exit(terminal.FOUND if outcome.counted.get(Became.TROUBLE) else terminal.FINE)


def _became(counted: Mapping[Became, int]) -> Iterator[Words]:
    from packshot.batch.recolouring import Became

    told = {
        Became.MADE: say("Laid on the new ground: {count}", count=counted.get(Became.MADE, 0)),
        Became.REVIEW: say("Made, and a person should look: {count}", count=counted.get(Became.REVIEW, 0)),
        Became.DONE: say("Done by an earlier run: {count}", count=counted.get(Became.DONE, 0)),
        Became.NO_LAYERS: say(
            "Without layers: {count}; mend them again with --keep cutout,shadow.",
            count=counted.get(Became.NO_LAYERS, 0),
        ),
        Became.NO_PICTURE: say("Failed photos, left out: {count}", count=counted.get(Became.NO_PICTURE, 0)),
        Became.TROUBLE: say("In trouble: {count}", count=counted.get(Became.TROUBLE, 0)),
    }
    return (words for became, words in told.items() if counted.get(became))


@terminal.command
def sync(
    dest: options.Dest,
    database: Annotated[
        str, typer.Argument(metavar="DATABASE", help=told(say("Its address.")), show_default=False)
    ],
    table: Annotated[str, typer.Option("--table", help=told(say("Of the database.")))],
    write_back: Annotated[
        str,
        typer.Option(
            "--write-back",
            metavar="NAME=COLUMN,…",
            help=told(
                say(
                    "Columns of the table that are filled: status, verdict, outputs, reasons, error,"
                    " decision, done_at."
                )
            ),
        ),
    ],
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar="NAME=COLUMN,…", help=told(say("Where columns have other names."))),
    ] = None,
    endpoint: options.Endpoint = None,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch.listing.database_urls import rows_class

    store = place(dest, endpoint)
    rows = rows_class()(
        database,
        table=table,
        columns=options.pairs(columns, "--columns"),
        write_back=options.pairs(write_back, "--write-back"),
        to=store.url,
    )
    try:
        count = rows.sync(_rows(store))
    finally:
        rows.close()
    told_ = say_n("{count} row is written.", "{count} rows are written.", count)
    terminal.beside(told_, terminal.language_of(lang))


# ---- what they share ---------------------------------------------------------------------------------------


def place(dest: str, endpoint: str | None) -> Store:
    from packshot.batch.store import Store

    return Store.at(dest, store_options(endpoint))


def store_options(endpoint: str | None) -> dict[str, object]:
    return {"endpoint_url": endpoint} if endpoint else {}


def write_account(store: Store, language: str) -> Survey:
    """`summary.json` and `failures.csv`, from all receipts."""
    from packshot.batch.shelf import HOUSE
    from packshot.report.catalogue import failures
    from packshot.report.catalogue.survey import Survey

    survey = Survey()

    def seen() -> Iterator[Row]:
        for row in _rows(store):
            survey.add(row)
            yield row

    table = "".join(failures.lines(seen(), language))
    store.write(f"{HOUSE}/failures.csv", table.encode())
    summary = json.dumps(survey.as_dict(), ensure_ascii=False, indent=1) + "\n"
    store.write(f"{HOUSE}/summary.json", summary.encode())
    return survey


def _rows(store: Store) -> Iterator[Row]:
    from packshot.batch.job import rows_that_hold

    return rows_that_hold(store)


def _must_have(store: Store, found: object) -> None:
    if not found:
        raise BadOption(
            say("There are no receipts in {folder}.", folder=store.url),
            say("Give the DEST of a `packshot batch` run."),
        )


COMMANDS = {
    "status": (
        status,
        say("How a run stands: photos by status."),
        "packshot batch status fixed/\npackshot batch status s3://shop/fixed --json",
    ),
    "report": (
        report,
        say("summary.json, failures.csv and a page with histograms, outliers and pictures."),
        "packshot batch report fixed/ --html",
    ),
    "review": (
        review,
        say("A folder with the doubtful photos, to decide about with one key each."),
        "packshot batch review fixed/ --to review/",
    ),
    "decide": (
        decide,
        say("Apply what people decided: approve, redo or reject."),
        "packshot batch decide fixed/ review/decisions.csv",
    ),
    "recolour": (
        recolour,
        say("Another ground or shadow from the layers that --keep stored: nothing is cut out again."),
        "packshot batch recolour fixed/ --ground '#FFFFFF' --name white --shadow 0.8",
    ),
    "sync": (
        sync,
        say("Write what the receipts say into the rows of a table again."),
        "packshot batch sync fixed/ sqlite:///goods.db --table photos --write-back status=photo_status",
    ),
}
