"""What callers send and read about money: budgets, approvals, shares, and what a production has spent, in units and dollars."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, StrictInt

from api.bodies import Body
from generation.prices import PRICED_ON, priced
from registry.events.references import Sha256, Units
from registry.views.page import Card
from registry.views.spend import SceneSums, Spend, SpendLine, Sums


def _example(**said: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [said]})


class Budget(Body):
    """The most a production may spend in all, from its first day, in Kling units; null is no limit."""

    model_config = _example(units="500")

    units: Units | None


class ApprovalRule(Body):
    """Plans that cost more than so many units wait for an approver; null: none do."""

    model_config = _example(above_units="8")

    above_units: Units | None


class Share(Body):
    """A production's weight among those that wait for the same slots."""

    model_config = _example(weight=2)

    weight: Annotated[StrictInt, Field(ge=1, le=100)]


class Approval(Body):
    """The plan that is approved, by its digest, and the most it may cost in units."""

    model_config = _example(plan_digest="5f" * 32, ceiling_units="4.5")

    plan_digest: Sha256
    ceiling_units: Units


class Changes(Body):
    """What to change of an earlier request: a JSON merge patch (RFC 7396) of the shot request; null removes."""

    model_config = _example(changes={"duration": 10, "framing": None})

    changes: dict[str, Any] = Field(default_factory=dict)


class Amount(Card):
    """Kling units, and what they cost in US dollars by the price table, both exact decimals."""

    units: str
    usd: str

    @classmethod
    def of(cls, units: str) -> Self:
        price = priced(Decimal(units))
        return cls(units=price.units, usd=price.usd)


class SpendAnswer(Card):
    """A production's money, by the price table of `priced_on`; `items` are its paid calls, oldest first.

    All that was ever reserved (`set_aside`) is `reserved` (for calls still open) + `settled` + `released` - `over` (charged
    beyond its reservation). `calls` counts calls, `open` those without an end, `assumed` those nobody knows the charge of.
    """

    production: str
    version: int
    priced_on: str
    budget: Amount | None
    left: Amount | None
    set_aside: Amount
    reserved: Amount
    settled: Amount
    released: Amount
    over: Amount
    calls: int
    open: int
    assumed: int
    scenes: tuple[SceneSums, ...]
    items: tuple[SpendLine, ...]
    next: int | None = None


def spend_answer(spend: Spend, items: tuple[SpendLine, ...], following: int | None) -> SpendAnswer:
    """A production's books with their price in dollars."""
    sums: Sums = spend.sums
    return SpendAnswer(
        production=spend.production,
        version=spend.version,
        priced_on=PRICED_ON,
        budget=None if spend.budget_units is None else Amount.of(spend.budget_units),
        left=None if spend.left_units is None else Amount.of(spend.left_units),
        set_aside=Amount.of(sums.set_aside_units),
        reserved=Amount.of(sums.reserved_units),
        settled=Amount.of(sums.settled_units),
        released=Amount.of(sums.released_units),
        over=Amount.of(sums.over_units),
        calls=sums.calls,
        open=sums.open,
        assumed=sums.assumed,
        scenes=spend.scenes,
        items=items,
        next=following,
    )
