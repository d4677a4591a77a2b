"""One thing's events, wherever in the log they stand, and how far it had come then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Connection, Select, bindparam, func, select

from registry.errors import HistoryTampered
from registry.events.envelope import Recorded
from registry.log.engine.quick import rows_of
from registry.log.rows import RowReader
from registry.log.tables import EVENTS

_AT_ONCE: Final = 500
_RUN: Final = 50
"""Events looked at on either side when a run of them is read."""
_AFTER: Final[BindParameter[int]] = bindparam("after", type_=BigInteger)
_UNTIL: Final[BindParameter[int]] = bindparam("until", type_=BigInteger)
"""Versions that somebody says: they may be larger than any there is."""
_MINE: Final = (EVENTS.c.log == bindparam("of_log"), EVENTS.c.stream == bindparam("of_stream"))
_BETWEEN: Final = (
    select(EVENTS)
    .where(*_MINE, EVENTS.c.version > _AFTER, EVENTS.c.version <= _UNTIL)
    .order_by(EVENTS.c.version)
)
_THEN: Final = select(func.coalesce(func.max(EVENTS.c.version), 0)).where(
    *_MINE,
    EVENTS.c.position.op("+")(0) <= bindparam("as_of"),  # by stream, never by walking the log (states.py)
)
_NEWEST: Final = select(func.coalesce(func.max(EVENTS.c.version), 0)).where(*_MINE)


class Part(NamedTuple):
    """Which part of a thing's events: those of a type, by an actor, after the version `after` or, `newest` first, before it."""

    after: int = 0
    limit: int = 100
    newest: bool = False
    type: str | None = None
    actor: str | None = None


class Near(NamedTuple):
    """An event in a few words: where it stands, and what it is."""

    position: int
    stream: str
    version: int
    type: str


class History:
    """Reads events of one stream at a time. Every statement finds them by stream and version."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader

    def part(
        self, connection: Connection, log: str, stream: str, part: Part
    ) -> tuple[list[Recorded], int | None]:
        """A page of events, and the version after (or before) which the next one begins."""
        filters = {name: said for name in ("type", "actor") if (said := getattr(part, name)) is not None}
        bounded = part.newest and part.after > 0
        asked = {"of_log": log, "of_stream": stream, "most": part.limit + 1, **filters}
        asked |= {"after": part.after} if bounded or not part.newest else {}
        rows = rows_of(connection, _part(tuple(filters), newest=part.newest, bounded=bounded), asked)
        found = list(self._reader.all(rows[: part.limit]))
        return found, (found[-1].version if len(rows) > part.limit else None)

    def between(
        self, connection: Connection, log: str, stream: str, *, after: int = 0, until: int
    ) -> Iterator[Recorded]:
        """Every event after one version up to another, some at a time. Raises HistoryTampered on a hole."""
        while after < until:
            end = min(until, after + _AT_ONCE)
            asked = {"of_log": log, "of_stream": stream, "after": after, "until": end}
            for recorded in self._reader.all(rows_of(connection, _BETWEEN, asked)):
                if recorded.version != after + 1:
                    break
                yield recorded
                after = recorded.version
            if after < end:
                raise HistoryTampered(
                    f"{stream} jumps over version {after + 1}",
                    hint="an event was removed from the database; compare with a backup",
                )

    def version(self, connection: Connection, log: str, stream: str, *, as_of: int | None = None) -> int:
        """How far a thing has come, or had come as of a position; 0 where it is (or was) not there."""
        asked: dict[str, Any] = {"of_log": log, "of_stream": stream}
        if as_of is None:
            return int(rows_of(connection, _NEWEST, asked)[0][0])
        return int(rows_of(connection, _THEN, {**asked, "as_of": as_of})[0][0])

    def run(self, connection: Connection, log: str, position: int) -> list[Near]:
        """The event at a position among those beside it that were written for the same request, or in the same work by the same
        worker, without anything in between; at most fifty on either side.
        """
        rows = rows_of(
            connection, _BESIDE, {"of_log": log, "after": position - _RUN - 1, "until": position + _RUN}
        )
        [middle] = [number for number, row in enumerate(rows) if row[0] == position]
        first, last = middle, middle
        while first > 0 and _same(rows[first - 1], rows[middle]):
            first -= 1
        while last + 1 < len(rows) and _same(rows[last + 1], rows[middle]):
            last += 1
        return [Near(*row[:4]) for row in rows[first : last + 1]]

    def followed(
        self, connection: Connection, log: str, streams: Sequence[str], *, after: int, limit: int
    ) -> list[Recorded]:
        """The first `limit` events of these streams after a position, in order."""
        query = select(EVENTS).where(
            EVENTS.c.log == log, EVENTS.c.stream.in_(streams), EVENTS.c.position.op("+")(0) > after
        )
        return list(
            self._reader.all(connection.execute(query.order_by(EVENTS.c.position).limit(limit)).all())
        )


_BESIDE: Final = (
    select(
        *(EVENTS.c[name] for name in ("position", "stream", "version", "type")),
        *(EVENTS.c[name] for name in ("actor", "request_id", "correlation_id")),
    )
    .where(
        EVENTS.c.log == bindparam("of_log"),
        EVENTS.c.position > _AFTER,
        EVENTS.c.position <= _UNTIL,
    )
    .order_by(EVENTS.c.position)
)


def _same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return tuple(one[4:7]) == tuple(other[4:7])


@cache
def _part(filters: tuple[str, ...], *, newest: bool, bounded: bool) -> Select[Any]:
    wanted = [EVENTS.c[name] == bindparam(name) for name in filters]
    version: ColumnElement[int] = EVENTS.c.version
    after: ColumnElement[int] = _AFTER
    if bounded:
        wanted.append(version < after)
    elif not newest:
        wanted.append(version > after)
    order = version.desc() if newest else version
    return select(EVENTS).where(*_MINE, *wanted).order_by(order).limit(bindparam("most"))
