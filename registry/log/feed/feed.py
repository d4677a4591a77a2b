"""Reading the log in its order. "After N" can never miss a late commit: positions are given out under the head lock, in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any, Final, NamedTuple, TypedDict, Unpack

import orjson
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, bindparam, select

from registry.errors import HistoryTampered
from registry.events.envelope import Recorded
from registry.log.engine.database import Database
from registry.log.engine.quick import rows_of
from registry.log.feed.news import News, Waiting
from registry.log.rows import RowReader
from registry.log.tables import EVENTS, HEADS

_POSITION: Final = select(HEADS.c.position).where(HEADS.c.log == bindparam("of_log"))
_EVENT_ID: Final = select(EVENTS.c.event_id).where(
    EVENTS.c.log == bindparam("of_log"), EVENTS.c.position == bindparam("at")
)


BETWEEN: Final = (
    select(EVENTS)
    .where(
        EVENTS.c.log == bindparam("of_log"),
        EVENTS.c.position > bindparam("after"),
        EVENTS.c.position <= bindparam("until"),
    )
    .order_by(EVENTS.c.position)
)
"""Every event after one position up to another. Positions have no holes, so a page is such a range: no planner can think of
sorting all that comes after it."""
_LAST: Final = 2**63 - 1


@cache
def _after(filters: tuple[str, ...]) -> Select[Any]:
    """What comes after a position, of that which the filters name."""
    wanted = [EVENTS.c[name] == bindparam(name) for name in filters]
    return (
        select(EVENTS)
        .where(EVENTS.c.log == bindparam("of_log"), EVENTS.c.position > bindparam("after"), *wanted)
        .order_by(EVENTS.c.position)
        .limit(bindparam("most"))
    )


@cache
def _before(filters: tuple[str, ...]) -> Select[Any]:
    """What stands before a position, the newest first. Of a stream by version: that is the same order."""
    wanted = [EVENTS.c[name] == bindparam(name) for name in filters]
    place: ColumnElement[int] = EVENTS.c.position
    order = place.desc()
    if "stream" in filters:
        place, order = place.op("+")(0), EVENTS.c.version.desc()
    before = bindparam("before", type_=BigInteger)
    query = select(EVENTS).where(EVENTS.c.log == bindparam("of_log"), place < before, *wanted)
    return query.order_by(order).limit(bindparam("most"))


class Narrowed(TypedDict, total=False):
    """What events must be to be asked for: of a stream, of a type, by an actor. None narrows nothing."""

    stream: str | None
    type: str | None
    actor: str | None


def _filters(narrowed: Narrowed) -> dict[str, str]:
    return {name: str(value) for name, value in narrowed.items() if value is not None}


class Stretch(NamedTuple):
    """Events in order. Whatever matches up to `through` is in it; `more` says that further ones are there already."""

    events: list[Recorded]
    through: int
    more: bool


class Feed:
    """What happened after a position, and a way to wait for more."""

    def __init__(self, database: Database, reader: RowReader, *, poll_seconds: float = 0.25) -> None:
        self._database = database
        self._reader = reader
        self._news = News(self._heads, poll_seconds=poll_seconds)

    def head(self, log: str) -> int:
        with self._database.reading(log) as connection:
            return head(connection, log)

    def after(
        self, log: str, position: int, *, limit: int = 100, **narrowed: Unpack[Narrowed]
    ) -> list[Recorded]:
        """Up to `limit` events after `position`, in order, without holes (unless filtered)."""
        filters = _filters(narrowed)
        with self._database.reading(log) as connection:
            if not filters:
                return self._next(connection, log, position, limit)
            asked = {"of_log": log, "after": position, "most": limit, **filters}
            rows = rows_of(connection, _after(tuple(filters)), asked)
        return list(self._reader.all(rows))

    def _next(self, connection: Connection, log: str, position: int, limit: int) -> list[Recorded]:
        asked = {"of_log": log, "after": position, "until": min(position + limit, _LAST)}
        rows, end = rows_of(connection, BETWEEN, asked), 0
        if len(rows) < limit and (end := head(connection, log)) > position + len(rows):
            rows = rows_of(connection, BETWEEN, asked)  # some came in between
        found = list(self._reader.all(rows))
        _check_no_holes(found, position)
        if len(found) < min(limit, end - position):
            raise _ends_early(log, end, position + len(found))
        return found

    def stretch(self, log: str, position: int, *, limit: int = 100, **narrowed: Unpack[Narrowed]) -> Stretch:
        """Up to `limit` events after `position`, with how far that is complete: filters pass over what does not match."""
        end = self.head(log)  # before the events: those that come meanwhile may be among them or not
        if not _filters(narrowed):
            # There are no holes, so the end tells of more: what follows the page need not be whole.
            found = self.after(log, position, limit=limit)
            last = position + len(found)
            return Stretch(found, last, more=end > last)
        found = self.after(log, position, limit=limit + 1, **narrowed)
        if len(found) > limit:
            return Stretch(found[:limit], found[limit - 1].position, more=True)
        return Stretch(found, max([position, end, *(event.position for event in found[-1:])]), more=False)

    def back(
        self, log: str, before: int = 0, *, limit: int = 100, **narrowed: Unpack[Narrowed]
    ) -> list[Recorded]:
        """Up to `limit` events before a position, the newest first; 0 is the log's end."""
        filters = _filters(narrowed)
        asked = {"of_log": log, "before": before or _LAST, "most": limit, **filters}
        with self._database.reading(log) as connection:
            rows = rows_of(connection, _before(tuple(filters)), asked)
        return list(self._reader.all(rows))

    def wait(self, log: str, position: int, *, timeout: float) -> bool:
        """Whether anything came after `position` within `timeout` seconds. Commits of other processes are found by polling."""
        if self.head(log) > position:
            return True
        came = threading.Event()
        waiting = self.tell(log, position, came.set)
        try:
            return came.wait(timeout) or self.head(log) > position
        finally:
            self.forget(waiting)

    def tell(self, log: str, position: int, call: Callable[[], None]) -> Waiting:
        """Have `call` called once, from another thread, when the log has more than `position`; it must not block."""
        self._database.listen(self.wake)
        return self._news.tell(log, position, call)

    def forget(self, waiting: Waiting) -> None:
        """Wait no longer."""
        self._news.forget(waiting)

    def wake(self) -> None:
        """Called after every commit of this process, and whenever a commit of another one is heard of."""
        self._news.wake()

    def close(self) -> None:
        self._news.close()

    def _heads(self, logs: Collection[str]) -> dict[str, int]:
        query = select(HEADS.c.log, HEADS.c.position).where(HEADS.c.log.in_(logs))
        with self._database.reading() as connection:
            return {row.log: row.position for row in connection.execute(query)}


