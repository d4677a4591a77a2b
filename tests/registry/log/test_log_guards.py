"""History cannot be rewritten: the database itself refuses, not our good manners."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy.exc import IntegrityError

from tests.registry.log.opened import STUDIO, Opened, introduce, opened

COLUMNS = (
    "log, {position}, {event_id}, stream, {version}, type, schema_version, recorded_at, "
    "actor, request_id, causation_id, correlation_id, body, leaf_hash"
)
NEW = {"position": "3", "event_id": "'event_new'", "version": "7"}


def copy_of_the_first(verb: str, **changes: str) -> str:
    """SQL that inserts a copy of event 1 with some columns changed."""
    return f"{verb} INTO events SELECT {COLUMNS.format(**NEW | changes)} FROM events WHERE position = 1"


@pytest.fixture
def two_events(tmp_path: Path) -> Iterator[Opened]:
    """On SQLite; what PostgreSQL refuses is tested beside."""
    with opened(tmp_path) as log:
        log.handle(introduce(), introduce())
        yield log


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'somebody else' WHERE position = 1",
        "UPDATE events SET position = 9 WHERE position = 2",
        "UPDATE OR REPLACE events SET position = 1 WHERE position = 2",
        "DELETE FROM events WHERE position = 2",
        "DELETE FROM events",
        copy_of_the_first("INSERT", position="4"),
        copy_of_the_first("INSERT", position="2"),
        copy_of_the_first("INSERT", position="0"),
        copy_of_the_first("INSERT", event_id="event_id"),
        copy_of_the_first("INSERT", version="version"),
        copy_of_the_first("INSERT OR REPLACE", position="1"),
        copy_of_the_first("INSERT OR REPLACE", position="2"),
        copy_of_the_first("INSERT OR REPLACE", event_id="event_id"),
        copy_of_the_first("INSERT OR REPLACE", version="version"),
        copy_of_the_first("REPLACE", version="version"),
    ],
)
def test_raw_sql_cannot_rewrite_history(two_events: Opened, statement: str) -> None:
    """Changing, deleting, replacing or mis-placing an event is refused by the guards, and nothing is different after."""
    before = two_events.raw("SELECT * FROM events")

    with pytest.raises(IntegrityError, match="append-only"):
        two_events.raw(statement)

    assert two_events.raw("SELECT * FROM events") == before


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_the_guards_hold_on_any_connection(two_events: Opened, recursive: str) -> None:
    """Another program without our pragmas is refused as well."""
    stranger = sqlite.connect(str(two_events.database.path))
    stranger.execute(f"PRAGMA recursive_triggers={recursive}")
    try:
        with pytest.raises(sqlite.IntegrityError, match="append-only"):
            stranger.execute(copy_of_the_first("INSERT OR REPLACE", position="2"))
    finally:
        stranger.close()


def test_the_next_position_is_taken(two_events: Opened) -> None:
    """The guards refuse what is wrong, not what is right: this is what shows that the tests above test them."""
    two_events.raw(copy_of_the_first("INSERT"))

    assert two_events.raw("SELECT count(*) FROM events") == [(3,)]


def test_each_log_counts_for_itself(two_events: Opened) -> None:
    """The first position of another log is 1, whatever stands in this one."""
    two_events.handle(introduce(), log="studio_other")

    assert two_events.raw("SELECT log, max(position) FROM events GROUP BY log ORDER BY 1") == [
        (STUDIO, 2),
        ("studio_other", 1),
    ]
