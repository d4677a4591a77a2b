"""How far each webhook has told its log: a position, streams that stay behind it, and events that are not tried any more.

Everything up to the position was delivered, was not wanted, is a dead letter, or belongs to a straggler: a stream whose event
failed, and in which nothing goes before that event has. So one stream that fails holds up itself alone, and each stream is told
in its order. The position moves after the effect, so a process killed between the two repeats what it delivered.

One process delivers a webhook at a time: it holds the row until `expires`, and every note compares `version`, so whoever was
overtaken notes nothing. What people ordered (resume, replay) stands in the log and is carried out when the row is taken.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, func, insert, select, update

from registry.errors import VersionConflict
from registry.events.envelope import Recorded
from registry.log.log import Log
from registry.log.roles import Clock
from registry.log.tables import DEAD_LETTERS, PROGRESS, STRAGGLERS


@dataclass(frozen=True, slots=True)
class Orders:
    """What the log says of a webhook's way: where it begins, and the positions at which it was resumed and replayed last.

    What was ordered up to `settled` was done by another installation, which this log came from.
    """

    begins: int
    resumed: int = 0
    replayed: int = 0
    replay_after: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a webhook has come, while somebody holds it."""

    log: str
    webhook: str
    position: int
    version: int
    owner: str = ""
    expires: int = 0
    failures: int = 0
    rests_until: int = 0
    delivered_at: int | None = None
    failed_at: int | None = None
    problem: str = ""
    turned_at: int = 0
    resumed: int = 0
    replayed: int = 0


