"""Whether a request's price suits its ceiling and its production's budget: checked at the door, reserved with the intent."""

from __future__ import annotations

from decimal import Decimal

from generation.gaps import NO_BUDGET, TOO_DEAR
from generation.rules.finding import Finding
from generation.shot import ShotRequest
from registry.deciders.generation import TooDear, must_cost_at_most
from registry.deciders.production import BudgetExceeded, Production, must_afford


def must_suit(request: ShotRequest, units: Decimal, production: Production, *, stream: str) -> None:
    """`units` is the price of one take, `stream` the production. Raises TooDear and BudgetExceeded."""
    must_cost_at_most(request.max_units, units)
    must_afford(production, stream, units * request.takes)


def objections(
    request: ShotRequest, units: Decimal, production: Production, *, stream: str
) -> tuple[Finding, ...]:
    """Everything that speaks against the price, as findings of a preview."""
    found: list[Finding] = []
    try:
        must_cost_at_most(request.max_units, units)
    except TooDear as refused:
        found.append(TOO_DEAR.at("max_units", refused.message))
    try:
        must_afford(production, stream, units * request.takes)
    except BudgetExceeded as refused:
        found.append(NO_BUDGET.at("takes", refused.message))
    return tuple(found)
