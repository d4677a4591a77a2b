"""Rebuilding the views from the log, beside the live tables, while everybody reads and writes.

1. Events are read in short pieces and projected into scratch tables in a file of their own (`scratch`), batch by batch; a killed
   rebuild goes on where it stood.
2. In one snapshot the last events are caught up, and both sides are compared at exactly that position (`comparing`).
3. What differs is damage, or a view that was told otherwise: it is reported. Only when that was asked for, nobody may write for a
   moment, the last events are caught up once more, and the rows that differ are replaced in one transaction (`replacing`).
Whenever keys are destroyed meanwhile it begins anew: what was read before may hold the words that are to go. Views hold integer
keys taken from event positions, so a rebuild gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from registry.errors import LogBusy
from registry.log.engine.database import Database
from registry.log.feed.feed import event_id, walk
from registry.log.rebuild.comparing import Compared, compare, count_rows
from registry.log.rebuild.replacing import make_alike
from registry.log.rebuild.scratch import Scratch, all_tables, fingerprint, made_for, remove
from registry.log.rebuild.taking import taken
from registry.log.roles import Projection
from registry.log.rows import RowReader
from registry.log.tables import HEADS

Progress = Callable[[Literal["events", "rows"], int, int], None]
"""(what is counted, how many are done, how many there are)"""
BATCH: Final = 2_000
"""Events that are projected and committed together."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found at `positions` (log -> last event). `replaced` says whether the rows that differed were replaced.

    `erasures` is how often keys had been destroyed by then.
    """

    id: str
    positions: Mapping[str, int]
    tables: tuple[Compared, ...]
    erasures: int
    replaced: bool = False

    @property
    def events(self) -> int:
        return sum(self.positions.values())

    @property
    def different(self) -> tuple[str, ...]:
        """The tables whose live rows were not those of the log."""
        return tuple(table.table for table in self.tables if not table.equal)

    @property
    def digests(self) -> dict[str, str]:
        """Table -> digest of the rows it should hold."""
        return {table.table: table.digest for table in self.tables}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How to rebuild: where the scratch tables stand, and what follows.

    `replace` makes the live rows those of the log; `also` is done in the transaction that does so, which is then run whether or
    not anything differs. `certify` hears of the result before the scratch tables go, and hears of it again if it is killed.
    """

    folder: Path
    certify: Callable[[Rebuilt], None]
    progress: Progress = lambda _what, _done, _all: None
    replace: bool = False
    also: Callable[[Connection], None] | None = None
    wait: bool = False


class _KeysDestroyed(Exception):
    """What was read before may hold words that are to go."""


