"""The house closes whole, whoever is still in it."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
import sqlalchemy as sa

from packshot.service.house import House


def test_what_somebody_holds_when_the_house_closes_is_closed_when_it_comes_back(home: House) -> None:
    with home.database.reading() as session:
        held = session.connection().connection.driver_connection
        home.close()
        assert session.scalar(sa.text("SELECT 1")) == 1
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError)):
        held.execute("SELECT 1")  # type: ignore[union-attr]
