"""Opening the database by its URL: the fixed SQLite build, its pragmas, and two ways to connect (read, write).

No SQLite-only SQL leaves `registry/log`. WAL, `synchronous=FULL`, every write `BEGIN IMMEDIATE`. Builds before 3.51.3 can corrupt
a WAL database when it is reset, so they are refused at start; so is a database file on a network mount, where locks lie.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from registry.errors import LogBusy

_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "secure_delete=ON",
)
SAFE_SQLITE: Final = (3, 51, 3)
_NETWORK_MOUNTS: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "glusterfs", "ceph", "afs"}
)


class UnusableDatabase(RuntimeError):
    """The database cannot be opened safely. Raised at start, never while serving."""


class Database:
    """An engine by URL. `reading` for queries, `snapshot` for several that must agree, `writing` for the one writer thread."""

    def __init__(self, url: str, *, readers: int = 16, busy_seconds: float = 10.0) -> None:
        parsed = _parsed(url)
        if parsed.get_backend_name() != "sqlite":
            raise UnusableDatabase(
                f"no engine for {parsed.get_backend_name()!r}: DATABASE_URL must begin with sqlite:///"
            )
        if not parsed.database or parsed.database == ":memory:":
            raise UnusableDatabase(
                "the log needs a file: name one, as in sqlite:////var/lib/continuity/log.sqlite"
            )
        _check_build(sqlite.sqlite_version_info)
        self.url = url
        self.path = Path(parsed.database).resolve()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _check_mount(self.path)
        os.close(
            os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
        )  # for its owner only; WAL files inherit it
        self.engine = _sqlite_engine(url, readers, busy_seconds)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Autocommit: each statement sees the newest commit."""
        with _unreadable(), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """All statements see one state of the database."""
        with _unreadable(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its first moment. Commits at the end, rolls back on any exception."""
        with self.engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                yield connection

    def scrub(self) -> None:
        """Leave no trace of rows that were changed or deleted: in no free page, in no log beside the file. Raises LogBusy.

        SQLite zeroes what it frees (`secure_delete`); what it moved about before goes with the whole file's rewriting.
        """
        with (
            self.writer_lock.open("a") as turn,
            _unreadable(),
            self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            fcntl.flock(turn, fcntl.LOCK_EX)
            connection.exec_driver_sql("VACUUM")
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise LogBusy(
                "the write-ahead log is being read and could not be emptied",
                hint="erase again when nobody reads for long",
            )

    @property
    def writer_lock(self) -> Path:
        """A file whose lock writers of different processes take in turn; SQLite's own lock is not fair."""
        return self.path.with_name(self.path.name + ".writer")

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _unreadable() -> Iterator[None]:
    """Foreign exceptions stop here: a reader hears in our words that the database cannot be read."""
    try:
        yield
    except SQLAlchemyError as failure:
        raise LogBusy(
            f"the database could not be read: {getattr(failure, 'orig', failure)}",
            hint="look at its file and its disk, then repeat",
        ) from failure


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise UnusableDatabase(f"DATABASE_URL {url!r} is no address: it must begin with sqlite:///") from None


def _check_build(version: tuple[int, ...]) -> None:
    if version < SAFE_SQLITE:
        raise UnusableDatabase(
            f"SQLite {'.'.join(map(str, version))} can corrupt a WAL database when it is reset; "
            f"{'.'.join(map(str, SAFE_SQLITE))} or newer is needed (the locked pysqlite3 bundles one: run `make setup`)"
        )


def _check_mount(path: Path) -> None:
    """Refuse network file systems (their locks do not hold). Linux tells in /proc/mounts; elsewhere nothing can be checked."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return
    best, kind = "", ""
    for line in mounts.read_text(errors="replace").splitlines():
        _, point, filesystem, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        inside = path.is_relative_to(point)
        if inside and len(point) >= len(best):
            best, kind = point, filesystem
    if kind in _NETWORK_MOUNTS:
        raise UnusableDatabase(
            f"{path} is on a network mount ({kind} at {best}): SQLite's locks do not hold there"
        )


def _sqlite_engine(url: str, readers: int, busy_seconds: float) -> Engine:
    engine = create_engine(
        url,
        module=sqlite,
        poolclass=QueuePool,
        pool_size=readers + 2,
        max_overflow=readers,
        connect_args={"check_same_thread": False, "timeout": busy_seconds, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    return engine
