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
from generation.sandbox.creations import Creation, Deletion, Found
from generation.sandbox.films import FilmRoom
from generation.sandbox.habits import Habits, HabitsOrder
from generation.sandbox.journal import Journal
from generation.sandbox.ledger import Entry, Ledger
from generation.sandbox.library import Library
from generation.sandbox.occasions import FaultQueue
from generation.sandbox.requests import LIBRARY_PRODUCTS, AnyProduct
from generation.sandbox.results import ResultUrls
from generation.sandbox.settings import SandboxSettings
from generation.sandbox.shelf import Shelf
from generation.sandbox.tasks import Task


class World:
    """Settings, clock and state of a sandbox. Handlers run in threads: whoever touches `shelf`, `library`, `ledger`,
    `faults`, `chaos` or `habits` holds `lock`. What was kept in `folder` by an earlier run is there again.
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
        self.on_new_task: Callable[[Found], None] = lambda _: None
        self.habits = {account.name: Habits.first(settings) for account in settings.accounts}
        self.shelf = Shelf()
        self.library = Library(settings.accounts, self.clock.now())
        self.ledger = Ledger()
        self.journal = Journal(folder)
        self.films = FilmRoom(self.journal, one_for_all=settings.one_film)
        self.results = ResultUrls(settings.accounts, settings.url_lifetime_seconds)
        for task in self.journal.tasks():
            self.shelf.add(task)
        for entry in self.journal.entries():
            self.ledger.add(entry)
        for creation in self.journal.creations():
            self.shelf.pass_by(creation.task_id)
            self.library.add(creation)
        for deletion in self.journal.deletions():
            self.library.delete(deletion)
        self.clock.catch_up(max(self.shelf.latest(), self.library.latest()))

    def caller(self, header: str | None) -> SeededAccount:
        """The account behind an Authorization header, by real time, with its elements of now; raises Refused."""
        account = authenticate(header, self.settings.accounts, now=self.clock.real())
        with self.lock:
            return self.library.stocked(account, self.clock.now())

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

    def keep_creation(self, creation: Creation) -> Creation:
        """Keep a new element or voice; durable before it can be found. Holds the lock's contract."""
        self.journal.keep_creation(creation)
        self.library.add(creation)
        self.on_new_task(creation)
        return creation

    def keep_deletion(self, deletion: Deletion) -> None:
        """The same for a deletion."""
        self.journal.keep_deletion(deletion)
        self.library.delete(deletion)

    def enter(self, entry: Entry) -> None:
        """Write one ledger entry, to disk first."""
        with self.lock:
            self.journal.keep_entry(entry)
            self.ledger.add(entry)

    def find(self, account: str, product: AnyProduct, either_id: str) -> Found | None:
        """A task, element or voice as the query routes see it: of this product, and past the lag of look-ups."""
        with self.lock:
            task: Found | None
            if product in LIBRARY_PRODUCTS:
                task = self.library.find(account, product, either_id)
            else:
                task = self.shelf.find(account, either_id)
        if task is None or task.product != product or not self.visible(task, "lookup"):
            return None
        return task

    def newest_first(self, account: str, product: AnyProduct) -> list[Found]:
        """Everything of that product, visible or not."""
        with self.lock:
            if product in LIBRARY_PRODUCTS:
                return [*self.library.newest_first(account, product)]
            return [*self.shelf.newest_first(account, product)]

    def everything(self, *, account: str | None, external_task_id: str | None) -> list[Found]:
        """Every task, and every element and voice made here, that matches what is given; oldest first."""
        with self.lock:
            tasks: list[Found] = [*self.shelf.all_tasks(), *self.library.all_made()]
        return sorted(
            (
                task
                for task in tasks
                if account in (None, task.account) and external_task_id in (None, task.external_task_id)
            ),
            key=lambda task: int(task.task_id),
        )

    def visible(self, task: Found, to: Literal["lookup", "list"]) -> bool:
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

    def posted(self, account: str, task_id: str) -> Found | None:
        """What a create of this account made, whatever it is."""
        with self.lock:
            made = self.library.by_task(task_id)
            return made if made and made.account == account else self.shelf.find(account, task_id)

    def has_external(self, account: str, external_task_id: str) -> bool:
        return any(kept.has_external(account, external_task_id) for kept in (self.shelf, self.library))

    def affordable(self, account: str, units: Decimal, now: float) -> bool:
        return self.held(account, now) + units <= self.habits[account].units

    def held(self, account: str, now: float) -> Decimal:
        """Units spent or promised. One balance pays for everything, where the vendor sells packs per product."""
        return self.shelf.held(account, now) + self.library.held(account, now)

    def spent(self, account: str, now: float) -> Decimal:
        """Units billed so far."""
        return self.shelf.spent(account, now) + self.library.spent(account, now)
