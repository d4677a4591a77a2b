"""What does a worker take up next? One answer for all workers of a database, inside one write transaction.

Following (polls, look-ups, results) goes by who has been due the longest. Sending needs a free slot of its lane, and the lane
must be neither held nor paused. Whose turn it is there is `log.fair`'s question; what was sent before keeps the turn it had, and
who took a turn and then could not be sent has had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)

from registry.log import leases
from registry.log.closing import closed_among, is_open
from registry.log.engine.quick import rows_of, short
from registry.log.fair import Plan, next_turn
from registry.log.lanes import Lane, here, keep_plan, plan_of
from registry.log.leases import Lease
from registry.log.tables import LEASES
from registry.views.productions import PRODUCTIONS
from registry.views.slots import SENDING, LaneNow, lane_now
from registry.views.submissions import SUBMISSIONS
from registry.views.work import WORK

_LEASED = WORK.outerjoin(LEASES, (LEASES.c.log == WORK.c.log) & (LEASES.c.work == WORK.c.work))
_DUE: Final = (
    select(WORK.c.log, WORK.c.work, LEASES.c.due.label("since"))
    .select_from(_LEASED)
    .where(LEASES.c.due <= bindparam("now"), LEASES.c.expires <= bindparam("now"))
    .where(~WORK.c.sends, is_open(WORK.c.log))
    .order_by(LEASES.c.due, WORK.c.position)
    .limit(1)
)
_NEW: Final = (
    select(WORK.c.log, WORK.c.work, WORK.c.since)
    .where(
        ~WORK.c.sends,
        ~select(LEASES.c.work).where(LEASES.c.log == WORK.c.log, LEASES.c.work == WORK.c.work).exists(),
        is_open(WORK.c.log),
    )
    .order_by(WORK.c.since, WORK.c.position)
    .limit(1)
)
"""The oldest to be followed that nobody ever took up."""
_NEW_UNPAID: Final = _NEW.where(WORK.c.submission.is_(None))
_LANES_THAT_WAIT: Final = (
    select(WORK.c.log, WORK.c.account, WORK.c.model, func.min(WORK.c.ready))
    .where(WORK.c.sends)
    .group_by(WORK.c.log, WORK.c.account, WORK.c.model)
    .order_by(func.min(WORK.c.ready))
)


def _free() -> ColumnElement[bool]:
    """Nobody holds it, and it is due. What an account's refusal stopped is due as soon as no hold stands."""
    due = (LEASES.c.due <= bindparam("now")) | (WORK.c.stage == "held")
    return or_(LEASES.c.work.is_(None), (LEASES.c.expires <= bindparam("now")) & due)


def _candidates() -> Select[Any]:
    """What was tried before waits since it was due again, or what no money is left for would go before all that is followed."""
    since = case((LEASES.c.due > WORK.c.since, LEASES.c.due), else_=WORK.c.since)
    held = WORK.c.stage == "held"
    return select(
        WORK.c.log, WORK.c.work, case((held, WORK.c.since), else_=since).label("since")
    ).select_from(_LEASED)


_FREE_THERE: Final = _candidates().where(_free(), here(WORK), WORK.c.sends).limit(1)
_SENT_BEFORE: Final = _FREE_THERE.where(~WORK.c.fresh).order_by(WORK.c.ready)
_ANY_OF_PRODUCTION: Final = _FREE_THERE.where(WORK.c.production == bindparam("production"))
_FIRST_OF_PRODUCTION: Final = _ANY_OF_PRODUCTION.order_by(
    WORK.c.fresh, WORK.c.rank, WORK.c.needed_by, WORK.c.position
)
_PRODUCTIONS_THAT_WAIT: Final = (
    select(WORK.c.production)
    .where(WORK.c.sends, here(WORK))
    .group_by(WORK.c.production)
    .order_by(func.min(WORK.c.ready))
)
_OF_ACCOUNT: Final = and_(WORK.c.log == bindparam("log"), WORK.c.account == bindparam("account"))
_SENDING_OF_ACCOUNT: Final = SENDING.where(_OF_ACCOUNT)
_INTENDED_OF_ACCOUNT: Final = (
    select(func.count())
    .select_from(SUBMISSIONS)
    .where(SUBMISSIONS.c.log == bindparam("log"), SUBMISSIONS.c.account == bindparam("account"))
    .where(SUBMISSIONS.c.state == "intended")
)
_WEIGHTS: Final = select(PRODUCTIONS.c.production, PRODUCTIONS.c.weight).where(
    PRODUCTIONS.c.log == bindparam("log")
)


@dataclass(frozen=True, slots=True)
class _Next:
    """What is taken up next; `plan` is its lane's after that, where it takes a turn."""

    row: Row[Any]
    lane: Lane | None = None
    plan: Plan | None = None


