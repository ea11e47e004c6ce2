"""A house to test in: its own database (SQLite, and in the slow run PostgreSQL, too), its own pictures."""

from __future__ import annotations

import itertools
import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from people_kit import People
from service_kit import postgres

from packshot.service import queue
from packshot.service.app import make_app
from packshot.service.database import Database
from packshot.service.house import House
from packshot.service.people import passwords
from packshot.service.people.auth import ensure_local
from packshot.service.settings import Auth, Settings

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))  # its S3 on the loopback is ours, too
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))  # and its browser

PLAIN = [
    *structlog.get_config()["processors"][:-1],
    structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
]
"""A traceback with all its locals, drawn in boxes, costs seconds."""
SECRET = "of the tests, and of nothing else"
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that is run here sets up the log for itself, on a stream that ends with its test."""
    handlers = logging.root.handlers[:]
    structlog.configure(processors=PLAIN)
    yield
    structlog.reset_defaults()
    logging.root.handlers = handlers


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With all its tables: each test begins with a copy."""
    path = tmp_path_factory.mktemp("base") / "packshot.db"
    _fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def made_postgres() -> Iterator[str]:
    with postgres() as (uri, _):
        url = uri.replace("postgresql:", "postgresql+psycopg:")
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as base:
            base.exec_driver_sql("alter system set fsync = off")
            base.exec_driver_sql("create database made")
        engine.dispose()
        _fill(url.replace("/postgres?", "/made?"))
        yield url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "packshot.db"
        shutil.copy(request.getfixturevalue("made_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    url: str = request.getfixturevalue("made_postgres")
    name = f"test_{next(_numbers)}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as base:
        base.exec_driver_sql(f"create database {name} template made")
        yield url.replace("/postgres?", f"/{name}?")
        base.exec_driver_sql(f"drop database {name} with (force)")
    engine.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path / "data", database=_plain(database_url), secret=SECRET, auth="off", sync_seconds=1
    )


@pytest.fixture
def home(settings: Settings) -> Iterator[House]:
    made = House.of(settings)
    ensure_local(made.database)
    yield made
    made.close()


@pytest.fixture
def client(home: House) -> Iterator[TestClient]:
    """As somebody at the machine itself, without accounts."""
    with TestClient(make_app(home.settings, home), base_url="http://127.0.0.1") as asking:
        yield asking


@pytest.fixture
def people(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[People]:
    """Where one has to sign in. Passwords cost next to nothing, for the tests' sake."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    made = House.of(settings.model_copy(update={"auth": Auth.ON}))
    everybody = People(made)
    yield everybody
    for one in everybody.opened:
        one.close()
    made.close()


@pytest.fixture
def client_of() -> Iterator[Callable[..., TestClient]]:
    """Clients of houses with other settings."""
    opened: list[TestClient] = []

    def open_one(home: House, **how: object) -> TestClient:
        one = TestClient(make_app(home.settings, home), base_url="http://127.0.0.1", **how)  # type: ignore[arg-type]
        opened.append(one)
        return one

    yield open_one
    for one in opened:
        one.close()


def _fill(url: str) -> None:
    database = Database.at(url)
    database.upgrade()
    queue.migrate(url)
    database.close()


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:")
