"""The tables are made, taken down and made again, on both databases, with data in them."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from service_kit import noise, work
from sqlalchemy import inspect, select, text

from packshot.service import queue, tables
from packshot.service.house import House
from packshot.service.people.auth import LOCAL, LOCAL_CALLER, ensure_local


def full(home: House) -> str:
    """A house with a photo in it. The job's id."""
    photo = home.intake.keep(LOCAL_CALLER, "a.jpg", noise(1))
    job_id = home.intake.accept(LOCAL_CALLER, "check", {}, [photo])
    work(home)
    return job_id


def test_the_migrations_make_just_the_tables_that_the_code_knows(home: House) -> None:
    with home.database.engine.connect() as connection:
        ours = {"include_name": lambda name, kind, _: kind != "table" or name in tables.Table.metadata.tables}
        context = MigrationContext.configure(connection, opts=ours)
        differences = compare_metadata(context, tables.Table.metadata)
    assert differences == []


def test_down_and_up_again_with_data_in_them(home: House) -> None:
    job_id = full(home)
    home.database.downgrade("base")
    left = set(inspect(home.database.engine).get_table_names())
    assert not left & set(tables.Table.metadata.tables)
    home.database.upgrade()
    ensure_local(home.database)
    with home.database.reading() as session:
        assert session.scalars(select(tables.Photo)).all() == []
        assert session.get(tables.Organisation, LOCAL) is not None
    assert full(home) != job_id


def test_upgrading_what_is_up_to_date_changes_nothing(home: House) -> None:
    full(home)
    home.database.upgrade()
    queue.migrate(home.settings.database_url)
    with home.database.reading() as session:
        assert len(session.scalars(select(tables.Photo)).all()) == 1
        assert session.execute(text("select version_num from alembic_version")).scalar()
