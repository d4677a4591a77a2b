"""A database from before a migration: the older schema with the events of a newer one, then brought to today's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Connection, insert, select, text

from registry.log.engine.database import Database, open_database
from registry.log.engine.migrate import migrate, scripts
from registry.log.tables import EVENTS

Rows = list[tuple[Any, ...]]


def grown(newer: Database, folder: Path, *, before: str, table: str) -> tuple[Rows, Rows]:
    """The rows of `table` as they are in `newer`, and as they come of its events in a database that was at revision `before`."""
    with newer.reading() as connection:
        events = connection.execute(select(EVENTS)).mappings().all()
        rows = _rows(connection, table)
    database = open_database(f"sqlite:///{folder / 'older.sqlite'}")
    with database.migrating() as connection:
        config = scripts()
        config.attributes["connection"] = connection
        command.upgrade(config, before)
        for trigger in (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        ):
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(insert(EVENTS), [dict(event) for event in events])
    migrate(database)
    with database.reading() as connection:
        again = _rows(connection, table)
    database.close()
    return rows, again


def _rows(connection: Connection, table: str) -> Rows:
    return sorted(tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}")))
