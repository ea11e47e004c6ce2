"""Alembic's door: `database.py` hands it an open connection."""

from __future__ import annotations

from alembic import context

from packshot.service.tables import Table


def migrate() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters no columns: it copies the table
        include_name=_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The queue's own tables look after themselves."""
    return kind != "table" or name in Table.metadata.tables


migrate()
