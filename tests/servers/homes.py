"""Where a folder's installation keeps its database: a file in the folder, or what the folder's `database.url` names.

Whatever opens a folder (a fixture, another process, a harness) asks here: a test runs on an engine by being given a home there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from registry.log.engine.database import Database, open_database

FILE: Final = "log.sqlite"
"""Of an installation that is all in its folder."""


def settle(folder: Path, url: str) -> Path:
    """Make a folder the home of an installation on another database."""
    (folder / "database.url").write_text(url)
    return folder


def url_of(folder: Path) -> str:
    """The URL of the folder's database."""
    named = folder / "database.url"
    return named.read_text() if named.exists() else f"sqlite:///{folder / FILE}"


def database_of(folder: Path) -> Database:
    """The folder's database, opened."""
    return open_database(url_of(folder))
