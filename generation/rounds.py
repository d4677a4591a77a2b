"""The worker's rounds: each account is compared with the provider when it is due, by one worker at a time.

There are two: its tasks and deductions (`generation.reconcile`), and its elements and voices (`generation.census`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from structlog.contextvars import bound_contextvars

from generation.census import Count, census_every_us, take_census
from generation.desk import Desk
from generation.errors import GenerationError
from generation.reconcile import Run, every_us, reconcile, usual_window
from registry.errors import RegistryError, StaleLease
from registry.events.account import AccountReconciled, CensusTaken
from registry.events.envelope import Context
from registry.log.leases import Lease
from registry.log.roles import Handled
from registry.views.rounds import Round

_log = structlog.get_logger("rounds")
_LOOK_EVERY_US: Final = 60 * 1_000_000
"""An account that is due may wait this long for a worker that looks."""
_AGAIN_SOONER: Final = 24
"""After a run that could not read everything, the next one comes so many times sooner."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a round is for: its lease's prefix, how often it is due (microseconds), and the run under a lease."""

    round: Round
    every_us: Callable[[Desk], int]
    run: Callable[[Desk, Lease, Context], Handled]


def _reconcile(desk: Desk, lease: Lease, context: Context) -> Handled:
    name = desk.registry.make_id("reconciliation")
    return reconcile(desk, lease, Run(name=name, context=context, window=usual_window(desk)))


def _take_census(desk: Desk, lease: Lease, context: Context) -> Handled:
    return take_census(desk, lease, Count(desk.registry.make_id("census"), context))


RECONCILIATION: Final = Purpose("account", every_us, _reconcile)
CENSUS: Final = Purpose("census", census_every_us, _take_census)


class Rounds:
    """One worker's part of one purpose."""

    def __init__(self, desk: Desk, purpose: Purpose = RECONCILIATION, *, owner: str) -> None:
        self._desk = desk
        self._purpose = purpose
        self._owner = owner
        self._look_at = 0

    def go(self) -> bool:
        """Go round the account that has been due the longest. False when none is, or it is not time to look yet."""
        registry, now, every = self._desk.registry, self._desk.now(), self._purpose.every_us(self._desk)
        if now < self._look_at:
            return False
        self._look_at = now + min(_LOOK_EVERY_US, every)
        round = self._purpose.round
        try:
            lease = registry.account_is_due(every=every, round=round) and registry.claim_due_account(
                owner=self._owner,
                lease_us=int(self._desk.durations.lease * 1_000_000),
                every=every,
                round=round,
            )
        except RegistryError as busy:
            _log.warning("claim_failed", code=busy.code, message=busy.message)
            return False
        if not lease:
            return False
        self._look_at = now
        with bound_contextvars(studio=lease.log, round=lease.work, worker=self._owner):
            self._carry(lease)
        return True

    def _carry(self, lease: Lease) -> None:
        context = Context(actor=self._owner, correlation_id=lease.work)
        try:
            pause, why = self._pause(self._purpose.run(self._desk, lease, context)), ""
        except StaleLease:
            _log.warning("lease_lost", epoch=lease.epoch)
            return
        except (RegistryError, GenerationError) as failure:
            _log.warning("round_failed", code=failure.code, message=failure.message)
            pause, why = self._desk.durations.hold(lease.attempts), failure.message
        except Exception as failure:  # noqa: BLE001 - a worker must outlive whatever an account does to it
            _log.exception("round_crashed")
            pause, why = self._desk.durations.hold(lease.attempts), f"failed ({type(failure).__name__})"
        self._let_go(lease, pause, why)

    def _pause(self, handled: Handled) -> float:
        every = self._purpose.every_us(self._desk) / 1_000_000
        events = [recorded.event for recorded in handled.recorded]
        reports = [event for event in events if isinstance(event, AccountReconciled | CensusTaken)]
        return every if all(report.complete for report in reports) else every / _AGAIN_SOONER

    def _let_go(self, lease: Lease, pause: float, why: str) -> None:
        due = self._desk.now() + int(pause * 1_000_000)
        try:
            self._desk.registry.release(lease, due=due, note=why, progressed=not why)
        except RegistryError as busy:
            _log.warning("release_failed", code=busy.code, message=busy.message)