@dataclass(frozen=True, slots=True)
class Straggler:
    """A stream that stays behind, at its event that failed or is next to be caught up with."""

    stream: str
    position: int
    since: int
    attempts: int
    due: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that is not tried any more; `asked_at` when a person wants it to be."""

    position: int
    event_id: str
    stream: str
    type: str
    attempts: int
    problem: str
    died_at: int
    asked_at: int | None = None


T = TypeVar("T", Progress, Straggler, DeadLetter)


@dataclass(frozen=True, slots=True)
class Note:
    """What came of a delivery, or of several: noted in one commit. None leaves things as they are."""

    position: int | None = None
    behind: Straggler | None = None
    caught_up: str | None = None
    """A stream that stays behind no more."""
    died: DeadLetter | None = None
    buried: int | None = None
    """The position of a dead letter that was delivered after all."""
    delivered: bool = False
    problem: str | None = None
    """Why the last delivery failed."""
    rests_until: int = 0


class Outgoing:
    """The door for who delivers. All write in transactions of their own, beside the log's writer."""

    def __init__(self, log: Log, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    def take(self, log: str, webhook: str, orders: Orders, *, owner: str, hold_us: int) -> Progress | None:
        """Hold the webhook, and do what was ordered since it was held last; None while somebody else holds it. Raises LogBusy."""
        now = self._clock()

        def work(connection: Connection) -> Progress | None:
            kept = _held(connection, log, webhook, orders)
            if kept.expires > now:
                return None
            ordered = _carried_out(connection, kept, orders, now)
            return _write(connection, ordered, replace(ordered, owner=owner, expires=now + hold_us))

        return self._log.apart(work)

    def note(self, held: Progress, note: Note) -> Progress:
        """What is so from now on. Raises VersionConflict when somebody else holds the webhook, or it is removed, and LogBusy."""
        now = self._clock()

        def work(connection: Connection) -> Progress:
            written = _write(connection, held, _noted(held, note, now))
            _keep(connection, held, note)
            return written

        return self._log.apart(work)

    def let_go(self, held: Progress) -> None:
        """Hold it no longer. Who was overtaken lets go of nothing."""
        now = self._clock()

        def work(connection: Connection) -> None:
            here = _of(PROGRESS, held.log, held.webhook) & (PROGRESS.c.version == held.version)
            connection.execute(update(PROGRESS).where(here).values(owner="", expires=0, turned_at=now))

        self._log.apart(work)

    def stragglers(self, log: str, webhook: str) -> list[Straggler]:
        """Every stream that stays behind, the first due first."""
        query = select(STRAGGLERS).where(_of(STRAGGLERS, log, webhook)).order_by(STRAGGLERS.c.due)
        with self._log.database.reading(log) as connection:
            return [_read(Straggler, row) for row in connection.execute(query)]

    def asked(self, log: str, webhook: str, *, limit: int) -> list[DeadLetter]:
        """Dead letters that a person wants tried again, in the log's order."""
        wanted = _of(DEAD_LETTERS, log, webhook) & DEAD_LETTERS.c.asked_at.is_not(None)
        query = select(DEAD_LETTERS).where(wanted).order_by(DEAD_LETTERS.c.position).limit(limit)
        with self._log.database.reading(log) as connection:
            return [_read(DeadLetter, row) for row in connection.execute(query)]

    def forget(self, log: str, webhook: str) -> None:
        """A webhook that is removed has come nowhere; whoever still delivers it notes nothing any more."""

        def work(connection: Connection) -> None:
            for table in (PROGRESS, STRAGGLERS, DEAD_LETTERS):
                connection.execute(delete(table).where(_of(table, log, webhook)))

        self._log.apart(work)


def letter_of(recorded: Recorded, *, attempts: int, problem: str, now: int) -> DeadLetter:
    """The dead letter that an event becomes."""
    return DeadLetter(
        recorded.position, recorded.event_id, recorded.stream, recorded.type, attempts, problem, now
    )


def ask_again(
    connection: Connection, log: str, webhook: str, positions: Collection[int] | None, *, now: int
) -> int:
    """Want dead letters tried again, those at these positions or (None) all; how many there are. On the writer's connection."""
    where = _of(DEAD_LETTERS, log, webhook)
    if positions is not None:
        where &= DEAD_LETTERS.c.position.in_(positions)
    found = connection.execute(select(func.count()).select_from(DEAD_LETTERS).where(where)).scalar() or 0
    connection.execute(update(DEAD_LETTERS).where(where).values(asked_at=now))
    return int(found)


def _held(connection: Connection, log: str, webhook: str, orders: Orders) -> Progress:
    """Where it stands; made where it begins at its first delivery. Nobody else changes it before this transaction ends."""
    query = select(PROGRESS).where(_of(PROGRESS, log, webhook)).with_for_update()
    if (row := connection.execute(query).one_or_none()) is not None:
        return _read(Progress, row)
    begins = max(orders.begins, orders.settled)
    made = Progress(log, webhook, begins, 1, resumed=orders.resumed, replayed=orders.settled)
    connection.execute(insert(PROGRESS).values(**asdict(made)))
    return made


def _carried_out(connection: Connection, kept: Progress, orders: Orders, now: int) -> Progress:
    """After a resume everything is due now and no failure counts; after a replay all that follows the position comes again."""
    if orders.resumed > kept.resumed:
        here = _of(STRAGGLERS, kept.log, kept.webhook)
        connection.execute(update(STRAGGLERS).where(here).values(due=now, attempts=0))
        kept = replace(kept, failures=0, rests_until=0, resumed=orders.resumed)
    if orders.replayed > kept.replayed:
        for table in (STRAGGLERS, DEAD_LETTERS):
            again = _of(table, kept.log, kept.webhook) & (table.c.position > orders.replay_after)
            connection.execute(delete(table).where(again))
        kept = replace(kept, position=orders.replay_after, replayed=orders.replayed, rests_until=0)
    return kept


def _noted(held: Progress, note: Note, now: int) -> Progress:
    there = held if note.position is None else replace(held, position=note.position)
    if note.delivered:
        there = replace(there, failures=0, delivered_at=now, rests_until=0, problem="")
    if note.problem is not None:
        many = there.failures + 1
        there = replace(
            there, failures=many, failed_at=now, problem=note.problem, rests_until=note.rests_until
        )
    return there


def _keep(connection: Connection, held: Progress, note: Note) -> None:
    log, webhook = held.log, held.webhook
    if note.caught_up is not None:
        stream = STRAGGLERS.c.stream == note.caught_up
        connection.execute(delete(STRAGGLERS).where(_of(STRAGGLERS, log, webhook), stream))
    if note.behind is not None:
        stream = STRAGGLERS.c.stream == note.behind.stream
        connection.execute(delete(STRAGGLERS).where(_of(STRAGGLERS, log, webhook), stream))
        connection.execute(insert(STRAGGLERS).values(log=log, webhook=webhook, **asdict(note.behind)))
    gone = {one for one in (note.buried, note.died.position if note.died else None) if one is not None}
    if gone:
        there = DEAD_LETTERS.c.position.in_(gone)
        connection.execute(delete(DEAD_LETTERS).where(_of(DEAD_LETTERS, log, webhook), there))
    if note.died is not None:
        connection.execute(insert(DEAD_LETTERS).values(log=log, webhook=webhook, **asdict(note.died)))


def _write(connection: Connection, seen: Progress, now: Progress) -> Progress:
    """The next version of what was seen. Raises VersionConflict when it was changed since."""
    written = replace(now, version=seen.version + 1)
    here = _of(PROGRESS, seen.log, seen.webhook) & (PROGRESS.c.version == seen.version)
    if connection.execute(update(PROGRESS).where(here).values(**asdict(written))).rowcount != 1:
        raise VersionConflict(
            f"{seen.webhook} is not held at version {seen.version} any more",
            hint="somebody else delivers it, or it was removed: drop the work",
        )
    return written


def _of(table: Table, log: str, webhook: str) -> ColumnElement[bool]:
    return and_(table.c.log == log, table.c.webhook == webhook)


def _read(kind: type[T], row: Row[Any]) -> T:
    return kind(*(row._mapping[name] for name in kind.__slots__))
