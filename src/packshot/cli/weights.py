"""packshot weights: which networks there are, which are here; bring them, check them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import options, terminal
from packshot.cli.options import LogLevel, told
from packshot.errors import BadOption
from packshot.words import Words, say

if TYPE_CHECKING:
    from packshot.engines.cards import Card
    from packshot.engines.pull import Progress, Pulled

HELP = say("Networks for cutting out: list them, pull public ones, verify what is here. Ours is shipped.")

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME...]", help=told(say("Networks by name, or paths of cards; all by default."))
    ),
]


@terminal.command
def listed(
    names: Names = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.engines import cards

    chosen = _chosen(names)
    if as_json:
        rows = [
            {
                "name": card.name,
                "task": card.task,
                "licence": card.licence,
                "sale": card.sale,
                "size_bytes": card.size_bytes,
                "sha256": card.sha256,
                "url": card.url,
                "here": cards.place(card).is_file(),
            }
            for card in chosen
        ]
        terminal.out([json.dumps(rows, ensure_ascii=False, indent=1), "\n"])
    else:
        _table(chosen, terminal.language_of(lang))


@terminal.command
def pulled(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...", help=told(say("Networks by name, or paths of cards.")), show_default=False
        ),
    ],
    mirror: Annotated[
        str,
        typer.Option(
            "--mirror",
            metavar="URL",
            help=told(say("Take the files from this folder of the web, not from their makers.")),
        ),
    ] = "",
    allow_licence: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-licence",
            metavar="LICENCE",
            help=told(say("Accept this licence although it does not allow use for sale.")),
        ),
    ] = None,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.engines.pull import pull

    language = terminal.language_of(lang)
    for card in _chosen(names):
        with _bar(card.name, quiet=quiet) as progress:
            got = pull(card, mirror=mirror, allowed=allow_licence or (), progress=progress)
        if not quiet:
            terminal.beside(_told(card, got), language)
        if got.fresh and not got.published:
            words = say("Its makers publish no checksum; this one was recorded: {sha256}", sha256=got.sha256)
            terminal.beside(words, language)


@terminal.command
def verified(
    names: Names = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.engines.pull import State, state

    meant = {
        State.GOOD: say("good"),
        State.RECORDED: say("as it first came; its makers publish no checksum"),
        State.UNCHECKED: say("not checked; its makers publish no checksum, and none was recorded"),
        State.MISSING: say("not here"),
        State.DAMAGED: say("damaged; pull it again"),
    }
    states = {card.name: state(card) for card in _chosen(names)}
    if not names:
        states = {name: found for name, found in states.items() if found is not State.MISSING}
    if as_json:
        terminal.out([json.dumps(states, indent=1), "\n"])
    else:
        language = terminal.language_of(lang)
        terminal.out(f"{name}: {meant[found].in_(language)}\n" for name, found in states.items())
    bad = {State.DAMAGED, State.MISSING} & set(states.values())
    raise typer.Exit(terminal.FOUND if bad else terminal.FINE)


@terminal.command
def path(
    names: Names = None,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    """Alone on stdout, for scripts."""
    from packshot.engines import cards

    paths = [cards.place(card) for card in _chosen(names)] if names else [cards.folder()]
    terminal.out(f"{one}\n" for one in paths)


COMMANDS: dict[str, tuple[Callable[..., None], Words, str]] = {
    "list": (
        listed,
        say("List the networks: licence, size, and whether they are here."),
        "packshot weights list\npackshot weights list --json",
    ),
    "pull": (
        pulled,
        say("Bring networks; a pull that was stopped goes on where it was."),
        """\
packshot weights pull u2net
packshot weights pull birefnet-general --mirror https://example.com/weights
packshot weights pull silueta --allow-licence unstated""",
    ),
    "verify": (
        verified,
        say("Compare the files that are here with their checksums."),
        "packshot weights verify\npackshot weights verify u2net",
    ),
    "path": (
        path,
        say("Say where a network's file lies; without a name, the folder of all."),
        "packshot weights path\npackshot weights path u2net",
    ),
}


def _chosen(names: list[str] | None) -> tuple[Card, ...]:
    from packshot.engines import cards

    if not names:
        return cards.known()
    found = []
    for name in names:
        card = cards.named(name)
        if card is None:
            raise BadOption(
                say("There is no network called {name}.", name=name),
                say("Known: {names}.", names=", ".join(card.name for card in cards.known())),
            )
        found.append(card)
    return tuple(found)


def _table(chosen: tuple[Card, ...], language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from packshot.engines import cards

    table = Table(box=None, pad_edge=False)
    for column in (say("network"), say("task"), say("licence"), say("for sale"), say("size"), say("here")):
        table.add_column(column.in_(language), overflow="fold")
    answers = {True: say("yes").in_(language), False: say("no").in_(language)}
    for card in chosen:
        size = say("{size:.1f} MB", size=card.size_bytes / 1e6).in_(language) if card.size_bytes else "?"
        here = answers[cards.place(card).is_file()]
        table.add_row(*map(Text, (card.name, card.task, card.licence, answers[card.sale], size, here)))
    terminal.console().print(table)


def _told(card: Card, got: Pulled) -> Words:
    if got.fresh:
        return say("{name} is here: {path}", name=card.name, path=str(got.path))
    return say("{name} was here already: {path}", name=card.name, path=str(got.path))


@contextmanager
def _bar(name: str, *, quiet: bool) -> Iterator[Progress]:
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.DownloadColumn(),
        bars.TransferSpeedColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(name, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total or None)
