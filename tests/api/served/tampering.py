"""What somebody with the database file does to a log while the service runs, and how it is put back for the next test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

GUARDS = ("events_no_update", "events_no_delete", "events_next_only")


class Intruder:
    """Writes into the events of a studio of a SQLite file, past the guards."""

    def __init__(self, file: Path, studio: str) -> None:
        self._file = file
        self._studio = studio

    @contextmanager
    def does(self, change: str, where: str, *values: Any) -> Iterator[None]:
        """`UPDATE events <change>`, or `DELETE`, of the rows that `where` means; for so long as this lasts."""
        rows = f"WHERE log = ? AND ({where})"
        given = (self._studio, *values)
        before = self._ask(f"SELECT * FROM events {rows}", given)
        assert before, where
        guards = self._ask(f"SELECT sql FROM sqlite_master WHERE name IN {GUARDS}")
        for guard in GUARDS:
            self._ask(f"DROP TRIGGER {guard}")
        begins = "DELETE FROM events" if change == "DELETE" else f"UPDATE events {change}"
        self._ask(f"{begins} {rows}", given)
        try:
            yield
        finally:
            positions = [row[1] for row in before]
            marks = ",".join("?" * len(positions))
            self._ask(
                f"DELETE FROM events WHERE log = ? AND position IN ({marks})", (self._studio, *positions)
            )
            for row in before:
                self._ask(f"INSERT INTO events VALUES ({','.join('?' * len(row))})", row)
            for (guard,) in guards:
                self._ask(guard)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the studio; the query's first parameter is its log."""
        return self._ask(query, (self._studio, *values))

    def _ask(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        connection = sqlite.connect(str(self._file), timeout=20)
        try:
            with connection:
                return list(connection.execute(statement, values))
        finally:
            connection.close()
