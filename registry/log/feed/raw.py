"""Rows as they are stored, every column, nothing opened: for proofs and for whoever hands the log itself out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from registry.log.tables import EVENTS

Columns = dict[str, Any]
AT_ONCE: Final = 500
"""Rows, or ids, that one question is about."""
_FIRST: Final = 4
"""So many are read at first where somebody looks for one: it mostly stands close behind."""


def of_stream(
    connection: Connection, log: str, stream: str, *, types: Collection[str] = (), first: bool = False
) -> list[Columns]:
    """A stream's rows by version; of some `types` alone where they are named, with the first of all where it is asked for too."""
    query = select(EVENTS).where(EVENTS.c.log == log, EVENTS.c.stream == stream)
    if types or first:
        wanted = EVENTS.c.type.in_(types)
        query = query.where(wanted | (EVENTS.c.version == 1) if first else wanted)
    return [_columns(row) for row in connection.execute(query.order_by(EVENTS.c.version))]


def positions_of(connection: Connection, log: str, streams: Iterable[str]) -> Iterator[int]:
    """The positions of all events of some streams, in no order."""
    for some in _some(streams):
        query = select(EVENTS.c.position).where(EVENTS.c.log == log, EVENTS.c.stream.in_(some))
        yield from connection.execute(query).scalars()


def at(connection: Connection, log: str, positions: Iterable[int]) -> Iterator[Columns]:
    """The rows at some positions, which come in their order."""
    for some in _some(positions):
        query = select(EVENTS).where(EVENTS.c.log == log, EVENTS.c.position.in_(some))
        yield from (_columns(row) for row in connection.execute(query.order_by(EVENTS.c.position)))


def of_types(
    connection: Connection, log: str, types: Collection[str], *, after: int, until: int
) -> Iterator[Columns]:
    """Rows of some types after one position up to another, in their order, read as far as they are asked for."""
    some = _FIRST
    while True:
        query = select(EVENTS).where(
            EVENTS.c.log == log,
            EVENTS.c.type.in_(types),
            EVENTS.c.position > after,
            EVENTS.c.position <= until,
        )
        rows = connection.execute(query.order_by(EVENTS.c.position).limit(some)).all()
        yield from (_columns(row) for row in rows)
        if len(rows) < some:
            return
        after, some = rows[-1].position, AT_ONCE


def streams_begun(connection: Connection, log: str, types: Collection[str]) -> dict[str, int]:
    """Streams that have an event of these types, which are those that one begins with, and its position; oldest first."""
    query = select(EVENTS.c.stream, EVENTS.c.position).where(EVENTS.c.log == log, EVENTS.c.type.in_(types))
    return {row.stream: row.position for row in connection.execute(query.order_by(EVENTS.c.position))}


def _columns(row: Row[Any]) -> Columns:
    columns = dict(row._mapping)
    for name in ("body", "leaf_hash"):
        columns[name] = bytes(columns[name])
    return columns


def _some(things: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """At most so many at once."""
    waiting = iter(things)
    while some := tuple(one for _, one in zip(range(AT_ONCE), waiting, strict=False)):
        yield some
