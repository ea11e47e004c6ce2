"""packshot cutout: the product alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packshot.cli import options, photos, run_fix, terminal
from packshot.cli.device import settle
from packshot.cli.options import LogLevel, told
from packshot.errors import BadOption
from packshot.words import say

HELP = say("Cut products out: PNGs with transparency, of the photo's own size.")
EXAMPLES = """\
packshot cutout mug.jpg --out cut/
packshot cutout photos/ --out cut/ --crop
packshot cutout mug.jpg --out cut/ --background FFFFFF
packshot cutout photos/ --out masks/ --mask-only
packshot cutout photos/ --out cut/ --engine u2net"""

ACCOUNT = "cutouts.jsonl"


@terminal.command
def cutout(
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
    engine: options.Engine = None,
    mask_only: Annotated[
        bool, typer.Option("--mask-only", help=told(say("Write the mask alone: white is product.")))
    ] = False,
    background: Annotated[
        str | None,
        typer.Option(
            "--background", metavar="HEX", help=told(say("Lay the product on this colour, as F5F4F2."))
        ),
    ] = None,
    crop: Annotated[bool, typer.Option("--crop", help=told(say("Cut to the product's box.")))] = False,
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
    from packshot.batch.account import Account
    from packshot.batch.cutting import Cut
    from packshot.image.types import colour_of
    from packshot.journey.examine import segmenter

    language = terminal.language_of(lang)
    settle(device, language, strict=strict)
    if engine:
        segmenter(engine)  # a wrong name ends here
    try:
        colour = colour_of(background) if background else None
    except ValueError:
        raise BadOption(
            say("{text} is not a colour.", text=background or ""), say("Write it as F5F4F2.")
        ) from None
    if mask_only and background:
        raise BadOption(say("A mask has no background."), say("Give --mask-only or --background, not both."))
    run_fix.refuse_sources_as_out(out, sources)
    with Account(out, ACCOUNT) as account:
        items, skipped = photos.items_of(
            sources, language, quiet=quiet, allow_private=allow_private_urls, account=account
        )
        run = run_fix.write_photos(
            account,
            items,
            Cut(out.absolute(), engine, mask_only, colour, crop, quality.value),
            language,
            what=say("Cutting out"),
            jobs=jobs or runner.default_jobs(),
            quiet=quiet,
            small=None,
            photos_missing=bool(skipped.unreadable),
        )
    if not quiet:
        run_fix.summary(run, language)
    raise typer.Exit(run.exit_code(strict=False))
