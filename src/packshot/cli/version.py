"""packshot version."""

from __future__ import annotations

import json

from packshot.cli import options, terminal
from packshot.cli.options import LogLevel
from packshot.words import say

HELP = say("Say which version this is.")
EXAMPLES = """\
packshot version
packshot version --json"""


@terminal.command
def version(
    as_json: options.AsJson = False,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from importlib.metadata import version as version_of

    number = version_of("packshot")
    terminal.out([json.dumps({"packshot": number}) if as_json else f"packshot {number}", "\n"])
