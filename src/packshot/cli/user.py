"""packshot user: the first owner, who has an account, and passwords that were forgotten."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import options, terminal
from packshot.cli.options import told
from packshot.words import Words, say

if TYPE_CHECKING:
    from packshot.service.database import Database

HELP = say("People who may sign in to the service: add the first one, list them, set a forgotten password.")

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help=told(say("Folder of database, pictures and secret."))),
]
Email = Annotated[
    str, typer.Option("--email", metavar="EMAIL", help=told(say("Whom it is about.")), show_default=False)
]


@terminal.command
def add(
    email: Email,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help=told(say("As the others see it.")))
    ] = "",
    organisation: Annotated[
        str,
        typer.Option(
            "--organisation",
            metavar="NAME",
            help=told(say("Made where there is none of that name; without it, the only one there is.")),
        ),
    ] = "",
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help=told(say("owner, editor, moderator or viewer.")))
    ] = "owner",
    data: Data = None,
    lang: options.Language = None,
) -> None:
    from packshot.service.people import by_hand

    language = terminal.language_of(lang)
    with _database(data) as database:
        password = "" if by_hand.is_known(database, email) else _password(language)
        made = by_hand.add_user(database, email, password, name=name, organisation=organisation, role=role)
    words = say(
        "{email} is {role} of {organisation} now.",
        email=made.email,
        role=made.role,
        organisation=made.organisation,
    )
    terminal.beside(words, language)


@terminal.command
def listed(data: Data = None, as_json: options.AsJson = False, lang: options.Language = None) -> None:
    from packshot.service.people import by_hand

    with _database(data) as database:
        people = by_hand.everybody(database)
    if as_json:
        terminal.out([json.dumps([asdict(one) for one in people], ensure_ascii=False, indent=1), "\n"])
    else:
        terminal.out(f"{one.email}\t{one.role}\t{one.organisation}\t{one.name}\n" for one in people)


@terminal.command
def reset_password(email: Email, data: Data = None, lang: options.Language = None) -> None:
    from packshot.service.people import by_hand

    language = terminal.language_of(lang)
    with _database(data) as database:
        by_hand.reset_password(database, email, _password(language))
    terminal.beside(say("The password is changed. All other browsers are signed out."), language)


COMMANDS: dict[str, tuple[Callable[..., None], Words, str]] = {
    "add": (
        add,
        say(
            "Add a person, and the organisation where it is not there. The password is asked for, or read"
            " from the standard input."
        ),
        """\
packshot user add --email name@shop.example
packshot user add --email name@shop.example --organisation Kettles --role editor < password.txt""",
    ),
    "list": (listed, say("List who may sign in, where, and as what."), "packshot user list --json"),
    "reset-password": (
        reset_password,
        say("Set a new password, and end all sessions of that person."),
        "packshot user reset-password --email name@shop.example",
    ),
}


@contextmanager
def _database(data: Path | None) -> Iterator[Database]:
    """The same as `packshot serve` with the same options has; tables are made where there are none."""
    from packshot.service import serving
    from packshot.service.database import Database
    from packshot.service.settings import from_environment, with_secret

    settings = with_secret(from_environment(data=data))
    serving.prepare(settings)
    database = Database.at(settings.database_url)
    try:
        yield database
    finally:
        database.close()


def _password(language: str) -> str:
    """Never an argument: those stand in the list of processes, and in the shell's history."""
    if sys.stdin.isatty():
        asked: str = typer.prompt(
            say("Password").in_(language), hide_input=True, confirmation_prompt=say("Once more").in_(language)
        )
        return asked
    return sys.stdin.readline().rstrip("\r\n")
