"""Lanes: an account's slots for one model. How many there are, and how long the provider asked us to leave one alone.

The functions run on the writer's connection. Times are microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from registry.log.tables import LANES

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


def pause_of(connection: Connection, lane: Lane) -> Pause:
    """The lane's pause; one that is over, with no strikes, when there is none."""
    row = connection.execute(select(LANES.c.paused_until, LANES.c.strikes).where(_here(lane))).one_or_none()
    return Pause() if row is None else Pause(*row)


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
        connection.execute(update(LANES).where(_here(lane)).values(**now_known))
    else:
        connection.execute(insert(LANES).values(**lane._asdict(), **now_known))
    return after


def ease(connection: Connection, lane: Lane) -> None:
    """Something was accepted: the lane is as if it had never been full."""
    connection.execute(delete(LANES).where(_here(lane)))


def _here(lane: Lane) -> ColumnElement[bool]:
    return and_(LANES.c.log == lane.log, LANES.c.account == lane.account, LANES.c.model == lane.model)
