"""The log: `handle` is the only way to write, `feed` the way to read in order, `state` the way to read one thing as of then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import Connection, false, update

from registry.events.ids import MakeId
from registry.log.answers import Answers, find_answer
from registry.log.batch import Batch
from registry.log.engine import Database, open_database
from registry.log.feed import Feed
from registry.log.forgetting import forget_words
from registry.log.quick import Quick
from registry.log.rebuild import Progress, Rebuilt, Scratch, all_tables
from registry.log.roles import Clock, Decider, Handle, Handled, LeafHash, Projection, Seal, Watch
from registry.log.rows import RowReader, RowWriter
from registry.log.states import Folded, States
from registry.log.tables import HEADS
from registry.log.writer import Writer

T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    """Everything the log is handed."""

    deciders: Mapping[str, Decider]
    projections: Sequence[Projection]
    sealer: Seal
    leaf_hash: LeafHash
    clock: Clock
    make_id: MakeId
    watch: Watch = field(default_factory=Watch)


class Log:
    """One database of logs. Open once per process; close to finish what waits."""

    def __init__(self, database: Database, parts: Parts, *, timeout_seconds: float = 15.0) -> None:
        self.database = database
        self.reader = RowReader(parts.sealer)
        self._parts = parts
        self._timeout = timeout_seconds
        self._states = States(parts.deciders, self.reader)
        self._swept: dict[str, int] = {}
        self.feed = Feed(database, self.reader)
        self._writer = Writer(
            database,
            make_batch=self._make_batch,
            states=self._states,
            projections=parts.projections,
            after_commit=self._committed,
            batch=parts.watch.batch,
        )

    def handle(self, call: Handle) -> Handled:
        """Decide and append, all or nothing. Raises the decider's Refusal, VersionConflict, KeyReused, StaleLease, LogBusy."""
        handled: Handled = self._writer.submit(call, timeout=self._timeout)
        return handled

    def transact(self, work: Callable[[Connection], T], *, log: str | None = None) -> T:
        """Run `work` in a write transaction of its own turn (leases and the like); it must not touch events.

        With a `log` it holds that log's head: nothing is appended there meanwhile. It may run twice when the database is lost.
        """
        result: T = self._writer.submit(work, timeout=self._timeout, log=log)
        return result

    def check(self, *, seconds: float) -> None:
        """Prove that the writer can commit a statement, one that changes nothing. Raises LogBusy.

        A bare transaction would not do: SQLite begins one on a read-only file, and refuses the first writing statement.
        """
        nothing = update(HEADS).where(false()).values(position=HEADS.c.position)
        self._writer.submit(lambda connection: connection.execute(nothing).close(), timeout=seconds)

    def waiting(self) -> int:
        """How many commands wait for the writer."""
        return self._writer.waiting()

    def answered(self, log: str, key: str, command_sha256: str) -> bytes | None:
        """The first answer under this idempotency key, before any work is done. Raises KeyReused."""
        with self.database.reading(log) as connection:
            return find_answer(connection, log, key, command_sha256, self._parts.clock())

    def state(self, log: str, stream: str, *, as_of: int | None = None) -> Folded:
        """A stream's state, now or as of a position. Version 0 means it does not exist (then)."""
        with self.database.reading(log) as connection:
            return self._states.fold(connection, log, stream, as_of=as_of)

    def states(
        self, connection: Connection, log: str, streams: Iterable[str], *, as_of: int
    ) -> dict[str, Folded]:
        """Those of `streams` that existed as of a position, in the snapshot `connection` sees."""
        return self._states.fold_all(connection, log, streams, as_of=as_of)

    def versions(self, connection: Connection, log: str, versions: Mapping[str, int]) -> dict[str, Folded]:
        """Each stream as of its version, in the snapshot `connection` sees."""
        return self._states.fold_versions(connection, log, versions)

    def forget(self, log: str, works: Sequence[str]) -> None:
        """Take what is erased out of everything that is kept beside the events, and leave no trace of it in the files.

        Keys are destroyed before. Views are made anew, in the same transaction the kept answers of the log are blanked, and so
        are the notes of those works' leases. Raises LogBusy; may be repeated.
        """
        self.rebuild(also=lambda connection: forget_words(connection, log, works))
        self.database.scrub()

    def rebuild(
        self,
        progress: Progress = lambda _done, _all: None,
        *,
        also: Callable[[Connection], None] = lambda _connection: None,
    ) -> Rebuilt:
        """Make every view anew from the log and replace the live tables that differ. Serving goes on meanwhile.

        `also` is done in the transaction that replaces them. Begun anew when keys are destroyed meanwhile: what was read before
        may hold the words that are to go.
        """
        while (rebuilt := self._rebuilt(progress, also)) is None:
            continue
        return rebuilt

    def _rebuilt(self, progress: Progress, also: Callable[[Connection], None]) -> Rebuilt | None:
        """None, and nothing is changed, when keys were destroyed since it began."""
        erasures = self.reader.erasures()

        def settle(live: Connection) -> Rebuilt | None:
            if self.reader.erasures() != erasures:
                return None
            scratch.advance(live, progress)
            also(live)
            return scratch.settle(live)

        with TemporaryDirectory(prefix="rebuild-") as folder:
            scratch_database = open_database(f"sqlite:///{Path(folder) / 'views.sqlite'}")
            try:
                with scratch_database.writing() as connection:
                    for table in all_tables(self._parts.projections):
                        table.create(connection)
                    scratch = Scratch(connection, self._parts.projections, self.reader, {})
                    with self.database.snapshot() as live:
                        scratch.advance(live, progress)
                    rebuilt: Rebuilt | None = self._writer.submit(settle, timeout=600)
                    return rebuilt
            finally:
                scratch_database.close()

    def close(self) -> None:
        self._writer.close()
        self.database.close()

    def _make_batch(self, quick: Quick) -> Batch:
        return Batch(
            quick,
            self._states,
            self._parts.deciders,
            RowWriter(self._parts.sealer.begin(), self._parts.leaf_hash),
            self.reader,
            self._parts.clock,
            self._parts.make_id,
            Answers(self._swept),
        )

    def _committed(self, logs: Sequence[str]) -> None:
        if logs:
            self.feed.wake()
            self.database.announce()
