"""Workers killed at random moments over a batch of requests, then the invariants, from the log and the provider's ledger."""

from __future__ import annotations

import random
import signal

import pytest

from tests.crash.invariants import check_all
from tests.crash.workers import Nursery
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

KILLS = 30
AT_WORK = 4
HOURS = 3600.0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [20260917, 20260918])
def test_workers_that_are_killed_at_any_moment(
    world: World, provider: Sandbox, nursery: Nursery, seed: int
) -> None:
    """However often workers die, no request is paid twice, and every one that was accepted is delivered."""
    chance, asked = random.Random(seed), []
    for _ in range(KILLS):
        unfinished = sum(world.card(name).stage != "ended" for name in asked)
        asked += [_ask(world, chance) for _ in range(AT_WORK - unfinished)]
        pid = nursery.start(world, rest=60)
        assert nursery.kill(pid, after=chance.uniform(0.02, 0.3)) == -signal.SIGKILL, nursery.said()
        world.clock.pass_by(HOURS)

    accepted = {post["external_task_id"] for post in provider.ledger() if post["accepted"]}
    world.work_until(lambda: all(_settled(world, name, accepted) for name in asked), seconds=60)
    check_all(world, provider.ledger())
    assert world.registry.rebuild().replaced == ()


def _ask(world: World, chance: random.Random) -> str:
    with_picture = {"cast": [], "action": "The lamps come on.", "opening": world.cafe}
    return world.ask(**chance.choice([ALONE, with_picture]))


def _settled(world: World, name: str, accepted: set[str]) -> bool:
    """Delivered; or unknown, when the provider has accepted nothing."""
    card = world.card(name)
    if card.stage == "ended":
        return card.outcome == "delivered"
    if card.submission is None:
        return False
    submission = world.submission(name)
    return submission.state == "unknown" and submission.external_task_id not in accepted
