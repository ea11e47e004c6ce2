"""Options that several commands share, so that one word means one thing everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from packshot.errors import BadOption
from packshot.words import Words, default_language, say


def told(words: Words) -> str:
    """Help in the language of the start: `--lang` of the command line, PACKSHOT_LANG, the locale."""
    return words.in_(default_language())


class Lang(StrEnum):
    RU = "ru"
    EN = "en"


class DeviceName(StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


SHARED = told(say("Shared options"))

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SRC...",
        help=told(say("A file, a folder (with all below it), a glob, a ZIP or an http(s) link; any number.")),
        show_default=False,
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        help=told(say("Marketplace by name, or your own TOML by path. See `packshot profiles`.")),
        show_default=told(say("PACKSHOT_PROFILE, packshot.toml, else yandex_market")),
    ),
]
ProfileNames = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        help=told(
            say(
                "Marketplace by name, or your own TOML by path; several with commas between them. See"
                " `packshot profiles`."
            )
        ),
        show_default=told(say("PACKSHOT_PROFILE, packshot.toml, else yandex_market")),
    ),
]
Category = Annotated[
    str,
    typer.Option(
        "--category", "-c", help=told(say("Category with its own rules, as beauty or fashion.shoes."))
    ),
]
Switches = Annotated[
    list[str] | None,
    typer.Option("--switch", help=told(say("Turn a switch of the profile on; may be given several times."))),
]


class QualityName(StrEnum):
    FAST = "fast"
    NORMAL = "normal"
    BEST = "best"


Quality = Annotated[
    QualityName,
    typer.Option(
        "--quality",
        help=told(
            say(
                "fast: the network is asked only where the ground leaves doubt; normal: on every photo; best:"
                " more than once, for goods that are small in the frame."
            )
        ),
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, help=told(say("Photos at a time.")), show_default=told(say("a core each"))
    ),
]
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="DIR", help=told(say("Write one self-contained page, DIR/index.html."))),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help=told(say("Exit 1 for warnings and for photos to review, too; never fall back from --device.")),
    ),
]
StrictDevice = Annotated[
    bool, typer.Option("--strict", help=told(say("Rather stop than fall back from --device.")))
]
Device = Annotated[
    DeviceName | None,
    typer.Option(
        "--device",
        help=told(say("What runs the networks. See `packshot doctor`.")),
        show_default=told(say("PACKSHOT_DEVICE, else auto")),
    ),
]
AllowPrivate = Annotated[
    bool,
    typer.Option(
        "--allow-private-urls", help=told(say("Follow links into your own network (localhost, 10.*, …)."))
    ),
]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="E",
        help=told(
            say(
                "Whom to ask where the ground is not even: an engine of `packshot doctor`, a network of"
                " `packshot weights list`, or the path of a card."
            )
        ),
    ),
]
Language = Annotated[
    Lang | None,
    typer.Option(
        "--lang",
        help=told(say("Language of all messages.")),
        show_default=told(say("PACKSHOT_LANG, else the locale")),
        rich_help_panel=SHARED,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help=told(say("No progress, no summary.")), rich_help_panel=SHARED),
]
Log = Annotated[
    LogLevel,
    typer.Option("--log-level", help=told(say("What to log, on stderr.")), rich_help_panel=SHARED),
]
AsJson = Annotated[bool, typer.Option("--json", help=told(say("For machines: JSON on stdout.")))]
Dest = Annotated[
    str,
    typer.Argument(metavar="DEST", help=told(say("Folder or bucket of the results.")), show_default=False),
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        metavar="URL",
        help=told(say("Of S3 that is not Amazon's, as https://storage.yandexcloud.net.")),
        show_default="AWS_ENDPOINT_URL",
    ),
]


def pairs(text: str | None, option: str) -> dict[str, str]:
    """`sku=Артикул,url=Фото 1,Фото 2` as names and columns; a name may have several."""
    found: dict[str, str] = {}
    last = ""
    for part in (text or "").split(","):
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not equals and name and last:
            found[last] += f",{name}"
        elif name and column:
            last, found[name] = name, column
        elif part.strip():
            raise BadOption(
                say("{option} {pair} names no column.", option=option, pair=part.strip()),
                say("Write it as {option} sku=Article,url=Photo.", option=option),
            )
    return found
