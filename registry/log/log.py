"""The log: `handle` is the only way to write, `feed` the way to read in order, `state` the way to read one thing as of then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

from sqlalchemy import Connection, false, update
from sqlalchemy.exc import SQLAlchemyError

from registry.events.ids import MakeId
from registry.log.answers import Answers, find_answer
from registry.log.batch import Batch
from registry.log.engine.database import Database
from registry.log.engine.quick import Quick
from registry.log.engine.sqlite import SqliteDatabase
from registry.log.feed.feed import Feed
from registry.log.forgetting import forget_words
from registry.log.history import History
from registry.log.moving import Moves
from registry.log.nodes import Nodes
from registry.log.rebuild.rebuild import Progress, Rebuild, Rebuilt, Wanted, throw_away_stale
from registry.log.roles import Clock, Decider, Handle, Handled, LeafHash, Projection, Seal, Watch
from registry.log.rows import RowReader, RowWriter
from registry.log.states import Folded, States
from registry.log.tables import HEADS
from registry.log.writer import Writer

T = TypeVar("T")
Certify = Callable[[Rebuilt], None]
"""Puts on record what a rebuild found."""


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

    def __init__(
        self, database: Database, parts: Parts, *, scratch: Path | None = None, timeout_seconds: float = 15.0
    ) -> None:
        self.database = database
        beside = database.path.with_name("rebuild") if isinstance(database, SqliteDatabase) else None
        self._scratch = scratch or beside
        self.reader = RowReader(parts.sealer)
        self._parts = parts
        self._timeout = timeout_seconds
        self._states = States(parts.deciders, self.reader)
        self._swept: dict[str, int] = {}
        self.feed = Feed(database, self.reader)
        self.history = History(self.reader)
        self._writer = Writer(
            database,
            make_batch=self._make_batch,
            projections=parts.projections,
            after_commit=self._committed,
            batch=parts.watch.batch,
        )
        self.moves = Moves(database, self.transact, self.reader, parts.projections, parts.leaf_hash)
        self.nodes = Nodes(database, self.apart)
        self._tidy()

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

    def apart(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a write transaction of its own, on this thread: it shares no commit, no lock and no fate with commands.

        Raises LogBusy (whether it landed may be unknown) and AlreadyRegistered.
        """
        try:
            with self.database.turn(), self.database.writing() as connection:
                return work(connection)
        except (SQLAlchemyError, OSError) as failure:
            raise self.database.refusal(failure) from failure

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

    def forget(self, log: str, works: Sequence[str], certify: Certify) -> Rebuilt:
        """Take what is erased out of everything that is kept beside the events, and leave no trace of it in the files.

        Keys are destroyed before. Views are made anew, in the same transaction the kept answers of the log are blanked, and so
        are the notes of those works' leases. Raises LogBusy; may be repeated.
        """
        forgetting = Wanted(
            folder=self._folder("erasure"),
            certify=certify,
            replace=True,
            also=lambda connection: forget_words(connection, log, works),
            wait=True,
        )
        rebuilt = self._rebuild().run(forgetting)
        self._tidy()
        self.database.scrub()
        return rebuilt

    def rebuild(self, certify: Certify, progress: Progress, *, replace: bool) -> Rebuilt:
        """Make every view anew beside the live ones and compare them; `replace` the live rows that differ, if there are any.

        Raises LogBusy, also when somebody rebuilds already; what was done until then is not done again.
        """
        wanted = Wanted(folder=self._folder("views"), certify=certify, progress=progress, replace=replace)
        return self._rebuild().run(wanted)

    def _rebuild(self) -> Rebuild:
        parts = self._parts
        return Rebuild(self.database, parts.projections, self.reader, lambda: parts.make_id("rebuild"))

    def _folder(self, purpose: str) -> Path:
        """Where scratch tables stand. Nobody finds a folder again that was made for the moment: it is for this process alone."""
        if self._scratch is None:
            self._scratch = Path(mkdtemp(prefix="rebuild-"))
        return self._scratch / purpose

    def _tidy(self) -> None:
        """Scratch tables that a killed rebuild left may hold words that are erased since."""
        for purpose in ("views", "erasure") if self._scratch is not None else ():
            throw_away_stale(self._folder(purpose), self._parts.projections, self.reader.erasures())

    def close(self) -> None:
        self._writer.close()
        self.feed.close()
        self.database.close()

    def _make_batch(self, quick: Quick) -> Batch:
        return Batch(
            quick,
            self._states,
            self._parts.deciders,
            RowWriter(self._parts.sealer, self._parts.leaf_hash),
            self._parts.clock,
            self._parts.make_id,
            Answers(self._swept),
        )

    def _committed(self, logs: Sequence[str]) -> None:
        if logs:
            self.feed.wake()
            self.database.announce()
