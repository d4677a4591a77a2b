"""Workers that sleep through their lease: when they wake up they cannot write, and cannot send."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from generation.desk import ResendPolicy
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.crash.workers import Nursery, stopped, wait_for
from tests.servers.sandbox import Sandbox
from tests.servers.world import World

HOURS = 3600.0
LONG = 60.0
TAKEOVERS = 10
AROUND = ("before:create", "body", "sent", "after:create")
RESENT: dict[str, ResendPolicy] = dict.fromkeys(("omni-video", "image2video"), "same_id_after_disproof")
BRIEF = {"lease": 0.5, "send_floor": 0.3, "lease_margin": 0.2}
"""Leases that are really over within half a second, by the wall's clock."""


def logged_by_a_worker_overtaken_at(world: World, point: str, overtake: Callable[[], None]) -> list[str]:
    """What a worker logs when its lease runs out at `point` and `overtake` happens before it goes on."""
    done: list[bool] = []

    def at(reached: str, _external: str) -> None:
        if reached == point and not done:
            done.append(True)
            world.clock.pass_by(HOURS)
            overtake()

    frozen = replace(world, desk=hooked(world.desk, at))
    with capture_logs() as logs:
        frozen.work_until(lambda: bool(done))
    return [entry["event"] for entry in logs]


@pytest.mark.parametrize(
    "point",
    ["before:SubmissionConfirmed", "before:TaskProcessing", "before:StoreResult", "before:EndGeneration"],
)
def test_a_stale_epoch_writes_nothing(world: World, provider: Sandbox, point: str) -> None:
    """A worker that was overtaken finds its lease stale at its next append, drops the work, and has written nothing."""
    asked = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)
    written: list[int] = []
    provider.clock(speed=0.1)  # a task is seen while it is processing, however slow the machine

    def overtake() -> None:
        provider.clock(speed=1)
        world.carry(asked)
        written.append(world.log()[-1].position)

    logged = logged_by_a_worker_overtaken_at(world, point, overtake)

    assert "lease_lost" in logged
    assert [world.log()[-1].position] == written
    assert world.card(asked).outcome == "delivered"
    check_all(world, provider.ledger())


def test_a_lease_that_is_held_keeps_others_away(world: World) -> None:
    """While one worker is about to send, another finds nothing to do."""
    world.ask(cast=[], action="The lamps come on.", opening=world.cafe)
    found: list[bool] = []

    def at(point: str, _external: str) -> None:
        if point == "before:create":
            found.append(world.worker("worker-2").work_once())

    assert replace(world, desk=hooked(world.desk, at)).worker().work_once()
    assert found == [False]


@pytest.mark.parametrize(("point", "accepted"), [("before:create", 0), ("body", 0), ("sent", 1)])
def test_a_stopped_process_cannot_send_or_append_afterwards(
    world: World, provider: Sandbox, nursery: Nursery, point: str, accepted: int
) -> None:
    """Stopped around the POST past its deadline and its lease, then continued: no byte more goes out, no event is added."""
    asked = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)
    pid = nursery.start(world, point, kind=signal.SIGSTOP, durations=BRIEF)
    wait_for(lambda: stopped(pid))
    if accepted:
        world.carry(asked)
    else:
        world.work_until(lambda: world.submission(asked).state == "unknown")
    before, lost = world.log()[-1].position, nursery.said().count("lease_lost")
    os.kill(pid, signal.SIGCONT)
    wait_for(lambda: nursery.said().count("lease_lost") > lost)
    nursery.kill(pid, after=0.0)

    assert world.log()[-1].position == before
    assert len(provider.ledger(world.submission(asked).external_task_id)) == accepted
    check_all(world, provider.ledger())


@pytest.mark.slow
@pytest.mark.parametrize("deadline", [600.0, 3.0], ids=["before its deadline", "past its deadline"])
def test_frozen_senders_that_wake_up_beside_a_resend(
    world: World, provider: Sandbox, nursery: Nursery, deadline: float
) -> None:
    """Ten stopped around their POSTs, disproved and resent by another: woken up, none sends, though an id may be paid twice."""
    provider.habits(duplicate_external_ids="accept")
    began = time.monotonic()
    frozen, asked = {}, []
    for number in range(TAKEOVERS):
        asked.append(world.ask(cast=[], action="The lamps come on.", opening=world.cafe))
        point = AROUND[number % len(AROUND)]
        pid = nursery.start(world, point, kind=signal.SIGSTOP, durations={"send_floor": deadline})
        wait_for(lambda pid=pid: stopped(pid))
        frozen[pid] = point
    world.clock.pass_by(HOURS)
    cards = world.with_desk(resend=RESENT).carry(*asked, seconds=60)
    if deadline < LONG:
        wait_for(lambda: time.monotonic() - began > 2 * deadline)
    lost = nursery.said().count("lease_lost")
    for pid in frozen:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: nursery.said().count("lease_lost") == lost + len(frozen))
    for pid in frozen:
        nursery.kill(pid, after=0.0)
    provider.habits(duplicate_external_ids="refuse")

    sent = [
        [post["accepted"] for post in provider.ledger(world.submission(name).external_task_id)]
        for name in asked
    ]
    assert [card.outcome for card in cards] == ["delivered"] * TAKEOVERS
    assert sent == [[True]] * TAKEOVERS
    check_all(world, provider.ledger())
