"""The database: SQLite by default, PostgreSQL for many machines, by one door.

The queue's tables lie in the same database, so that a photo and its place in the queue are written in one
transaction: there is no moment in which one is there without the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from packshot.service.tables import Table

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30.0
"""How long a writer of SQLite waits for another."""
POOL = 20


@dataclass(frozen=True)
class Database:
    engine: Engine

    @staticmethod
    def at(url: str) -> Database:
        return Database(_sqlite(url) if url.startswith("sqlite") else _postgres(url))

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All of it or nothing."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.engine.connect().execution_options(writes=False) as connection:
            yield Session(connection, expire_on_commit=False)

    def upgrade(self, revision: str = "head") -> None:
        with self._alembic() as config:
            command.upgrade(config, revision)

    def downgrade(self, revision: str) -> None:
        with self._alembic() as config:
            command.downgrade(config, revision)

    def answers(self) -> bool:
        with self.engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar() == 1

    def close(self) -> None:
        """What a thread still holds is closed when it comes back; a pool that is gone would keep it open."""
        event.listen(self.engine.pool, "checkin", lambda _connection, entry: entry.invalidate())
        self.engine.dispose()

    @contextmanager
    def _alembic(self) -> Iterator[Config]:
        """One machine at a time: two that start together must not both make the tables."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.engine.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(7225)"))
            config.attributes["connection"] = connection
            yield config


def add(session: Session, table: type[Table], key: Mapping[str, Any], **counts: float) -> None:
    """Adds to the counts of a row, which is made where it is not there; whoever else does the same."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(table).values({**key, **counts})
    grown = {name: getattr(table, name) + count for name, count in counts.items()}
    session.execute(row.on_conflict_do_update(index_elements=list(key), set_=grown))


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=POOL,
        max_overflow=POOL,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()
        # SQLite's own knows ASCII only: a search for "кружка" would not find "Кружка.jpg".
        connection.create_function("lower", 1, _lower, deterministic=True)
        # Python's own habit of opening transactions late makes two writers fail instead of wait.
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")

    return engine


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _writes(connection: Any) -> bool:
    return bool(connection.get_execution_options().get("writes", True))


def _postgres(url: str) -> Engine:
    return create_engine(
        url,
        pool_size=POOL,
        max_overflow=POOL,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,  # an error's text goes into the log
    )
