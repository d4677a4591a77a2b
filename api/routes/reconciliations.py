"""Reconciliations: what the provider has and has charged, against the log."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from api.errors import Web
from api.reconciling import AcceptedRestore, NewReconciliation, RestoreCard
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit
from generation.comparing import Window
from generation.desk import Desk
from generation.reconcile import Run, reconcile_now, usual_window
from generation.restoring import accept, acceptance, stream_of
from registry.errors import InvalidCommand
from registry.registry import Connection
from registry.views import accounts
from registry.views import reconciliations as view
from registry.views.page import Page, Span
from registry.views.reconciliations import ReconciliationCard


@post("/", sync_to_thread=True)
def reconcile_account(
    data: JSONBody[NewReconciliation], change: NamedDependency[Change]
) -> Answer[ReconciliationCard]:
    """Compare an account with the provider now: orphans are adopted, what differs is recorded and reported.

    It reads every list to its end, so a large account takes minutes. 409 while the account is being compared already, 503 when
    none of its lists could be read.
    """
    if (first := change.earlier()) is not None:
        return first
    change.must_not_match()
    account = data.account or only_account(change)
    change.read(accounts.account, account)
    desk = change.continuity.desk()
    name = change.registry.make_id("reconciliation")

    def reply(connection: Connection) -> Reply:
        card = view.reconciliation(connection, change.studio, name)
        return card_reply(card, status=201, location=f"/v1/reconciliations/{name}")

    handled = reconcile_now(
        desk,
        change.studio,
        account,
        Run(
            name=name,
            context=change.context(),
            window=_window(desk, data),
            idempotency=change.idempotency(reply),
        ),
    )
    return change.told(handled)


def only_account(change: Change) -> str:
    """The studio's account, where it has one. Raises InvalidCommand."""
    known = [card.id for card in change.read(accounts.accounts).items]
    if len(known) == 1:
        return known[0]
    raise InvalidCommand(
        f"account is missing, and the studio has {len(known)} accounts: {', '.join(known) or 'none'}",
        hint="name one of them" if known else "open an account first",
        path="account",
    )


def _window(desk: Desk, data: NewReconciliation) -> Window:
    """Raises InvalidCommand for a window that holds nothing."""
    window = Window(usual_window(desk).since if data.since is None else data.since, data.until)
    if window.since >= (desk.now() if window.until is None else window.until):
        raise InvalidCommand(
            f"the window from {window.since} until {window.until or 'now'} holds nothing",
            hint="microseconds since 1970: name a moment in the past as `from`, and a later one as `to`",
            path="from",
        )
    return window


@post("/accept-restore", opt={"role": "approver"}, sync_to_thread=True)
def accept_restore(data: JSONBody[AcceptedRestore], change: NamedDependency[Change]) -> Answer[RestoreCard]:
    """Send again from a database that is older than what was sent from it.

    409 when there is no such restore, or an account was not compared since, whole and without a window.
    """
    if (first := change.earlier()) is not None:
        return first
    change.must_not_match("what is accepted here is a restore")
    desk = change.continuity.desk()
    accepted = acceptance(desk, change.studio, reason=data.reason, without=data.without)
    card = RestoreCard(id=stream_of(accepted.event_id), **accepted.model_dump())
    handled = accept(
        desk,
        change.studio,
        accepted,
        context=change.context(),
        idempotency=change.idempotency(lambda _: card_reply(card)),
    )
    return change.told(handled)


@get("/", sync_to_thread=True)
def list_reconciliations(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    of_account: Annotated[str | None, QueryParameter(name="account")] = None,
) -> Answer[Page[ReconciliationCard]]:
    """All runs, oldest first; `account` names whose."""
    return answer_page(request, visit.read(view.reconciliations, span=span, account=of_account))


@get("/{reconciliation:str}", sync_to_thread=True)
def show_reconciliation(
    reconciliation: FromPath[str], visit: NamedDependency[Visit]
) -> Answer[ReconciliationCard]:
    """One run's report."""
    return answer_card(visit.read(view.reconciliation, reconciliation))


ROUTES: Any = Router(
    "/reconciliations",
    route_handlers=[reconcile_account, accept_restore, list_reconciliations, show_reconciliation],
    opt={"reach": "studio", "changes": "operator"},
    tags=["Reconciliations"],
)
