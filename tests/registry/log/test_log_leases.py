"""Leases: who works on what, and that whoever slept through its lease can do nothing any more."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from registry.errors import StaleLease
from registry.log.leases import Lease
from registry.log.roles import Handled
from registry.log.tables import LEASES
from tests.registry.events.golden import an_id
from tests.registry.log.opened import ME, STUDIO, Clock, Opened, introduce
from tests.registry.log.story import people, requested, scenes

MINUTE = 60_000_000
WORK = [an_id("generation", number) for number in (1, 2, 3)]


@pytest.fixture
def clock(open_log: Opened) -> Clock:
    """Three open generations, requested one after the other, and the clock they wait by."""
    for call in [*people(), *scenes()]:
        open_log.handle(*call)
    for work in WORK:
        open_log.handle(*requested(work, "unused")[0])
    assert isinstance(open_log.clock, Clock)
    return open_log.clock


def claim(log: Opened, owner: str = "one") -> Lease | None:
    return log.registry.claim(owner=owner, lease_us=MINUTE)


def held(log: Opened, owner: str = "one") -> Lease:
    lease = claim(log, owner)
    assert lease is not None
    return lease


def noted(log: Opened, work: str) -> str:
    """What the work's last holder noted; empty when nothing is noted."""
    with log.registry.reading() as connection:
        return connection.execute(select(LEASES.c.note).where(LEASES.c.work == work)).scalar() or ""


def act(log: Opened, lease: Lease) -> Handled:
    return log.registry.handle(STUDIO, [introduce()], context=ME, fence=lease.fence)


@pytest.mark.usefixtures("clock")
def test_everybody_gets_something_else(open_log: Opened) -> None:
    """Work that somebody holds is not given to anybody else; the oldest comes first; then there is nothing."""
    leases = [held(open_log, owner) for owner in ("one", "two", "three")]

    assert [lease.work for lease in leases] == WORK
    assert {(lease.log, lease.epoch, lease.attempts) for lease in leases} == {(STUDIO, 1, 1)}
    assert claim(open_log, "four") is None


