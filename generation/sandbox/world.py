"""Everything one running sandbox knows, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.auth import authenticate
from generation.sandbox.clock import VirtualClock
from generation.sandbox.creations import Creation, Deletion
from generation.sandbox.faults import FaultQueue
from generation.sandbox.films import FilmRoom
from generation.sandbox.journal import Journal
from generation.sandbox.ledger import Entry, Ledger
from generation.sandbox.library import Library
from generation.sandbox.results import ResultUrls
from generation.sandbox.settings import SandboxSettings
from generation.sandbox.shelf import Shelf
from generation.sandbox.tasks import Task


class World:
    """Settings, clock and state of a sandbox. Handlers run in threads: whoever touches `shelf`, `library`, `ledger` or
    `faults` holds `lock`. What was kept in `folder` by an earlier run is there again.
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
        self.faults = FaultQueue()
        self.shelf = Shelf()
        self.library = Library(settings.accounts, self.clock.now())
        self.ledger = Ledger()
        self.journal = Journal(folder)
        self.films = FilmRoom(self.journal)
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
        return timed

    def keep_creation(self, creation: Creation) -> Creation:
        """Keep a new element or voice; durable before it can be found. Holds the lock's contract."""
        self.journal.keep_creation(creation)
        self.library.add(creation)
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

    def find(self, account: str, product: str, either_id: str) -> Task | None:
        """A task as the query routes see it: of this product, and past the lookup lag."""
        with self.lock:
            task = self.shelf.find(account, either_id)
        if task is None or task.product != product or not self.visible(task):
            return None
        return task

    def visible(self, task: Task | Creation) -> bool:
        return self.clock.now() >= task.created + self.settings.lookup_lag_seconds

    def posted(self, account: str, task_id: str) -> Task | Creation | None:
        """What a create of this account made, whatever it is."""
        with self.lock:
            made = self.library.by_task(task_id)
            return made if made and made.account == account else self.shelf.find(account, task_id)

    def has_external(self, account: str, external_task_id: str) -> bool:
        return any(kept.has_external(account, external_task_id) for kept in (self.shelf, self.library))

    def affordable(self, account: str, units: Decimal, now: float) -> bool:
        return self.held(account, now) + units <= self.settings.units

    def held(self, account: str, now: float) -> Decimal:
        """Units spent or promised. One balance pays for everything, where the vendor sells packs per product."""
        return self.shelf.held(account, now) + self.library.held(account, now)

    def spent(self, account: str, now: float) -> Decimal:
        """Units billed so far."""
        return self.shelf.spent(account, now) + self.library.spent(account, now)
