"""Productions: shows, and the account that pays for them."""

from __future__ import annotations

from typing import Any

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.bodies import AccountChoice, Because, NewProduction
from api.errors import Web
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from registry.deciders.command import Command
from registry.deciders.production import ChooseAccount, CloseProduction, OpenProduction
from registry.deciders.scene import OpenScene
from registry.registry import Connection
from registry.views import accounts
from registry.views import productions as view
from registry.views.page import Page, Span
from registry.views.productions import ProductionCard


def _changed(change: Change, command: Command) -> Answer[ProductionCard]:
    def reply(connection: Connection) -> Reply:
        return card_reply(view.production(connection, change.studio, command.stream))

    return change.make(command, reply=reply)


@post("/", opt={"reach": "studio"}, sync_to_thread=True)
def open_production(data: JSONBody[NewProduction], change: NamedDependency[Change]) -> Answer[ProductionCard]:
    """Open a show, with its scene for requests that name none and, when it is clear which, its account: one append."""
    if (first := change.earlier()) is not None:
        return first
    production, unplaced = change.registry.make_id("production"), change.registry.make_id("scene")
    account = data.account or _only_account(change)
    commands: list[Command] = [
        OpenProduction(stream=production, name=data.name, unplaced=unplaced),
        OpenScene(stream=unplaced, production=production, name="Unplaced"),
    ]
    if account is not None:
        commands.append(ChooseAccount(stream=production, account=account))
    return change.create(
        *commands,
        reply=lambda connection: card_reply(
            view.production(connection, change.studio, production),
            status=201,
            location=f"/v1/productions/{production}",
        ),
    )


def _only_account(change: Change) -> str | None:
    found = change.read(accounts.accounts, span=Span(limit=2)).items
    return found[0].id if len(found) == 1 else None


@get("/", sync_to_thread=True)
def list_productions(
    request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[ProductionCard]]:
    """Productions, oldest first."""
    return answer_page(request, visit.read(view.productions, span=span, within=visit.within))


@get("/{production:str}", sync_to_thread=True)
def show_production(production: FromPath[str], visit: NamedDependency[Visit]) -> Answer[ProductionCard]:
    """One production."""
    return answer_card(visit.read(view.production, production))


@put("/{production:str}/account", sync_to_thread=True)
def choose_account(
    production: FromPath[str], data: JSONBody[AccountChoice], change: NamedDependency[Change]
) -> Answer[ProductionCard]:
    """Send this show's requests under that account."""
    return _changed(change, ChooseAccount(stream=named("production", production), account=data.account))


@post("/{production:str}/close", status_code=200, sync_to_thread=True)
def close_production(
    production: FromPath[str], data: JSONBody[Because], change: NamedDependency[Change]
) -> Answer[ProductionCard]:
    """Take no further scenes or requests."""
    return _changed(change, CloseProduction(stream=named("production", production), reason=data.reason))


ROUTES: Any = Router(
    "/productions",
    route_handlers=[open_production, list_productions, show_production, choose_account, close_production],
    opt={"reach": "production", "changes": "asset_writer"},
    tags=["Productions"],
)
