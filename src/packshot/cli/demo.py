"""packshot demo: the sample photos, mended, to see what it does in half a minute."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from packshot.cli import options, pages, photos, run_fix, terminal
from packshot.cli.options import LogLevel, told
from packshot.errors import BadSource
from packshot.words import say

HELP = say("Mend the sample photos under the Yandex Market profile and show what came of them.")
EXAMPLES = """\
packshot demo
packshot demo --out demo/ --lang ru
packshot demo --photos my_photos/"""

SAMPLES = Path(__file__).parent.parent / "samples"


@terminal.command
def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help=told(say("Folder of the results.")))
    ] = Path("packshot-demo"),
    photos_in: Annotated[
        Path | None,
        typer.Option("--photos", metavar="DIR", help=told(say("Other photos than packshot's samples."))),
    ] = None,
    jobs: options.Jobs = None,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.batch import runner
    from packshot.batch.account import Account
    from packshot.batch.fixing import Fix
    from packshot.report import as_text

    language = terminal.language_of(lang)
    folder = photos_in or SAMPLES
    if not folder.is_dir():
        raise BadSource(
            say("There is no folder of photos {folder}.", folder=str(folder)),
            say("Give one by --photos DIR."),
        )
    run_fix.refuse_sources_as_out(out, [str(folder)])
    pages.ours_or_free(out / "contact_sheet.jpg")
    pages.ours_or_free(out / "index.html")
    with Account(out) as account, ExitStack() as stack:
        items, skipped = photos.items_of(
            [str(folder)], language, quiet=True, allow_private=False, account=account
        )
        small = run_fix.thumbs_for(stack, wanted=True)
        work = Fix(out.absolute(), "yandex_market", thumb_side=pages.thumb_side(len(items)))
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
        if not quiet:
            terminal.out(as_text.lines(run.entries(), language, terminal.look()))
            run_fix.summary(run, language)
        run_fix.show_pages(
            run,
            small,
            language,
            html=out,
            sheet=True,
            json_file=None,
            title=say("packshot: the samples mended"),
        )
    raise typer.Exit(run.exit_code(strict=False))
