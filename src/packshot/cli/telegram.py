"""packshot telegram: a bot that takes photos in chats."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import options, terminal
from packshot.cli.options import told
from packshot.errors import BadOption
from packshot.words import say

if TYPE_CHECKING:
    from packshot.service.settings import Settings

HELP = say("Run a Telegram bot: photos that come in a chat go through the service and come back mended.")
EXAMPLES = "PACKSHOT_TELEGRAM_TOKEN=… PACKSHOT_TELEGRAM_CHATS=55 packshot telegram"


@terminal.command
def telegram(
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help=told(say("Where it keeps what each chat chose."))),
    ] = None,
    lang: options.Language = None,
) -> None:
    from packshot.service import logs
    from packshot.service.settings import from_environment

    settings = from_environment(data=data)
    if not settings.telegram_token:
        raise BadOption(
            say("PACKSHOT_TELEGRAM_TOKEN is missing."), say("BotFather gives it: https://t.me/BotFather.")
        )
    logs.set_up(settings.log)
    terminal.beside(say("The bot listens. Ctrl+C ends it."), terminal.language_of(lang))
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    import httpx

    from packshot.service.telegram.bot import Bot
    from packshot.service.telegram.bot_api import BotApi
    from packshot.service.telegram.chats import Chats
    from packshot.service.telegram.desk import Desk

    ends = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ends.set)
    async with httpx.AsyncClient() as out, httpx.AsyncClient(trust_env=False) as near:
        api = BotApi(out, settings.telegram_api, settings.telegram_token)
        desk = Desk(near, settings.telegram_service, settings.telegram_key)
        chats = Chats(settings.data / "telegram.json", settings.telegram_chats)
        await Bot(api, desk, chats).run(ends)
