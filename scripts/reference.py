"""Writes the pages of docs/reference/ that are made from code, so that they cannot rot.

python scripts/reference.py            write them
python scripts/reference.py --check    fail where one is out of date
"""

from __future__ import annotations

import ast
import inspect
import os
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

os.environ["PACKSHOT_LANG"] = "en"  # the pages are English whatever the locale

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"


def main(check: bool) -> int:
    stale = []
    pages = {"rules.md": rules(), "stages.md": stages(), "cli.md": commands(), "settings.md": service()}
    for name, text in pages.items():
        path = REFERENCE / name
        if check:
            if not path.exists() or path.read_text("utf8") != text:
                stale.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf8")
    for name in stale:
        print(f"docs/reference/{name} is out of date; run `make docs`")
    return 1 if stale else 0


def rules() -> str:
    from packshot.rules.base import RULES

    parts = ["# Rules\n\nMade from the rules' own texts; `packshot explain RULE` prints the same.\n"]
    for name in RULES.names():
        rule = RULES[name]
        parts.append(f"## {name}\n\n{rule.title}\n")
        parts += [f"**{heading}.** {text}\n" for heading, text in rule.page]
        parts.append(settings(rule.limit))
    return "\n".join(parts)


def stages() -> str:
    from packshot.retouch.base import STAGES

    parts = ["# Stages of the retouch\n\nMade from the stages' own texts.\n"]
    for name in STAGES.names():
        stage = STAGES[name]
        parts.append(f"## {name}\n\n{stage.text}\n")
        parts.append(settings(stage.wish))
    return "\n".join(parts)


def settings(holder: type) -> str:
    told = dict(docs_of_fields(holder))
    rows = [f"| `{f.name}` | `{f.default!r}` | {told.get(f.name, '')} |" for f in fields(holder)]
    return "\n".join(["| setting | default | meaning |", "| --- | --- | --- |", *rows, ""])


def docs_of_fields(holder: type) -> Iterator[tuple[str, str]]:
    """The line right under each field, of the class and of those that it derives from."""
    for owner in reversed(holder.__mro__[:-1]):
        body = ast.parse(inspect.cleandoc("\n" + inspect.getsource(owner))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, doc in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(doc, ast.Expr)
                and isinstance(doc.value, ast.Constant)
            ):
                yield field.target.id, " ".join(str(doc.value.value).split())


def commands() -> str:
    import typer

    from packshot.cli.app import app

    root: Any = typer.main.get_command(app)
    parts = ["# Command line\n\nMade from the commands' own help. `--lang ru` says everything in Russian.\n"]
    for name, command in every_command(root):
        options = [option for option in command.params if getattr(option, "help", "")]
        rows = [f"| `{spelt(option)}` | {option.help.replace('|', '/')} |" for option in options]
        parts += [f"## packshot {name}\n\n{command.help.strip()}\n"]
        parts += ["\n".join(["| option | meaning |", "| --- | --- |", *rows, ""])]
        parts += [f"```sh\n{examples}\n```\n" for examples in [told(command.epilog or "")] if examples]
    return "\n".join(parts)


def service() -> str:
    from packshot.service.settings import PREFIX, Settings

    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default == "" else f"`{field.default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    head = (
        "# Settings of the service\n\nMade from the code's own texts. All come from the environment;"
        " `--data`, `--host`, `--port` and `--workers` of [`packshot serve`](cli.md) go before them.\n"
    )
    return "\n".join([head, "| variable | default | meaning |", "| --- | --- | --- |", *rows, ""])


def every_command(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Commands, and those of groups by their full name: `train pack`."""
    import typer

    for name in group.list_commands(typer.Context(group)):
        command = group.commands[name]
        if hasattr(command, "commands"):
            yield from every_command(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def spelt(option: Any) -> str:
    names = (
        ", ".join(option.opts) if option.opts[0].startswith("-") else option.metavar or option.name.upper()
    )
    takes_value = option.opts[0].startswith("-") and not getattr(option, "is_flag", False)
    return f"{names} {option.metavar or option.name.upper()}" if takes_value else names


def told(epilog: str) -> str:
    """The lines of the examples, without their title."""
    lines = (line.strip() for line in epilog.splitlines())
    return "\n".join(line for line in lines if line.startswith("packshot"))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
