"""What a claim of many workers gives out: never more sends than slots, and follow-ups beside them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry.deciders.account import SetSlots
from registry.deciders.command import Command
from registry.deciders.production import SetShare
from registry.errors import InvalidCommand
from registry.log.fair import WINDOW
from registry.log.lanes import Lane, plan_of
from registry.log.leases import Lease
from tests.servers.building import build
from tests.servers.world import ALONE, World

MINUTE = 60_000_000
MODEL = "kling-v3"


@pytest.fixture
def waiting(home: Path) -> Iterator[World]:
    """Twelve requests wait for three slots."""
    world = build(home, "http://127.0.0.1:9")
    asked = [world.ask(**ALONE) for _ in range(12)]
    world.do(SetSlots(stream=world.account, model=world.card(asked[0]).model, slots=3))
    yield world
    world.registry.close()


def test_twelve_workers_and_three_slots(waiting: World) -> None:
    """A race of twelve workers takes exactly as many sends as there are slots, each another one."""
    claimed: list[Lease | None] = []

    def claim(number: int) -> None:
        claimed.append(waiting.registry.claim(owner=str(number), lease_us=MINUTE))

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = [lease for lease in claimed if lease is not None]
    assert len({lease.work for lease in taken}) == len(taken) == 3
    assert all(lease.sends for lease in taken)


def test_a_grant_that_nobody_used_is_free_again(waiting: World) -> None:
    """Slots of workers that died before their intent are given out again when their leases are over."""
    first = [waiting.registry.claim(owner="dead", lease_us=MINUTE) for _ in range(4)]
    assert [lease is not None for lease in first] == [True, True, True, False]
    waiting.clock.pass_by(61)

    again = [waiting.registry.claim(owner="alive", lease_us=MINUTE) for _ in range(4)]
    assert [lease is not None for lease in again] == [True, True, True, False]


def test_a_grant_that_was_let_go_is_the_next_one_s(waiting: World) -> None:
    """A worker that lets go without sending leaves its slot to what waits."""
    lease = waiting.registry.claim(owner="one", lease_us=MINUTE)
    assert lease is not None
    waiting.registry.release(lease, due=waiting.clock() + MINUTE, note="budget", progressed=False)

    others = [waiting.registry.claim(owner="two", lease_us=MINUTE) for _ in range(4)]
    assert lease.work not in [other.work for other in others if other]
    assert [other is not None for other in others] == [True, True, True, False]


@pytest.mark.parametrize(
    "change",
    [
        lambda world, number: SetShare(stream=world.production, weight=number),
        lambda world, number: SetSlots(stream=world.account, model="kling-v3", slots=number),
    ],
    ids=["share", "slots"],
)
@pytest.mark.parametrize("number", [-1, 1001, 10**30])
def test_a_number_out_of_range_is_refused(
    waiting: World, change: Callable[[World, int], Command], number: int
) -> None:
    """A share or a number of slots that cannot be is refused by its name, and nothing is written."""
    head = len(waiting.log())
    with pytest.raises(InvalidCommand, match=r"(weight|slots) cannot be") as refused:
        waiting.do(change(waiting, number))

    assert refused.value.hint
    assert len(waiting.log()) == head


def test_a_turn_is_remembered(waiting: World) -> None:
    """Every claim of a first send moves the lane's plan by one turn; a claim that found no slot moves nothing."""
    lane = Lane(waiting.studio, waiting.account, MODEL)
    plans = []
    for _ in range(4):
        waiting.registry.claim(owner="one", lease_us=MINUTE)
        with waiting.registry.reading() as connection:
            plans.append(plan_of(connection, lane))

    assert plans[0].turns == (waiting.production,) * WINDOW
    assert plans[2] == plans[3]
