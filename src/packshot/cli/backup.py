"""packshot backup and packshot restore: all that the service holds, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packshot.cli import options, terminal
from packshot.cli.options import told
from packshot.words import Words, say, say_n

HELP = say("Write all that the service holds into one file, while it runs.")
EXAMPLES = """\
packshot backup packshot-2026-01-31.tar
packshot backup --data /srv/packshot /backups/packshot.tar"""
RESTORE_HELP = say("Put a backup back, into an empty folder.")
RESTORE_EXAMPLES = "packshot restore packshot-2026-01-31.tar --data /srv/packshot"

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help=told(say("Folder of database, pictures and secret."))),
]


@terminal.command
def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=told(say("The TAR to write.")), show_default=False)
    ],
    data: Data = None,
    lang: options.Language = None,
) -> None:
    from packshot.service import backup as saving
    from packshot.service.settings import from_environment

    language = terminal.language_of(lang)
    settings = from_environment(data=data)
    if saving.sqlite_path(settings) is None:
        words = say(
            "This takes the pictures. The database's own copy comes first: {command}",
            command='pg_dump --format=custom --file=packshot.dump "$PACKSHOT_DATABASE"',
        )
        terminal.beside(words, language)
    saved = saving.backup(settings, file)
    terminal.beside(_done(saved.pictures, saved.size_bytes), language)


@terminal.command
def restore(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=told(say("What backup wrote.")), show_default=False)
    ],
    data: Data = None,
    lang: options.Language = None,
) -> None:
    from packshot.service import backup as saving
    from packshot.service.settings import from_environment

    language = terminal.language_of(lang)
    saved = saving.restore(from_environment(data=data), file)
    terminal.beside(_done(saved.pictures, saved.size_bytes), language)
    if not saved.with_database:
        command = 'pg_restore --dbname="$PACKSHOT_DATABASE" packshot.dump'
        terminal.beside(say("Restore the database beside it: {command}", command=command), language)


def _done(pictures: int, size_bytes: int) -> Words:
    return say_n(
        "{count} picture, {size:.1f} MB", "{count} pictures, {size:.1f} MB", pictures, size=size_bytes / 1e6
    )
