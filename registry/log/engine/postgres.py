"""PostgreSQL: the log on a server, for as many processes and machines as you like.

READ COMMITTED; who appends holds the log's head row. Services act as the role `continuity_app` (`rights.py`), which owns nothing
and cannot change an event. Hung clients end by timeouts: whoever holds a head and says nothing is cut off by the server before
those who wait for it give up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from select import POLLIN, poll
from typing import Any, ClassVar, Final

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, Engine, Select, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from registry.errors import AlreadyRegistered, LogBusy, RegistryError
from registry.log.engine.database import Database, UnusableDatabase, first_line, unreadable
from registry.log.engine.kept import Kept
from registry.log.engine.notices import Notices
from registry.log.engine.quick import Quick
from registry.log.engine.rights import APP_ROLE, EVERYTHING, grant_rights
from registry.log.engine.scrubbing import note_no_words, rewrite

OLDEST: Final = 170_000
"""PostgreSQL 17: the first whose MAINTAIN right lets the services' role rewrite tables it does not own."""
_LOCK_SECONDS: Final = 10
_IDLE_SECONDS: Final = 5
"""Shorter than the wait for a lock: a frozen writer is cut off before those behind it give up."""
_HELD_SECONDS: Final = 8
"""The same for one that freezes in mid-pipeline, where it does not count as idle: how long it may take once it holds the head."""
_READ_SECONDS: Final = 60
_KEEPALIVE: Final[dict[str, Any]] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_GONE: Final = ("08", "57P", "25P03", "25P04")
"""SQLSTATEs of connections that the server or the way to it ended."""


