"""One query of tasks, and the faults that shape what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generation.sandbox import querying
from generation.sandbox.accounts import SeededAccount
from generation.sandbox.creations import Found
from generation.sandbox.faults import SHAPING, Fault, Moment
from generation.sandbox.occasions import Occasion
from generation.sandbox.requests import AnyProduct
from generation.sandbox.shaping import Told, hiding, invented, shaped_list, told
from generation.sandbox.world import World


@dataclass
class Reading:
    """A look-up or a list on its way; `fault` is what befalls its answer, known once it was read or refused."""

    world: World
    product: AnyProduct
    base: str
    fault: Fault | None = None

    def one(self, account: SeededAccount, either_id: str) -> dict[str, Any]:
        """One task by either id; raises Refused with 1201 when it is not there, not visible yet, or hidden."""
        task = self.world.find(account.name, self.product, either_id)
        if task is None:
            asked = Occasion("lookup", account.name, self.product, either_id, either_id)
            self._faults(asked, [])
            raise querying.not_found(either_id)
        occasion = self._occasion("lookup", task)
        faults = self._faults(occasion, [occasion])
        if hidden := hiding(occasion, faults):
            raise querying.not_found(either_id, hidden.status)
        return querying.tell(self.world, told(task, occasion, faults), self.base)

    def page(self, account: SeededAccount, number: str | None, size: str | None) -> list[dict[str, Any]]:
        """One page of the account's tasks; raises Refused with 1201 for a page that cannot be."""
        with self.world.lock:
            tasks = self.world.newest_first(account.name, self.product)
        seen = [(task, self._occasion("list", task)) for task in tasks if self.world.visible(task, "list")]
        asked = Occasion("list", account.name, self.product)
        faults = self._faults(asked, [asked, *(occasion for _, occasion in seen)])
        now = self.world.clock.now()
        listed = [*invented(account, self.product, faults, now), *shaped_list(seen, faults)]
        return self._paged(listed, number, size)

    def presets(self, asked: Occasion, number: str | None, size: str | None) -> list[dict[str, Any]]:
        """One page of what the vendor owns of that product: faults befall the answer, and change nothing in it."""
        self._faults(asked, [])
        kept = self.world.library.presets.get(self.product, [])
        return self._paged([Told(creation) for creation in kept], number, size)

    def _paged(self, listed: list[Told], number: str | None, size: str | None) -> list[dict[str, Any]]:
        largest = querying.LARGEST_PAGES.get(self.product, querying.LARGEST_PAGE)
        page = querying.paged(listed, number, size, largest=largest)
        return [querying.tell(self.world, each, self.base) for each in page]

    def _faults(self, asked: Occasion, about: list[Occasion]) -> list[Fault]:
        """Takes the fault that befalls the answer, and those that shape what is told about tasks."""
        with self.world.lock:
            self.fault = self.world.faults.take(asked, wanted=lambda fault: not fault.shapes)
            shaping = self.world.faults.take_each(SHAPING, *about)
            drawn = None if self.fault or shaping else self.world.chaos.draw(asked)
        if drawn and drawn.shapes:
            return [drawn]
        self.fault = self.fault or drawn
        return shaping

    def _occasion(self, on: Moment, task: Found) -> Occasion:
        return Occasion.of(on, task, task.status(self.world.clock.now()))
