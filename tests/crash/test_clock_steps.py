"""The wall clock jumps by hours while a submission is open: nothing is paid twice, nothing is lost, and the work goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from generation.desk import ResendPolicy
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.crash.workers import wait_for
from tests.servers.sandbox import Sandbox
from tests.servers.world import World

HOURS = 6 * 3600.0
RESENT: dict[str, ResendPolicy] = dict.fromkeys(("omni-video", "image2video"), "same_id_after_disproof")
POINTS = [
    *("before:create", "body", "sent", "after:create", "before:SubmissionConfirmed"),
    *("before:TaskSucceeded", "download", "before:StoreResult", "before:EndGeneration"),
]


@pytest.fixture
def lax(provider: Sandbox) -> Iterator[Sandbox]:
    """A provider that takes an id twice, and would be paid twice."""
    provider.habits(duplicate_external_ids="accept")
    yield provider
    provider.habits(duplicate_external_ids="refuse")


@pytest.mark.parametrize("by", [HOURS, -HOURS], ids=["forwards", "backwards"])
@pytest.mark.parametrize("point", POINTS)
def test_the_clock_steps_under_a_worker(world: World, lax: Sandbox, point: str, by: float) -> None:
    """A second worker believes the lease is over, disproves and resends: the first then neither sends nor writes a thing."""
    world = world.with_desk(resend=RESENT)
    asked = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)
    done: list[str] = []

    def at(reached: str, external: str) -> None:
        if reached != point or done:
            return
        done.append(reached)
        if point == "sent":
            wait_for(lambda: bool(lax.ledger(external)))
        world.clock.pass_by(by)
        if by > 0:
            world.carry(asked)
        assert not world.worker("worker-2").work_once()

    stepped = replace(world, desk=hooked(world.desk, at))
    stepped.work_until(lambda: bool(done))
    card = world.carry(asked)[0]

    accepted = [post for post in lax.ledger(world.submission(asked).external_task_id) if post["accepted"]]
    assert (card.outcome, len(accepted)) == ("delivered", 1)
    check_all(world, lax.ledger())


def test_a_deadline_written_by_a_clock_that_was_ahead(world: World, provider: Sandbox) -> None:
    """A deadline hours ahead keeps "not found" from counting until then, and says so; what is found counts at once."""
    world = world.with_desk(resend=RESENT)
    provider.order(do="drop_before_accept")
    asked = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)
    world.clock.pass_by(HOURS)
    world.work_until(lambda: bool(world.submissions(state="unknown")))
    world.clock.pass_by(-HOURS)
    for _ in range(5):
        world.registry.hurry(world.studio, asked, due=world.clock())
        world.work(steps=1)

    assert world.submission(asked).state == "unknown"
    assert "not found yet" in world.note(asked)
    world.clock.pass_by(2 * HOURS)
    assert world.carry(asked)[0].outcome == "delivered"
    check_all(world, provider.ledger())
