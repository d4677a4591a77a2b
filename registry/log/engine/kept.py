"""Connections that are kept for appends: each is taken, used for one transaction and laid back, and nothing is asked or reset.

A pool and SQLAlchemy's transaction cost more than a small append does, and one append follows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from registry.log.engine.quick import Quick


class Kept:
    """The connections of one engine; as many as there are transactions at once. Threads may share it.

    `begin` is what opens a transaction, empty where the driver does. `alive` looks at a driver's connection that was laid by;
    `undone` ends a failed transaction, and answers whether its connection can be used again.
    """

    def __init__(
        self,
        engine: Engine,
        quick: Callable[[Connection], Quick],
        *,
        begin: str = "",
        alive: Callable[[Any], bool] = lambda raw: True,  # noqa: ARG005
        undone: Callable[[Connection], bool],
    ) -> None:
        self._engine = engine
        self._quick = quick
        self._begin = begin
        self._alive = alive
        self._undone = undone
        self._idle: list[Connection] = []

    @contextmanager
    def transaction(self) -> Iterator[Quick]:
        """Commits at the end, rolls back on any exception."""
        connection = self._taken()
        try:
            quick = self._quick(connection)
            quick.open(self._begin)
            yield quick
            quick.commit()
        except BaseException:
            self._lay_by(connection, usable=self._undone(connection))
            raise
        self._lay_by(connection, usable=True)

    def close(self) -> None:
        """Let go of what is laid by. Nothing may be under way."""
        while self._idle:
            self._idle.pop().close()

    def _taken(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if self._alive(connection.connection.dbapi_connection):
                return connection
            _thrown_away(connection)
        # Transactions are begun here; where SQLAlchemy thinks that it begins one, nothing is said.
        return self._engine.connect().execution_options(begin="")

    def _lay_by(self, connection: Connection, *, usable: bool) -> None:
        if not usable:
            _thrown_away(connection)
            return
        if connection.in_transaction():  # as SQLAlchemy sees it: it was used the long way
            connection.rollback()
        self._idle.append(connection)


def _thrown_away(connection: Connection) -> None:
    with suppress(SQLAlchemyError):
        connection.invalidate()
        connection.close()
