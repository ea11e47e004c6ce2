"""packshot batch: millions of photos, each with its receipt."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from packshot.cli import batch_end, options, photos, terminal
from packshot.cli.device import settle
from packshot.cli.fix import settings
from packshot.cli.options import LogLevel, told
from packshot.words import say

if TYPE_CHECKING:
    from packshot.batch.flow import Runner
    from packshot.batch.orders import Work
    from packshot.batch.plan import Sort

HELP = say(
    "Mend or judge a whole catalogue: a folder, an archive, a bucket, a list, a feed or a database table;"
    " every photo ends with a receipt, and the same command again goes on where the last one stopped."
)
RUN_HELP = say(
    "Work through a source: photos → pictures and receipts in DEST. `packshot batch SOURCE DEST` is the same."
)
RUN_EXAMPLES = """\
packshot batch photos/ fixed/
packshot batch s3://shop/photos s3://shop/fixed --endpoint https://storage.yandexcloud.net
packshot batch goods.xlsx fixed/ --columns sku=Артикул,url=Фото --profile wildberries
packshot batch https://shop.example.com/feed.yml fixed/ --keep mask,cutout,shadow
packshot batch photos/ fixed/ --dry-run
packshot batch photos/ fixed/ --watch
packshot batch postgresql+psycopg://shop@db/goods fixed/ --table photos --write-back status=photo_status"""

PANEL_SOURCE = told(say("Source"))
PANEL_WORK = told(say("Work"))
PANEL_RUN = told(say("Run"))


