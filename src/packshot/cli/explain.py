"""packshot explain: a rule's own page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import options, terminal
from packshot.cli.options import LogLevel, told
from packshot.errors import BadOption
from packshot.words import Words, say

if TYPE_CHECKING:
    from packshot.rules.base import Rule

HELP = say("Explain a rule: what it asks, why marketplaces ask it, how to shoot so that it holds.")
EXAMPLES = """\
packshot explain background_color
packshot explain frame_fill --lang ru
packshot explain sharpness --json"""


@terminal.command
def explain(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE", help=told(say("Name of a rule, as findings name it.")), show_default=False
        ),
    ],
    as_json: options.AsJson = False,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    language = terminal.language_of(lang)
    found = rule_called(rule)
    title = Words(found.title).in_(language)
    page = [(Words(heading).in_(language), Words(text).in_(language)) for heading, text in found.page]
    if as_json:
        told_ = {"rule": rule, "title": title, "page": dict(page), "since": found.since}
        terminal.out([json.dumps(told_, ensure_ascii=False, indent=1), "\n"])
        return
    from rich.padding import Padding
    from rich.text import Text

    console = terminal.console()
    console.print(Text(rule, style="bold"))
    console.print(Text(title))
    for heading, text in page:
        console.print()
        console.print(Text(heading, style="bold"))
        console.print(Padding(Text(text), (0, 0, 0, 2)))


def rule_called(name: str) -> Rule:
    """Or BadOption with the nearest name."""
    from packshot.rules.base import RULES

    if name not in RULES:
        raise _unknown(name, RULES.nearest(name), RULES.names())
    return RULES[name]


def _unknown(rule: str, nearest: str | None, known: tuple[str, ...]) -> BadOption:
    message = (
        say("There is no rule {rule}; did you mean {nearest}?", rule=rule, nearest=nearest)
        if nearest
        else say("There is no rule {rule}.", rule=rule)
    )
    return BadOption(message, say("Known rules: {names}.", names=", ".join(known)))
