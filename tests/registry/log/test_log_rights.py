"""PostgreSQL's guards: what the services' role, the owner and an administrator can do to history, and who sees whose rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.log.engine.migrate import migrate
from registry.log.engine.postgres import PostgresDatabase
from tests.registry.log.opened import STUDIO, Opened, introduce, opened

OTHER = "studio_other"
COPY = """INSERT INTO events SELECT log, {position}, {event_id}, stream, {version}, type, schema_version, recorded_at, actor,
    request_id, causation_id, correlation_id, body, leaf_hash FROM events WHERE position = 1 AND log = '{log}'"""
NEW = {"position": "3", "event_id": "'event_new'", "version": "7", "log": STUDIO}


def copy_of_the_first(**changes: str) -> str:
    return COPY.format(**NEW | changes)


@pytest.fixture
def log(on_postgres: Path) -> Iterator[Opened]:
    with opened(on_postgres) as found:
        found.handle(introduce(), introduce())
        yield found


def as_service(log: Opened, statement: str) -> None:
    """Run a statement as services do."""
    with log.database.writing() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'somebody else'",
        "DELETE FROM events",
        "TRUNCATE events",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "DROP TRIGGER events_next_only ON events",
        "DROP TABLE events",
        "CREATE TABLE mine (x int)",
        "ALTER TABLE heads DISABLE ROW LEVEL SECURITY",
        "SET session_replication_role = replica",
        copy_of_the_first() + " ON CONFLICT (log, event_id) DO UPDATE SET actor = 'me'",
    ],
)
def test_the_services_role_may_not(log: Opened, statement: str) -> None:
    """A stolen service login can neither change history nor take its guards away: it owns nothing."""
    before = log.raw("SELECT * FROM events")

    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        as_service(log, statement)

    assert log.raw("SELECT * FROM events") == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'somebody else' WHERE position = 1",
        "DELETE FROM events WHERE position = 2",
        "TRUNCATE events",
        copy_of_the_first(position="4"),
        copy_of_the_first(position="0"),
        copy_of_the_first(log=STUDIO, position="3 + 1"),
    ],
)
def test_the_owner_is_stopped_by_the_guards(log: Opened, statement: str) -> None:
    """Triggers refuse what the owner's rights would allow, also in a session that plays a replica."""
    before = log.raw("SELECT * FROM events")

    for session in ("origin", "replica"):
        with pytest.raises(DBAPIError, match="append-only"):
            log.raw(f"SET LOCAL session_replication_role = {session}; {statement}")

    assert log.raw("SELECT * FROM events") == before


@pytest.mark.parametrize("taken", [{"event_id": "event_id"}, {"version": "version"}, {"position": "2"}])
def test_arbiters_stand_in_the_schema(log: Opened, taken: dict[str, str]) -> None:
    """No event takes an id, a version of its stream or a position that another one has."""
    with pytest.raises(DBAPIError, match=r"duplicate key|append-only"):
        as_service(log, copy_of_the_first(**taken))


def test_the_next_position_is_taken(log: Opened) -> None:
    """The guards refuse what is wrong, not what is right: this is what shows that the tests above test them."""
    as_service(log, copy_of_the_first())

    assert log.raw("SELECT count(*) FROM events") == [(3,)]


def test_a_scoped_connection_sees_one_studio(log: Opened) -> None:
    """A query that forgets its studio finds no other studio's rows, in no table that holds any; unscoped ones see all."""
    log.handle(introduce(), log=OTHER)
    tables = [str(row[0]) for row in log.raw("SELECT relname FROM pg_class WHERE relrowsecurity")]
    assert {"events", "heads", "answers", "leases", "view_characters"} <= set(tables)

    for table in tables:
        query = text(f"SELECT DISTINCT log FROM {table}")
        with log.database.reading(STUDIO) as connection:
            assert {*connection.execute(query).scalars()} <= {STUDIO}
        with log.database.snapshot(OTHER) as connection:
            assert {*connection.execute(query).scalars()} <= {OTHER}
    with log.database.reading() as connection:
        assert {*connection.execute(text("SELECT log FROM heads")).scalars()} == {STUDIO, OTHER}


def test_who_names_no_studio_sees_nothing(log: Opened) -> None:
    """Row-level security fails closed: a connection of the services' role that says nothing reads nothing."""
    with log.database.writing() as connection:
        connection.execute(text("SET LOCAL continuity.log = ''"))
        assert connection.execute(text("SELECT count(*) FROM events")).scalar() == 0
        connection.execute(text("RESET continuity.log"))


def test_every_table_with_a_log_has_its_policy(log: Opened) -> None:
    """A table that names a log and has no policy would be outside the net."""
    bare = log.raw(
        """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'log'
        WHERE c.relkind = 'r' AND NOT (c.relrowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))"""
    )

    assert bare == []


def test_a_login_that_may_only_serve(log: Opened, on_postgres: Path) -> None:
    """Services run with a login that owns nothing; a migration names it by DATABASE_URL and lets it act for the role."""
    log.raw("DROP ROLE IF EXISTS service_login")
    log.raw("CREATE ROLE service_login LOGIN")
    url = (on_postgres / "database.url").read_text()
    served = url.replace("postgres@", "service_login@")
    log.raw("UPDATE alembic_version SET version_num = version_num")
    owner = PostgresDatabase(served, owner_url=url)
    with owner.migrating() as connection:
        owner.secure(connection)
    owner.close()
    (on_postgres / "database.url").write_text(served)
    with opened(on_postgres) as serving:
        migrate(serving.database)
        assert serving.handle(introduce()).position == 3
    log.raw("DROP OWNED BY service_login")
    log.raw("DROP ROLE service_login")