class PostgresDatabase(Database):
    """A database on a server; `owner_url` is the login that may change its schema, empty where `url`'s own may."""

    dialect: ClassVar[str] = "postgresql"
    pens: ClassVar[int] = 4

    def __init__(self, url: str, *, owner_url: str = "", readers: int = 16) -> None:
        self.url = _with_driver(url)
        self._owner = create_engine(
            _with_driver(owner_url) if owner_url else self.url,
            poolclass=NullPool,
            connect_args={**_KEEPALIVE, "application_name": "continuity-owner"},
        )
        self._login = self.url.username
        self._check_server()
        patience = {"idle_in_transaction_session_timeout": f"{_READ_SECONDS}s"}
        reads = patience | {"statement_timeout": f"{_READ_SECONDS}s"}
        self.engine = _engine(self.url, readers, reads, isolation_level="AUTOCOMMIT")
        writes = {
            "lock_timeout": f"{_LOCK_SECONDS}s",
            "idle_in_transaction_session_timeout": f"{_IDLE_SECONDS}s",
            "continuity.log": EVERYTHING,
        }
        self._writers = _engine(self.url, 4, writes)
        self._appenders = _engine(self.url, self.pens + 1, writes)
        self._kept = Kept(self._appenders, _pipelined, alive=_alive, undone=_rolled_back)
        self._notices = Notices(_plain(self.url), connecting=_KEEPALIVE)

    @contextmanager
    def reading(self, log: str | None = None) -> Iterator[Connection]:
        with unreadable(), self.engine.connect() as connection:
            scope = log or EVERYTHING
            if connection.info.get("scope") != scope:
                connection.exec_driver_sql("SELECT set_config('continuity.log', %s, false)", (scope,))
                connection.info["scope"] = scope
            yield connection

    @contextmanager
    def snapshot(self, log: str | None = None) -> Iterator[Connection]:
        with unreadable(), self.engine.connect() as plain:
            connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                connection.exec_driver_sql(
                    "SELECT set_config('continuity.log', %s, true)", (log or EVERYTHING,)
                )
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._writers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def appending(self) -> Iterator[Quick]:
        with self._kept.transaction() as quick:
            yield quick

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        try:
            with self._owner.connect() as connection, connection.begin():
                _take_turns(connection, "migrate")
                yield connection
        except SQLAlchemyError as failure:
            raise UnusableDatabase(
                f"the schema cannot be brought up to date: {first_line(getattr(failure, 'orig', failure))}; run "
                "`continuity migrate` with DATABASE_OWNER_URL, the login that owns the tables"
            ) from failure

    def secure(self, connection: Connection) -> None:
        grant_rights(connection, login=self._login)
        note_no_words(connection)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Row locks are fair: who waits for a head is served in order."""
        yield

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        with unreadable(), self._writers.connect() as connection, connection.begin():
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            _take_turns(connection, name)
            yield

    def lock_works(self, connection: Connection) -> None:
        _take_turns(connection, "works")

    def announce(self) -> None:
        self._notices.announce()

    def listen(self, wake: Callable[[], None]) -> None:
        self._notices.listen(wake)

    def lost(self, failure: BaseException) -> bool:
        if not isinstance(failure, DBAPIError) or not isinstance(failure.orig, psycopg.Error):
            return False
        state = failure.orig.sqlstate
        if state is None:
            return isinstance(failure.orig, psycopg.OperationalError)
        return state.startswith(_GONE)

    def busy(self, failure: BaseException) -> bool:
        return getattr(getattr(failure, "orig", None), "sqlstate", None) == "55P03"

    def refusal(self, failure: SQLAlchemyError | OSError) -> RegistryError:
        origin: Any = getattr(failure, "orig", failure)
        said = first_line(origin)
        state = getattr(origin, "sqlstate", None)
        if state == "23505":
            return AlreadyRegistered(
                f"something with these properties exists already ({origin.diag.constraint_name})",
                hint="look it up and use it",
            )
        if state == "55P03":
            said = f"another transaction has held it for more than {_LOCK_SECONDS} s"
        undone = state is not None and not self.lost(failure)
        return LogBusy(
            f"the database could not take the command: {said}",
            hint="repeat in a moment with the same key; if it goes on, `continuity doctor` says what is wrong",
            **({"landed": False} if undone else {}),
        )

    def scrub(self) -> None:
        with unreadable(), self._writers.connect() as plain:
            rewrite(plain.execution_options(isolation_level="AUTOCOMMIT"), seconds=_LOCK_SECONDS)

    def close(self) -> None:
        self._notices.close()
        self._kept.close()
        for engine in (self.engine, self._writers, self._appenders, self._owner):
            engine.dispose()

    def _check_server(self) -> None:
        """Raises UnusableDatabase."""
        try:
            with psycopg.connect(_plain(self.url), **_KEEPALIVE) as connection:
                version = connection.info.server_version
                held = connection.execute("SHOW server_encoding").fetchone()
        except psycopg.Error as failure:
            raise UnusableDatabase(f"the server cannot be used: {first_line(failure)}") from None
        if version < OLDEST:
            raise UnusableDatabase(
                f"PostgreSQL {version // 10_000} is too old: {OLDEST // 10_000} or newer is needed"
            )
        if held != ("UTF8",):
            raise UnusableDatabase(f"the database is encoded in {held and held[0]}: make one in UTF8")


def _take_turns(connection: Connection, what: str) -> None:
    """An advisory lock of this installation, held to the end of the transaction."""
    connection.exec_driver_sql(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"continuity.{what}",)
    )


def _with_driver(url: str) -> URL:
    parsed = make_url(url)
    if not parsed.database:
        raise UnusableDatabase(
            "DATABASE_URL names a server and no database: write postgresql://login@host/name"
        )
    return parsed.set(drivername="postgresql+psycopg")


def _plain(url: URL) -> str:
    """The same for the driver itself: it reads addresses in its own way, and would refuse a space in a password and show both."""
    _, given = url.get_dialect()().create_connect_args(url)
    return make_conninfo(**{name: value for name, value in given.items() if name != "context"})


def _engine(url: URL, size: int, session: dict[str, str], **how: str) -> Engine:
    """Connections of the services' role. `session` are settings each begins with, `how` is SQLAlchemy's own."""
    # A walk is thought to reach very far, and compiling its plan each time would take longer than the walk.
    options = {"role": APP_ROLE, "jit": "off"} | session
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=_LOCK_SECONDS,
        pool_reset_on_return=None,
        **how,
        connect_args={
            **_KEEPALIVE,
            "application_name": "continuity",
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )
    event.listen(engine, "checkout", _check_alive)
    event.listen(engine, "close", _end_pipeline)
    return engine


@cache
def _for_a_time(locking: Select[Any]) -> Select[Any]:
    """What it asks; once its rows are locked the transaction has so many seconds left."""
    locked = locking.subquery()
    return select(locked, func.set_config("transaction_timeout", f"{_HELD_SECONDS}s", True))


def _pipelined(connection: Connection) -> Quick:
    return Quick(connection, pipelined=True, holding=_for_a_time)


def _rolled_back(connection: Connection) -> bool:
    """Leave a pipeline that broke, and what is left of its transaction; whether the connection can be used again."""
    try:
        raw: Any = connection.connection.dbapi_connection
        _end_pipeline(raw, connection)
        raw.rollback()
    except (psycopg.Error, SQLAlchemyError):
        return False
    return bool(raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE)


def _end_pipeline(connection: Any, record: Any) -> None:
    """A connection that is closed in the middle of a pipeline would complain."""
    pipeline = record.info.pop("pipeline", None)
    if pipeline is not None and not connection.closed:
        with suppress(psycopg.Error):
            pipeline.__exit__(None, None, None)


def _check_alive(connection: Any, _record: Any, _proxy: Any) -> None:
    if not _alive(connection):
        raise DisconnectionError("the server closed the connection")


def _alive(connection: Any) -> bool:
    """A server that restarted has closed its end, which shows without a round trip: there is something to read."""
    polled = poll()
    try:
        polled.register(connection.fileno(), POLLIN)
        return not polled.poll(0)
    except psycopg.Error:
        return False
