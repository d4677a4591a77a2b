"""SQLite: the log in a file, for one machine. WAL, `synchronous=FULL`, every write `BEGIN IMMEDIATE`.

Builds before 3.51.3 can corrupt a WAL database when it is reset, so they are refused at start; so is a database file on a network
mount, where locks lie.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from registry.errors import AlreadyRegistered, LogBusy, RegistryError
from registry.lasting import make_folder, sync_emptied
from registry.log.engine.database import Database, UnusableDatabase, unreadable
from registry.log.engine.kept import Kept
from registry.log.engine.quick import Quick

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
_UNDONE: Final = ("database or disk is full", "database is locked")
"""SQLite undoes a commit that finds the disk full or the file locked; of other failures nobody can be sure."""


class SqliteDatabase(Database):
    """One file, made when it is absent, for its owner only. The whole database is its one write lock."""

    dialect: ClassVar[str] = "sqlite"
    pens: ClassVar[int] = 1

    def __init__(self, url: str, *, readers: int = 16, busy_seconds: float = 10.0) -> None:
        name = make_url(url).database
        if not name or name == ":memory:":
            raise UnusableDatabase(
                "the log needs a file: name one, as in sqlite:////var/lib/continuity/log.sqlite"
            )
        check_build(sqlite.sqlite_version_info)
        self.url = url
        self.path = Path(name).resolve()
        make_folder(self.path.parent)
        check_mount(self.path)
        # For its owner only; WAL files inherit it.
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self.engine = sqlite_engine(url, readers, busy_seconds)
        self._turn = threading.Lock()
        self._turn_file = os.open(self.writer_lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._kept = Kept(self.engine, Quick, begin="BEGIN IMMEDIATE", undone=_rolled_back)

    @contextmanager
    def reading(self, log: str | None = None) -> Iterator[Connection]:  # noqa: ARG002 - no rights inside a file
        with unreadable(), self.engine.connect() as connection:
            yield connection.execution_options(begin="")

    @contextmanager
    def snapshot(self, log: str | None = None) -> Iterator[Connection]:  # noqa: ARG002
        with unreadable(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """It holds the write lock from its first moment."""
        with self.engine.connect() as plain:
            connection = plain.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection

    @contextmanager
    def appending(self) -> Iterator[Quick]:
        with self._kept.transaction() as quick:
            yield quick

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        # In turn: a program that starts while others write would wait for the file in vain.
        with self.turn(), self.writing() as connection:
            yield connection

    def secure(self, connection: Connection) -> None:
        """Whoever can open the file may do all; the guards are triggers."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A fair queue before SQLite's own unfair one. The file's lock is this process's, so its threads queue for it first."""
        with self._turn:
            fcntl.flock(self._turn_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._turn_file, fcntl.LOCK_UN)

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        with self.path.with_name(f"{self.path.name}.{name}").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def lock_works(self, connection: Connection) -> None:
        """Every write transaction is alone already."""

    def lost(self, failure: BaseException) -> bool:  # noqa: ARG002 - a file does not go away
        return False

    def busy(self, failure: BaseException) -> bool:
        return "database is locked" in str(getattr(failure, "orig", ""))

    def refusal(self, failure: SQLAlchemyError | OSError) -> RegistryError:
        # An operating system's own words would show callers where our files lie.
        said = (
            (failure.strerror or "")
            if isinstance(failure, OSError)
            else str(getattr(failure, "orig", failure))
        )
        if "UNIQUE constraint failed" in said:
            return AlreadyRegistered(
                f"something with these properties exists already ({said.partition(': ')[2]})",
                hint="look it up and use it",
            )
        return LogBusy(
            f"the database could not take the command: {said}",
            hint="if it says the disk is full, make room; if it says locked, repeat in a moment with the same key",
            **({"landed": False} if said in _UNDONE else {}),
        )

    def scrub(self) -> None:
        """In no free page, in no log beside the file. SQLite zeroes what it frees (`secure_delete`); what it moved about
        before goes with the whole file's rewriting.
        """
        with (
            self.turn(),
            unreadable(),
            self.engine.connect().execution_options(begin="") as connection,
        ):
            connection.exec_driver_sql("VACUUM")
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise LogBusy(
                "the write-ahead log is being read and could not be emptied",
                hint="erase again when nobody reads for long",
            )
        sync_emptied(self.path)

    @property
    def writer_lock(self) -> Path:
        """A file whose lock writers of different processes take in turn."""
        return self.path.with_name(self.path.name + ".writer")

    def close(self) -> None:
        self._kept.close()
        self.engine.dispose()
        if self._turn_file >= 0:
            os.close(self._turn_file)
            self._turn_file = -1


def _rolled_back(connection: Connection) -> bool:
    """A file's connection can always be used again, unless its transaction does not even end."""
    raw: Any = connection.connection.dbapi_connection
    try:
        raw.rollback()
    except sqlite.Error:
        return False
    return True


def check_build(version: tuple[int, ...]) -> None:
    """Raises UnusableDatabase for a build that can lose a database."""
    if version < SAFE_SQLITE:
        raise UnusableDatabase(
            f"SQLite {'.'.join(map(str, version))} can corrupt a WAL database when it is reset; "
            f"{'.'.join(map(str, SAFE_SQLITE))} or newer is needed (the locked pysqlite3 bundles one: run `make setup`)"
        )


def check_mount(path: Path) -> None:
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


def sqlite_engine(url: str, readers: int, busy_seconds: float) -> Engine:
    """Connections with the pragmas that durability needs. The execution option `begin` says how a transaction is begun, and
    that there is none where it is empty.
    """
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
        if how := connection.get_execution_options().get("begin", "BEGIN"):
            connection.exec_driver_sql(how)

    return engine
