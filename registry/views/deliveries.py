"""Which webhook has something to tell now, how does each of them fare, and what could not be told?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select

from registry.log.tables import DEAD_LETTERS, EVENTS, HEADS, PROGRESS, STRAGGLERS
from registry.views.page import FIRST, Card, Page, Span, rows_page
from registry.views.webhooks import WEBHOOKS


class Health(Card):
    """How a webhook fares. Times are microseconds since 1970; null: never.

    Everything up to `position` was delivered or waits in one of `stragglers` streams; `behind_events` is what is to be looked at
    after it, `behind_us` the age of the oldest event that is not delivered. `failures` are those in a row, `problem` is why the
    last one failed, and until `rests_until_at` nothing is tried. `dead_letters` are not tried any more.
    """

    position: int
    behind_events: int
    behind_us: int
    stragglers: int
    failures: int
    problem: str
    rests_until_at: int | None
    delivered_at: int | None
    failed_at: int | None
    dead_letters: int


class DeadLetterCard(Card):
    """An event that is not tried any more, after so many attempts; `asked_at` when somebody wants it tried again."""

    position: int
    event_id: str
    stream: str
    type: str
    attempts: int
    problem: str
    died_at: int
    asked_at: int | None


class Abroad(Card):
    """All webhooks that are not removed, in numbers. `behind` and `since` (us, null: none) are of the one furthest behind."""

    active: int
    paused: int
    behind: int
    since: int | None
    stragglers: int
    dead: int


class Due(NamedTuple):
    """A webhook that has something to tell; `failing`: its last delivery failed."""

    log: str
    webhook: str
    failing: bool = False


def _of_webhook(table: Any) -> ColumnElement[bool]:
    return and_(table.c.log == WEBHOOKS.c.log, table.c.webhook == WEBHOOKS.c.webhook)


_STANDING: Final = WEBHOOKS.join(HEADS, HEADS.c.log == WEBHOOKS.c.log).outerjoin(
    PROGRESS, _of_webhook(PROGRESS)
)
_POSITION: Final = case(
    (WEBHOOKS.c.replayed > func.coalesce(PROGRESS.c.replayed, 0), WEBHOOKS.c.replay_after),
    else_=func.coalesce(PROGRESS.c.position, WEBHOOKS.c.begins),
)
"""Where it stands once what was ordered is carried out."""
_BEHIND: Final = case(
    (HEADS.c.position > _POSITION, HEADS.c.position - _POSITION),
    else_=0,
)


def due(connection: Connection, *, now: int, limit: int) -> list[Due]:
    """Webhooks of all logs with something to tell that nobody is at: those whose last delivery did not fail before the others,
    and those that had no turn for the longest before the others.
    """
    straggles = exists().where(_of_webhook(STRAGGLERS), STRAGGLERS.c.due <= now)
    asked = exists().where(_of_webhook(DEAD_LETTERS), DEAD_LETTERS.c.asked_at.is_not(None))
    ordered = WEBHOOKS.c.resumed > func.coalesce(PROGRESS.c.resumed, 0)
    free = and_(
        func.coalesce(PROGRESS.c.expires, 0) <= now,
        or_(func.coalesce(PROGRESS.c.rests_until, 0) <= now, ordered),
    )
    query = (
        select(WEBHOOKS.c.log, WEBHOOKS.c.webhook, func.coalesce(PROGRESS.c.failures, 0))
        .select_from(_STANDING)
        .where(~WEBHOOKS.c.paused, HEADS.c.closed == "", free)
        .where(or_(_BEHIND > 0, straggles, asked, ordered))
        .order_by(func.coalesce(PROGRESS.c.failures, 0) > 0, func.coalesce(PROGRESS.c.turned_at, 0))
        .order_by(WEBHOOKS.c.position)
        .limit(limit)
    )
    return [Due(log, webhook, failures > 0) for log, webhook, failures in connection.execute(query)]


def health(connection: Connection, log: str, webhook: str, *, now: int) -> Health:
    """How one fares; a webhook that never had a turn stands where it begins."""
    return healths(connection, log, [webhook], now=now)[webhook]


def healths(connection: Connection, log: str, those: Collection[str], *, now: int) -> dict[str, Health]:
    """How each of them fares, in one question."""
    query = _standing(WEBHOOKS.c.log == log, WEBHOOKS.c.webhook.in_(those))
    return {row.webhook: _health(row, now) for row in connection.execute(query)}


def _health(row: Row[Any], now: int) -> Health:
    since = [one for one in (row.unread, row.held_up) if one is not None]
    return Health(
        position=row.at,
        behind_events=row.behind,
        behind_us=max(0, now - min(since)) if since else 0,
        stragglers=row.stragglers,
        failures=row.failures or 0,
        problem=row.problem or "",
        rests_until_at=row.rests_until if (row.rests_until or 0) > now else None,
        delivered_at=row.delivered_at,
        failed_at=row.failed_at,
        dead_letters=row.dead,
    )


def dead_letters(
    connection: Connection, log: str, webhook: str, *, span: Span = FIRST
) -> Page[DeadLetterCard]:
    """What a webhook does not try any more, in the log's order."""
    query = select(DEAD_LETTERS).where(DEAD_LETTERS.c.log == log, DEAD_LETTERS.c.webhook == webhook)
    rows, cursor = rows_page(connection, query, DEAD_LETTERS, span)
    names = DeadLetterCard.model_fields
    cards = (DeadLetterCard(**{name: row._mapping[name] for name in names}) for row in rows)
    return Page[DeadLetterCard](items=tuple(cards), next=cursor)


def abroad(connection: Connection) -> Abroad:
    """The numbers over all studios."""
    rows = connection.execute(_standing()).all()
    at_work = [row for row in rows if not row.paused]
    since = [one for row in at_work for one in (row.unread, row.held_up) if one is not None]
    return Abroad(
        active=len(at_work),
        paused=len(rows) - len(at_work),
        behind=max((row.behind for row in at_work), default=0),
        since=min(since, default=None),
        stragglers=sum(row.stragglers for row in rows),
        dead=sum(row.dead for row in rows),
    )


def _standing(*which: ColumnElement[bool]) -> Select[Any]:
    """Each webhook with its place in the log, and what it holds back.

    Where it goes on is worked out first (OFFSET 0 keeps it apart): row security lets PostgreSQL look an event up by a number that
    is there, and has it read all of them for one that is yet to be added up.
    """
    at = (
        select(
            *(WEBHOOKS.c.log, WEBHOOKS.c.webhook, WEBHOOKS.c.paused),
            *(_POSITION.label("at"), (_POSITION + 1).label("next"), _BEHIND.label("behind")),
            *(PROGRESS.c.failures, PROGRESS.c.problem, PROGRESS.c.rests_until),
            *(PROGRESS.c.delivered_at, PROGRESS.c.failed_at),
        )
        .select_from(_STANDING)
        .where(*which)
        .offset(0)
        .subquery("standing")
    )

    def of(table: Any, what: Any) -> Any:
        here = (table.c.log == at.c.log, table.c.webhook == at.c.webhook)
        return select(what).select_from(table).where(*here).scalar_subquery()

    unread = select(EVENTS.c.recorded_at).where(EVENTS.c.log == at.c.log, EVENTS.c.position == at.c.next)
    return select(
        at,
        unread.scalar_subquery().label("unread"),
        of(STRAGGLERS, func.count()).label("stragglers"),
        of(STRAGGLERS, func.min(STRAGGLERS.c.since)).label("held_up"),
        of(DEAD_LETTERS, func.count()).label("dead"),
    )
