"""The scratch tables of a rebuild: every view anew, in an SQLite file of its own, whatever engine the log is on.

Rows and the positions they were made up to are committed together, so a rebuild that was killed goes on where it stood. A file
made by other code, from another log or before an erasure is thrown away. It holds personal texts in plain words: it is
readable by its owner only, and goes when the rebuild ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, cast

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateTable

from registry.errors import HistoryTampered, LogBusy
from registry.events.envelope import Recorded
from registry.log.engine.quick import Quick
from registry.log.roles import Projection

_FILE: Final = "views.sqlite"
_PRAGMAS: Final = (
    "journal_mode=WAL",  # with synchronous=NORMAL: a power cut may cost the last batches, never the agreement of the rest
    "synchronous=NORMAL",
    "wal_autocheckpoint=8000",
    "cache_size=-65536",
    "temp_store=MEMORY",
)
_OURS: Final = MetaData()
_LOGS: Final = Table(
    "scratch_logs",
    _OURS,
    Column("log", String, primary_key=True),
    Column("position", BigInteger),
    Column("event_id", String),
)
_FACTS: Final = Table(
    "scratch_facts", _OURS, Column("name", String, primary_key=True), Column("value", String)
)


def all_tables(projections: Iterable[Projection]) -> list[Table]:
    return [table for projection in projections for table in projection.tables]


def fingerprint(projections: Sequence[Projection], erasures: int) -> str:
    """What the rows of a scratch file depend on beside the log: the tables, the code that fills them, the keys that are left."""
    digest = sha256(f"erasures {erasures}\n".encode())
    for table in all_tables(projections):
        digest.update(str(CreateTable(table)).encode())
    package = Path(__file__).parents[2]  # registry: events, deciders and views, not the log alone
    for source in sorted(package.rglob("*.py")):
        digest.update(f"{source.relative_to(package)}\n".encode() + source.read_bytes())
    return digest.hexdigest()


class Scratch:
    """The scratch tables in a folder that its user has taken. `id` names the rebuild, in all of its attempts."""

    def __init__(
        self, folder: Path, projections: Sequence[Projection], wanted: str, make_id: Callable[[], str]
    ) -> None:
        self._folder = folder
        self._projections = projections
        if made_for(folder) != wanted:
            remove(folder)
        with _in_our_words():
            self._engine = _engine(folder / _FILE)
            self._connection = self._engine.connect()
        with _in_our_words(), self.reading() as connection:
            _prepare(connection, projections, wanted, make_id)
            self.id = _noted(connection, "id") or ""
            logs = connection.execute(select(_LOGS)).all()
        self._logs = {row.log: (row.position, row.event_id) for row in logs}

    @property
    def positions(self) -> dict[str, int]:
        """How far each log is in the tables."""
        return {log: position for log, (position, _) in self._logs.items()}

    @property
    def events(self) -> int:
        return sum(self.positions.values())

    def is_of(self, event_id: Callable[[str, int], str | None]) -> bool:
        """Whether the tables were made from the log that knows these event ids."""
        return all(event_id(log, position) == known for log, (position, known) in self._logs.items())

    def project(self, batch: Sequence[Recorded]) -> None:
        """Take over the next events of one log, all or none. Raises HistoryTampered and LogBusy."""
        last = batch[-1]
        here = {"log": last.log, "position": last.position, "event_id": last.event_id}
        with _in_our_words(), self.reading() as connection:
            quick = cast("Connection", Quick(connection))  # of a connection projections use `execute` alone
            for projection in self._projections:
                if wanted := [one for one in batch if one.type in projection.events]:
                    projection.project(quick, wanted)
            connection.execute(delete(_LOGS).where(_LOGS.c.log == last.log))
            connection.execute(insert(_LOGS), [here])
        self._logs[last.log] = (last.position, last.event_id)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For several questions to the tables."""
        with self._connection.begin():
            yield self._connection

    def noted(self, name: str) -> str | None:
        """What was noted under a name."""
        with self.reading() as connection:
            return _noted(connection, name)

    def note(self, name: str, value: str) -> None:
        """Keep a word for the next attempt. Raises LogBusy."""
        with _in_our_words(), self.reading() as connection:
            _note(connection, name, value)

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def remove(folder: Path) -> None:
    """Take the scratch file in a folder away, if there is one."""
    for file in folder.glob(f"{_FILE}*"):
        file.unlink(missing_ok=True)


def made_for(folder: Path) -> str | None:
    """The fingerprint of the scratch file in a folder; None when there is none, or none that can be read."""
    if not (folder / _FILE).exists():
        return None
    engine = _engine(folder / _FILE)
    try:
        with engine.connect() as connection:
            return _noted(connection, "fingerprint")
    except SQLAlchemyError:
        return None
    finally:
        engine.dispose()


def _prepare(
    connection: Connection, projections: Sequence[Projection], wanted: str, make_id: Callable[[], str]
) -> None:
    _OURS.create_all(connection)
    if _noted(connection, "fingerprint") is None:
        for table in all_tables(projections):
            table.create(connection)
        _note(connection, "id", make_id())
        _note(connection, "fingerprint", wanted)


def _noted(connection: Connection, name: str) -> str | None:
    found: str | None = connection.execute(select(_FACTS.c.value).where(_FACTS.c.name == name)).scalar()
    return found


def _note(connection: Connection, name: str, value: str) -> None:
    connection.execute(delete(_FACTS).where(_FACTS.c.name == name))
    connection.execute(insert(_FACTS), [{"name": name, "value": value}])


def _engine(file: Path) -> Engine:
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(
        f"sqlite:///{file}",
        module=sqlite,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Foreign exceptions stop here. Two events that claim one place in a view are the log's fault; the rest is the disk's."""
    try:
        yield
    except IntegrityError as failure:
        raise HistoryTampered(
            f"the events contradict each other: {failure.orig}",
            hint="compare the log with a backup",
        ) from failure
    except SQLAlchemyError as failure:
        raise LogBusy(
            f"the scratch tables of the rebuild could not be used: {getattr(failure, 'orig', failure)}",
            hint="if it says the disk is full, make room; then begin again",
            landed=False,
        ) from failure
