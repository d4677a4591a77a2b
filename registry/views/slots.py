"""How many slots of a lane are taken, and what stands in the way of the next send?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, func, select

from registry.log.engine.quick import rows_of
from registry.log.lanes import Lane, Pause, among, named, pauses_of
from registry.log.tables import LEASES
from registry.views.accounts import ACCOUNTS
from registry.views.submissions import SUBMISSIONS
from registry.views.work import WORK

OPEN: Final = ("intended", "unknown", "confirmed", "processing")
"""A submission in one of these may have a task that holds a slot (contract section 10: from submitted to its end)."""
SENDING: Final = (
    select(func.count())
    .select_from(LEASES.join(WORK, (LEASES.c.log == WORK.c.log) & (LEASES.c.work == WORK.c.work)))
    .where(LEASES.c.expires > bindparam("now"), WORK.c.sends)
)
"""Paid calls that somebody holds a lease for and whose intent is not in the log yet."""
_SENDING_BY_LANE: Final = (
    SENDING.add_columns(WORK.c.account, WORK.c.model)
    .where(among(WORK))
    .group_by(WORK.c.account, WORK.c.model)
)
_OPEN_BY_LANE: Final = (
    select(func.count(), SUBMISSIONS.c.account, SUBMISSIONS.c.model, SUBMISSIONS.c.state)
    .where(among(SUBMISSIONS), SUBMISSIONS.c.state.in_(OPEN))
    .group_by(SUBMISSIONS.c.account, SUBMISSIONS.c.model, SUBMISSIONS.c.state)
)
_CARDS: Final = select(ACCOUNTS.c.account, ACCOUNTS.c.slots, ACCOUNTS.c.holds).where(
    ACCOUNTS.c.log == bindparam("log"), ACCOUNTS.c.account.in_(bindparam("accounts", expanding=True))
)


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
    """As many lanes of one log as one likes, in as many questions as for one."""
    if not lanes:
        return {}
    there = named(lanes)
    cards = {
        account: (orjson.loads(said), orjson.loads(standing))
        for account, said, standing in rows_of(connection, _CARDS, {n: there[n] for n in ("log", "accounts")})
    }
    # First what is under way, then what stands: a call that moves on meanwhile is counted twice rather than not at all.
    sending = _counted(rows_of(connection, _SENDING_BY_LANE, {**there, "now": now}))
    submitted = _counted(rows_of(connection, _OPEN_BY_LANE, there))
    pauses = pauses_of(connection, lanes)
    return {
        lane: _stands(
            lane,
            *cards.get(lane.account, ({}, [])),
            slots=slots,
            taken=[sending[lane[1:]], *(submitted[(*lane[1:], state)] for state in OPEN)],
            pause=pauses[lane],
        )
        for lane in lanes
    }


def _stands(
    lane: Lane,
    said: dict[str, int],
    standing: list[dict[str, Any]],
    *,
    slots: int,
    taken: Sequence[int],
    pause: Pause,
) -> LaneNow:
    """`said` are the account's slots by model, `standing` its holds, `taken` sends under way and then by state as in `OPEN`."""
    return LaneNow(
        lane,
        slots=said.get(lane.model, slots),
        open=sum(taken),
        posting=sum(taken[:2]),
        pause=pause,
        holds=tuple(hold for hold in standing if hold["scope"] != "model" or hold["model"] == lane.model),
        elsewhere=tuple(hold["model"] for hold in standing if hold["by"] == "person" and hold["model"]),
    )


def _counted(rows: Sequence[Sequence[Any]]) -> Counter[tuple[str, ...]]:
    """By account, model and what else a row names, the count that it begins with."""
    return Counter({tuple(key): int(count) for count, *key in rows})
