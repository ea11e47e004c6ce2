"""packshot upscale: small photos made large."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packshot.cli import options, photos, run_fix, terminal
from packshot.cli.device import settle
from packshot.cli.options import LogLevel, told
from packshot.words import say

HELP = say("Enlarge whole photos up to four times; every letter on the label stays what it was.")
EXAMPLES = """\
packshot upscale old.jpg --out large/
packshot upscale photos/ --out large/ --to 1600x1600
packshot upscale photos/ --out mended/ --factor 1
packshot upscale photos/ --out large/ --factor 3 --format png
packshot upscale old.jpg --out large/ --engine upscale_lanczos"""

ACCOUNT = "upscaled.jsonl"


@terminal.command
def upscale(
    sources: options.Sources,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help=told(say("Folder of the results; folders are mirrored.")),
            show_default=False,
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="WxH",
            help=told(
                say(
                    "Until the photo fits into this size and touches it, as 1600x1600. Never cropped, never"
                    " stretched; a photo that is as large is copied as it is."
                )
            ),
        ),
    ] = None,
    factor: Annotated[
        float | None,
        typer.Option(
            "--factor",
            metavar="F",
            help=told(say("How many times, 1 to 4; 1 mends JPEG at the same size.")),
            show_default="2",
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="E",
            help=told(
                say(
                    "Who enlarges: upscale_net (ours), upscale_lanczos (a plain filter) or realesrgan (an"
                    " extra; it invents detail)."
                )
            ),
            show_default=told(say("upscale_net; below 1.15× the plain filter")),
        ),
    ] = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="NAME",
            help=told(say("jpeg, png, webp or avif.")),
            show_default=told(say("as the photo; JPEG for HEIC, PNG for others")),
        ),
    ] = None,
    device: options.Device = None,
    strict: options.StrictDevice = False,
    jobs: options.Jobs = None,
    allow_private_urls: options.AllowPrivate = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch import runner
    from packshot.batch.account import Account
    from packshot.batch.enlarging import Enlarge
    from packshot.engines.base import upscaler
    from packshot.journey.upscale import aimed, format_named, size_named

    language = terminal.language_of(lang)
    settle(device, language, strict=strict)
    aim = aimed(size_named(to) if to is not None else None, factor)
    if engine is not None:
        upscaler(engine)  # a wrong name, or a missing extra, ends here
    work = Enlarge(out.absolute(), aim, engine, format_named(format_name) if format_name else None)
    run_fix.refuse_sources_as_out(out, sources)
    with Account(out, ACCOUNT) as account:
        items, skipped = photos.items_of(
            sources, language, quiet=quiet, allow_private=allow_private_urls, account=account
        )
        run = run_fix.write_photos(
            account,
            items,
            work,
            language,
            what=say("Enlarging"),
            jobs=jobs or runner.default_jobs(),
            quiet=quiet,
            small=None,
            photos_missing=bool(skipped.unreadable),
        )
    if not quiet:
        run_fix.summary(run, language)
    raise typer.Exit(run.exit_code(strict=False))
