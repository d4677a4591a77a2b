"""Fixtures of tests that run on every engine: an empty home on each, the PostgreSQL server started at first use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry.log.engine.database import open_database
from registry.log.engine.migrate import migrate
from tests.servers.homes import equip, settle
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
def on_file(tmp_path: Path) -> Path:
    """An empty home with a database in a file of its own."""
    return equip(tmp_path)


@pytest.fixture
def on_postgres(postgres_process: PostgresServer, migrated: str, tmp_path: Path) -> Iterator[Path]:
    """An empty home on a database of its own."""
    with _settled(postgres_process, migrated, tmp_path) as home:
        yield home


@contextmanager
def _settled(server: PostgresServer, migrated: str, folder: Path) -> Iterator[Path]:
    url = server.database(like=migrated)
    yield settle(folder, url)
    server.drop(url)


@pytest.fixture(params=ENGINES)
def home(request: pytest.FixtureRequest) -> Path:
    """An empty home on each engine in turn."""
    found: Path = request.getfixturevalue("on_postgres" if request.param == "postgresql" else "on_file")
    return found


@pytest.fixture(scope="module", params=ENGINES)
def lasting_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home on each engine in turn that all tests of a file share."""
    folder = tmp_path_factory.mktemp("home")
    if request.param == "postgresql":
        server, migrated = (request.getfixturevalue(name) for name in ("postgres_process", "migrated"))
        with _settled(server, migrated, folder) as found:
            yield found
    else:
        yield equip(folder)
