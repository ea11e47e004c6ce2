"""packshot guide: how to shoot for a marketplace, as a page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from packshot.cli import options, photos, terminal
from packshot.cli.options import LogLevel, told
from packshot.words import say

HELP = say("Write a guide for sellers: what a marketplace asks of photos, why, and how to shoot.")
EXAMPLES = """\
packshot guide --profile yandex_market --category beauty --lang ru
packshot guide --profile ozon --format html --out ozon.html"""


class GuideFormat(StrEnum):
    MD = "md"
    HTML = "html"


@terminal.command
def guide(
    profile: options.ProfileName = None,
    category: options.Category = "",
    format_name: Annotated[
        GuideFormat | None,
        typer.Option("--format", "-f", help=told(say("md or html; by default as the name of --out says."))),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help=told(say("Write here, not to stdout.")))
    ] = None,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.profiles.load import default_profile_name
    from packshot.report.guide import guide as guide_of

    language = terminal.language_of(lang)
    page = guide_of(photos.profile_named(profile) or default_profile_name(), category, language)
    by_name = GuideFormat.HTML if out and out.suffix.lower() in (".html", ".htm") else GuideFormat.MD
    text = page.html() if (format_name or by_name) is GuideFormat.HTML else page.markdown()
    if out is None:
        terminal.out([text.rstrip("\n"), "\n"])
        return
    from packshot.image.files import write_whole

    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, text.encode())
    terminal.beside(say("Guide: {path}", path=str(out)), language)
