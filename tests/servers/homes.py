"""Where a folder's installation keeps its database: a file in the folder, or what the folder's `database.url` names.

Whatever opens a folder (a fixture, another process, a harness) asks here: a test runs on an engine by being given a home there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Final

from registry.log.engine.database import Database, open_database
from registry.log.engine.migrate import migrate

FILE: Final = "log.sqlite"
"""Of an installation that is all in its folder."""
SERVED: Final = "continuity.sqlite"
"""The same in a data folder of a service, whose settings name no other."""
_NAMED: Final = "database.url"


def settle(folder: Path, url: str) -> Path:
    """Make a folder the home of an installation on another database."""
    (folder / _NAMED).write_text(url)
    return folder


def url_of(folder: Path) -> str:
    """The URL of the folder's database."""
    named = folder / _NAMED
    return named.read_text() if named.exists() else f"sqlite:///{folder / FILE}"


def database_of(folder: Path) -> Database:
    """The folder's database, opened."""
    return open_database(url_of(folder))


def equip(folder: Path, file: str = FILE) -> Path:
    """Give a folder a file with the schema, unless it has one or its database is elsewhere.

    Migrating an empty file takes thirty times as long as copying one that was migrated.
    """
    if not (folder / _NAMED).exists() and not (folder / file).exists():
        folder.mkdir(parents=True, exist_ok=True)
        copy(Path(_migrated().name) / FILE, folder / file)
    return folder


@cache
def _migrated() -> TemporaryDirectory[str]:
    """For as long as this process lives, and for those it forks (each mutant is tried in one)."""
    folder = TemporaryDirectory(prefix="migrated-")
    database = database_of(Path(folder.name))
    migrate(database)
    database.close()
    return folder
