"""The queue as people and programs see it: every open generation, what it waits for, and when it will run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from generation.desk import BUDGET, RESTORED
from generation.forecast import UNPAID, Estimate, forecast
from generation.queued import QueueNow, Waits
from registry.log.lanes import Lane, plans_of
from registry.registry import Connection
from registry.views import queue as view
from registry.views.page import FIRST, Span
from registry.views.queue import LaneCard, Open
from registry.views.turns import weights

WORDS: Final[dict[str, tuple[str, str]]] = {
    "requested": ("plan", "waits for its plan"),
    "parent": ("parent", "waits for the clip it continues"),
    "approval": ("approval", "waits for a person's approval of its plan"),
    "voided": ("plan", "waits for a new plan: what was approved has drifted"),
    "intended": ("sending", "is being sent"),
    "unknown": ("outcome", "nobody knows whether it was accepted: it is looked up"),
    "quarantined": ("quarantine", "waits for a person's decision about its submission"),
    "confirmed": ("provider", "is accepted and waits at the provider"),
    "processing": ("provider", "is being made by the provider"),
    "succeeded": ("fetch", "is made: its result is being fetched"),
    "stored": ("end", "is stored: its record is being written"),
    "closed": ("end", "its record is being written"),
}
"""Stage -> code and words, where that is all there is to say."""
_NOTED: Final = {BUDGET: "budget", RESTORED: "restored"}
"""Memory of a send that was put off -> code; without one it is tried again."""


def queue_now(
    connection: Connection,
    log: str,
    *,
    now: int,
    slots: int,
    span: Span = FIRST,
    **wanted: str | None,
) -> QueueNow:
    """One page of the open generations whose production, scene, account or model is as `wanted`."""
    work = view.open_work(connection, log)
    lanes = view.lanes(connection, log, now=now, slots=slots).lanes
    estimates = _estimates(connection, log, work, lanes, now)
    by_lane = {(lane.account, lane.model): lane for lane in lanes}
    shown = [one for one in view.filtered(work, **wanted) if span.holds(one.position)]
    if span.newest:
        shown.reverse()
    page = [
        _waits(one, by_lane.get((one.account, one.model)), estimates.get(one.id), now)
        for one in shown[: span.limit]
    ]
    return QueueNow(
        items=tuple(page),
        next=page[-1].position if len(shown) > span.limit else None,
        lanes=lanes,
        alarms=view.alarms(connection, log, now=now),
    )


def open_of(
    connection: Connection, log: str, *, now: int, slots: int, most: int, **wanted: str | None
) -> list[Waits]:
    """So many of the open ones at most that are as `wanted`, as in `queue_now`; no lane is looked at but theirs."""
    work = view.open_work(connection, log)
    shown = view.filtered(work, **wanted)[:most]
    if not shown:
        return []
    accounts = sorted({one.account for one in shown if one.account})
    lanes = [
        lane
        for account in accounts
        for lane in view.lanes(connection, log, now=now, slots=slots, account=account).lanes
    ]
    estimates = _estimates(connection, log, work, lanes, now)
    by_lane = {(lane.account, lane.model): lane for lane in lanes}
    return [_waits(one, by_lane.get((one.account, one.model)), estimates.get(one.id), now) for one in shown]


def _estimates(
    connection: Connection, log: str, work: Sequence[Open], lanes: Sequence[LaneCard], now: int
) -> dict[str, Estimate]:
    """When each of the open ones in these lanes will run."""
    return forecast(
        [one for one in work if not _unpaid(one, now)],
        lanes,
        measured=view.measured(connection, log),
        plans={
            (lane.account, lane.model): plan
            for lane, plan in plans_of(
                connection, [Lane(log, one.account, one.model) for one in lanes]
            ).items()
        },
        weights=weights(connection, log),
        now=now,
    )


def _waits(one: Open, lane: LaneCard | None, estimate: Estimate | None, now: int) -> Waits:
    code, why = _why(one, lane, now)
    found = estimate or Estimate(missing=UNPAID if code == "budget" else "not planned yet")
    return Waits(
        id=one.id,
        position=one.position,
        production=one.production or None,
        scene=one.scene or None,
        account=one.account or None,
        model=one.model or None,
        stage=one.stage,
        code=code,
        why=why,
        submission=one.submission,
        priority=-one.rank,
        needed_by=one.needed_by,
        requested_at=one.requested_at,
        place=found.place,
        estimated_start=found.start,
        estimated_end=found.end,
        no_estimate=found.missing,
    )


def waiting_for(connection: Connection, log: str, generation: str, *, now: int, slots: int) -> str:
    """What one open generation waits for, in words: what the worker noted last, or what stands between it and being sent."""
    found = view.open_work(connection, log, only=generation)
    if not found:
        return ""
    one = found[0]
    if not one.sends:
        return one.note
    lanes = view.lanes(connection, log, now=now, slots=slots, account=one.account).lanes
    return _why(one, next((lane for lane in lanes if lane.model == one.model), None), now)[1]


def _unpaid(one: Open, now: int) -> bool:
    """Whether it waits for its production's budget: it takes no slot until then."""
    return one.memory == BUDGET and one.sends and one.due is not None and one.due > now


def _why(one: Open, lane: LaneCard | None, now: int) -> tuple[str, str]:
    if not one.sends or lane is None:
        code, words = WORDS.get(one.stage, ("end", "is being ended"))
        return code, one.note if one.note and code in ("quarantine", "outcome", "fetch") else words
    if lane.holds:
        hold = lane.holds[0]
        return "hold", f"{hold.model or hold.scope} of {lane.account} held by {hold.by}: {hold.message}"
    if lane.paused_until is not None:
        return "pause", f"the provider says that {lane.account} is full for {lane.model}"
    if one.due is not None and one.due > now and one.note:
        return _NOTED.get(one.memory, "retry"), one.note
    if lane.open >= lane.slots:
        return "slot", f"all {lane.slots} slots of {lane.account} for {lane.model} are in use"
    return "turn", "waits for a worker"
