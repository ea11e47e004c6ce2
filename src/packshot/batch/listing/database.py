"""One database by one door: connects, tries again, and tells what failed without ever saying a password."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from packshot.errors import BadSource, PackshotError, StoreFailed
from packshot.words import Words, say, verbatim

Value = TypeVar("Value")

ATTEMPTS = 6
FIRST_PAUSE = 0.05
"""Seconds; doubled at each further attempt, so that all together wait about three seconds."""
CONNECT_SECONDS = 10
SQLITE_WAITS_SECONDS = 30
SECRETS = ("pass", "secret", "token", "key")
"""What a parameter of the address has in its name where its value is nobody's business."""
MOST_LETTERS = 300


# SQLSTATE, by its beginning: lost connections, deadlocks, a server that is going down or is full.
PASSING = ("08", "40", "57P", "53300", "55P03")
DENIED = ("28", "42501", "25006")
DENIALS = ("authentication failed", "no password supplied", "readonly database", "permission denied")


class Database:
    """Opens at the first question. Close it."""

    def __init__(self, url: str) -> None:
        self._url = _parsed(url)
        self._secrets = _secrets_of(self._url)
        self.name = _without_secrets(self._url)
        self._engine = self._opened()

    def __repr__(self) -> str:
        return f"Database({self.name!r})"

    @property
    def dialect(self) -> sa.Dialect:
        return self._engine.dialect

    def close(self) -> None:
        self._engine.dispose()

    def read(self, act: Callable[[sa.Connection], Value]) -> Value:
        """`act` may be called more than once."""
        return self._try(act, BadSource, None)

    def write(self, act: Callable[[sa.Connection], Value], cure: Words | None = None) -> Value:
        """All of it or nothing. `act` may be called more than once, also after it was done and the answer
        was lost on its way."""
        return self._try(act, StoreFailed, cure)

    def _try(
        self,
        act: Callable[[sa.Connection], Value],
        kind: type[BadSource] | type[StoreFailed],
        cure: Words | None,
    ) -> Value:
        """The one place that knows how databases fail."""
        reading = self.dialect.name == "postgresql" and kind is BadSource
        pause = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._engine.connect() as connection:
                    if reading:  # a query that a person gave must not change anything, functions included
                        connection = connection.execution_options(postgresql_readonly=True)
                    with connection.begin():
                        return act(connection)
            except SQLAlchemyError as exc:
                if attempt == ATTEMPTS or not _passes(exc):
                    raise kind(*self._told(exc, cure)) from self._cause(exc)
                time.sleep(pause * random.uniform(0.5, 1.5))
                pause *= 2
        raise AssertionError

    def _opened(self) -> sa.Engine:
        options: dict[str, Any] = {}
        if self._url.get_backend_name() == "sqlite":
            _must_be_there(self._url)
            options = {"timeout": SQLITE_WAITS_SECONDS}
        elif self._url.drivername == "postgresql+psycopg":
            # PgBouncer may give each transaction another connection, which knows no prepared statement.
            options = {"connect_timeout": CONNECT_SECONDS, "prepare_threshold": None}
        try:
            return sa.create_engine(self._url, pool_pre_ping=True, hide_parameters=True, connect_args=options)
        except (NoSuchModuleError, ModuleNotFoundError) as exc:
            raise BadSource(
                say("{source} needs a driver that is not installed: {why}.", source=self.name, why=_why(exc)),
                say("For PostgreSQL and SQLite: {command}", command='pip install "packshot[batch]"'),
            ) from exc
        except (SQLAlchemyError, TypeError, ValueError):
            raise _bad_address(self._url.drivername) from None

    def _told(self, exc: SQLAlchemyError, cure: Words | None) -> tuple[Words, Words]:
        why = verbatim(self._scrubbed(_why(exc)))
        if _denied(exc):
            return (
                say("{source} refuses us: {why}.", source=self.name, why=why),
                cure or say("Check the name, the password and what this user is allowed to do."),
            )
        return (
            say("{source} does not answer as it should: {why}.", source=self.name, why=why),
            cure
            or say(
                "Check the address and the network, then give the same command again: it goes on from here."
            ),
        )

    def _scrubbed(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _cause(self, exc: BaseException) -> BaseException | None:
        """A traceback is read by others too: what says a secret is left out of it."""
        return exc if self._scrubbed(str(exc)) == str(exc) else None


def _parsed(url: str) -> sa.URL:
    begins = re.match(r"[\w+]+(?=://)", url)  # what is written amiss may begin with anything
    scheme = begins[0] if begins else "?"
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise _bad_address(scheme) from None  # which may say the password
    if "@" in (parsed.host or ""):
        raise _bad_address(scheme)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _bad_address(scheme: str) -> PackshotError:
    return BadSource(
        say("This is no address of a database: {scheme}://…", scheme=scheme),
        say(
            "Write it as {example}; the signs @ : / in a password are written %40 %3A %2F.",
            example="postgresql://user:password@host/database",
        ),
    )


def _must_be_there(url: sa.URL) -> None:
    """SQLite would make an empty one."""
    path = url.database or ""
    if path and path != ":memory:" and not path.startswith("file:") and not Path(path).is_file():
        raise BadSource(
            say("There is no file or folder {source}.", source=path),
            say("Four slashes begin a path from the root: {example}.", example="sqlite:////data/shop.db"),
        )


def _secrets_of(url: sa.URL) -> tuple[str, ...]:
    values = [str(url.password)] if url.password else []
    for name, value in url.query.items():
        if any(sign in name.lower() for sign in SECRETS):
            values += [value] if isinstance(value, str) else value
    spellings = {way(value) for value in values for way in (str, quote_plus, partial(quote, safe=""))}
    return tuple(sorted(filter(None, spellings), key=len, reverse=True))


def _without_secrets(url: sa.URL) -> str:
    shown = url.set(password=None, query={}).render_as_string(hide_password=True)
    host = url.query.get("host")  # of a socket
    return f"{shown}?host={host}" if isinstance(host, str) else shown


def _passes(exc: SQLAlchemyError) -> bool:
    if not isinstance(exc, DBAPIError):
        return isinstance(exc, PoolTimeout)
    if exc.connection_invalidated:
        return True
    state = getattr(exc.orig, "sqlstate", None)
    if state:
        return str(state).startswith(PASSING)
    if type(exc.orig).__module__.startswith("sqlite3"):
        return "locked" in str(exc.orig) or "busy" in str(exc.orig)
    return isinstance(exc, OperationalError) and not _denied(exc)


def _denied(exc: SQLAlchemyError) -> bool:
    cause = getattr(exc, "orig", None)
    state = str(getattr(cause, "sqlstate", None) or "")
    return state.startswith(DENIED) or any(sign in str(cause) for sign in DENIALS)


def _why(exc: BaseException) -> str:
    text = str(getattr(exc, "orig", None) or exc).strip() or type(exc).__name__
    return text.splitlines()[0][:MOST_LETTERS].rstrip(".")