class RunByDefault(TyperGroup):
    """`packshot batch SOURCE DEST` without a word between."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


GROUP = RunByDefault


class What(StrEnum):
    FIX = "fix"
    CHECK = "check"


class RunnerName(StrEnum):
    LOCAL = "local"
    RAY = "ray"


class Only(StrEnum):
    REVIEW = "review"


@terminal.command
def run(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help=told(
                say(
                    "A folder, glob, ZIP or TAR; s3://bucket/prefix or any fsspec address; a CSV, Parquet or"
                    " XLSX list; a YML feed; a database URL."
                )
            ),
            show_default=False,
        ),
    ],
    dest: options.Dest,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="NAME=COLUMN,…",
            help=told(say("Columns of a list or table: sku, url, title, category, key, stamp.")),
            rich_help_panel=PANEL_SOURCE,
        ),
    ] = None,
    root: Annotated[
        str,
        typer.Option(
            "--root",
            help=told(say("Where paths of a list begin; beside the list by default.")),
            rich_help_panel=PANEL_SOURCE,
        ),
    ] = "",
    endpoint: options.Endpoint = None,
    db_table: Annotated[
        str, typer.Option("--table", help=told(say("Of a database.")), rich_help_panel=PANEL_SOURCE)
    ] = "",
    db_query: Annotated[
        str,
        typer.Option("--query", help=told(say("A SELECT instead of a table.")), rich_help_panel=PANEL_SOURCE),
    ] = "",
    write_back: Annotated[
        str | None,
        typer.Option(
            "--write-back",
            metavar="NAME=COLUMN,…",
            help=told(
                say(
                    "Columns of the table that are filled: status, verdict, outputs, reasons, error,"
                    " decision, done_at."
                )
            ),
            rich_help_panel=PANEL_SOURCE,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=1, help=told(say("At most so many photos in this run.")), rich_help_panel=PANEL_RUN
        ),
    ] = None,
    profile: options.ProfileName = None,
    category: options.Category = "",
    categories: Annotated[
        Path | None,
        typer.Option(
            "--categories",
            metavar="FILE.csv",
            help=told(say("The shop's categories as ours: columns from and to; the rest is guessed.")),
            rich_help_panel=PANEL_WORK,
        ),
    ] = None,
    switch: options.Switches = None,
    what: Annotated[
        What, typer.Option("--work", help=told(say("check only judges.")), rich_help_panel=PANEL_WORK)
    ] = What.FIX,
    variants: Annotated[
        str | None,
        typer.Option(
            "--variants",
            metavar="NAMES",
            help=told(say("Only these, as light,dark. All by default.")),
            rich_help_panel=PANEL_WORK,
        ),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="LAYERS",
            help=told(
                say("Write layers as PNGs, for `batch recolour` and editors: any of mask,cutout,shadow.")
            ),
            rich_help_panel=PANEL_WORK,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="TEMPLATE",
            help=told(say("What pictures are called, as {sku}_main_{variant}.")),
            rich_help_panel=PANEL_WORK,
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help=told(
                say("Change a value of the profile for this run; keys as `packshot profiles P` says them.")
            ),
            rich_help_panel=PANEL_WORK,
        ),
    ] = None,
    quality: options.Quality = options.QualityName.NORMAL,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help=told(say("Try a sample, write nothing: time, cost and how the photos would end.")),
            rich_help_panel=PANEL_RUN,
        ),
    ] = False,
    sample: Annotated[
        int,
        typer.Option(
            "--sample", min=1, help=told(say("Photos that --dry-run tries.")), rich_help_panel=PANEL_RUN
        ),
    ] = 24,
    price: Annotated[
        float | None,
        typer.Option(
            "--price", min=0, help=told(say("Of a core hour, for --dry-run.")), rich_help_panel=PANEL_RUN
        ),
    ] = None,
    retry_failed: Annotated[
        bool,
        typer.Option("--retry-failed", help=told(say("Try failed ones again.")), rich_help_panel=PANEL_RUN),
    ] = False,
    only: Annotated[
        Only | None,
        typer.Option(
            "--only",
            help=told(say("review: only doubtful ones, as with --quality best.")),
            rich_help_panel=PANEL_RUN,
        ),
    ] = None,
    keep_old: Annotated[
        bool,
        typer.Option(
            "--keep-old",
            help=told(say("Leave what another profile, option or version made.")),
            rich_help_panel=PANEL_RUN,
        ),
    ] = False,
    reread: Annotated[
        bool,
        typer.Option(
            "--reread",
            help=told(say("Read every photo again: links don't tell whether they changed.")),
            rich_help_panel=PANEL_RUN,
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help=told(say("Go on, with new photos as they come.")), rich_help_panel=PANEL_RUN
        ),
    ] = False,
    every: Annotated[
        float,
        typer.Option(
            "--every", min=0.1, help=told(say("Seconds between looks of --watch.")), rich_help_panel=PANEL_RUN
        ),
    ] = 5.0,
    runner: Annotated[
        RunnerName, typer.Option("--runner", help=told(say("Who works.")), rich_help_panel=PANEL_RUN)
    ] = RunnerName.LOCAL,
    address: Annotated[
        str,
        typer.Option(
            "--address", help=told(say("Of a Ray cluster, as ray://head:10001.")), rich_help_panel=PANEL_RUN
        ),
    ] = "",
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            "-j",
            min=1,
            help=told(say("Photos at a time.")),
            show_default=told(say("a core each")),
            rich_help_panel=PANEL_RUN,
        ),
    ] = None,
    photo_seconds: Annotated[
        float,
        typer.Option(
            "--photo-seconds", min=1, help=told(say("Longest for one photo.")), rich_help_panel=PANEL_RUN
        ),
    ] = 120.0,
    memory: Annotated[
        int,
        typer.Option(
            "--memory",
            metavar="MB",
            min=200,
            help=told(say("A worker above it is replaced.")),
            rich_help_panel=PANEL_RUN,
        ),
    ] = 1200,
    metrics: Annotated[
        Path | None,
        typer.Option(
            "--metrics",
            metavar="FILE",
            help=told(say("Keep figures for Prometheus in a text file.")),
            rich_help_panel=PANEL_RUN,
        ),
    ] = None,
    device: options.Device = None,
    strict: options.StrictDevice = False,
    allow_private_urls: options.AllowPrivate = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch.crew import Limits
    from packshot.batch.job import Job
    from packshot.batch.listing.opening import open_source
    from packshot.batch.plan import Wishes
    from packshot.batch.runner import default_jobs
    from packshot.cli import batch_run

    language = terminal.language_of(lang)
    settle(device, language, strict=strict)
    overrides = settings([*(setting or ()), *([f"output.name={name}"] if name else ())])
    layers = photos.listed(keep, ("mask", "cutout", "shadow"), say("layer")) or ()
    work = _work(what, profile, category, tuple(switch or ()), variants, layers, overrides, quality.value)
    store = batch_end.place(dest, endpoint)
    batch_run.refuse_source_as_dest(source, store)
    opened = open_source(
        source,
        out=store,
        options=batch_end.store_options(endpoint),
        columns=options.pairs(columns, "--columns"),
        root=root,
        allow_private=allow_private_urls,
        table=db_table,
        query=db_query,
        write_back=options.pairs(write_back, "--write-back"),
    )
    wishes = Wishes(
        retry_failed=retry_failed,
        only_review=only is Only.REVIEW,
        keep_old=keep_old,
        reread=reread,
        layers=frozenset(layers),
    )
    job = Job(
        opened, store, work, wishes, _sort(category, categories, profile), limit, shared=_shared(opened)
    )
    limits = Limits(photo_seconds, memory * 1_000_000)
    size = workers or default_jobs()
    if dry_run:
        batch_run.dry_run(job, _runner(runner, address, workers, limits), language, sample, size, price)
        return
    raise typer.Exit(
        batch_run.work_through(
            job,
            lambda: _runner(runner, address, workers, limits),
            language,
            quiet=quiet,
            every=every if watch else None,
            metrics=metrics,
        )
    )


def _work(
    what: What,
    profile: str | None,
    category: str,
    switches: tuple[str, ...],
    variants: str | None,
    layers: tuple[str, ...],
    overrides: dict[str, object],
    quality: str,
) -> Work:
    """Wrong profiles, variants and settings are told before a photo is touched."""
    from packshot.batch.fixing import Fix
    from packshot.batch.judging import Judge
    from packshot.journey.examine import profile_of
    from packshot.journey.fix import choose

    named = photos.profile_named(profile)
    asked = profile_of(named, category, switches, overrides)
    names = photos.listed(variants, (), say("variant"))
    choose(asked, names)
    settled = tuple(overrides.items())
    if what is What.CHECK:
        return Judge(named, category, switches, settled, quality)
    return Fix(
        out=Path(),
        profile=named,
        category=category,
        switches=switches,
        variants=names,
        overrides=settled,
        quality=quality,
        keep=layers,
    )


def _runner(name: RunnerName, address: str, workers: int | None, limits: Any) -> Runner:
    if name is RunnerName.RAY:
        from packshot.batch.on_ray import Ray

        return Ray(address=address, workers=workers, limits=limits)
    from packshot.batch.local import Local
    from packshot.batch.runner import default_jobs

    return Local(workers or default_jobs(), limits)


def _sort(category: str, file: Path | None, profile: str | None) -> Sort:
    """--category holds for all; else the shop's own words are asked, where it says any."""
    from packshot.batch.plan import Category

    if category:
        return lambda photo: Category(category)
    from packshot.catalog.category_map import CategoryMap, read

    table = read(file) if file else CategoryMap()

    def sort(photo: Any) -> Category:
        if not photo.shelf and not photo.title:
            return Category("")
        guess = table.choose(photo.shelf, photo.title)
        return Category(guess.category, guess.confidence)

    return sort


def _shared(source: Any) -> Any:
    """A database is worked by many; whoever can claim shares."""
    return source if hasattr(source, "claim") else None


COMMANDS = {
    "run": (run, RUN_HELP, RUN_EXAMPLES),
    **batch_end.COMMANDS,
}
