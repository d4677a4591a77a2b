"""Everything one running sandbox knows, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.auth import authenticate
from generation.sandbox.chaos import Chaos
from generation.sandbox.clock import VirtualClock
from generation.sandbox.films import FilmRoom
from generation.sandbox.habits import Habits, HabitsOrder
from generation.sandbox.journal import Journal
from generation.sandbox.ledger import Entry, Ledger
from generation.sandbox.occasions import FaultQueue
from generation.sandbox.results import ResultUrls
from generation.sandbox.settings import SandboxSettings
from generation.sandbox.shelf import Shelf
from generation.sandbox.tasks import Task


class World:
    """Settings, clock and state of a sandbox. Handlers run in threads: whoever touches `shelf`, `ledger`, `faults`,
    `chaos` or `habits` holds `lock`. What was kept in `folder` by an earlier run is there again.
    """

    def __init__(
        self,
        settings: SandboxSettings,
        folder: Path,
        *,
        real_clock: Callable[[], float],
        request_ids: Callable[[], str],
    ) -> None:
        self.settings = settings
        self.clock = VirtualClock(real_clock)
        self.request_id = request_ids
        self.lock = threading.RLock()
        self.underway = 0
        self.faults = FaultQueue()
        self.chaos = Chaos()
        self.on_new_task: Callable[[Task], None] = lambda _: None
        self.habits = {account.name: Habits.first(settings) for account in settings.accounts}
        self.shelf = Shelf()
        self.ledger = Ledger()
        self.journal = Journal(folder)
        self.films = FilmRoom(self.journal, one_for_all=settings.one_film)
        self.results = ResultUrls(settings.accounts, settings.url_lifetime_seconds)
        for task in self.journal.tasks():
            self.shelf.add(task)
        for entry in self.journal.entries():
            self.ledger.add(entry)
        self.clock.catch_up(self.shelf.latest())

    def caller(self, header: str | None) -> SeededAccount:
        """The account behind an Authorization header, by real time; raises Refused."""
        return authenticate(header, self.settings.accounts, now=self.clock.real())

    def keep(self, task: Task) -> Task:
        """Time a new task by the settings and keep it; durable before it can be found. Holds the lock's contract."""
        timed = replace(
            task,
            submitted_seconds=self.settings.submitted_seconds,
            processing_seconds=self.settings.processing_seconds,
        )
        self.journal.keep_task(timed)
        self.shelf.add(timed)
        self.on_new_task(timed)
        return timed

    def enter(self, entry: Entry) -> None:
        """Write one ledger entry, to disk first."""
        with self.lock:
            self.journal.keep_entry(entry)
            self.ledger.add(entry)

    def find(self, account: str, product: str, either_id: str) -> Task | None:
        """A task as the query routes see it: of this product, and past the lag of look-ups."""
        with self.lock:
            task = self.shelf.find(account, either_id)
        if task is None or task.product != product or not self.visible(task, "lookup"):
            return None
        return task

    def visible(self, task: Task, to: Literal["lookup", "list"]) -> bool:
        """Whether look-ups, or lists, know the task yet: behind the account's lag and the task's own."""
        habits = self.habits[task.account]
        general = habits.lookup_lag_seconds if to == "lookup" else habits.list_lag_seconds
        own = task.lookup_lag if to == "lookup" else task.list_lag
        return self.clock.now() >= task.created + max(general, own)

    def change(self, order: HabitsOrder) -> None:
        """Change the habits of one account, or of all; raises KeyError for an account that is not here."""
        with self.lock:
            for name in [order.account] if order.account is not None else list(self.habits):
                self.habits[name] = self.habits[name].changed(order)

    def affordable(self, account: str, units: Decimal, now: float) -> bool:
        return self.shelf.held(account, now) + units <= self.habits[account].units
