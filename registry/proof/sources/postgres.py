"""The rows of a PostgreSQL database, in one snapshot, streamed. Needs `psycopg`, and a login that may read the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.proof.held import HeldNote
from registry.proof.sources.source import BATCH, SELECTED, SourceDamaged, SourceUnusable, as_bytes
from registry.proof.walk import Row

if TYPE_CHECKING:
    from psycopg import Connection

_EVENTS = f"SELECT {SELECTED} FROM events ORDER BY log, position"  # noqa: S608 - names of columns
_EVERY_LOG = "SELECT set_config('continuity.log', '*', false)"
"""What row-level security asks of a login that does not own the tables."""


class PostgresDatabase:
    """A database server's events, read only."""

    def __init__(self, address: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise SourceUnusable("reading PostgreSQL needs the package psycopg") from None
        self._error = psycopg.Error
        try:
            self._db: Connection = psycopg.connect(address)
            self._db.read_only = True
            self._db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            self._db.execute(_EVERY_LOG)
            self._db.execute("SELECT 1 FROM events LIMIT 1")
        except psycopg.Error as failure:
            raise SourceUnusable(f"the database cannot be read: {failure}") from None

    def heads(self) -> dict[str, int]:
        try:
            return dict(self._db.execute("SELECT log, position FROM heads").fetchall())
        except self._error as failure:
            raise SourceDamaged(f"the heads cannot be read: {failure}") from None

    def rows(self) -> Iterator[Sequence[Row]]:
        try:
            with self._db.cursor("events", scrollable=False) as cursor:
                cursor.itersize = BATCH
                cursor.execute(_EVENTS)
                while some := cursor.fetchmany(BATCH):
                    yield [as_bytes(row) for row in some]
        except self._error as failure:
            raise SourceDamaged(f"the events cannot be read on: {failure}") from None

    def notes(self) -> Iterator[HeldNote]:
        yield from ()

    def misfits(self) -> Iterator[tuple[str, int, str]]:
        yield from ()  # the server's columns have their kinds

    def close(self) -> None:
        self._db.close()
