"""A production's money: its budget, its approval rule, its share of the slots, and what it has spent."""

from __future__ import annotations

from typing import Any

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.errors import Web
from api.money import ApprovalRule, Budget, Share, SpendAnswer, spend_answer
from api.routes.answering import Answer, Reply, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from registry.deciders.command import Command
from registry.deciders.production import SetApprovalRule, SetBudget, SetShare
from registry.registry import Connection
from registry.views import generations, productions, spend
from registry.views.page import Span
from registry.views.productions import ProductionCard


def _changed(change: Change, command: Command) -> Answer[ProductionCard]:
    def reply(connection: Connection) -> Reply:
        return card_reply(productions.production(connection, change.studio, command.stream))

    return change.make(command, reply=reply)


@put("/{production:str}/budget", sync_to_thread=True)
def set_budget(
    production: FromPath[str], data: JSONBody[Budget], change: NamedDependency[Change]
) -> Answer[ProductionCard]:
    """The most it may spend in all, or null for no limit.

    409 when more than that is spent and reserved already. What waits for budget goes on at once.
    """
    answer = _changed(change, SetBudget(stream=named("production", production), units=data.units))
    registry = change.registry
    waiting = change.read(generations.unsent_of, production)
    registry.hurry_all(change.studio, waiting, due=registry.clock())
    return answer


@put("/{production:str}/approval", sync_to_thread=True)
def set_approval_rule(
    production: FromPath[str], data: JSONBody[ApprovalRule], change: NamedDependency[Change]
) -> Answer[ProductionCard]:
    """From here on plans dearer than that wait for an approver, `0` means every plan, null none."""
    command = SetApprovalRule(stream=named("production", production), above_units=data.above_units)
    return _changed(change, command)


@put("/{production:str}/share", opt={"role": "asset_writer"}, sync_to_thread=True)
def set_share(
    production: FromPath[str], data: JSONBody[Share], change: NamedDependency[Change]
) -> Answer[ProductionCard]:
    """Its weight among the productions that wait for the same slots."""
    return _changed(change, SetShare(stream=named("production", production), weight=data.weight))


@get("/{production:str}/spend", sync_to_thread=True)
def show_spend(
    request: Web,
    production: FromPath[str],
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
) -> Answer[SpendAnswer]:
    """Budget, what is reserved, settled and released, what is left, sums by scene, and a page of paid calls."""
    with visit.registry.snapshot(visit.studio) as connection:
        page = spend.lines(connection, visit.studio, production=production, span=span)
        whole = spend.spend(connection, visit.studio, production)
    return answer_page(request, spend_answer(whole, page.items, page.next))


ROUTES: Any = Router(
    "/productions",
    route_handlers=[set_budget, set_approval_rule, set_share, show_spend],
    opt={"reach": "production", "changes": "approver"},
    tags=["Productions"],
)
