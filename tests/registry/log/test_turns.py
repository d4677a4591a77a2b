"""What a claim of many workers gives out: never more sends than slots, and follow-ups beside them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.deciders.account import SetSlots
from registry.log.leases import Lease
from tests.servers.building import build
from tests.servers.world import ALONE, World

MINUTE = 60_000_000


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[World]:
    """Twelve requests wait for three slots."""
    world = build(tmp_path, "http://127.0.0.1:9")
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
