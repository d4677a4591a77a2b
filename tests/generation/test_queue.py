"""The queue: what every open generation waits for, its place, when it will run, and what a person must look at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from generation.forecast import FAR, HORIZON, STOPPED, UNDECIDED, UNMEASURED, UNPAID, Estimate, forecast
from generation.queue import open_of, queue_now, waiting_for
from generation.queued import QueueNow, Waits
from registry.deciders.account import HoldAccount, SetSlots
from registry.deciders.generation import ApprovePlan
from registry.deciders.production import SetBudget
from registry.events.account import AccountHeld
from registry.views.page import Span
from registry.views.queue import LaneCard, Measured, Open
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

SECOND = 1_000_000
DAY = 86_400


def queue_of(world: World, **wanted: Any) -> QueueNow:
    with world.registry.snapshot() as connection:
        return queue_now(connection, world.studio, now=world.clock(), slots=world.desk.slots, **wanted)


def waits(world: World, generation: str) -> Waits:
    """What the whole queue tells of it; who asks about its scene alone is told the same."""
    how: Any = {"now": world.clock(), "slots": world.desk.slots}
    with world.registry.snapshot() as connection:
        whole = queue_now(connection, world.studio, **how)
        found = next(one for one in whole.items if one.id == generation)
        assert found in open_of(connection, world.studio, **how, most=100, scene=found.scene)
    return found


def set_slots(world: World, generation: str, slots: int) -> None:
    world.do(SetSlots(stream=world.account, model=world.card(generation).model, slots=slots))


def opened(number: int, **changed: Any) -> Open:
    plain = Open(
        id=f"g{number}",
        position=number,
        production="p",
        scene="s",
        account="a",
        model="m",
        stage="planned",
        sends=True,
        fresh=True,
        rank=0,
        needed_by=None,
        ready=number,
        requested_at=0,
        submission=None,
        intended_at=None,
        units="3",
        due=None,
        note="",
        memory="",
    )
    return plain.model_copy(update=changed)


def lane(slots: int = 1, **changed: Any) -> LaneCard:
    plain = LaneCard(
        account="a", model="m", slots=slots, open=0, waiting=0, paused_until=None, strikes=0, holds=()
    )
    return plain.model_copy(update=changed)


def told(work: list[Open], lanes: list[LaneCard], measured: list[Measured]) -> dict[str, Estimate]:
    return forecast(work, lanes, measured=measured, plans={}, weights={}, now=0)


def task(slot: int = 100, rest: int = 10, **changed: Any) -> Measured:
    plain = Measured(account="a", model="m", units="3", slot=slot, rest=rest)
    return plain.model_copy(update=changed)


def test_slots_are_taken_one_after_the_other() -> None:
    """With two slots and tasks of 100, one of them under way since 40, starts are 0, 60 and 100; each ends 110 later."""
    running = opened(1, stage="confirmed", sends=False, fresh=False, intended_at=-40)
    found = told([running, opened(2), opened(3), opened(4)], [lane(slots=2)], [task()])

    assert [(found[f"g{n}"].start, found[f"g{n}"].end) for n in (1, 2, 3, 4)] == [
        (-40, 70),
        (0, 110),
        (60, 170),
        (100, 210),
    ]
    assert [found[f"g{n}"].place for n in (2, 3, 4)] == [1, 2, 3]


def test_a_pause_moves_what_waits_and_a_hold_leaves_no_estimate() -> None:
    """Nothing starts before the lane's pause is over; while the account is held nobody can say when."""
    paused = told([opened(1)], [lane(paused_until=500)], [task()])
    hold = {"scope": "sending", "model": None, "by": "person", "code": None, "message": "no"}
    held = told([opened(1)], [lane(holds=(hold | {"submission": None, "since": 0},))], [task()])

    assert paused["g1"].start == 500
    assert (held["g1"].start, held["g1"].missing) == (None, STOPPED)


def test_the_nearest_measurements_count() -> None:
    """Same account, model and price first; then the model's price elsewhere; then the model; then nothing is known."""
    near, price, model = task(slot=100), task(slot=200, account="b"), task(slot=300, account="b", units="9")
    for known, expected in (([model, price, near], 110), ([model, price], 210), ([model], 310), ([], None)):
        found = told([opened(1)], [lane()], known)["g1"]
        assert (found.end, found.missing) == (expected, None if expected else UNMEASURED)


def test_what_is_far_away_has_no_estimate() -> None:
    """Only so many turns are foreseen; what comes after them says so."""
    found = told([opened(n) for n in range(HORIZON + 1)], [lane()], [task()])

    assert found[f"g{HORIZON}"].missing == FAR
    assert found[f"g{HORIZON - 1}"].place == HORIZON


def test_what_waits_for_a_person_has_no_end_in_sight() -> None:
    """A quarantined call and a plan to be approved go on when somebody decides: no estimate, and not "far away"."""
    found = told([opened(1, stage="quarantined", sends=False, intended_at=-40)], [lane()], [task()])["g1"]

    asked = told([opened(1, stage="approval", sends=False)], [lane()], [task()])["g1"]

    assert (found.start, found.end, found.missing) == (-40, None, UNDECIDED)
    assert (asked.place, asked.start, asked.missing) == (None, None, UNDECIDED)