@dataclass
class Rebuild:
    """The rebuild of one log's views."""

    database: Database
    projections: Sequence[Projection]
    reader: RowReader
    new_id: Callable[[], str]
    _erasures: int = field(default=0, init=False)

    def run(self, wanted: Wanted) -> Rebuilt:
        """Raises UnknownEvent and HistoryTampered, and LogBusy; after that one it goes on where it stood when it is repeated."""
        with taken(wanted.folder, wait=wanted.wait):
            while True:
                try:
                    return self._attempt(wanted)
                except _KeysDestroyed:
                    remove(wanted.folder)

    def _attempt(self, wanted: Wanted) -> Rebuilt:
        self._erasures = self.reader.erasures()
        try:
            with closing(self._scratch(wanted.folder)) as scratch:
                rebuilt = self._rebuilt(scratch, wanted)
                wanted.certify(rebuilt)
        except LogBusy:
            raise
        except Exception:
            remove(wanted.folder)
            raise
        remove(wanted.folder)
        return rebuilt

    def _scratch(self, folder: Path) -> Scratch:
        """The scratch tables that were left here, if they are of this log, code and set of keys; else new ones."""
        current = fingerprint(self.projections, self._erasures)
        scratch = Scratch(folder, self.projections, current, self.new_id)
        with self.database.reading() as live:
            if scratch.is_of(lambda log, position: event_id(live, log, position)):
                return scratch
        scratch.close()
        remove(folder)
        return Scratch(folder, self.projections, current, self.new_id)

    def _rebuilt(self, scratch: Scratch, wanted: Wanted) -> Rebuilt:
        with self.database.reading() as live:
            self._catch_up(live, scratch, wanted.progress)
        if wanted.also is not None:
            return self._settle(scratch, wanted)
        with self.database.snapshot() as live:
            self._catch_up(live, scratch, wanted.progress)
            tables = self._compare(live, scratch, wanted.progress)
        found = Rebuilt(scratch.id, scratch.positions, tables, self._erasures)
        if not found.different:
            return _as_noted(scratch) or found
        return self._settle(scratch, wanted) if wanted.replace else found

    def _catch_up(self, live: Connection, scratch: Scratch, progress: Progress) -> None:
        """Project everything the live log holds beyond what the scratch tables have seen."""
        targets = {row.log: row.position for row in live.execute(select(HEADS)) if row.position}
        total = sum(targets.values())
        for log, until in targets.items():
            after = scratch.positions.get(log, 0)
            for batch in walk(live, self.reader, log, after=after, until=until, size=BATCH):
                self._must_be_current()
                scratch.project(batch)
                progress("events", scratch.events, total)

    def _compare(self, live: Connection, scratch: Scratch, progress: Progress) -> tuple[Compared, ...]:
        tables = all_tables(self.projections)
        with scratch.reading() as fresh:
            page_done = self._counting(count_rows(fresh, tables), progress)
            return tuple(compare(fresh, live, table, page_done) for table in tables)

    def _counting(self, total: int, progress: Progress) -> Callable[[int], None]:
        done = 0

        def page_done(rows: int) -> None:
            nonlocal done
            done += rows
            self._must_be_current()
            progress("rows", done, total)

        return page_done

    def _settle(self, scratch: Scratch, wanted: Wanted) -> Rebuilt:
        """Replace what differs while nobody writes. What was replaced is noted before, so that a kill does not unsay it."""
        try:
            with self.database.turn(), self.database.writing() as live:
                _hold_all(live)
                self._must_be_current()
                self._catch_up(live, scratch, wanted.progress)
                if wanted.also is not None:
                    wanted.also(live)
                tables = self._compare(live, scratch, wanted.progress)
                found = Rebuilt(scratch.id, scratch.positions, tables, self._erasures)
                if not found.different:
                    return _as_noted(scratch) or found
                return self._replace(live, scratch, found)
        except SQLAlchemyError as failure:
            raise self.database.refusal(failure) from failure

    def _replace(self, live: Connection, scratch: Scratch, found: Rebuilt) -> Rebuilt:
        with scratch.reading() as fresh:
            for table in all_tables(self.projections):
                if table.name in found.different:
                    make_alike(fresh, live, table, lambda _rows: self._must_be_current())
        rebuilt = replace(found, replaced=True)
        scratch.note("replaced", orjson.dumps(asdict(rebuilt)).decode())
        return rebuilt

    def _must_be_current(self) -> None:
        if self.reader.erasures() != self._erasures:
            raise _KeysDestroyed


def throw_away_stale(folder: Path, projections: Sequence[Projection], erasures: int) -> None:
    """Take away what a killed rebuild left, unless it may go on; a rebuild under way looks after itself."""
    if not folder.exists():
        return
    try:
        with taken(folder, wait=False):
            if made_for(folder) != fingerprint(projections, erasures):
                remove(folder)
    except LogBusy:
        return


def _hold_all(live: Connection) -> None:
    """Nobody appends to any log, or begins one, until this transaction ends. On SQLite it holds everything already."""
    if live.dialect.name == "postgresql":
        live.exec_driver_sql(
            "SET LOCAL idle_in_transaction_session_timeout = 0"
        )  # events are projected meanwhile
        live.exec_driver_sql(f"LOCK TABLE {HEADS.name} IN EXCLUSIVE MODE")


def _as_noted(scratch: Scratch) -> Rebuilt | None:
    """What an attempt that was killed before it was certified had replaced; the rows being equal now, it did so."""
    noted = scratch.noted("replaced")
    if noted is None:
        return None
    said = orjson.loads(noted)
    tables = tuple(Compared(**table | {"keys": tuple(table["keys"])}) for table in said.pop("tables"))
    return Rebuilt(**said, tables=tables)
