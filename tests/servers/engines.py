"""Fixtures of tests that run on every engine: an empty home on each, the PostgreSQL server started at first use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.log.engine import open_database
from registry.log.migrate import migrate
from tests.servers.homes import settle
from tests.servers.postgres import PostgresServer, postgres_server

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session", name="postgres_process")
def postgres_process_fixture() -> Iterator[PostgresServer]:
    """One server for all tests of a test process."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres_process: PostgresServer) -> str:
    """The name of a database with the schema, to make others from."""
    url = postgres_process.database()
    database = open_database(url)
    migrate(database)
    database.close()
    return url.rpartition("/")[2]


@pytest.fixture
def on_postgres(postgres_process: PostgresServer, migrated: str, tmp_path: Path) -> Iterator[Path]:
    """An empty home on a database of its own."""
    url = postgres_process.database(like=migrated)
    yield settle(tmp_path, url)
    postgres_process.drop(url)


@pytest.fixture(params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An empty home on each engine in turn."""
    if request.param == "postgresql":
        found: Path = request.getfixturevalue("on_postgres")
        return found
    return tmp_path
