"""packshot profiles: which there are, and every value of one with where it came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packshot.cli import options, photos, terminal
from packshot.cli.options import LogLevel, told
from packshot.words import say

if TYPE_CHECKING:
    from packshot.profiles.profile import Profile, Value

HELP = say("List the profiles, or show every value of one with its source, trust and date.")
EXAMPLES = """\
packshot profiles
packshot profiles yandex_market
packshot profiles ozon --category beauty
packshot profiles ./shop.toml --json"""


@terminal.command
def profiles(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[P]", help=told(say("A profile by name, or your own TOML by path.")), show_default=False
        ),
    ] = None,
    category: options.Category = "",
    switch: options.Switches = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.profiles.load import load_profile

    language = terminal.language_of(lang)
    if name is None:
        _list(language, as_json=as_json)
        return
    named = photos.profile_named(name)
    assert named is not None
    profile = load_profile(named, category=category, switches=tuple(switch or ()))
    if as_json:
        terminal.out([json.dumps(_told(profile), ensure_ascii=False, indent=1), "\n"])
    else:
        _show(profile, language)


def _list(language: str, *, as_json: bool) -> None:
    from packshot.profiles.load import default_profile_name, load_profile, profile_names

    usual = default_profile_name()
    known = {name: load_profile(name) for name in profile_names()}
    if as_json:
        told_ = [
            {"name": name, "titles": dict(profile.titles), "default": name == usual, "sha256": profile.sha256}
            for name, profile in known.items()
        ]
        terminal.out([json.dumps(told_, ensure_ascii=False, indent=1), "\n"])
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(say("profile").in_(language), style="bold", no_wrap=True)
    table.add_column(say("marketplace").in_(language))
    table.add_column(say("pictures").in_(language))
    for name, profile in known.items():
        mark = f" ({say('default').in_(language)})" if name == usual else ""
        variants = ", ".join(variant.name for variant in profile.variants)
        table.add_row(f"{name}{mark}", profile.title(language), variants)
    terminal.console().print(table)


def _show(profile: Profile, language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    console = terminal.console()
    category = f", {profile.category}" if profile.category else ""
    console.print(Text(f"{profile.title(language)} ({profile.name}{category})", style="bold"))
    table = Table(box=None, pad_edge=False)
    for column in (say("value"), say("is"), say("source"), say("trust"), say("read"), say("said by")):
        table.add_column(column.in_(language), overflow="fold")
    for path, value in profile.values.items():
        table.add_row(
            Text(path),
            Text(_shown(value)),
            Text(value.source),
            Text(" ".join(filter(None, (value.trust, value.confidence)))),
            Text(value.read.isoformat() if value.read else ""),
            Text(".".join(filter(None, (value.profile, value.category)))),
        )
    console.print(table)


def _shown(value: Value) -> str:
    raw = value.value
    if isinstance(raw, (list, tuple)):
        raw = ", ".join(map(str, raw))
    return f"{raw} {value.unit}".rstrip()


def _told(profile: Profile) -> dict[str, Any]:
    from packshot.profiles.schema import plain

    def day(when: Any) -> str | None:
        return when.isoformat() if when else None

    return {
        "name": profile.name,
        "category": profile.category,
        "titles": dict(profile.titles),
        "sha256": profile.sha256,
        "values": {
            path: {
                "value": plain(value.value),
                "unit": value.unit,
                "source": value.source,
                "trust": value.trust,
                "confidence": value.confidence,
                "read": day(value.read),
                "valid_from": day(value.valid_from),
                "valid_until": day(value.valid_until),
                "profile": value.profile,
                "category": value.category,
            }
            for path, value in profile.values.items()
        },
    }
