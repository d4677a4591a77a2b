"""The database behind the log, by its URL: what every engine offers, and who makes which.

Two engines keep the same promises: SQLite in a file for one machine (`sqlite.py`), PostgreSQL for as many as you like
(`postgres.py`). SQL of one engine alone stays in those two files, in `append_only.py`, `rights.py` and
`scrubbing.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from registry.errors import LogBusy, RegistryError
from registry.log.engine.quick import Quick


class UnusableDatabase(RuntimeError):
    """The database cannot be opened safely. Raised at start, never while serving."""


class Database(ABC):
    """`reading` for queries, `snapshot` for several that must agree, `writing` for the writers' transactions.

    `reading` and `snapshot` name the log whose rows may be seen; without one all are (workers, operators).
    """

    dialect: ClassVar[str]
    pens: ClassVar[int]
    """How many transactions one process writes at once, each of other logs. Where it is one, all logs share a transaction."""
    engine: Engine

    @abstractmethod
    def reading(self, log: str | None = None) -> AbstractContextManager[Connection]:
        """Autocommit: each statement sees the newest commit. Raises LogBusy when the database cannot be read."""

    @abstractmethod
    def snapshot(self, log: str | None = None) -> AbstractContextManager[Connection]:
        """All statements see one state of the database. Raises LogBusy when it cannot be read."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that writes. Commits at the end, rolls back on any exception."""

    @abstractmethod
    def appending(self) -> AbstractContextManager[Quick]:
        """The same for appends: statements take the short way to the driver."""

    @abstractmethod
    def migrating(self) -> AbstractContextManager[Connection]:
        """A transaction that may change the schema; one at a time, whoever else wants to. Raises UnusableDatabase."""

    @abstractmethod
    def secure(self, connection: Connection) -> None:
        """After migrations: give the services' role what it may do, and nothing more; have no words noted beside the rows."""

    @abstractmethod
    def turn(self) -> AbstractContextManager[None]:
        """Held around a writer's transaction where the engine's own lock is not fair between processes."""

    @abstractmethod
    def alone(self, name: str) -> AbstractContextManager[None]:
        """One process of the installation at a time does what `name` names."""

    @abstractmethod
    def lock_works(self, connection: Connection) -> None:
        """One transaction at a time works on leases, lanes and counts; held to its end."""

    def announce(self) -> None:  # noqa: B027 - where there is nobody to tell
        """Tell other processes, after a commit, that a log has grown. A hint: who reads goes by positions."""

    def listen(self, wake: Callable[[], None]) -> None:  # noqa: B027
        """Call `wake` when other processes announce; at first use. Polling stays the truth."""

    @abstractmethod
    def lost(self, failure: BaseException) -> bool:
        """Whether the connection went while the server may still have carried the transaction out."""

    @abstractmethod
    def busy(self, failure: BaseException) -> bool:
        """Whether a lock was waited for in vain: another try would only wait as long again."""

    @abstractmethod
    def refusal(self, failure: SQLAlchemyError | OSError) -> RegistryError:
        """What the engine said, in our words; `landed=False` where the transaction is known to be undone."""

    @abstractmethod
    def scrub(self) -> None:
        """Leave no trace of rows that were changed or deleted. Raises LogBusy."""

    @abstractmethod
    def close(self) -> None:
        """Let go of every connection."""


def open_database(url: str, *, owner_url: str = "", readers: int = 16) -> Database:
    """The database at `url`; `owner_url` is who may change its schema, where that is another login. Raises UnusableDatabase."""
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend == "sqlite":
        from registry.log.engine.sqlite import SqliteDatabase

        return SqliteDatabase(url, readers=readers)
    if backend == "postgresql":
        from registry.log.engine.postgres import PostgresDatabase

        return PostgresDatabase(url, owner_url=owner_url, readers=readers)
    raise UnusableDatabase(
        "DATABASE_URL must begin with sqlite:/// and name a file, or with postgresql:// and name a server"
    )


@contextmanager
def unreadable() -> Iterator[None]:
    """Foreign exceptions stop here: a reader hears in our words that the database cannot be read."""
    try:
        yield
    except SQLAlchemyError as failure:
        raise LogBusy(
            f"the database could not be read: {first_line(getattr(failure, 'orig', failure))}",
            hint="look at it and at the way to it, then repeat",
        ) from failure


def first_line(failure: object) -> str:
    """What a driver said, without the lines that show statements and rows."""
    return (str(failure).strip().splitlines() or [type(failure).__name__])[0]
