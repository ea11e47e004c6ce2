"""The two streams: stdout carries what was asked for, stderr all that is said beside it."""

from __future__ import annotations

import functools
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import typer

from packshot.cli.options import Lang
from packshot.errors import PackshotError
from packshot.words import Words, default_language, say

if TYPE_CHECKING:
    from rich.console import Console

    from packshot.report.as_text import Look

FINE, FOUND, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: nothing to tell; findings or failures; a wrong command, option or source; Ctrl-C."""

P = ParamSpec("P")
R = TypeVar("R")


def command(function: Callable[P, R]) -> Callable[P, R]:
    """What every command shares: the log, and errors told as a sentence and a cure."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        language = language_of(kwargs.get("lang"))
        level = kwargs.get("log_level")
        logging.basicConfig(
            level=str(level or "warning").upper(), format="%(levelname)s %(name)s: %(message)s", force=True
        )
        try:
            return function(*args, **kwargs)
        except PackshotError as error:
            tell_error(error.message, error.cure, language)
            raise typer.Exit(USAGE) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None

    return run


def language_of(lang: object) -> str:
    return lang.value if isinstance(lang, Lang) else default_language()


def tell_error(message: Words, cure: Words | None, language: str) -> None:
    beside(say("Error: {message}", message=message), language)
    if cure is not None:
        beside(cure, language)


def beside(words: Words, language: str) -> None:
    """A line on stderr."""
    sys.stderr.write(words.in_(language) + "\n")


class Bugs:
    """Tracebacks for the log: each once, however many photos it met."""

    def __init__(self) -> None:
        self.count = 0
        self._seen: set[str] = set()

    def add(self, key: str, traceback: str) -> None:
        self.count += 1
        known = traceback in self._seen
        self._seen.add(traceback)
        logging.getLogger("packshot").error(
            "a bug at %s%s", key, " (as above)" if known else f"\n{traceback}"
        )


def out(pieces: Iterable[str]) -> None:
    """What was asked for, on stdout, as it comes."""
    for piece in pieces:
        sys.stdout.write(piece)
        sys.stdout.flush()


def speak_utf8() -> None:
    """A Windows pipe or an old console has a code page: a letter it lacks must not end the run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            if not stream.isatty() and "PYTHONIOENCODING" not in os.environ:
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="replace")


def has_shapes() -> bool:
    """Can stdout show ✔ ▲ ✖?"""
    try:
        "✔▲✖●".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def console() -> Console:
    """stdout, for tables. What is piped is not cut to 80 columns."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 140)


def look() -> Look:
    """What stdout can show."""
    from packshot.report.as_text import Look

    screen = console()
    return Look(
        colour=screen.is_terminal and not screen.no_color,
        width=screen.width if screen.is_terminal else 100,
        plain_shapes=not has_shapes(),
    )


@contextmanager
def progress(count: int, what: Words, language: str, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """A bar on stderr with rate and time left; gives what is to be called after each photo."""
    if quiet or count < 2 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[rate]}"),
        bars.TimeRemainingColumn(),
    )
    error_console = Console(stderr=True)
    with bars.Progress(
        *columns, console=error_console, transient=True, redirect_stdout=sys.stdout.isatty()
    ) as shown:
        task = shown.add_task(what.in_(language), total=count, rate="")

        def advance() -> None:
            shown.advance(task)
            if speed := shown.tasks[0].speed:
                shown.update(task, rate=say("{rate:.1f} photos/s", rate=speed).in_(language))

        yield advance
