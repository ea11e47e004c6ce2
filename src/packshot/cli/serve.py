"""packshot serve: REST, web pages and the queue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packshot.cli import options, terminal
from packshot.cli.options import told
from packshot.errors import BadOption, Refused
from packshot.words import say

HELP = say(
    "Start the service: web pages, REST and the queue. On one machine it needs nothing but a folder; with"
    " PostgreSQL and a bucket many machines share the work."
)
EXAMPLES = """\
packshot serve
packshot serve --data /srv/packshot --port 8000
PACKSHOT_DATABASE=postgresql://… PACKSHOT_STORAGE=s3://… packshot serve --role worker"""


@terminal.command
def serve(
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help=told(say("Folder of database, pictures and secret."))),
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help=told(say("Address to listen on.")))
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", help=told(say("Port to listen on; 0 takes any free one."))),
    ] = None,
    role: Annotated[
        str,
        typer.Option(
            "--role",
            metavar="ROLE",
            help=told(say("web, worker, or all of it; migrate only brings the tables to this version.")),
        ),
    ] = "all",
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            help=told(say("Processes that work on photos; one per core by default.")),
        ),
    ] = None,
    lang: options.Language = None,
) -> None:
    from packshot.service import serving
    from packshot.service.settings import from_environment, with_secret

    language = terminal.language_of(lang)
    if role not in list(serving.Role):
        raise BadOption(
            say("There is no role {role}.", role=role), say("Known: {roles}.", roles=", ".join(serving.Role))
        )
    settings = from_environment(data=data, host=host, port=port, workers=workers)
    if role in (serving.Role.WEB, serving.Role.WORKER) and not settings.secret:
        raise BadOption(
            say("PACKSHOT_SECRET is missing: web and workers that start alone must have the same one."),
            say("Make one with: {command}", command="openssl rand -hex 32"),
        )
    settings = with_secret(settings)
    serving.prepare(settings)
    if role == serving.Role.MIGRATE:
        return
    if role == serving.Role.WORKER:
        serving.worker(settings)
        return
    try:
        listening = serving.listen(settings)
    except OSError as exc:
        raise Refused(
            say(
                "{host}:{port} cannot be listened on: {why}.",
                host=settings.host,
                port=settings.port,
                why=str(exc.strerror),
            ),
            say("Choose another --port; --port 0 takes any free one."),
        ) from exc

    def on_start() -> None:
        address = serving.address_of(settings, listening)
        terminal.beside(say("packshot is at {address}", address=address), language)

    if role == serving.Role.WEB:
        on_start()
        serving.web(settings, listening)
    else:
        serving.supervise(settings, listening, on_start)
