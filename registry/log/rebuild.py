"""Rebuilding the views from the log, beside the live tables.

The scratch tables stand in a database file of their own, so the service goes on reading and writing meanwhile. Under the write
lock the last events are caught up, both sides are digested row by row, and live tables that differ are replaced in one
transaction. Views hold integer keys taken from event positions, so a rebuild gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Table, delete, insert, select

from registry.events.envelope import Recorded
from registry.log.feed import head, walk
from registry.log.roles import Projection
from registry.log.rows import RowReader
from registry.log.tables import HEADS

Progress = Callable[[int, int], None]
"""(events done, events in all)"""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: table -> digest of the rows it should hold; `replaced` names the tables that differed."""

    events: int
    digests: dict[str, str]
    replaced: tuple[str, ...]


@dataclass
class Scratch:
    """The rebuild under way. `positions` is how far each log has been projected into the scratch connection."""

    connection: Connection
    projections: Sequence[Projection]
    reader: RowReader
    positions: dict[str, int]
    events: int = 0

    def advance(self, live: Connection, progress: Progress) -> None:
        """Project everything the live log holds beyond what the scratch tables have seen."""
        targets = {log: head(live, log) for log in live.execute(select(HEADS.c.log)).scalars().all()}
        total = sum(targets.values())
        for log, until in targets.items():
            for batch in walk(live, self.reader, log, after=self.positions.get(log, 0), until=until):
                self._project(batch)
                self.positions[log] = batch[-1].position
                self.events += len(batch)
                progress(self.events, total)

    def _project(self, batch: list[Recorded]) -> None:
        for projection in self.projections:
            if wanted := [event for event in batch if event.type in projection.events]:
                projection.project(self.connection, wanted)

    def settle(self, live: Connection) -> Rebuilt:
        """Compare and replace what differs. Runs under the live write lock."""
        digests, replaced = {}, []
        for table in all_tables(self.projections):
            fresh = table_digest(self.connection, table)
            digests[table.name] = fresh
            if table_digest(live, table) != fresh:
                replaced.append(table.name)
                live.execute(delete(table))
                rows = [dict(row._mapping) for row in self.connection.execute(select(table))]
                if rows:
                    live.execute(insert(table), rows)
        return Rebuilt(self.events, digests, tuple(replaced))


def all_tables(projections: Iterable[Projection]) -> list[Table]:
    return [table for projection in projections for table in projection.tables]


def table_digest(connection: Connection, table: Table) -> str:
    """SHA-256 over all rows in primary-key order; the same rows give the same digest on every engine."""
    digest = sha256()
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
