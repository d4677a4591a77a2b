"""Named subscriptions: how far each reader of a log has come, kept in the log's own database.

A position moves forwards by comparison with what its holder last saw (`version`), so two runners of one name can never both
apply the same events: the second one's transaction fails. Who moves a subscription by hand takes it from whoever runs it.
All functions run on the writer's connection where they write. Times are microseconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, insert, select, update

from registry.errors import NotFound, Refusal, VersionConflict
from registry.log.feed.feed import head
from registry.log.tables import EVENTS, HEADS, SUBSCRIPTIONS

MOST_NAMES: Final = 200
"""So many subscriptions a log may have: each is looked at whenever lag is measured."""


class BeyondTheLog(Refusal):
    """A position that the log has not reached: whatever is recorded until it gets there would be missed."""

    code = "beyond-the-log"


class CannotGoBack(Refusal):
    """An acknowledgement of less than is acknowledged already."""

    code = "cannot-go-back"


class TooManySubscriptions(Refusal):
    """The log has as many names as it may have."""

    code = "too-many-subscriptions"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A name and the last position it is done with. `owner` acts on it outside the database until `expires`."""

    log: str
    name: str
    position: int
    version: int
    changed_at: int
    owner: str = ""
    expires: int = 0


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a subscription is behind: in events, and by how long ago (us) the first of them was recorded."""

    log: str
    name: str
    events: int
    age_us: int


def find(connection: Connection, log: str, name: str) -> Subscription:
    """The subscription as it stands. Raises NotFound."""
    row = connection.execute(select(SUBSCRIPTIONS).where(_here(log, name))).one_or_none()
    if row is None:
        raise _nobody(name)
    return _subscription(row)


def listed(connection: Connection, log: str) -> list[Subscription]:
    """All subscriptions of a log, by name."""
    query = select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.log == log).order_by(SUBSCRIPTIONS.c.name)
    return [_subscription(row) for row in connection.execute(query)]


def put(connection: Connection, log: str, name: str, *, position: int | None, now: int) -> Subscription:
    """Make the subscription, or move it to `position` (None: the log's end), back or forth; whoever runs it is stopped.

    Raises BeyondTheLog and TooManySubscriptions. `version` 1 says that it was made.
    """
    at = head(connection, log) if position is None else position
    _must_be_reached(connection, log, at)
    kept = _held(connection, log, name)
    if kept is None:
        _must_have_room(connection, log)
        made = Subscription(log, name, at, 1, now)
        connection.execute(insert(SUBSCRIPTIONS).values(**asdict(made)))
        return made
    return _write(connection, kept, replace(kept, position=at, changed_at=now))


def advance(connection: Connection, kept: Subscription, *, to: int, now: int) -> Subscription:
    """Move forwards from where `kept` was seen, and let go. Raises VersionConflict when it was changed since, and nothing moves.

    Raises CannotGoBack and BeyondTheLog for a position that cannot be acknowledged.
    """
    if to < kept.position:
        raise CannotGoBack(
            f"{kept.name} is done with position {kept.position}, so {to} cannot be acknowledged",
            hint="to read events again, put the subscription to an earlier position",
        )
    _must_be_reached(connection, kept.log, to)
    current = _held(connection, kept.log, kept.name)
    if current is None:
        raise _nobody(kept.name)
    if current.version != kept.version:
        raise changed(current, kept.version)
    return _write(connection, current, replace(current, position=to, changed_at=now))


def take(
    connection: Connection, log: str, name: str, *, owner: str, now: int, until: int
) -> Subscription | None:
    """Hold the subscription until then, to act outside the database; None while somebody else holds it. Raises NotFound."""
    kept = _held(connection, log, name)
    if kept is None:
        raise _nobody(name)
    if kept.expires > now:
        return None
    return _write(connection, kept, kept, owner=owner, expires=until)


def let_go(connection: Connection, kept: Subscription) -> None:
    """Hold it no longer, having done nothing; a hold that somebody else took over is left alone."""
    connection.execute(
        update(SUBSCRIPTIONS)
        .where(_here(kept.log, kept.name), SUBSCRIPTIONS.c.version == kept.version)
        .values(owner="", expires=0)
    )


def drop(connection: Connection, log: str, name: str) -> Subscription:
    """Forget the name and its position; what it was. Raises NotFound."""
    was = find(connection, log, name)
    connection.execute(delete(SUBSCRIPTIONS).where(_here(log, name)))
    return was


def lags(connection: Connection, *, now: int, log: str | None = None) -> list[Lag]:
    """How far each subscription is behind, of one log or of all: one look at the keys of heads and events each."""
    first_unread = SUBSCRIPTIONS.c.position + 1
    joined = SUBSCRIPTIONS.outerjoin(HEADS, HEADS.c.log == SUBSCRIPTIONS.c.log).outerjoin(
        EVENTS, (EVENTS.c.log == SUBSCRIPTIONS.c.log) & (EVENTS.c.position == first_unread)
    )
    query: Select[Any] = select(
        SUBSCRIPTIONS.c.log,
        SUBSCRIPTIONS.c.name,
        func.coalesce(HEADS.c.position, 0) - SUBSCRIPTIONS.c.position,
        func.coalesce(EVENTS.c.recorded_at, now),
    ).select_from(joined)
    if log is not None:
        query = query.where(SUBSCRIPTIONS.c.log == log)
    rows = connection.execute(query.order_by(SUBSCRIPTIONS.c.log, SUBSCRIPTIONS.c.name))
    return [Lag(where, name, max(0, behind), max(0, now - since)) for where, name, behind, since in rows]


def changed(current: Subscription, seen: int) -> VersionConflict:
    """The refusal of who acted on what it saw while somebody else changed it."""
    return VersionConflict(
        f"the subscription {current.name!r} is at version {current.version} (position {current.position}), not {seen}",
        hint="somebody else reads under this name, or moved it; read on from its position",
        current=current.version,
    )


def _held(connection: Connection, log: str, name: str) -> Subscription | None:
    """The subscription, which nobody else changes before this transaction ends; a file is held whole anyway."""
    row = connection.execute(select(SUBSCRIPTIONS).where(_here(log, name)).with_for_update()).one_or_none()
    return None if row is None else _subscription(row)


def _write(
    connection: Connection, was: Subscription, now: Subscription, *, owner: str = "", expires: int = 0
) -> Subscription:
    """The next version of what `_held` answered."""
    written = replace(now, version=was.version + 1, owner=owner, expires=expires)
    connection.execute(update(SUBSCRIPTIONS).where(_here(was.log, was.name)).values(**asdict(written)))
    return written


def _nobody(name: str) -> NotFound:
    return NotFound(
        f"there is no subscription {name!r}", hint=f"make it: continuity subscriptions put {name}"
    )


def _must_be_reached(connection: Connection, log: str, position: int) -> None:
    end = head(connection, log)
    if position > end:
        raise BeyondTheLog(
            f"position {position} is beyond the log's end, which is {end}",
            hint="take a position that was read; after the restore of an older backup, begin at one both have",
        )


def _must_have_room(connection: Connection, log: str) -> None:
    named = select(func.count()).select_from(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.log == log)
    if (connection.execute(named).scalar() or 0) >= MOST_NAMES:
        raise TooManySubscriptions(
            f"there are {MOST_NAMES} subscriptions already",
            hint="delete one that nobody reads under any more",
        )


def _here(log: str, name: str) -> ColumnElement[bool]:
    return and_(SUBSCRIPTIONS.c.log == log, SUBSCRIPTIONS.c.name == name)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(*(row._mapping[name] for name in Subscription.__slots__))
