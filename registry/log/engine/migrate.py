"""Bringing a database to the schema this code expects, in one transaction that nobody else's migration disturbs.

Alembic is loaded only when there is something to do: every process that opens a database asks, and hardly any has to act.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, column, inspect, select, table

from registry.errors import LogBusy
from registry.log.engine.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST: Final = "0016"
"""The revision this code expects: the last of `migrations/versions`."""
_SCRIPTS: Final = Path(__file__).parents[1] / "migrations"
_VERSION: Final = table("alembic_version", column("version_num"))


def migrate(database: Database) -> str:
    """Apply what is missing; answers the revision the database is at. Safe to run from several processes at once.

    Raises UnusableDatabase when the login may not change the schema.
    """
    with suppress(LogBusy):  # an empty server knows the services' role no more than their tables
        if revision(database) == NEWEST:
            return NEWEST
    with database.migrating() as connection:
        if _revision(connection) != NEWEST:
            from alembic import command

            config = scripts()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            database.secure(connection)
    return NEWEST


def revision(database: Database) -> str | None:
    """The revision the database is at; None for an empty one. Raises LogBusy when it cannot be read."""
    with database.reading() as connection:
        return _revision(connection)


def scripts() -> Config:
    """Where Alembic finds the migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar()
    return found