def claim(connection: Connection, *, owner: str, now: int, until: int, slots: int) -> Lease | None:
    """Take up what is next, if anything is. `slots` is what a lane has where nobody said otherwise."""
    send, follow = _next_sent(connection, now, slots), _next_followed(connection, now)
    sends = send is not None and (follow is None or send.row.since <= follow.since)
    row = send.row if send is not None and sends else follow
    if row is None:
        return None
    if send is not None and sends and send.lane is not None and send.plan is not None:
        keep_plan(connection, send.lane, send.plan)
    return leases.claim(connection, row.log, row.work, owner=owner, until=until, sends=sends)


def hurry(connection: Connection, log: str, account: str, *, now: int) -> None:
    """All that waits on this account is due now."""
    there = select(WORK.c.work).where(WORK.c.log == log, WORK.c.account == account)
    connection.execute(
        update(LEASES)
        .where(LEASES.c.log == log, LEASES.c.due > now, LEASES.c.work.in_(there))
        .values(due=now)
    )


def _next_followed(connection: Connection, now: int) -> Row[Any] | None:
    """What has been due the longest: taken up before, or new; so neither can starve the other."""
    quick = short(connection)
    asked = quick.execute(_DUE, {"now": now}).one_or_none(), quick.execute(_NEW_UNPAID, {}).one_or_none()
    if found := [row for row in asked if row is not None]:
        return min(found, key=lambda row: int(row.since))
    return quick.execute(_NEW, {}).one_or_none()


def _next_sent(connection: Connection, now: int, slots: int) -> _Next | None:
    """What is sent next: of the lanes that take one more, the one where something waits the longest."""
    lanes = rows_of(connection, _LANES_THAT_WAIT, {})
    closed = closed_among(connection, {log for log, *_ in lanes}) if lanes else ()
    for log, account, model, _ in lanes:
        if log in closed:
            continue
        lane = lane_now(connection, Lane(log, account, model), now=now, slots=slots)
        if lane.takes(now) and (found := _of_lane(connection, lane, now)) is not None:
            return found
    return None


def _of_lane(connection: Connection, lane: LaneNow, now: int) -> _Next | None:
    if lane.held_by is not None:
        probe = _probe(connection, lane, now)
        return None if probe is None else _Next(probe)
    quick, there = short(connection), lane.lane._asdict()
    if (kept := quick.execute(_SENT_BEFORE, {**there, "now": now}).one_or_none()) is not None:
        return _Next(kept)
    waiting = _waiting(connection, lane.lane, now)
    if not waiting:
        return None
    production, plan = next_turn(plan_of(connection, lane.lane), waiting)
    first = quick.execute(_FIRST_OF_PRODUCTION, {**there, "now": now, "production": production}).one()
    return _Next(first, lane.lane, plan)


def _probe(connection: Connection, lane: LaneNow, now: int) -> Row[Any] | None:
    """While the provider's hold stands, one call at a time finds out whether it still does: the oldest refused one."""
    held, there = lane.lane, WORK.c.log == lane.lane.log
    of_account = {"log": held.log, "account": held.account}
    if _counted(connection, _INTENDED_OF_ACCOUNT, of_account) or _counted(
        connection, _SENDING_OF_ACCOUNT, {**of_account, "now": now}
    ):
        return None
    oldest = (
        select(WORK.c.work, WORK.c.model)
        .where(there, WORK.c.account == held.account, WORK.c.sends, WORK.c.model.not_in(lane.elsewhere))
        .order_by(WORK.c.stage != "held", WORK.c.ready)
        .limit(1)
    )
    if all(hold["scope"] == "model" for hold in lane.holds):
        oldest = oldest.where(WORK.c.model == held.model)
    first = connection.execute(oldest).one_or_none()
    if first is None or first.model != held.model:
        return None
    due = or_(LEASES.c.work.is_(None), (LEASES.c.expires <= now) & (LEASES.c.due <= now))
    return connection.execute(
        _candidates().where(there, WORK.c.work == first.work, due).limit(1)
    ).one_or_none()


def _waiting(connection: Connection, lane: Lane, now: int) -> dict[str, int]:
    """The productions with something free to be sent, who has waited longest first, and their weights."""
    shares, there = weights(connection, lane.log), lane._asdict()
    return {
        name: shares.get(name, 1)
        for (name,) in rows_of(connection, _PRODUCTIONS_THAT_WAIT, there)
        if rows_of(connection, _ANY_OF_PRODUCTION, {**there, "now": now, "production": name})
    }


def weights(connection: Connection, log: str) -> dict[str, int]:
    """Every production's share of the slots it waits for."""
    return {row[0]: row[1] for row in rows_of(connection, _WEIGHTS, {"log": log})}


def _counted(connection: Connection, counting: Select[Any], there: dict[str, Any]) -> int:
    return int(rows_of(connection, counting, there)[0][0])
