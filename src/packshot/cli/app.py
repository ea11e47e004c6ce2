"""The command `packshot`. Nothing heavy is imported before a command that needs it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import typer
from typer.core import TyperGroup

from packshot.words import LANGUAGES, Words, say

app: typer.Typer
"""Built when first asked for: help is in the language that was asked for by then."""

GROUPS = {
    "photos": say("Photos"),
    "rules": say("Rules and guides"),
    "packshot": say("packshot itself"),
}


Commands = dict[str, tuple[Callable[..., None], Words, str]]
"""Of a group: name → what runs, its help, its examples."""


def main() -> None:
    listen_for_language(sys.argv[1:])
    from packshot.cli.terminal import speak_utf8  # brings the options, whose help is in the language heard

    speak_utf8()
    build()(prog_name="packshot")


def listen_for_language(words: Sequence[str]) -> None:
    """Help is written before options are read, so `--lang` is heard beforehand."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        option, _, value = word.partition("=")
        if option == "--lang" and (value or following) in LANGUAGES:
            os.environ["PACKSHOT_LANG"] = value or following


@cache
def build() -> typer.Typer:
    from packshot.cli import (
        assess,
        backup,
        batch,
        calibrate,
        card,
        check,
        cutout,
        demo,
        doctor,
        duplicates,
        explain,
        fix,
        guide,
        profiles,
        serve,
        telegram,
        train,
        upscale,
        user,
        version,
        weights,
    )
    from packshot.cli.options import told

    built = typer.Typer(
        name="packshot",
        help=told(say("Judges product photos by marketplace rules and mends them.")),
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        add_completion=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for group, module in (
        ("photos", check),
        ("photos", card),
        ("photos", assess),
        ("photos", fix),
        ("photos", cutout),
        ("photos", upscale),
        ("photos", duplicates),
        ("photos", demo),
        ("rules", explain),
        ("rules", profiles),
        ("rules", calibrate),
        ("rules", guide),
        ("packshot", serve),
        ("packshot", backup),
        ("packshot", telegram),
        ("packshot", doctor),
        ("packshot", version),
    ):
        name = module.__name__.rpartition(".")[2]
        built.command(
            name,
            help=told(module.HELP),
            epilog=_examples(module.EXAMPLES),
            rich_help_panel=told(GROUPS[group]),
        )(getattr(module, name))
    built.command(
        "restore",
        help=told(backup.RESTORE_HELP),
        epilog=_examples(backup.RESTORE_EXAMPLES),
        rich_help_panel=told(GROUPS["packshot"]),
    )(backup.restore)
    for group, module in (
        ("photos", batch),
        ("packshot", user),
        ("packshot", train),
        ("packshot", weights),
    ):
        built.add_typer(
            _several(module.COMMANDS, getattr(module, "GROUP", None)),
            name=module.__name__.rpartition(".")[2],
            help=told(module.HELP),
            rich_help_panel=told(GROUPS[group]),
        )
    return built


def _several(commands: Commands, group: type[TyperGroup] | None) -> typer.Typer:
    """A word with commands of its own, as `packshot train pack`."""
    from packshot.cli.options import told

    built = typer.Typer(cls=group, no_args_is_help=True, rich_markup_mode="rich")
    for name, (function, text, examples) in commands.items():
        built.command(name, help=told(text), epilog=_examples(examples))(function)
    return built


def _examples(lines: str) -> str:
    from packshot.cli.options import told

    shown = "\n\n".join(f"  {line.replace('[', chr(92) + '[')}" for line in lines.splitlines())
    return f"{told(say('Examples:'))}\n\n{shown}"


def __getattr__(name: str) -> Any:
    if name == "app":
        return build()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if __name__ == "__main__":
    main()
