"""Bringing a database to the schema this code expects, in one transaction that nobody else's migration disturbs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from registry.log.engine.database import Database

_SCRIPTS: Final = Path(__file__).parents[1] / "migrations"


def migrate(database: Database) -> str:
    """Apply what is missing; answers the revision the database is at. Safe to run from several processes at once.

    Raises UnusableDatabase when the login may not change the schema.
    """
    config = _config()
    with database.migrating() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        if before != newest():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            database.secure(connection)
    return newest()


def revision(database: Database) -> str | None:
    """The revision the database is at; None for an empty one."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision this code expects."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise RuntimeError(f"no migrations under {_SCRIPTS}")
    return found


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config
