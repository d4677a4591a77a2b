"""Censuses: an account's elements and voices at the provider, against our bindings."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from api.errors import Web
from api.reconciling import NewCensus
from api.routes.answering import Answer, Reply, answer_page, card_reply
from api.routes.commanding import Change, Visit
from api.routes.reconciliations import only_account
from generation.census import Count, census_now
from registry.registry import Connection
from registry.views import accounts
from registry.views import censuses as view
from registry.views.censuses import CensusCard
from registry.views.page import Page, Span


@post("/", sync_to_thread=True)
def take(data: JSONBody[NewCensus], change: NamedDependency[Change]) -> Answer[CensusCard]:
    """Count an account's elements and voices now: what is lost or found again is noted, every difference is reported.

    Every list is read to its end. 409 while a census of the account is being taken, 503 when none of its lists could be read.
    """
    if (first := change.earlier()) is not None:
        return first
    change.must_not_match()
    account = data.account or only_account(change)
    change.read(accounts.account, account)
    name = change.registry.make_id("census")

    def reply(connection: Connection) -> Reply:
        card = view.census(connection, change.studio, name)
        return card_reply(card, status=201, location=f"/v1/elements/census?account={account}")

    count = Count(name, change.context(), change.idempotency(reply))
    handled = census_now(change.continuity.desk(), change.studio, account, count)
    return change.told(handled)


@get("/", sync_to_thread=True)
def list_censuses(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    of_account: Annotated[str | None, QueryParameter(name="account")] = None,
) -> Answer[Page[CensusCard]]:
    """The newest census of each account; `account` names whose."""
    return answer_page(request, visit.read(view.last_censuses, span=span, account=of_account))


ROUTES: Any = Router(
    "/elements/census",
    route_handlers=[take, list_censuses],
    opt={"reach": "studio", "changes": "operator"},
    tags=["Elements"],
)
