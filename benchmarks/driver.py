"""The limit: the raw driver, with the statements a careful person would write by hand, and nothing around them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, count
from typing import Any, Protocol

import psycopg
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import MetaData, create_engine, make_url
from sqlalchemy.pool import NullPool

from registry.log.tables import EVENTS

_COLUMNS = [column.name for column in EVENTS.columns]


class Driver(Protocol):
    """One database by its driver alone."""

    def rows(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """A query's rows; `?` stands for a value."""
        ...

    def inserting(self, events: int, body: bytes) -> Callable[[], object]:
        """A caller that inserts so many rows of our shape and commits; positions come from a counter, nothing is locked."""
        ...

    def load(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Very many rows, as fast as it goes. PostgreSQL counts and vacuums them, as it does by itself in time."""
        ...

    def close(self) -> None: ...


def driver(url: str) -> Driver:
    """The driver on a database that may be empty; the events table is made where there is none, without its triggers."""
    sqlalchemy_url = url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(sqlalchemy_url, poolclass=NullPool, module=sqlite) if _is_file(url) else None
    engine = engine or create_engine(sqlalchemy_url, poolclass=NullPool)
    EVENTS.to_metadata(MetaData()).create(engine, checkfirst=True)
    return _Sqlite(url) if _is_file(url) else _Postgresql(url)


class _Sqlite:
    """One connection and a lock before it: a connection each would only wait in SQLite's own, unfair queue."""

    def __init__(self, url: str) -> None:
        self._lock, self._positions = threading.Lock(), count(1)
        self._db = sqlite.connect(make_url(url).database, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")

    def rows(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._db.execute(statement, values).fetchall()
        return found

    def inserting(self, events: int, body: bytes) -> Callable[[], object]:
        insert, row = _insert("?"), _rows(self._positions, body)

        def call() -> None:
            rows = [row() for _ in range(events)]
            with self._lock:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(insert, rows)
                self._db.execute("COMMIT")

        return call

    def load(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        ready = iter(rows)
        first = next(ready)
        marks = ", ".join("?" * len(first))
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", chain([first], ready))
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()


class _Postgresql:
    """A connection for each caller."""

    def __init__(self, url: str) -> None:
        self._url, self._positions = url, count(1)
        self._reader = psycopg.connect(url, autocommit=True)
        self._opened = [self._reader]

    def rows(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._reader.execute(statement.replace("?", "%s").encode(), values, prepare=True).fetchall()

    def inserting(self, events: int, body: bytes) -> Callable[[], object]:
        insert, row = _insert("%s").encode(), _rows(self._positions, body)
        connection = psycopg.connect(self._url)
        self._opened.append(connection)

        def call() -> None:
            with connection.cursor() as cursor:
                if events == 1:
                    cursor.execute(insert, row(), prepare=True)
                else:
                    cursor.executemany(insert, [row() for _ in range(events)])
            connection.commit()

        return call

    def load(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._reader.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
        self._reader.execute(f"VACUUM (ANALYZE) {table}".encode())

    def close(self) -> None:
        for connection in self._opened:
            connection.close()


def _is_file(url: str) -> bool:
    return url.startswith("sqlite")


def _insert(mark: str) -> str:
    return f"INSERT INTO events ({', '.join(_COLUMNS)}) VALUES ({', '.join([mark] * len(_COLUMNS))})"


def _rows(positions: Any, body: bytes) -> Callable[[], list[Any]]:
    """Makes rows of a stream of its own."""
    stream, versions = f"asset_{next(positions):026d}", count(1)

    def row() -> list[Any]:
        position = next(positions)
        made = {
            "log": "studio_1",
            "position": position,
            "event_id": f"event_{position:026d}",
            "stream": stream,
            "version": next(versions),
            "type": "AssetDescribed",
            "schema_version": 1,
            "recorded_at": position,
            "actor": "key_benchmark",
            "request_id": "",
            "causation_id": "",
            "correlation_id": "",
            "body": body,
            "leaf_hash": body[:32],
        }
        return [made[column] for column in _COLUMNS]

    return row
