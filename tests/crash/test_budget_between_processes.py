"""Several worker processes on one database share one budget to the unit."""

from __future__ import annotations

import os
import signal
from decimal import Decimal

from registry.deciders.production import SetBudget
from registry.events.production import BudgetReserved
from tests.crash.invariants import check_all
from tests.crash.workers import Nursery, wait_for
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World


def test_two_processes_never_overspend(world: World, provider: Sandbox, nursery: Nursery) -> None:
    """Of twelve requests exactly the four that the budget holds are sent by two processes; the others keep waiting."""
    asked = [world.ask(**ALONE) for _ in range(12)]
    world.do(SetBudget(stream=world.production, units="14"))
    workers = [nursery.start(world) for _ in range(2)]
    try:
        wait_for(lambda: sum(world.card(name).stage == "ended" for name in asked) == 4)
        waiting = [name for name in asked if world.card(name).stage == "planned"]
        wait_for(lambda: all(world.note(name).startswith("waits for budget") for name in waiting))
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
            nursery.wait(pid)
    reserved = [one.event.units for one in world.log() if isinstance(one.event, BudgetReserved)]

    assert (len(waiting), reserved) == (8, ["3"] * 4)
    assert world.registry.state(world.studio, world.production).state.committed == Decimal(12)
    check_all(world, provider.ledger())
