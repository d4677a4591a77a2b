"""What has not come to its end, what does each of it wait for, how full are the lanes, and what must a person look at?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, and_, func, literal, select, true

from registry.log.lanes import Lane
from registry.log.tables import LEASES
from registry.views import accounts
from registry.views.accounts import ACCOUNTS, Hold
from registry.views.generations import GENERATIONS
from registry.views.page import Card
from registry.views.slots import LaneNow, lanes_now
from registry.views.submissions import SUBMISSIONS
from registry.views.work import NO_DEADLINE, WORK

_DAY_US: Final = 86_400_000_000
UNFETCHED_US: Final = 3 * _DAY_US
"""A result that is not in our store so long after the provider made it is an alarm."""
LONG_US: Final = 2 * _DAY_US
"""A task that runs so long is an alarm; it is asked about all the same."""
_SAMPLE: Final = 400


class LaneCard(Card):
    """An account's slots for one model: how many there are and are in use, how much waits, and what stands in the way.

    `paused_until` (microseconds since 1970) is set while the provider says that it is full; `strikes` is how often in a row.
    """

    account: str
    model: str
    slots: int
    open: int
    waiting: int
    paused_until: int | None
    strikes: int
    holds: tuple[Hold, ...]


class Lanes(Card):
    """All lanes of an account that have work or a number of slots of their own."""

    lanes: tuple[LaneCard, ...]


class Alarm(Card):
    """Something a person must look at: `code` quarantined, account-held, result-not-fetched or task-runs-long.

    `since` is microseconds since 1970; `days_left` are full days until the provider deletes the result.
    """

    code: str
    subject: str
    message: str
    since: int
    days_left: int | None = None


class Open(Card):
    """Open work as the views know it; `stage` is its submission's while that is under way. Internal to the queue."""

    id: str
    position: int
    production: str
    scene: str
    account: str
    model: str
    stage: str
    sends: bool
    fresh: bool
    rank: int
    needed_by: int | None
    ready: int
    requested_at: int
    submission: str | None
    intended_at: int | None
    units: str
    due: int | None
    note: str
    memory: str


class Measured(Card):
    """How long one finished task held its slot, and how long after that its clip was delivered (0 of what has none); us."""

    account: str
    model: str
    units: str
    slot: int
    rest: int


def open_work(connection: Connection, log: str, *, only: str | None = None) -> list[Open]:
    """Everything that has not ended, in the order it was asked for; or one of it."""
    rows = connection.execute(
        select(WORK, SUBMISSIONS.c.intended_at, LEASES.c.due, LEASES.c.note, LEASES.c.memory)
        .select_from(
            WORK.outerjoin(
                SUBMISSIONS,
                and_(SUBMISSIONS.c.log == WORK.c.log, SUBMISSIONS.c.submission == WORK.c.submission),
            )
            .outerjoin(LEASES, _same(LEASES, "work"))
        )
        .where(WORK.c.log == log, WORK.c.work == only if only is not None else true())
        .order_by(WORK.c.position)
    )  # fmt: skip
    return [_open(row) for row in rows]


def _same(table: Any, name: str) -> Any:
    return and_(table.c.log == WORK.c.log, table.c[name] == WORK.c.work)


def _open(row: Any) -> Open:
    return Open(
        id=row.work,
        position=row.position,
        production=row.production,
        scene=row.scene,
        account=row.account,
        model=row.model,
        stage=row.stage,
        sends=row.sends,
        fresh=row.fresh,
        rank=row.rank,
        needed_by=None if row.needed_by == NO_DEADLINE else row.needed_by,
        ready=row.ready,
        requested_at=row.since,
        submission=row.submission,
        intended_at=row.intended_at,
        units=row.units,
        due=row.due,
        note=row.note or "",
        memory=row.memory or "",
    )


def held_up(connection: Connection, log: str, *, production: str, memory: str) -> list[tuple[str, str]]:
    """A production's unsent work that was put off with this memory in its lease, in its order, each with its price in units."""
    rows = connection.execute(
        select(WORK.c.work, WORK.c.units)
        .select_from(WORK.join(LEASES, _same(LEASES, "work")))
        .where(WORK.c.log == log, WORK.c.production == production, WORK.c.sends, LEASES.c.memory == memory)
        .order_by(WORK.c.rank, WORK.c.needed_by, WORK.c.position)
    )
    return [(row.work, row.units) for row in rows]


def measured(connection: Connection, log: str) -> list[Measured]:
    """The last tasks that were delivered: films, then elements and voices; each newest first."""
    return [*_films(connection, log), *_makings(connection, log)]


def _makings(connection: Connection, log: str) -> list[Measured]:
    """Elements and voices, which are there as soon as the provider has made them."""
    made = SUBMISSIONS.c.model.in_(("element", "voice"))
    rows = connection.execute(
        select(
            SUBMISSIONS.c.account,
            SUBMISSIONS.c.model,
            func.coalesce(SUBMISSIONS.c.units, "0").label("units"),
            (SUBMISSIONS.c.done_at - SUBMISSIONS.c.intended_at).label("slot"),
            literal(0).label("rest"),
        )
        .where(SUBMISSIONS.c.log == log, SUBMISSIONS.c.state == "succeeded", SUBMISSIONS.c.sends == 1, made)
        .order_by(SUBMISSIONS.c.position.desc())
        .limit(_SAMPLE)
    )
    return [Measured(**row._mapping) for row in rows]


