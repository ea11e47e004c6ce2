"""Is a source a database? Asked without loading what databases need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packshot.errors import BadSource
from packshot.words import say, verbatim

if TYPE_CHECKING:
    from packshot.batch.listing.databases import Rows

SCHEMES = frozenset(
    {"postgresql", "postgres", "sqlite", "mysql", "mariadb", "mssql", "oracle", "cockroachdb", "duckdb"}
)


def is_database(source: str) -> bool:
    scheme, is_url, _ = source.partition("://")
    return bool(is_url) and scheme.lower().partition("+")[0] in SCHEMES


def rows_class() -> type[Rows]:
    """`Rows`, or what to install."""
    try:
        from packshot.batch.listing.databases import Rows
    except ModuleNotFoundError as exc:
        raise BadSource(
            say("A database needs more than is installed: {why}.", why=verbatim(str(exc))),
            say("For PostgreSQL and SQLite: {command}", command='pip install "packshot[batch]"'),
        ) from exc
    return Rows
