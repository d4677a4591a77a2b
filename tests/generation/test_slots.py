"""Slots: how much goes out at once, who is next, and what a provider that is full does to a lane."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from generation.worker import Worker
from registry.deciders.account import SetSlots
from registry.deciders.generation import RequestGeneration
from registry.deciders.production import ChooseAccount, OpenProduction, SetShare
from registry.deciders.scene import OpenScene
from registry.log.lanes import Lane, pause_of
from registry.views.slots import OPEN
from tests.crash.invariants import check_all
from tests.servers.building import build
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import ALONE, World, new_id

FULL = {"do": "code", "code": 1303, "status": 429, "message": "parallel task over resource pack limit"}
MODEL = "kling-v3"


@pytest.fixture(scope="module", name="small_process")
def small_process_fixture() -> Iterator[Sandbox]:
    """A provider that lets an account have two tasks open."""
    with sandbox("--slots", "2", "--processing-seconds", "0.25") as running:
        yield running


@pytest.fixture
def small(small_process: Sandbox, tmp_path: Any) -> Iterator[World]:
    """A studio at the provider with two slots."""
    built = build(tmp_path, small_process.url)
    yield built
    small_process.forgive()
    built.registry.close()


def together(world: World, workers: int, done: Callable[[], bool], seconds: float = 60) -> None:
    """Work with several workers at once until `done` says so."""
    end = time.monotonic() + seconds

    def stop() -> bool:
        return done() or time.monotonic() > end

    threads = [
        threading.Thread(target=Worker(world.desk, owner=f"w{n}", sleep=time.sleep).run, args=(stop,))
        for n in range(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 10)
    assert done(), world.waiting()


def ended(world: World, asked: list[str]) -> Callable[[], bool]:
    return lambda: all(world.card(name).stage == "ended" for name in asked)


def model_of(world: World, asked: str) -> str:
    return world.card(asked).model


def codes(world: World, provider: Sandbox) -> list[int]:
    ours = {card.external_task_id for card in world.submissions()}
    return [post["code"] for post in provider.ledger() if post["external_task_id"] in ours]


def another_show(world: World, *, weight: int = 1) -> World:
    """The same studio, asking for another production."""
    production, scene, unplaced = new_id("production"), new_id("scene"), new_id("scene")
    world.do(
        OpenProduction(stream=production, name="Another", unplaced=unplaced),
        OpenScene(stream=unplaced, production=production, name="Unplaced"),
        ChooseAccount(stream=production, account=world.account),
        OpenScene(stream=scene, production=production, name="Street"),
        SetShare(stream=production, weight=weight),
    )
    return replace(world, production=production, scene=scene, unplaced=unplaced)


def test_never_more_than_the_slots(small: World, small_process: Sandbox) -> None:
    """Three workers with as many slots as the provider has never hear that it is full, and never have more open."""
    asked = [small.ask(**ALONE) for _ in range(8)]
    small.do(SetSlots(stream=small.account, model=model_of(small, asked[0]), slots=2))
    most: list[int] = []

    def done() -> bool:
        most.append(sum(card.state in OPEN for card in small.submissions()))
        return ended(small, asked)()

    together(small, 3, done)
    assert {small.card(name).outcome for name in asked} == {"delivered"}
    assert codes(small, small_process) == [0] * 8
    assert max(most) == 2
    check_all(small, small_process.ledger())


def test_a_provider_with_fewer_slots_than_we_believe(small: World, small_process: Sandbox) -> None:
    """Where the provider is full before we are, everything is delivered all the same: its refusals are waited out."""
    asked = [small.ask(**ALONE) for _ in range(6)]
    together(small, 3, ended(small, asked))

    assert {small.card(name).outcome for name in asked} == {"delivered"}
    assert sorted(code for code in codes(small, small_process) if code != 1303) == [0] * 6
    assert 1303 in codes(small, small_process)
    check_all(small, small_process.ledger())


def test_the_views_of_turns_can_be_made_anew(world: World, provider: Sandbox) -> None:
    """What a claim reads is the same when it is made again from the log: with work under way, refused, and done."""
    world.carry(world.ask(**ALONE))
    provider.order(**FULL)
    world.ask(**ALONE)
    world.ask(cast=[], action="The rain begins.", continue_from=world.ask(**ALONE))
    world.work(steps=1)

    assert world.registry.rebuild().different == ()


def test_no_slots_no_sending(world: World, provider: Sandbox) -> None:
    """With no slots nothing is sent and nothing is lost; with one again it goes."""
    asked = world.ask(**ALONE)
    world.do(SetSlots(stream=world.account, model=model_of(world, asked), slots=0))
    assert world.worker().work_once() is False
    assert world.submissions() == []

    world.do(SetSlots(stream=world.account, model=model_of(world, asked), slots=1))
    assert world.carry(asked)[0].outcome == "delivered"


def test_a_full_lane_pauses_as_a_whole(world: World, provider: Sandbox) -> None:
    """After 1303 nothing of the lane is sent before the pause is over; then the refused one goes first, and all is well."""
    slow = world.with_desk(durations=replace(world.desk.durations, load_first=5.0, load_most=10.0))
    first, second = slow.ask(**ALONE), slow.ask(**ALONE)
    lane = Lane(world.studio, world.account, model_of(world, first))
    provider.order(**FULL)
    slow.work(steps=1)

    assert [card.state for card in world.submissions()] == ["waiting"]
    assert slow.worker().work_once() is False
    world.clock.pass_by(8)
    slow.work(steps=1)
    assert [card.subject for card in world.submissions()] == [first]
    with world.registry.reading() as connection:
        assert pause_of(connection, lane) == (0, 0)
    assert [card.outcome for card in world.carry(first, second)] == ["delivered"] * 2


def test_a_pause_doubles_and_counts_once_for_sends_that_were_under_way_together(world: World) -> None:
    """Each strike after a pause doubles it; answers that come during a pause change nothing."""
    lane, seen = Lane(world.studio, world.account, MODEL), []
    for _ in range(2):
        seen.append(world.registry.strike(lane, pause=lambda strikes: strikes * 1_000_000).strikes)
    world.clock.pass_by(1.5)
    seen.append(world.registry.strike(lane, pause=lambda strikes: strikes * 1_000_000).strikes)
    world.registry.ease(lane)

    assert seen == [1, 1, 2]
    with world.registry.reading() as connection:
        assert pause_of(connection, lane) == (0, 0)


def test_two_productions_take_turns(world: World) -> None:
    """A production that asks later, and for less, does not wait behind everything of the other: they alternate."""
    other = another_show(world)
    for show, count in ((world, 12), (other, 4)):
        for _ in range(count):
            show.ask(**ALONE)
    world.work_until(lambda: len(world.submissions()) >= 8)

    sent = [card.production for card in world.submissions()[:8]]
    assert sent.count(other.production) == 4


def test_within_a_production_by_priority_and_deadline(world: World) -> None:
    """Of one production the higher priority goes first, then the earlier deadline, then the older."""
    first = world.ask(**ALONE)
    wishes: list[dict[str, Any]] = [{}, {"needed_by": 2_000}, {"needed_by": 1_000}, {"priority": 5}]
    asked = [first, *(again(world, first, **wish) for wish in wishes)]
    world.do(SetSlots(stream=world.account, model=model_of(world, first), slots=1))
    world.carry(*asked)

    assert [card.subject for card in world.submissions()] == [asked[n] for n in (4, 3, 2, 0, 1)]


def again(world: World, asked: str, **changed: Any) -> str:
    """The same request once more, with other wishes."""
    state, generation = world.registry.state(world.studio, asked).state, new_id("generation")
    requested = state.requested.model_copy(update=changed)
    world.do(RequestGeneration(stream=generation, requested=requested, plan=state.plan))
    return generation
