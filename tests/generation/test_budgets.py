"""Money while requests are carried: what is reserved, settled and released, and that no number of submitters overspends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from generation import prices
from generation.cancelling import cancel
from registry.deciders.account import ResumeAccount, SetSlots
from registry.deciders.production import Production, SetBudget
from registry.deciders.submission import ResolveQuarantine
from registry.events.production import BudgetReleased, BudgetReserved, BudgetSettled
from registry.registry import Connection
from registry.views import spend
from registry.views.spend import Spend
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, SHORT, World

EACH = Decimal(3)
"""What five silent seconds of text2video cost."""
MANY = 64


def budget(world: World, units: str | None) -> None:
    world.do(SetBudget(stream=world.production, units=units))


def money(world: World) -> Production:
    state = world.registry.state(world.studio, world.production).state
    assert isinstance(state, Production)
    return state


def books(world: World) -> Spend:
    def read(connection: Connection) -> Spend:
        return spend.spend(connection, world.studio, world.production)

    with world.registry.reading() as connection:
        return read(connection)


def at_once(number: int, work: Callable[[int], object]) -> None:
    """Everybody begins at the same moment."""
    start = threading.Barrier(number)

    def run(mine: int) -> None:
        start.wait(30)
        work(mine)

    threads = [threading.Thread(target=run, args=(mine,)) for mine in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def sent(world: World) -> int:
    return sum(isinstance(recorded.event, BudgetReserved) for recorded in world.log())


def test_parallel_submitters_never_overspend(world: World, provider: Sandbox) -> None:
    """Of 64 submitters at once exactly those are sent whom the budget holds; the others wait, and go on when it is raised."""
    asked = [world.ask(**ALONE) for _ in range(MANY)]
    budget(world, "16.9")
    world.do(SetSlots(stream=world.account, model=world.card(asked[0]).model, slots=MANY))
    at_once(MANY, lambda mine: world.worker(f"worker-{mine}").work_once())

    assert (sent(world), money(world).committed) == (5, 5 * EACH)
    waiting = [name for name in asked if world.card(name).submission is None]
    assert len(waiting) == MANY - 5
    notes = {world.note(name)[:17] for name in waiting}
    assert notes == {"waits for budget:"}
    budget(world, "21")
    world.work_until(lambda: sum(world.card(name).stage == "ended" for name in asked) == 7)
    world.work(steps=20)

    assert (sent(world), money(world).committed) == (7, Decimal(21))
    ours = {card.external_task_id for card in world.submissions()}
    assert sum(post["accepted"] for post in provider.ledger() if post["external_task_id"] in ours) == 7
    check_all(world, provider.ledger())


@pytest.mark.parametrize(("rate", "reserved", "over"), [("1.0", "5", "0"), ("0.2", "1", "2")])
def test_a_call_is_settled_with_what_was_charged(
    world: World, monkeypatch: pytest.MonkeyPatch, rate: str, reserved: str, over: str
) -> None:
    """The provider's deduction counts, whether it is less or more than what was set aside; all four sums agree (I8)."""
    price = dict(prices.UNITS_PER_SECOND)
    price["kling-v3", "silent"] = {"std": Decimal(rate)}
    monkeypatch.setattr(prices, "UNITS_PER_SECOND", price)
    budget(world, "6")
    world.carry(world.ask(**ALONE))

    [settled] = [one.event for one in world.log() if isinstance(one.event, BudgetSettled)]
    assert (settled.units, settled.reserved, settled.basis) == ("3", reserved, "charged")
    sums = books(world).sums
    assert (sums.set_aside_units, sums.reserved_units, sums.settled_units) == (reserved, "0", "3")
    assert sums.over_units == over
    aside, released = Decimal(sums.set_aside_units), Decimal(sums.released_units)
    assert aside + Decimal(over) == 3 + released
    assert books(world).left_units == "3"


def test_a_failed_task_gives_its_money_back(world: World, provider: Sandbox) -> None:
    """A task that failed without a charge, and a request refused for good, leave nothing reserved and nothing spent."""
    provider.order(on="create", do="fail_task")
    budget(world, "3")
    failed = world.carry(world.ask(**ALONE))[0]
    provider.order(do="code", code=1301, status=400, message="no")
    refused = world.carry(world.ask(**ALONE))[0]

    assert (failed.outcome, refused.outcome) == ("failed", "refused")
    assert money(world).committed == 0
    freed = [one.event for one in world.log() if isinstance(one.event, BudgetReleased | BudgetSettled)]
    assert sum(isinstance(event, BudgetReleased) or event.units == "0" for event in freed) == 2
    assert world.carry(world.ask(**ALONE))[0].outcome == "delivered"


