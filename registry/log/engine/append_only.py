"""What makes the events table append-only by the database and not by good manners.

UPDATE and DELETE are refused by triggers, and so is any row that does not take the next position of its log. SQLite also refuses
a row that would replace another (`INSERT OR REPLACE` slips past the other two); PostgreSQL also refuses TRUNCATE, fires its
guards in sessions that replay a replica too, and does not let the services' role touch them (`rights.py`).

There a row needs the one before it and no look at the end: below the end no position is free, since none was ever left out and
the key is unique. It is asked as text, which is planned anew each time. A plan that is kept was made when the table was all but
empty and any index would do, and is kept until there are statistics: it read every row of the log for every row that was added.
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
    """CREATE FUNCTION events_next() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE added record; there bool; BEGIN
        FOR added IN
            SELECT log, min(position) AS first, max(position) AS last, count(*) AS many FROM fresh GROUP BY log
        LOOP
            EXECUTE 'SELECT $2 = 0 OR EXISTS (SELECT FROM events WHERE log = $1 AND position = $2)'
                INTO there USING added.log, added.first - 1;
            IF NOT there OR added.last - added.first + 1 <> added.many THEN
                RAISE EXCEPTION 'append-only: an event takes the next position of %', added.log
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END LOOP;
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
