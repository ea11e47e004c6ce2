"""packshot weights: which networks there are, which are here; bring them, check them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import options, terminal
from packshot.cli.options import LogLevel, told
from packshot.errors import BadOption
from packshot.words import say

if TYPE_CHECKING:
    from packshot.engines.cards import Card
    from packshot.engines.pull import Progress

HELP = say(
    "Networks for cutting out: list those that are known, pull public ones, verify what is here, say where it"
    " lies. Our own network is shipped; nothing needs to be pulled."
)
EXAMPLES = """\
packshot weights list
packshot weights pull u2net
packshot weights pull birefnet-general --mirror https://example.com/weights
packshot weights verify
packshot weights path u2net"""


class Action(StrEnum):
    LIST = "list"
    PULL = "pull"
    VERIFY = "verify"
    PATH = "path"


@terminal.command
def weights(
    action: Annotated[
        Action, typer.Argument(metavar="list|pull|verify|path", help=told(say("What to do.")))
    ] = Action.LIST,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME...]", help=told(say("Networks by name, or paths of cards; all by default."))
        ),
    ] = None,
    mirror: Annotated[
        str,
        typer.Option(
            "--mirror",
            metavar="URL",
            help=told(say("Pull from this folder of the web instead of the makers'.")),
        ),
    ] = "",
    allow_licence: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-licence",
            metavar="NAME",
            help=told(say("Pull under this licence although it does not allow use for sale.")),
        ),
    ] = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    language = terminal.language_of(lang)
    if action is not Action.PULL and (mirror or allow_licence):
        raise BadOption(
            say("--mirror and --allow-licence are for pulling."), say("Write: packshot weights pull NAME")
        )
    chosen = _chosen(names or ())
    if action is Action.LIST:
        _list(chosen, language, as_json=as_json)
    elif action is Action.PULL:
        if not names:
            raise BadOption(
                say("Which network shall be pulled?"),
                say("Write: packshot weights pull {name}", name="u2net"),
            )
        _pull(chosen, language, mirror=mirror, allowed=tuple(allow_licence or ()), quiet=quiet)
    elif action is Action.VERIFY:
        raise typer.Exit(_verify(chosen, language, named=bool(names), as_json=as_json))
    else:
        _path(chosen if names else ())


def _chosen(names: tuple[str, ...] | list[str]) -> tuple[Card, ...]:
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


def _list(chosen: tuple[Card, ...], language: str, *, as_json: bool) -> None:
    from packshot.engines import cards

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
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in (say("network"), say("task"), say("licence"), say("for sale"), say("size"), say("here")):
        table.add_column(column.in_(language), overflow="fold")
    yes, no = say("yes").in_(language), say("no").in_(language)
    for card in chosen:
        size = say("{size:.1f} MB", size=card.size_bytes / 1e6).in_(language) if card.size_bytes else "?"
        here = cards.place(card).is_file()
        cells = (card.name, card.task, card.licence, yes if card.sale else no, size, yes if here else no)
        table.add_row(*map(Text, cells))
    terminal.console().print(table)


def _pull(
    chosen: tuple[Card, ...], language: str, *, mirror: str, allowed: tuple[str, ...], quiet: bool
) -> None:
    from packshot.engines.pull import pull

    for card in chosen:
        with _bar(card.name, quiet=quiet) as progress:
            pulled = pull(card, mirror=mirror, allowed=allowed, progress=progress)
        if quiet:
            continue
        terminal.beside(
            say("{name} is here: {path}", name=card.name, path=str(pulled.path))
            if pulled.fresh
            else say("{name} was here already: {path}", name=card.name, path=str(pulled.path)),
            language,
        )
        if pulled.fresh and not pulled.published:
            words = say("Its makers publish no checksum; recorded now: sha256 {sha256}", sha256=pulled.sha256)
            terminal.beside(words, language)


def _verify(chosen: tuple[Card, ...], language: str, *, named: bool, as_json: bool) -> int:
    from packshot.engines.pull import State, state

    meant = {
        State.GOOD: say("good"),
        State.RECORDED: say("as it first came (its makers publish no checksum)"),
        State.UNCHECKED: say("its makers publish no checksum, and none was recorded"),
        State.MISSING: say("not here"),
        State.DAMAGED: say("damaged: pull it again"),
    }
    states = {card.name: state(card) for card in chosen}
    if not named:
        states = {name: found for name, found in states.items() if found is not State.MISSING}
    if as_json:
        terminal.out([json.dumps(states, indent=1), "\n"])
    else:
        terminal.out(f"{name}: {meant[found].in_(language)}\n" for name, found in states.items())
    return terminal.FOUND if {State.DAMAGED, State.MISSING} & set(states.values()) else terminal.FINE


def _path(chosen: tuple[Card, ...]) -> None:
    """Alone on stdout, for scripts: each file, or the folder of all."""
    from packshot.engines import cards

    paths = [cards.place(card) for card in chosen] or [cards.folder()]
    terminal.out(f"{path}\n" for path in paths)


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