def head(connection: Connection, log: str) -> int:
    """The last position of a log; 0 when it is empty."""
    rows = rows_of(connection, _POSITION, {"of_log": log})
    return int(rows[0][0]) if rows else 0


def recorded_at(connection: Connection, log: str, position: int) -> int:
    """When the event at a position was recorded (us). Raises HistoryTampered when there is none."""
    query = select(EVENTS.c.recorded_at).where(EVENTS.c.log == log, EVENTS.c.position == position)
    found: int | None = connection.execute(query).scalar()
    if found is None:
        raise HistoryTampered(
            f"{log} has no event at position {position}",
            hint="an event was removed from the database; compare with a backup",
        )
    return found


def position_at(connection: Connection, log: str, moment: int) -> int:
    """The last position that was recorded by a moment (us); 0 when nothing was. Time order is position order, so it is halved."""
    first, after = 0, head(connection, log) + 1
    while after - first > 1:
        middle = (first + after) // 2
        if recorded_at(connection, log, middle) <= moment:
            first = middle
        else:
            after = middle
    return first


def event_id(connection: Connection, log: str, position: int) -> str | None:
    """The id of the event at a position; None when the log does not reach it."""
    rows = rows_of(connection, _EVENT_ID, {"of_log": log, "at": position})
    return str(rows[0][0]) if rows else None


def walk(
    connection: Connection, reader: RowReader, log: str, *, after: int, until: int, size: int = 1_000
) -> Iterator[list[Recorded]]:
    """Every event after one position up to another, in batches. Raises HistoryTampered on a hole."""
    while after < until:
        asked = {"of_log": log, "after": after, "until": min(until, after + size)}
        batch = list(reader.all(rows_of(connection, BETWEEN, asked)))
        _check_no_holes(batch, after)
        if not batch:
            raise _ends_early(log, until, after)
        yield batch
        after = batch[-1].position


def _check_no_holes(events: list[Recorded], after: int) -> None:
    for expected, event in enumerate(events, after + 1):
        if event.position != expected:
            raise HistoryTampered(
                f"{event.log} jumps from position {expected - 1} to {event.position}",
                hint="an event was removed from the database; compare with a backup",
            )


def _ends_early(log: str, expected: int, found: int) -> HistoryTampered:
    return HistoryTampered(
        f"{log} should reach position {expected} but ends at {found}", hint="restore the log from a backup"
    )


def actor_of(connection: Connection, log: str, stream: str, types: Collection[str]) -> str | None:
    """Who made the stream's newest event of these types; None when it has none."""
    wanted = (EVENTS.c.log == log, EVENTS.c.stream == stream, EVENTS.c.type.in_(types))
    query = select(EVENTS.c.actor).where(*wanted).order_by(EVENTS.c.version.desc()).limit(1)
    found: str | None = connection.execute(query).scalar()
    return found


class Stored(NamedTuple):
    """An event as it is stored, with nothing opened: personal fields are sealed envelopes."""

    position: int
    stream: str
    type: str
    body: dict[str, Any]


def stored(
    connection: Connection, log: str, types: Collection[str], *, size: int = 1_000
) -> Iterator[Stored]:
    """Every event of these types, in the log's order, without a key."""
    wanted = (EVENTS.c.position, EVENTS.c.stream, EVENTS.c.type, EVENTS.c.body)
    after: int | None = 0
    while after is not None:
        query = select(*wanted).where(
            EVENTS.c.log == log, EVENTS.c.type.in_(types), EVENTS.c.position > after
        )
        rows = list(connection.execute(query.order_by(EVENTS.c.position).limit(size)))
        yield from (Stored(row.position, row.stream, row.type, orjson.loads(row.body)) for row in rows)
        after = rows[-1].position if rows else None
