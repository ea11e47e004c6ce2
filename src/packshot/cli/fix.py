"""packshot fix: make the pictures that keep the rules."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from packshot.cli import options, pages, photos, run_fix, terminal
from packshot.cli.device import settle
from packshot.cli.options import LogLevel, told
from packshot.errors import BadOption
from packshot.words import say, say_n

HELP = say(
    "Mend photos: cut the product out, lay it on the canvas and grounds that the marketplace asks for, check"
    " the result. Photos are never changed; the same command again goes on where it stopped."
)
EXAMPLES = """\
packshot fix mug.jpg --out fixed/
packshot fix photos/ --out fixed/ --profile yandex_market --category beauty
packshot fix photos.zip --out fixed/ --variants light --html report/ --sheet
packshot fix photos/ --out fixed/ --sku-map skus.csv --jobs 4
packshot fix mug.jpg --out fixed/ --trail --keep mask,cutout,shadow
packshot fix mug.jpg --out fixed/ --mask mug_mask.png
packshot fix photos/ --out fixed/ --set retouch.shadow.kind=none --set output.quality=85"""


class Effort(StrEnum):
    NORMAL = "normal"
    MAX = "max"


@terminal.command
def fix(
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
    profile: options.ProfileName = None,
    category: options.Category = "",
    switch: options.Switches = None,
    variants: Annotated[
        str | None,
        typer.Option(
            "--variants", metavar="NAMES", help=told(say("Only these, as light,dark. All by default."))
        ),
    ] = None,
    trail: Annotated[
        bool, typer.Option("--trail", help=told(say("Write a ZIP with a picture of every stage, too.")))
    ] = False,
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="LAYERS",
            help=told(say("Write layers as PNGs of canvas size: any of mask,cutout,shadow.")),
        ),
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            "--mask",
            metavar="FILE.png",
            help=told(
                say(
                    "A mask of your own for this one photo: grey, of the photo's shape, white where the"
                    " product is."
                )
            ),
        ),
    ] = None,
    sku_map: Annotated[
        Path | None,
        typer.Option("--sku-map", metavar="FILE.csv", help=told(say("SKUs by file: columns file and sku."))),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help=told(
                say("Change a value of the profile for this run; keys as `packshot profiles P` says them.")
            ),
        ),
    ] = None,
    effort: Annotated[
        Effort,
        typer.Option("--effort", help=told(say("max: the smallest JPEG; slow, needs packshot\\[max]."))),
    ] = Effort.NORMAL,
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", help=told(say("Write all that is known as one JSON; - is stdout."))
        ),
    ] = None,
    html: options.Html = None,
    sheet: Annotated[
        bool,
        typer.Option("--sheet", help=told(say("Write contact_sheet.jpg: before and after, side by side."))),
    ] = False,
    quality: options.Quality = options.QualityName.NORMAL,
    engine: options.Engine = None,
    device: options.Device = None,
    strict: options.Strict = False,
    jobs: options.Jobs = None,
    allow_private_urls: options.AllowPrivate = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch import runner
    from packshot.batch.account import Account
    from packshot.batch.fixing import LAYERS, Fix
    from packshot.journey.examine import profile_of, segmenter
    from packshot.journey.fix import choose

    language = terminal.language_of(lang)
    settle(device, language, strict=strict)
    overrides = settings(setting or ())
    if effort is Effort.MAX:
        _ask_for_max()
        overrides["output.effort"] = effort.value
    named = photos.profile_named(profile)
    switches = tuple(switch or ())
    asked = profile_of(named, category, switches, overrides)
    names = photos.listed(variants, (), say("variant"))
    choose(asked, names)
    if engine:
        segmenter(engine)  # a wrong name ends here
    layers = photos.listed(keep, LAYERS, say("layer")) or ()
    drawn = read_mask(mask) if mask else b""
    run_fix.refuse_sources_as_out(out, sources)
    if html:
        pages.ours_or_free(html / "index.html")
    if sheet:
        pages.ours_or_free(out / "contact_sheet.jpg")
    with Account(out) as account, ExitStack() as stack:
        items, skipped = photos.items_of(
            sources, language, quiet=quiet, allow_private=allow_private_urls, account=account, sku_map=sku_map
        )
        if drawn and len(items) > 1:
            raise BadOption(
                say_n(
                    "--mask is for one photo, there is {count}.",
                    "--mask is for one photo, there are {count}.",
                    len(items),
                ),
                say("Mend each photo with its mask by a command of its own."),
            )
        small = run_fix.thumbs_for(stack, wanted=bool(html or sheet))
        work = Fix(
            out=out.absolute(),
            profile=named,
            category=category,
            switches=switches,
            variants=names,
            overrides=tuple(overrides.items()),
            quality=quality.value,
            engine=engine or "",
            trail=trail,
            keep=layers,
            thumb_side=pages.thumb_side(len(items)) if small else 0,
            mask=drawn,
        )
        run = run_fix.write_photos(
            account,
            items,
            work,
            language,
            what=say("Mending"),
            jobs=jobs or runner.default_jobs(),
            quiet=quiet,
            small=small,
            photos_missing=bool(skipped.unreadable),
        )
        run_fix.show_pages(
            run,
            small,
            language,
            html=html,
            sheet=sheet,
            json_file=json_file,
            title=say("packshot: photos mended"),
        )
    if not quiet and str(json_file) != "-":
        run_fix.summary(run, language)
    raise typer.Exit(run.exit_code(strict=strict))


def settings(pairs: Sequence[str]) -> dict[str, object]:
    """`output.quality=85` as a key and a TOML value; what is no TOML is a text."""
    found: dict[str, object] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise BadOption(
                say("--set {pair} has no value.", pair=pair), say("Write it as --set output.quality=85.")
            )
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        found[key.strip()] = tuple(value) if isinstance(value, list) else value
    return found


def read_mask(path: Path) -> bytes:
    """Looked at before any work: a mask that cannot be opened is told at once."""
    from packshot.journey.mask import open_mask

    open_mask(path)
    return path.read_bytes()


def _ask_for_max() -> None:
    """Raises at once, not at every photo, where the extra is not there."""
    import numpy as np

    from packshot.image.encode import Encoding, encode

    encode(np.zeros((16, 16, 3), np.uint8), None, Encoding(effort="max"))