@pytest.mark.usefixtures("clock")
def test_twelve_workers_claim_at_once(open_log: Opened) -> None:
    """A race of twelve workers for three pieces of work gives each piece to exactly one."""
    claimed: list[Lease | None] = []
    threads = [
        threading.Thread(target=lambda n=n: claimed.append(claim(open_log, str(n)))) for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(lease.work for lease in claimed if lease) == WORK


def test_a_lease_is_held_until_somebody_takes_over(open_log: Opened, clock: Clock) -> None:
    """A lease is held past its time until somebody takes the work over, and then by that one; what is finished is nobody's."""
    registry, first = open_log.registry, held(open_log)
    clock.now += 2 * MINUTE
    alone = registry.holds(first)
    second = next(lease for _ in WORK if (lease := held(open_log, "two")).work == first.work)
    taken = registry.holds(first), registry.holds(second)
    registry.finish(second)

    assert alone
    assert taken == (False, True)
    assert not registry.holds(second)


def test_what_was_released_waits_until_it_is_due(open_log: Opened, clock: Clock) -> None:
    """Released work comes back when due, the longest due first, and says what it waited for."""
    leases = [held(open_log) for _ in WORK]
    for lease, wait in zip(leases, (30, 10, 20), strict=True):
        open_log.registry.release(lease, due=clock.now + wait, note=f"until {wait}", progressed=True)

    assert claim(open_log) is None
    assert noted(open_log, WORK[1]) == "until 10"
    clock.now += 25
    assert [held(open_log).work, held(open_log).work] == [WORK[1], WORK[2]]
    assert claim(open_log) is None


def test_an_expired_lease_is_taken_over(open_log: Opened, clock: Clock) -> None:
    """After its end a lease goes to whoever asks, with the next epoch; not a moment before."""
    first, _, _ = [held(open_log) for _ in WORK]
    clock.now += MINUTE - 1
    assert claim(open_log, "two") is None

    clock.now += 1
    taken = held(open_log, "two")

    assert (taken.work, taken.owner, taken.epoch, taken.attempts) == (first.work, "two", 2, 2)


def test_a_stale_worker_can_do_nothing(open_log: Opened, clock: Clock) -> None:
    """The one who slept through its lease cannot append, extend, release or finish; the new holder can."""
    slept, _, _ = [held(open_log) for _ in WORK]
    clock.now += MINUTE
    taken = held(open_log, "two")
    assert taken.work == slept.work
    head = open_log.registry.feed.head(STUDIO)

    with pytest.raises(StaleLease, match="epoch 2"):
        act(open_log, slept)
    with pytest.raises(StaleLease):
        open_log.registry.extend(slept, lease_us=MINUTE)
    open_log.registry.release(slept, due=0, note="mine!", progressed=True)
    open_log.registry.finish(slept)

    assert open_log.registry.feed.head(STUDIO) == head
    assert noted(open_log, slept.work) != "mine!"
    assert act(open_log, taken).position == head + 1
    assert open_log.registry.extend(taken, lease_us=MINUTE) == replace(taken, expires=clock.now + MINUTE)


def test_an_extended_lease_holds_longer(open_log: Opened, clock: Clock) -> None:
    """Until its new end nobody else gets the work."""
    for _ in WORK:
        lease = held(open_log)
        clock.now += MINUTE // 4
        open_log.registry.extend(lease, lease_us=2 * MINUTE)

    clock.now += MINUTE
    assert claim(open_log, "two") is None


def test_attempts_count_until_progress(open_log: Opened, clock: Clock) -> None:
    """Attempts grow while nothing moves forward, and start anew once it does."""
    lease, _, _ = [held(open_log) for _ in WORK]
    attempts = [lease.attempts]
    for progressed in (False, False, True, False):
        open_log.registry.release(lease, due=0, note="", progressed=progressed)
        clock.now += 1
        lease = held(open_log)
        attempts.append(lease.attempts)

    assert (lease.work, lease.epoch) == (WORK[0], 5)
    assert attempts == [1, 2, 3, 1, 2]


@pytest.mark.usefixtures("clock")
def test_finished_work_leaves_no_row(open_log: Opened) -> None:
    """A finished lease is gone, and nobody can act under it."""
    lease = held(open_log)
    open_log.registry.finish(lease)

    assert open_log.raw("SELECT * FROM leases") == []
    with pytest.raises(StaleLease, match="epoch None"):
        act(open_log, lease)
    assert noted(open_log, lease.work) == ""


def test_hurried_work_is_due_sooner_but_not_within_its_floor(open_log: Opened, clock: Clock) -> None:
    """A hurry brings the due time forward to now, or to the floor after it was let go; never back."""
    leases = [held(open_log) for _ in WORK]
    for lease, wait in zip(leases, (30, 30, 2), strict=True):
        open_log.registry.release(lease, due=clock.now + wait, note="", progressed=True)
    clock.now += 1
    open_log.registry.hurry(STUDIO, WORK[0], due=clock.now)
    open_log.registry.hurry(STUDIO, WORK[1], due=clock.now, floor=10)
    open_log.registry.hurry(STUDIO, WORK[2], due=clock.now, floor=10)

    assert [held(open_log).work, claim(open_log)] == [WORK[0], None]
    clock.now += 1
    assert [held(open_log).work, claim(open_log)] == [WORK[2], None]
    clock.now += 7
    assert claim(open_log) is None
    clock.now += 1
    assert held(open_log).work == WORK[1]


def test_a_hurry_by_a_clock_behind_keeps_the_floor(open_log: Opened, clock: Clock) -> None:
    """Work let go after the hurrier's now (it waited for the log, or its clock is behind) still rests for the floor."""
    lease, _, _ = [held(open_log) for _ in WORK]
    open_log.registry.release(lease, due=clock.now + 30, note="", progressed=True)
    clock.now -= 1
    open_log.registry.hurry(STUDIO, lease.work, due=clock.now, floor=10)

    clock.now += 9
    assert claim(open_log) is None
    clock.now += 1
    assert held(open_log).work == lease.work


def test_work_that_is_hurried_while_held_is_due_soon_after(open_log: Opened, clock: Clock) -> None:
    """Who let go did not know of the hurry: the pause shrinks to the floor, once."""
    lease, _, _ = [held(open_log) for _ in WORK]
    open_log.registry.hurry(STUDIO, lease.work, due=clock.now, floor=10)
    open_log.registry.release(lease, due=clock.now + 30, note="", progressed=True)

    clock.now += 9
    assert claim(open_log) is None
    clock.now += 1
    again = held(open_log)
    open_log.registry.release(again, due=clock.now + 30, note="", progressed=True)
    clock.now += 29
    assert claim(open_log) is None
