"""`packshot serve`: the web, the worker, or both; and somebody who starts them again when they fall."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from types import FrameType

import structlog

from packshot.service import logs, queue
from packshot.service.database import Database
from packshot.service.people.auth import ensure_local
from packshot.service.settings import Settings

GRACE_SECONDS = 20
"""For requests under way, when we are asked to end."""
REST_SECONDS = 0.2
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""glibc would give each of the web's threads memory of its own and never take it back."""
MOST_PAUSE = 30.0
log = structlog.get_logger("packshot.serve")


class Role(StrEnum):
    ALL = "all"
    WEB = "web"
    WORKER = "worker"
    MIGRATE = "migrate"
    """Brings the tables to this version, and ends."""


def prepare(settings: Settings) -> None:
    """Tables as this version wants them; whoever starts first makes them."""
    logs.set_up(settings.log)
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database.at(settings.database_url)
    database.upgrade()
    queue.migrate(settings.database_url)
    if not settings.people_sign_in:
        ensure_local(database)
    database.close()


def web(settings: Settings, listening: socket.socket) -> None:
    import uvicorn

    from packshot.service.app import make_app

    logs.set_up(settings.log)
    app = make_app(settings, warmed=_keep)

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            app.state.house.waiting.end()  # else we would wait for who waits for a photo
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.trust_proxy,
        forwarded_allow_ips="*" if settings.trust_proxy else None,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=64 * 1024,
        limit_concurrency=1000,
    )
    Server(config).run(sockets=[listening])


def _keep() -> None:
    """What is loaded by now stays to the end. The garbage collector would look through all of it now and then
    (200,000 objects, 0.1 s), and all requests would wait."""
    gc.collect()
    gc.freeze()


def worker(settings: Settings) -> None:
    from packshot.service.worker import main

    logs.set_up(settings.log)
    main(settings)


def listen(settings: Settings) -> socket.socket:
    """Before anything starts, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((settings.host, settings.port))
    listening.listen(512)
    listening.set_inheritable(True)
    return listening


def address_of(settings: Settings, listening: socket.socket) -> str:
    if settings.public_url:
        return settings.public_url
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


# ---- both of them ------------------------------------------------------------------------------------------


@dataclass
class Child:
    """A process that is started again when it falls, after growing pauses."""

    command: list[str]
    environment: dict[str, str]
    keeps: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    pause: float = 0.5
    starts_at: float = 0.0
    began: float = field(default=0.0)

    def look(self) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        moment = time.monotonic()
        if self.process is not None and not self.starts_at:
            lived = moment - self.began
            self.pause = 0.5 if lived > MOST_PAUSE else min(2 * self.pause, MOST_PAUSE)
            self.starts_at = moment + self.pause
            log.warning(
                "process fell", role=self.command[-1], code=self.process.returncode, again_in=self.pause
            )
        if moment >= self.starts_at:
            self.process = subprocess.Popen(self.command, env=self.environment, pass_fds=self.keeps)
            self.began, self.starts_at = moment, 0.0

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def supervise(settings: Settings, listening: socket.socket, on_start: Callable[[], None]) -> None:
    """The web and the worker in processes of their own: neither takes the other with it.

    The listening socket is ours, so no call is refused while the web is started again: it waits.
    """
    logs.set_up(settings.log)
    ends: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: ends.append(number))
    environment = {**FEW_ARENAS, **os.environ, **_as_environment(settings)}
    command = [sys.executable, "-m", "packshot.service.child"]
    file = listening.fileno()
    children = [
        Child([*command, str(file), Role.WEB], environment, (file,)),
        Child([*command, "-", Role.WORKER], environment),
    ]
    on_start()
    while not ends:
        for child in children:
            child.look()
        time.sleep(REST_SECONDS)
    listening.close()
    for child in children:
        child.end()
    for child in children:
        child.wait(GRACE_SECONDS + settings.photo_seconds)


def _as_environment(settings: Settings) -> dict[str, str]:
    told = settings.model_dump(mode="json", exclude_defaults=True)
    return {f"PACKSHOT_{name.upper()}": str(value) for name, value in told.items()}
