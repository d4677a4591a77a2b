"""What makes the events table append-only by the database and not by good manners.

SQLite: UPDATE and DELETE are refused by triggers; a BEFORE INSERT guard refuses any position that is not the next one, and any
row that would replace another (`INSERT OR REPLACE` slips past the other two).
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
      OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
      OR EXISTS (SELECT 1 FROM events WHERE log = NEW.log AND stream = NEW.stream AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, 'append-only: an event takes the next position, its own id and version'); END""",
)

GUARDS: Final[dict[str, tuple[str, ...]]] = {"sqlite": _SQLITE}
"""Dialect -> statements that put the guards in place."""
