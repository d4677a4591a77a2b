"""When will each open generation be sent, and when is it done? From measured durations and the order of turns; pure."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Final

from registry.log.fair import Plan, next_turn
from registry.views.queue import LaneCard, Measured, Open
from registry.views.slots import OPEN

HORIZON: Final = 1_000
"""So many turns of a lane are foreseen; what is further away has no estimate."""
UNMEASURED: Final = "no measurement yet"
FAR: Final = f"more than {HORIZON} turns away"
STOPPED: Final = "not before its account is resumed"
UNPAID: Final = "not before its production can pay for it"
UNDECIDED: Final = "not before a person decides"


@dataclass(frozen=True, slots=True)
class Estimate:
    """`place` in the lane's order (from 1), `start` and `end` in microseconds since 1970; `missing` says why they are unknown."""

    place: int | None = None
    start: int | None = None
    end: int | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Lasts:
    """How long a task holds its slot, and how long its clip takes after that; microseconds."""

    slot: int
    rest: int


def lasting(measured: Sequence[Measured], one: Open) -> Lasts | None:
    """The median of what is most like it: same account, model and price; then same model and price; then same model."""
    for names in (("account", "model", "units"), ("model", "units"), ("model",)):
        alike = [
            task for task in measured if all(getattr(task, name) == getattr(one, name) for name in names)
        ]
        if alike:
            return Lasts(int(median(task.slot for task in alike)), int(median(task.rest for task in alike)))
    return None


def forecast(
    work: Sequence[Open],
    lanes: Sequence[LaneCard],
    *,
    measured: Sequence[Measured],
    plans: Mapping[tuple[str, str], Plan],
    weights: Mapping[str, int],
    now: int,
) -> dict[str, Estimate]:
    """An estimate for every open generation that has a plan."""
    memory: dict[tuple[str, str, str], Lasts | None] = {}

    def lasts(one: Open) -> Lasts | None:
        key = one.account, one.model, one.units
        if key not in memory:
            memory[key] = lasting(measured, one)
        return memory[key]

    known = {one.id: _running(one, lasts(one), now) for one in work if one.intended_at and not one.sends}
    by_lane: defaultdict[tuple[str, str], list[Open]] = defaultdict(list)
    for one in work:
        by_lane[one.account, one.model].append(one)
    for lane in lanes:
        here = by_lane[lane.account, lane.model]
        free = _free(here, [lasts(one) for one in here], lane.slots, now)
        not_before = lane.paused_until or now
        plan = plans.get((lane.account, lane.model), Plan())
        queue = in_order([one for one in here if one.sends], plan, weights)
        for place, one in enumerate(islice(queue, HORIZON), start=1):
            known[one.id] = _waiting(lasts(one), place, free, not_before, stopped=bool(lane.holds))
        known |= {one.id: Estimate(missing=FAR) for one in here if one.sends and one.id not in known}
    known |= {one.id: Estimate(missing=UNDECIDED) for one in work if one.stage == "approval"}
    return known


def _free(here: Sequence[Open], lasting: Sequence[Lasts | None], slots: int, now: int) -> list[int]:
    """When each slot of a lane is free, as a heap."""
    ends = [
        max(now, one.intended_at + lasts.slot) if lasts is not None and one.intended_at else now
        for one, lasts in zip(here, lasting, strict=True)
        if one.stage in OPEN
    ]
    free = sorted(ends)[-slots:] if slots else []
    free += [now] * (slots - len(free))
    heapq.heapify(free)
    return free


def in_order(work: Sequence[Open], plan: Plan, weights: Mapping[str, int]) -> Iterator[Open]:
    """What waits for a lane, in the order it would be sent if nothing else came."""
    yield from sorted((one for one in work if not one.fresh), key=lambda one: one.ready)
    fresh = [one for one in work if one.fresh]
    queues = {one.production: deque[Open]() for one in sorted(fresh, key=lambda one: one.ready)}
    for one in sorted(fresh, key=_within):
        queues[one.production].append(one)
    if len(queues) == 1:  # every turn is theirs, whatever was planned
        yield from queues.popitem()[1]
    while queues:
        production, plan = next_turn(plan, {name: weights.get(name, 1) for name in queues})
        yield queues[production].popleft()
        if not queues[production]:
            del queues[production]


def _within(one: Open) -> tuple[int, int, int]:
    return one.rank, one.needed_by if one.needed_by is not None else 2**63, one.position


def _running(one: Open, lasts: Lasts | None, now: int) -> Estimate:
    if one.stage == "quarantined":
        return Estimate(start=one.intended_at, missing=UNDECIDED)
    if one.intended_at is None or lasts is None:
        return Estimate(start=one.intended_at, missing=UNMEASURED)
    return Estimate(start=one.intended_at, end=max(now, one.intended_at + lasts.slot + lasts.rest))


def _waiting(lasts: Lasts | None, place: int, free: list[int], not_before: int, *, stopped: bool) -> Estimate:
    """Takes the slot that is free first."""
    if stopped or not free:
        return Estimate(place, missing=STOPPED if stopped else "the lane has no slots")
    if lasts is None:
        return Estimate(place, missing=UNMEASURED)
    start = max(heapq.heappop(free), not_before)
    heapq.heappush(free, start + lasts.slot)
    return Estimate(place, start, start + lasts.slot + lasts.rest)