def test_a_lane_counts_everything_that_waits(world: World) -> None:
    """Three that wait for a lane are three, not one."""
    for _ in range(3):
        world.ask(**ALONE)

    [lane] = queue_of(world).lanes
    assert lane.waiting == 3


def test_what_each_waits_for(world: World, provider: Sandbox) -> None:
    """A running task, one without a slot, one that waits for its parent: each says so, with its lane and its place."""
    provider.clock(speed=0)
    first, second = world.ask(**ALONE), world.ask(**ALONE)
    set_slots(world, first, 1)
    third = world.ask(cast=[], action="The rain begins.", continue_from=first)
    world.work(steps=2)
    found = {one.id: one for one in queue_of(world).items}

    assert [found[name].code for name in (first, second, third)] == ["provider", "slot", "parent"]
    assert [found[name].place for name in (first, second, third)] == [None, 1, None]
    assert found[second].no_estimate == UNMEASURED
    [lane] = queue_of(world).lanes
    assert (lane.slots, lane.open, lane.waiting) == (1, 1, 1)


def test_estimates_come_from_what_was_measured(world: World, provider: Sandbox) -> None:
    """After one delivered clip the next has a start, now, and an end after as long as that one took."""
    world.carry(world.ask(**ALONE))
    asked = world.ask(**ALONE)
    found = waits(world, asked)

    assert found.estimated_start is not None
    assert found.estimated_end is not None
    assert 0 < found.estimated_end - found.estimated_start < 30 * SECOND
    assert (found.code, found.place) == ("turn", 1)


def test_a_hold_a_pause_and_a_budget_are_told(world: World, provider: Sandbox) -> None:
    """Money, a full lane and a held account each have their own code."""
    slow = world.with_desk(durations=replace(world.desk.durations, load_first=50.0, load_most=50.0))
    asked = world.ask(**ALONE)
    provider.order(do="code", code=1303, status=429, message="full")
    slow.work(steps=1)
    assert waits(world, asked).code == "pause"
    world.do(HoldAccount(stream=world.account, held=AccountHeld(scope="sending", by="person", message="no")))
    assert waits(world, asked).code == "hold"
    assert [alarm.code for alarm in queue_of(world).alarms] == ["account-held"]


def test_a_send_without_budget_says_so(world: World, provider: Sandbox) -> None:
    """What was taken in and cannot be paid for now waits for budget."""
    slow = world.with_desk(durations=replace(world.desk.durations, hold_first=50.0, hold_most=50.0))
    asked = world.ask(**ALONE)
    world.do(SetBudget(stream=world.production, units="0.1"))
    slow.work(steps=1)

    found = waits(world, asked)
    assert (found.code, found.place, found.no_estimate) == ("budget", None, UNPAID)
    assert world.submissions() == []


def test_one_generation_says_what_stops_it_now(world: World) -> None:
    """What a worker noted long ago gives way to what stands between a generation and being sent: here a person's hold."""
    asked = world.ask(**ALONE, approval=True)
    world.work(steps=1)
    said = world.card(asked)
    world.do(ApprovePlan(stream=asked, plan_digest=said.plan_digest, ceiling_units="100"))
    world.do(HoldAccount(stream=world.account, held=AccountHeld(scope="sending", by="person", message="no")))
    with world.registry.reading() as connection:
        told = waiting_for(connection, world.studio, asked, now=world.clock(), slots=5)

    assert told == f"sending of {world.account} held by person: no"


def test_pages_and_filters(world: World) -> None:
    """Every open generation is on one page; a filter that fits nothing leaves nothing."""
    asked = [world.ask(**ALONE) for _ in range(3)]
    first = queue_of(world, span=Span(limit=2))
    rest = queue_of(world, span=Span(first.next or 0, limit=2))

    assert [one.id for one in (*first.items, *rest.items)] == asked
    assert rest.next is None
    assert queue_of(world, scene=world.unplaced).items == ()
    assert len(queue_of(world, scene=world.scene, production=world.production).items) == 3


def test_what_takes_too_long_is_an_alarm(world: World, provider: Sandbox) -> None:
    """A task that runs for over 48 hours, and a result not in our store after three days, are told with the days left."""
    provider.clock(speed=0)
    world.ask(**ALONE)
    world.work_until(lambda: [card.state for card in world.submissions()] == ["confirmed"])
    assert queue_of(world).alarms == ()
    world.clock.pass_by(2 * DAY + 1)
    assert [alarm.code for alarm in queue_of(world).alarms] == ["task-runs-long"]
    provider.clock(speed=1)
    provider.order(on="result", do="http_status", status=404, times=1000)
    world.work_until(lambda: [card.state for card in world.submissions()] == ["succeeded"])
    world.clock.pass_by(3 * DAY + 1)
    [alarm] = queue_of(world).alarms
    assert alarm.code == "result-not-fetched"
    assert alarm.days_left in range(24, 28)