def _films(connection: Connection, log: str) -> list[Measured]:
    rows = connection.execute(
        select(
            SUBMISSIONS.c.account,
            SUBMISSIONS.c.model,
            GENERATIONS.c.estimate_units.label("units"),
            (SUBMISSIONS.c.done_at - SUBMISSIONS.c.intended_at).label("slot"),
            (GENERATIONS.c.ended_at - SUBMISSIONS.c.done_at).label("rest"),
        )
        .select_from(
            SUBMISSIONS.join(
                GENERATIONS,
                and_(
                    GENERATIONS.c.log == SUBMISSIONS.c.log, GENERATIONS.c.generation == SUBMISSIONS.c.subject
                ),
            )
        )
        .where(
            SUBMISSIONS.c.log == log,
            SUBMISSIONS.c.state == "succeeded",
            SUBMISSIONS.c.sends == 1,
            GENERATIONS.c.ended_at.is_not(None),
        )
        .order_by(SUBMISSIONS.c.position.desc())
        .limit(_SAMPLE)
    )
    return [Measured(**row._mapping) for row in rows]


def lanes(connection: Connection, log: str, *, now: int, slots: int, account: str | None = None) -> Lanes:
    """The lanes with open work, of one account or all. Raises NotFound for an account that is none."""
    counted = connection.execute(
        select(WORK.c.account, WORK.c.model, func.count().filter(WORK.c.sends).label("waiting"))
        .where(WORK.c.log == log, WORK.c.model != "", _of(WORK, account))
        .group_by(WORK.c.account, WORK.c.model)
    )
    waiting = {(row.account, row.model): row.waiting for row in counted}
    for name, said in _said(connection, log, account):
        waiting |= {(name, model): waiting.get((name, model), 0) for model in said}
    keys = [Lane(log, *key) for key in sorted(waiting)]
    stand = lanes_now(connection, keys, now=now, slots=slots)
    return Lanes(lanes=tuple(_lane(stand[lane], waiting[lane[1:]], now) for lane in keys))


def _said(connection: Connection, log: str, account: str | None) -> list[tuple[str, dict[str, int]]]:
    if account is not None:
        return [(account, accounts.account(connection, log, account).slots)]
    rows = connection.execute(select(ACCOUNTS.c.account, ACCOUNTS.c.slots).where(ACCOUNTS.c.log == log))
    return [(row.account, orjson.loads(row.slots)) for row in rows]


def _of(table: Any, account: str | None) -> Any:
    return table.c.account == account if account is not None else table.c.account != ""


def _lane(found: LaneNow, waiting: int, now: int) -> LaneCard:
    return LaneCard(
        account=found.lane.account,
        model=found.lane.model,
        slots=found.slots,
        open=found.open,
        waiting=waiting,
        paused_until=found.pause.until if found.pause.until > now else None,
        strikes=found.pause.strikes,
        holds=tuple(Hold(**hold) for hold in found.holds),
    )


def alarms(connection: Connection, log: str, *, now: int) -> tuple[Alarm, ...]:
    """Computed from what is, never stored: an alarm ends when its cause does. Longest standing first."""
    found = [*_held_accounts(connection, log), *_of_submissions(connection, log, now)]
    return tuple(sorted(found, key=lambda alarm: (alarm.since, alarm.subject)))


def _held_accounts(connection: Connection, log: str) -> list[Alarm]:
    rows = connection.execute(select(ACCOUNTS.c.account, ACCOUNTS.c.holds).where(ACCOUNTS.c.log == log))
    return [
        Alarm(
            code="account-held",
            subject=row.account,
            message=f"{hold.model or hold.scope} held by {hold.by}: {hold.message}",
            since=hold.since,
        )
        for row in rows
        for hold in (Hold(**said) for said in orjson.loads(row.holds))
    ]


def _of_submissions(connection: Connection, log: str, now: int) -> list[Alarm]:
    rows = connection.execute(
        select(SUBMISSIONS)
        .select_from(
            WORK.join(
                SUBMISSIONS,
                and_(SUBMISSIONS.c.log == WORK.c.log, SUBMISSIONS.c.submission == WORK.c.submission),
            )
        )
        .where(WORK.c.log == log, WORK.c.stage.in_(("quarantined", "succeeded", "confirmed", "processing")))
    )
    return [alarm for alarm in (_alarm(row, now) for row in rows) if alarm is not None]


def _alarm(row: Row[Any], now: int) -> Alarm | None:
    code, since, message, left = "", row.intended_at, row.reason, None
    if row.state == "quarantined":
        code = "quarantined"
    elif row.state == "succeeded" and now - row.done_at > UNFETCHED_US:
        left = max(0, (row.url_expires_at - now) // _DAY_US)
        code, since = "result-not-fetched", row.done_at
        message = (
            f"the result of task {row.task_id} is not in our store; the provider deletes it in {left} days"
        )
    elif row.state in ("confirmed", "processing") and now - row.confirmed_at > LONG_US:
        code, since, message = "task-runs-long", row.confirmed_at, f"task {row.task_id} runs for over 48 h"
    return (
        Alarm(code=code, subject=row.submission, message=message, since=since, days_left=left)
        if code
        else None
    )


def filtered(work: Sequence[Open], **wanted: str | None) -> list[Open]:
    """Those whose fields say what is wanted, where something is."""
    return [
        one
        for one in work
        if all(value is None or getattr(one, name) == value for name, value in wanted.items())
    ]
