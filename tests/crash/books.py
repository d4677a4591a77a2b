"""A production's money, added up from its events alone: what invariant I8 is judged by."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from registry.events.envelope import Event
from registry.events.production import BudgetReleased, BudgetReserved, BudgetSet, BudgetSettled


@dataclass
class Book:
    """What a production's events say about its money, in units. `settled` and `released` count what had been set aside."""

    budget: Decimal | None = None
    spent: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    settled: Decimal = Decimal(0)
    released: Decimal = Decimal(0)
    open: dict[str, Decimal] = field(default_factory=dict)

    def enter(self, event: Event) -> None:
        match event:
            case BudgetSet(units=units):
                self.budget = None if units is None else Decimal(units)
            case BudgetReserved(submission=name, units=units):
                assert name not in self.open, f"{name} is reserved twice"
                self.open[name] = Decimal(units)
                self.reserved += Decimal(units)
                committed = self.spent + sum(self.open.values(), Decimal(0))
                assert self.budget is None or committed <= self.budget or not Decimal(units), "overspent"
            case BudgetSettled(submission=name, units=units, reserved=reserved):
                assert self.open.pop(name) == Decimal(reserved)
                self.settled += Decimal(reserved)
                self.spent += Decimal(units)
            case BudgetReleased(submission=name, units=units):
                assert self.open.pop(name) == Decimal(units)
                self.released += Decimal(units)