def patient(world: World) -> World:
    """The world with workers that look at what waits for budget once an hour."""
    return world.with_desk(durations=replace(SHORT, hold_first=3600, hold_most=3600))


def all_wait_for_budget(world: World, asked: list[str]) -> bool:
    return all("waits for budget" in world.note(name) for name in asked)


def test_freed_money_sends_what_it_is_enough_for(world: World, provider: Sandbox) -> None:
    """A failed task's three units send one of the two that wait for budget at once; the other is left alone."""
    slow = patient(world)
    provider.clock(speed=0)
    provider.order(on="create", do="fail_task")
    budget(world, "3")
    failing, *waiting = [slow.ask(**ALONE) for _ in range(3)]
    slow.work_until(lambda: all_wait_for_budget(slow, waiting))
    provider.clock(speed=1)
    slow.work_until(lambda: slow.card(waiting[0]).outcome == "delivered")

    assert slow.card(failing).outcome == "failed"
    assert all_wait_for_budget(slow, waiting[1:])
    check_all(world, provider.ledger())


def test_a_cancel_frees_money_for_others(world: World, provider: Sandbox) -> None:
    """What a cancelled, refused call had set aside is free for what waits, at once."""
    slow = patient(world)
    provider.order(do="code", code=1102, status=429, message="no package")
    budget(world, "3")
    refused, waiting = slow.ask(**ALONE), slow.ask(**ALONE)
    slow.work_until(lambda: [card.state for card in slow.submissions()] == ["held"])
    slow.do(ResumeAccount(stream=world.account, scope="sending", by="person", reason="paid again"))
    lease = slow.registry.claim(owner="slow", lease_us=3_600_000_000)
    assert lease is not None
    assert lease.work == refused
    slow.work_until(lambda: all_wait_for_budget(slow, [waiting]))
    cancel(slow.registry, slow.studio, refused, reason="no longer wanted", context=CONTEXT)
    slow.work_until(lambda: slow.card(waiting).outcome == "delivered")

    assert slow.card(refused).outcome == "cancelled"
    assert money(world).settled == EACH


def test_what_waits_for_budget_holds_up_nothing(world: World) -> None:
    """Many requests that are tried for budget again and again do not keep the tasks under way from being followed."""
    asked = [world.ask(**ALONE) for _ in range(20)]
    eager = world.with_desk(durations=replace(SHORT, hold_first=0, hold_most=0))
    budget(world, "3")
    eager.work_until(lambda: any(world.card(name).outcome == "delivered" for name in asked))

    assert (sent(world), money(world).committed) == (1, EACH)


def test_an_abandoned_call_counts_as_spent(world: World, provider: Sandbox) -> None:
    """When nobody ever knows whether it was charged, all that was reserved is taken as spent, and said to be assumed."""
    provider.order(do="drop_before_accept")
    asked = world.ask(**ALONE)
    hasty = replace(world, desk=replace(world.desk, durations=replace(SHORT, grace=0.0, send_floor=0.2)))
    hasty.work_until(lambda: world.card(asked).submission is not None)
    world.clock.pass_by(3600)
    hasty.work_until(lambda: world.submission(asked).state == "quarantined")
    stream = str(world.card(asked).submission)
    world.do(ResolveQuarantine(stream=stream, decision="abandon", reason="nobody can say"))
    card = world.carry(asked)[0]

    assert (card.outcome, money(world).settled) == ("abandoned", EACH)
    assert (books(world).sums.assumed, books(world).sums.settled_units) == (1, "3")


def test_spend_follows_each_call(world: World) -> None:
    """Spend tells each call once, with its scene, and an open call as reserved."""
    budget(world, "10")
    asked = world.ask(**ALONE)
    world.work_until(lambda: world.card(asked).submission is not None)
    before = books(world)
    world.carry(asked)
    after = books(world)

    assert (before.sums.open, before.sums.reserved_units, before.left_units) == (1, "3", "7")
    assert (after.sums.open, after.sums.settled_units, after.left_units) == (0, "3", "7")
    assert [(scene.scene, scene.settled_units) for scene in after.scenes] == [(world.scene, "3")]
