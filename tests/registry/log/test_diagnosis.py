"""What is found out about a database: nothing where all is well, and each thing that is not, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.log.engine.database import open_database
from registry.log.engine.diagnosis import Facts, absent, examine
from registry.log.engine.migrate import migrate
from tests.registry.log.opened import Opened, opened
from tests.servers.postgres import PostgresServer


def facts(home: Path) -> Facts:
    with opened(home) as found:
        return examine(found.database)


def test_a_whole_database_has_no_grave_remark(home: Path) -> None:
    """On each engine a database that was migrated has its guards, rights and order, and the schema this program needs."""
    found = facts(home)

    assert found.revision == found.needed
    assert [one.message for one in found.remarks if one.grave and " is off: " not in one.message] == []
    assert found.engine.split()[0] in ("SQLite", "PostgreSQL")
    assert found.ahead is None or abs(found.ahead) < 60
    assert (found.folder is None) == found.engine.startswith("PostgreSQL")


def spoilt(home: Path, *statements: str) -> list[str]:
    """The grave remarks after somebody who may do everything has run these."""
    with opened(home) as log:
        for statement in statements:
            _as_administrator(log, statement)
        return [one.message for one in examine(log.database).remarks if " is off: " not in one.message]


def _as_administrator(log: Opened, statement: str) -> None:
    with log.database.migrating() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("GRANT UPDATE ON events TO continuity_app", "continuity_app may UPDATE events"),
        ("GRANT DELETE ON events TO continuity_app", "continuity_app may DELETE events"),
        ("GRANT TRUNCATE ON events TO continuity_app", "continuity_app may TRUNCATE events"),
        ("ALTER TABLE heads DISABLE ROW LEVEL SECURITY", "no row-level security on heads"),
        (
            "ALTER TABLE events DISABLE TRIGGER events_no_change",
            "the guard events_no_change of the events is missing or off",
        ),
        (
            "DROP TRIGGER events_next_only ON events",
            "the guard events_next_only of the events is missing or off",
        ),
        (
            'ALTER TABLE view_studios ALTER COLUMN name TYPE text COLLATE "pg_c_utf8"',
            "1 text columns are not in binary order",
        ),
        ("ALTER TABLE events OWNER TO continuity_app", "continuity_app owns the events"),
    ],
)
def test_what_somebody_took_away_on_postgresql(on_postgres: Path, statement: str, told: str) -> None:
    """A right that was given, a guard, a policy or an order that is gone is each a remark of its own."""
    found = spoilt(on_postgres, statement)

    assert told in found


def test_a_guard_that_is_gone_on_sqlite(tmp_path: Path) -> None:
    """The same for a file."""
    found = spoilt(tmp_path, "DROP TRIGGER events_no_update")

    assert found == ["the guard events_no_update of the events is missing or off"]


def test_a_file_that_others_can_read(tmp_path: Path) -> None:
    """The database file is for its owner only."""
    with opened(tmp_path) as log:
        (tmp_path / "log.sqlite").chmod(0o644)
        assert "can be read by others" in examine(log.database).remarks[0].message


def test_an_older_schema_is_told(tmp_path: Path) -> None:
    """A database that was never migrated is named by both revisions, and is not migrated by looking."""
    url = f"sqlite:///{tmp_path / 'log.sqlite'}"
    assert absent(url)
    database = open_database(url)
    assert not absent(url)
    before = examine(database)
    again = examine(database)
    migrate(database)
    after = examine(database)
    database.close()

    assert (before.revision, again.revision, after.revision) == (None, None, after.needed)
    assert "the schema is empty" in before.remarks[0].message
    assert after.remarks == ()


def test_a_server_that_does_not_sync_is_told(postgres_process: PostgresServer, on_postgres: Path) -> None:
    """Tests may run without fsync; whoever runs the service must not, and is told."""
    assert postgres_process.options["fsync"] == "off"
    told = [one.message for one in facts(on_postgres).remarks]

    assert any(one.startswith("fsync is off") for one in told)
    assert "the services log in as somebody who may do everything" in told
