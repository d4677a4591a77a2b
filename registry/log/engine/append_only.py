"""What makes the events table append-only by the database and not by good manners.

UPDATE and DELETE are refused by triggers, and so is any row that does not take the next position of its log. SQLite also refuses
a row that would replace another (`INSERT OR REPLACE` slips past the other two); PostgreSQL also refuses TRUNCATE, fires its
guards in sessions that replay a replica too, and does not let the services' role touch them (`rights.py`).
"""

from __future__ import annotations

from typing import Final

_SQLITE: Final = (
    """CREATE TRIGGER events_no_update BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'append-only: events are never changed'); END""",
    """CREATE TRIGGER events_no_delete BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'append-only: events are never deleted'); END""",
    """CREATE TRIGGER events_next_only BEFORE INSERT ON events
    WHEN NEW.position <> (SELECT COALESCE(MAX(position), 0) + 1 FROM events WHERE log = NEW.log)
      OR EXISTS (SELECT 1 FROM events WHERE log = NEW.log AND event_id = NEW.event_id)
      OR EXISTS (SELECT 1 FROM events WHERE log = NEW.log AND stream = NEW.stream AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, 'append-only: an event takes the next position, its own id and version'); END""",
)

_POSTGRESQL: Final = (
    """CREATE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'append-only: events are never changed, deleted or truncated'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE FUNCTION events_next() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE wrong text; BEGIN
        SELECT log INTO wrong FROM (
            SELECT log, min(position) AS first, max(position) AS last, count(*) AS many FROM fresh GROUP BY log
        ) AS added
        WHERE last - first + 1 <> many OR first <> 1 + COALESCE(
            (SELECT max(position) FROM events WHERE events.log = added.log AND events.position < added.first), 0)
           OR last <> (SELECT max(position) FROM events WHERE events.log = added.log)
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'append-only: an event takes the next position of %', wrong
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION events_stay()""",
    """CREATE TRIGGER events_next_only AFTER INSERT ON events REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION events_next()""",
    "ALTER TABLE events ENABLE ALWAYS TRIGGER events_no_change",
    "ALTER TABLE events ENABLE ALWAYS TRIGGER events_next_only",
)

GUARDS: Final[dict[str, tuple[str, ...]]] = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
"""Dialect -> statements that put the guards in place."""
