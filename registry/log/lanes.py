"""Lanes: an account's slots for one model. How many there are, how long to leave one alone, and whose its next turns are.

The functions run on the writer's connection. Times are microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

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


_PAUSE: Final = select(LANES.c.paused_until, LANES.c.strikes).where(here(LANES))
_PLAN: Final = select(TURNS.c.plan).where(here(TURNS))


def pause_of(connection: Connection, lane: Lane) -> Pause:
    """The lane's pause; one that is over, with no strikes, when there is none."""
    rows = rows_of(connection, _PAUSE, lane._asdict())
    return Pause(*rows[0]) if rows else Pause()


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
    rows = rows_of(connection, _PLAN, lane._asdict())
    if not rows:
        return Plan()
    kept = orjson.loads(rows[0][0])
    return Plan(tuple(kept["turns"]), kept["owed"])


def keep_plan(connection: Connection, lane: Lane, plan: Plan) -> None:
    """The plan after a turn was taken; in the transaction that takes it."""
    kept = orjson.dumps({"turns": plan.turns, "owed": dict(plan.owed)})
    changed = connection.execute(update(TURNS).where(_here(TURNS, lane)).values(plan=kept))
    if not changed.rowcount:
        connection.execute(insert(TURNS).values(**lane._asdict(), plan=kept))


def _here(table: Table, lane: Lane) -> ColumnElement[bool]:
    return and_(table.c.log == lane.log, table.c.account == lane.account, table.c.model == lane.model)
