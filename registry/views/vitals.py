"""Is money at risk, is anything stuck, how full is what is limited, and how long until deadlines? In numbers, over all studios.

Everything is counted over what is open (work, leases, accounts, productions) or found by an index; nothing grows with the past.
No id and no name is among the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Select, and_, func, select

from registry.log.tables import LANES, LEASES
from registry.views.accounts import ACCOUNTS
from registry.views.allowances import filled
from registry.views.deliveries import Abroad, abroad
from registry.views.likenesses import CONSENTS
from registry.views.page import Card
from registry.views.productions import MICRO, PRODUCTIONS
from registry.views.reconciliations import last_reconciliations
from registry.views.slots import OPEN
from registry.views.submissions import SUBMISSIONS
from registry.views.work import NO_DEADLINE, WORK

SOON_US: Final = 30 * 86_400 * 1_000_000
"""Consents that end within this are counted."""
MANY: Final = 5
"""Claims without progress from which on a piece of work counts as tried in vain."""
_UNKNOWN: Final = ("unknown", "quarantined")
_OF_SUBMISSION: Final = and_(SUBMISSIONS.c.log == WORK.c.log, SUBMISSIONS.c.submission == WORK.c.submission)
_LEASED: Final = LEASES.join(WORK, (LEASES.c.log == WORK.c.log) & (LEASES.c.work == WORK.c.work))


class Risk(Card):
    """Paid calls whose outcome nobody knows: how many, what they may have cost (units), since when (us; null: none)."""

    calls: int = 0
    units: Decimal = Decimal(0)
    since: int | None = None


class Money(Card):
    """`risks` by stage. Units over all productions: `reserved` for calls under way, `settled` so far.

    `budgets` are how full (1 is all of it) the open productions' budgets are, `allowances` the limited days of keys and studios.
    `findings` counts, by kind, what the newest comparison of each account found; the oldest of these ran at `compared_at`, null
    where an account never was.
    """

    risks: dict[str, Risk]
    reserved: Decimal
    settled: Decimal
    budgets: tuple[float, ...]
    allowances: tuple[float, ...]
    findings: dict[str, int]
    compared_at: int | None
    accounts: int
    held: int


class Progress(Card):
    """Open work by stage; what waits with which note in its lease, in how many studios; leases `kept` and `expired` (us).

    `due_since` is when the longest due work that is followed became due, `asked_since` when the oldest that is not sent yet was
    asked for. `vain` is how much was taken up `MANY` times without progress, `attempts` the most there was.
    """

    stages: dict[str, int]
    waiting: dict[str, int]
    studios: dict[str, int]
    kept: int
    expired: int
    due_since: int | None
    asked_since: int | None
    vain: int
    attempts: int
    worked_at: int | None


class Slots(Card):
    """Lanes that are in use: their slots, how many are taken, how many lanes are `full`, and paused by the provider."""

    slots: int
    open: int
    waiting: int
    lanes: int
    full: int
    paused: int


class Deadlines(Card):
    """When (us since 1970, null: never) the next thing is over, and how many are near or past.

    `unfetched` results are deleted by the provider from `result_until` on; `consents` end within 30 days.
    """

    unfetched: int
    result_until: int | None
    consents: int
    consent_until: int | None
    needed_by: int | None
    missed: int


class Vitals(Card):
    """All of it, as of one moment."""

    money: Money
    progress: Progress
    slots: Slots
    deadlines: Deadlines
    abroad: Abroad


def vitals(connection: Connection, *, now: int, slots: int, memories: Sequence[str]) -> Vitals:
    """The numbers now. `slots` is what a lane has where nobody said otherwise, `memories` the notes to count."""
    stages = connection.execute(
        select(WORK.c.stage, WORK.c.units, func.count().label("calls")).group_by(WORK.c.stage, WORK.c.units)
    ).all()
    return Vitals(
        money=_money(connection, stages, now),
        progress=_progress(connection, stages, now, memories),
        slots=_slots(connection, now, slots),
        deadlines=_deadlines(connection, now),
        abroad=abroad(connection),
    )


def _money(connection: Connection, stages: Sequence[Any], now: int) -> Money:
    sums = connection.execute(
        select(func.sum(PRODUCTIONS.c.reserved_micro), func.sum(PRODUCTIONS.c.settled_micro))
    ).one()
    reserved, settled = (Decimal(int(total or 0)) / MICRO for total in sums)
    accounts = connection.execute(select(ACCOUNTS.c.log, ACCOUNTS.c.account, ACCOUNTS.c.holds)).all()
    newest = last_reconciliations(connection).values()
    counted: dict[str, int] = {}
    for report in newest:
        for kind, count in report.counts.items():
            counted[kind] = counted.get(kind, 0) + count
    return Money(
        risks={stage: _risk(connection, stage, stages) for stage in _UNKNOWN},
        reserved=reserved,
        settled=settled,
        budgets=_budgets(connection),
        allowances=filled(connection, now=now),
        findings=counted,
        compared_at=min((report.ran_at for report in newest), default=None),
        accounts=len(accounts),
        held=sum(row.holds != b"[]" for row in accounts),
    )


def _risk(connection: Connection, stage: str, stages: Sequence[Any]) -> Risk:
    here = [row for row in stages if row.stage == stage]
    if not here:
        return Risk()
    since = select(func.min(SUBMISSIONS.c.intended_at)).select_from(WORK.join(SUBMISSIONS, _OF_SUBMISSION))
    return Risk(
        calls=sum(row.calls for row in here),
        units=sum((Decimal(row.units) * row.calls for row in here), Decimal(0)),
        since=_one(connection, since.where(WORK.c.stage == stage)),
    )


def _budgets(connection: Connection) -> tuple[float, ...]:
    rows = connection.execute(
        select(PRODUCTIONS.c.budget_units, PRODUCTIONS.c.reserved_micro, PRODUCTIONS.c.settled_micro).where(
            PRODUCTIONS.c.budget_units.is_not(None), ~PRODUCTIONS.c.closed
        )
    )
    return tuple(
        float((row.reserved_micro + row.settled_micro) / (Decimal(row.budget_units) * MICRO))
        if Decimal(row.budget_units)
        else 1.0
        for row in rows
    )


def _progress(connection: Connection, stages: Sequence[Any], now: int, memories: Sequence[str]) -> Progress:
    by_stage: dict[str, int] = {}
    for row in stages:
        by_stage[row.stage] = by_stage.get(row.stage, 0) + row.calls
    put_off = connection.execute(
        select(LEASES.c.memory, func.count().label("work"), func.count(LEASES.c.log.distinct()).label("logs"))
        .select_from(_LEASED)
        .where(WORK.c.sends, LEASES.c.memory.in_(memories))
        .group_by(LEASES.c.memory)
    ).all()
    attempts = select(func.max(LEASES.c.attempts)).select_from(_LEASED)
    in_vain = (
        select(func.count()).select_from(_LEASED).where(LEASES.c.attempts >= MANY, LEASES.c.expires == 0)
    )
    return Progress(
        stages=by_stage,
        waiting={row.memory: row.work for row in put_off},
        studios={row.memory: row.logs for row in put_off},
        kept=_count(connection, LEASES, LEASES.c.expires > now),
        expired=_count(connection, LEASES, LEASES.c.expires.between(1, now)),
        due_since=_due_since(connection, now),
        asked_since=_one(connection, select(func.min(WORK.c.since)).where(WORK.c.sends)),
        vain=_one(connection, in_vain) or 0,
        attempts=_one(connection, attempts) or 0,
        worked_at=_one(connection, select(func.max(LEASES.c.let_go))) or None,
    )


def _due_since(connection: Connection, now: int) -> int | None:
    """Since when the longest due is due, of what needs no slot: let go and due again, left by a holder that died, or new."""
    left = select(func.min(func.coalesce(func.nullif(LEASES.c.expires, 0), LEASES.c.due))).select_from(
        _LEASED
    )
    due = left.where(LEASES.c.due <= now, LEASES.c.expires <= now, ~WORK.c.sends)
    taken = select(LEASES.c.work).where(LEASES.c.log == WORK.c.log, LEASES.c.work == WORK.c.work).exists()
    new = select(func.min(WORK.c.since)).where(~WORK.c.sends, ~taken)
    found = [since for since in (_one(connection, due), _one(connection, new)) if since is not None]
    return min(found, default=None)


def _slots(connection: Connection, now: int, default: int) -> Slots:
    taken = _by_lane(connection, SUBMISSIONS, SUBMISSIONS.c.state.in_(OPEN))
    waiting = _by_lane(connection, WORK, WORK.c.sends)
    said = {
        (row.log, row.account, model): number
        for row in connection.execute(select(ACCOUNTS.c.log, ACCOUNTS.c.account, ACCOUNTS.c.slots))
        for model, number in orjson.loads(row.slots).items()
    }
    lanes = {*taken, *waiting, *said}
    return Slots(
        slots=sum(said.get(lane, default) for lane in lanes),
        open=sum(taken.values()),
        waiting=sum(waiting.values()),
        lanes=len(lanes),
        full=sum(taken.get(lane, 0) >= said.get(lane, default) for lane in lanes),
        paused=_count(connection, LANES, LANES.c.paused_until > now),
    )


def _by_lane(connection: Connection, table: Any, where: Any) -> dict[tuple[str, str, str], int]:
    lane = (table.c.log, table.c.account, table.c.model)
    counted = connection.execute(select(*lane, func.count()).where(where).group_by(*lane))
    return {(log, account, model): count for log, account, model, count in counted if model}


def _deadlines(connection: Connection, now: int) -> Deadlines:
    results = WORK.join(SUBMISSIONS, _OF_SUBMISSION)
    kept = select(func.count(), func.min(SUBMISSIONS.c.url_expires_at)).select_from(results)
    unfetched, until = connection.execute(kept.where(WORK.c.stage == "succeeded")).one()
    valid = CONSENTS.c.revoked_at.is_(None)
    ending = select(func.min(CONSENTS.c.ends_at)).where(valid, CONSENTS.c.ends_at > now)
    needed = select(func.min(WORK.c.needed_by)).where(WORK.c.needed_by < NO_DEADLINE)
    return Deadlines(
        unfetched=unfetched,
        result_until=until,
        consents=_count(connection, CONSENTS, valid & CONSENTS.c.ends_at.between(now + 1, now + SOON_US)),
        consent_until=_one(connection, ending),
        needed_by=_one(connection, needed),
        missed=_count(connection, WORK, WORK.c.needed_by <= now),
    )


def _count(connection: Connection, table: Any, where: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(where)).scalar_one())


def _one(connection: Connection, query: Select[Any]) -> int | None:
    found = connection.execute(query).scalar()
    return None if found is None else int(found)
