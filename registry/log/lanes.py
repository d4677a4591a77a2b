"""Lanes: an account's slots for one model. How many there are, how long to leave one alone, and whose its next turns are.

The functions run on the writer's connection. Times are microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, insert, select, update

from registry.log.engine.quick import rows_of
from registry.log.fair import Plan
from registry.log.tables import LANES, TURNS

DEFAULT_SLOTS: Final = 5
"""Tasks of a model an account may have open where nobody said otherwise: the trial video pack's (contract section 10, LIVE-A)."""


class Lane(NamedTuple):
    """Slots are counted per account and model (contract section 10)."""

    log: str
    account: str
    model: str


class Pause(NamedTuple):
    """Until when nothing is sent, and how many times in a row the provider said that the lane is full."""

    until: int = 0
    strikes: int = 0


def here(table: Table) -> ColumnElement[bool]:
    """What a table holds of the lane whose names a constant statement is given."""
    return and_(*(table.c[name] == bindparam(name) for name in Lane._fields))


def among(table: Table) -> ColumnElement[bool]:
    """What a table holds of lanes of one log, and of those that are put together of two of them (`named`)."""
    return and_(
        table.c.log == bindparam("log"),
        table.c.account.in_(bindparam("accounts", expanding=True)),
        table.c.model.in_(bindparam("models", expanding=True)),
    )


def named(lanes: Collection[Lane]) -> dict[str, Any]:
    """What a statement with `among` is given; there must be one at least, and all of one log."""
    (log,) = {lane.log for lane in lanes}
    accounts, models = {lane.account for lane in lanes}, {lane.model for lane in lanes}
    return {"log": log, "accounts": sorted(accounts), "models": sorted(models)}


_KEY: Final = ("account", "model")
_PAUSES: Final = select(*(LANES.c[name] for name in _KEY), LANES.c.paused_until, LANES.c.strikes).where(
    among(LANES)
)
_PLANS: Final = select(*(TURNS.c[name] for name in _KEY), TURNS.c.plan).where(among(TURNS))


def pause_of(connection: Connection, lane: Lane) -> Pause:
    """The lane's pause; one that is over, with no strikes, when there is none."""
    return pauses_of(connection, [lane])[lane]


def pauses_of(connection: Connection, lanes: Collection[Lane]) -> dict[Lane, Pause]:
    """The pause of each of some lanes of one log."""
    rows = rows_of(connection, _PAUSES, named(lanes)) if lanes else ()
    standing = {(account, model): Pause(until, strikes) for account, model, until, strikes in rows}
    return {lane: standing.get(lane[1:], Pause()) for lane in lanes}


def strike(connection: Connection, lane: Lane, *, now: int, pause: Callable[[int], int]) -> Pause:
    """The provider said that the lane is full: leave it alone for `pause(strikes)`. Answers to sends that were under way
    together count as one strike.
    """
    before = pause_of(connection, lane)
    if before.until > now:
        return before
    after = Pause(now + pause(before.strikes + 1), before.strikes + 1)
    now_known = {"paused_until": after.until, "strikes": after.strikes}
    if before.strikes:
        connection.execute(update(LANES).where(_here(LANES, lane)).values(**now_known))
    else:
        connection.execute(insert(LANES).values(**lane._asdict(), **now_known))
    return after


def ease(connection: Connection, lane: Lane) -> None:
    """Something was accepted: the lane is as if it had never been full."""
    connection.execute(delete(LANES).where(_here(LANES, lane)))


def plan_of(connection: Connection, lane: Lane) -> Plan:
    """Whose the lane's next turns are; an empty plan when it never had any."""
    return plans_of(connection, [lane])[lane]


def plans_of(connection: Connection, lanes: Collection[Lane]) -> dict[Lane, Plan]:
    """The plan of each of some lanes of one log."""
    rows = rows_of(connection, _PLANS, named(lanes)) if lanes else ()
    kept = {(account, model): orjson.loads(plan) for account, model, plan in rows}
    plans = {key: Plan(tuple(one["turns"]), one["owed"]) for key, one in kept.items()}
    return {lane: plans.get(lane[1:], Plan()) for lane in lanes}


def keep_plan(connection: Connection, lane: Lane, plan: Plan) -> None:
    """The plan after a turn was taken; in the transaction that takes it."""
    kept = orjson.dumps({"turns": plan.turns, "owed": dict(plan.owed)})
    changed = connection.execute(update(TURNS).where(_here(TURNS, lane)).values(plan=kept))
    if not changed.rowcount:
        connection.execute(insert(TURNS).values(**lane._asdict(), plan=kept))


def _here(table: Table, lane: Lane) -> ColumnElement[bool]:
    return and_(table.c.log == lane.log, table.c.account == lane.account, table.c.model == lane.model)
