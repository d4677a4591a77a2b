"""How many slots of a lane are taken, and what stands in the way of the next send?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, func, select

from registry.log.lanes import Lane, Pause, among, pauses_of
from registry.log.tables import LEASES
from registry.views.accounts import ACCOUNTS
from registry.views.submissions import SUBMISSIONS
from registry.views.work import WORK

OPEN: Final = ("intended", "unknown", "confirmed", "processing")
"""A submission in one of these may have a task that holds a slot (contract section 10: from submitted to its end)."""
_LEASES = LEASES.join(WORK, (LEASES.c.log == WORK.c.log) & (LEASES.c.work == WORK.c.work))


@dataclass(frozen=True, slots=True)
class LaneNow:
    """A lane as it stands: its slots, how many are `open`, how many sends are under way (`posting`), its pause, its holds.

    `held_by` is who holds it, a person before the provider. `elsewhere` are the models of the account that a person holds.
    """

    lane: Lane
    slots: int
    open: int
    posting: int
    pause: Pause
    holds: tuple[dict[str, Any], ...]
    elsewhere: tuple[str, ...] = ()

    @property
    def held_by(self) -> str | None:
        return min((hold["by"] for hold in self.holds), default=None)

    def takes(self, now: int) -> bool:
        """Whether one more may be sent. After a strike one at a time goes, until something is accepted."""
        return (
            self.held_by != "person"
            and self.pause.until <= now
            and self.open < self.slots
            and not (self.pause.strikes and self.posting)
        )


def lane_now(connection: Connection, lane: Lane, *, now: int, slots: int) -> LaneNow:
    """A lane's slots and what stands in their way. `slots` is what a lane has where nobody said otherwise."""
    return lanes_now(connection, [lane], now=now, slots=slots)[lane]


def lanes_now(
    connection: Connection, lanes: Collection[Lane], *, now: int, slots: int
) -> dict[Lane, LaneNow]:
    """As many lanes of one studio as one likes, in as many questions as for one."""
    if not lanes:
        return {}
    cards = _cards(connection, lanes)
    # First what is under way, then what stands: a call that moves on meanwhile is counted twice rather than not at all.
    posting = _under_way(connection, lanes, now)
    by_state = _open(connection, lanes)
    pauses = pauses_of(connection, lanes)
    found = {}
    for lane in lanes:
        said, standing = cards.get(lane.account, ({}, []))
        found[lane] = LaneNow(
            lane,
            said.get(lane.model, slots),
            sum(by_state[lane, state] for state in OPEN) + posting[lane],
            by_state[lane, "intended"] + posting[lane],
            pauses[lane],
            tuple(hold for hold in standing if hold["scope"] != "model" or hold["model"] == lane.model),
            tuple(hold["model"] for hold in standing if hold["by"] == "person" and hold["model"]),
        )
    return found


def sending(connection: Connection, now: int, *where: ColumnElement[bool]) -> int:
    """Paid calls that somebody holds a lease for and whose intent is not in the log yet."""
    query = select(func.count()).select_from(_LEASES).where(*_held(now), *where)
    return int(connection.execute(query).scalar_one())


def _held(now: int) -> tuple[ColumnElement[bool], ...]:
    return LEASES.c.expires > now, WORK.c.sends


def _cards(
    connection: Connection, lanes: Collection[Lane]
) -> dict[str, tuple[dict[str, int], list[dict[str, Any]]]]:
    """By account: slots that were said, by model; and the holds that stand."""
    rows = connection.execute(
        select(ACCOUNTS.c.account, ACCOUNTS.c.slots, ACCOUNTS.c.holds).where(
            ACCOUNTS.c.log.in_([lane.log for lane in lanes]),
            ACCOUNTS.c.account.in_([lane.account for lane in lanes]),
        )
    )
    return {row.account: (orjson.loads(row.slots), orjson.loads(row.holds)) for row in rows}


def _under_way(connection: Connection, lanes: Collection[Lane], now: int) -> Counter[Lane]:
    query = (
        select(WORK.c.log, WORK.c.account, WORK.c.model, func.count())
        .select_from(_LEASES)
        .where(*_held(now), among(WORK, lanes))
        .group_by(WORK.c.log, WORK.c.account, WORK.c.model)
    )
    return Counter({Lane(*key): int(count) for *key, count in connection.execute(query)})


def _open(connection: Connection, lanes: Collection[Lane]) -> Counter[tuple[Lane, str]]:
    """The lanes' open submissions by state, of one moment."""
    key = (SUBMISSIONS.c.log, SUBMISSIONS.c.account, SUBMISSIONS.c.model, SUBMISSIONS.c.state)
    query = (
        select(*key, func.count())
        .where(among(SUBMISSIONS, lanes), SUBMISSIONS.c.state.in_(OPEN))
        .group_by(*key)
    )
    rows = connection.execute(query)
    return Counter(
        {(Lane(log, account, model), state): int(count) for log, account, model, state, count in rows}
    )
