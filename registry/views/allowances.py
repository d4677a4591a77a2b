"""How much of a day's allowance is spent or set aside, by key and by studio?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import BigInteger, Connection, Index, func, select
from sqlmodel import Field

from registry.deciders.allowance import allowance_of, day_of
from registry.events.allowance import AllowanceReleased, AllowanceReserved, AllowanceSettled
from registry.events.envelope import Recorded
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.access import KEYS, STUDIOS
from registry.views.productions import MICRO
from registry.views.rows import add, change, remove


class AllowanceRow(Declared):
    """One paid call's part of a day's allowance, in millionths of a unit: set aside, then what it cost."""

    __tablename__ = "view_allowances"
    __table_args__ = (Index("allowances_by_day", "day", "log", "allowance"),)

    log: str = Field(primary_key=True)
    allowance: str = Field(primary_key=True)
    submission: str = Field(primary_key=True)
    day: int = Field(sa_type=BigInteger)
    micro: int = Field(sa_type=BigInteger)


ALLOWANCES = AllowanceRow.__table__


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        part = {"log": recorded.log, "allowance": recorded.stream}
        match recorded.event:
            case AllowanceReserved(submission=submission, units=units, day=day):
                values = {"day": day, "micro": _micro(units)}
                add(connection, ALLOWANCES, {**part, "submission": submission, **values})
            case AllowanceSettled(submission=submission, units=units):
                where = {**part, "submission": submission}
                change(connection, ALLOWANCES, where=where, values={"micro": _micro(units)})
            case AllowanceReleased(submission=submission):
                remove(connection, ALLOWANCES, {**part, "submission": submission})


def _micro(units: str) -> int:
    return int(Decimal(units) * MICRO)


PROJECTION = Projection(
    "allowances",
    (ALLOWANCES,),
    frozenset({"AllowanceReserved", "AllowanceSettled", "AllowanceReleased"}),
    _project,
)


def filled(connection: Connection, *, now: int) -> tuple[float, ...]:
    """How full today (UTC) is for every key and studio whose day is limited; 1 is all of it. `now` in microseconds."""
    keys = select(KEYS.c.studio, KEYS.c.key, KEYS.c.units_per_day)
    studios = select(STUDIOS.c.studio, STUDIOS.c.studio, STUDIOS.c.units_per_day)
    limited = [
        *connection.execute(keys.where(KEYS.c.units_per_day.is_not(None), ~KEYS.c.revoked)),
        *connection.execute(studios.where(STUDIOS.c.units_per_day.is_not(None))),
    ]
    if not limited:
        return ()
    today = select(ALLOWANCES.c.log, ALLOWANCES.c.allowance, func.sum(ALLOWANCES.c.micro))
    sums = connection.execute(
        today.where(ALLOWANCES.c.day == day_of(now)).group_by(ALLOWANCES.c.log, ALLOWANCES.c.allowance)
    )
    spent = {(log, allowance): int(micro) for log, allowance, micro in sums}
    return tuple(
        _share(spent.get((log, allowance_of(holder)), 0), Decimal(most)) for log, holder, most in limited
    )


def _share(micro: int, most: Decimal) -> float:
    return float(micro / (most * MICRO)) if most else 1.0
