"""The worker's daily round: each account is compared with the provider when it is due, by one worker at a time."""

from __future__ import annotations

from typing import Final

import structlog

from generation.desk import Desk
from generation.errors import GenerationError
from generation.reconcile import Run, every_us, reconcile, usual_window
from registry.errors import RegistryError, StaleLease
from registry.events.account import AccountReconciled
from registry.events.envelope import Context
from registry.log.leases import Lease
from registry.log.roles import Handled

_log = structlog.get_logger("rounds")
_LOOK_EVERY_US: Final = 60 * 1_000_000
"""An account that is due may wait this long for a worker that looks."""
_AGAIN_SOONER: Final = 24
"""After a run that could not read everything, the next one comes so many times sooner."""


class Rounds:
    """One worker's part of it."""

    def __init__(self, desk: Desk, *, owner: str) -> None:
        self._desk = desk
        self._owner = owner
        self._look_at = 0

    def go(self) -> bool:
        """Compare the account that has been due the longest. False when none is, or it is not time to look yet."""
        registry, now = self._desk.registry, self._desk.now()
        if now < self._look_at:
            return False
        self._look_at = now + min(_LOOK_EVERY_US, every_us(self._desk))
        try:
            lease = registry.account_is_due(every=every_us(self._desk)) and registry.claim_due_account(
                owner=self._owner,
                lease_us=int(self._desk.durations.lease * 1_000_000),
                every=every_us(self._desk),
            )
        except RegistryError as busy:
            _log.warning("claim_failed", code=busy.code, message=busy.message)
            return False
        if not lease:
            return False
        self._look_at = now
        self._carry(lease)
        return True

    def _carry(self, lease: Lease) -> None:
        run = Run(
            name=self._desk.registry.make_id("reconciliation"),
            context=Context(actor=self._owner, correlation_id=lease.work),
            window=usual_window(self._desk),
        )
        try:
            pause, why = self._pause(reconcile(self._desk, lease, run)), ""
        except StaleLease:
            _log.warning("lease_lost", account=lease.work, epoch=lease.epoch)
            return
        except (RegistryError, GenerationError) as failure:
            _log.warning("round_failed", account=lease.work, code=failure.code, message=failure.message)
            pause, why = self._desk.durations.hold(lease.attempts), failure.message
        except Exception as failure:  # noqa: BLE001 - a worker must outlive whatever an account does to it
            _log.exception("round_crashed", account=lease.work)
            pause, why = self._desk.durations.hold(lease.attempts), f"failed ({type(failure).__name__})"
        self._let_go(lease, pause, why)

    def _pause(self, handled: Handled) -> float:
        every = self._desk.durations.reconcile_every
        reports = (recorded.event for recorded in handled.recorded)
        whole = all(report.complete for report in reports if isinstance(report, AccountReconciled))
        return every if whole else every / _AGAIN_SOONER

    def _let_go(self, lease: Lease, pause: float, why: str) -> None:
        due = self._desk.now() + int(pause * 1_000_000)
        try:
            self._desk.registry.release(lease, due=due, note=why, progressed=not why)
        except RegistryError as busy:
            _log.warning("release_failed", account=lease.work, code=busy.code, message=busy.message)
