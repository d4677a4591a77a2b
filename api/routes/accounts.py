"""Kling accounts: where we send, and under whose key. The keys themselves are settings and never pass here."""

from __future__ import annotations

from typing import Any

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.bodies import NewAccount
from api.errors import Web
from api.routes.answering import After, Answer, Limit, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit
from registry.deciders.account import OpenAccount
from registry.errors import InvalidCommand
from registry.views import accounts as view
from registry.views.accounts import AccountCard
from registry.views.page import Page


@post("/", sync_to_thread=True)
def open_account(data: JSONBody[NewAccount], change: NamedDependency[Change]) -> Answer[AccountCard]:
    """Send under a Kling account. Without host and fingerprint, those of the service's settings are taken."""
    if (first := change.earlier()) is not None:
        return first
    settings = change.continuity.settings
    host = (data.host or settings.kling_base_url).rstrip("/")
    settings.outbound_policy().check(host)
    account = change.registry.make_id("account")
    command = OpenAccount(
        stream=account,
        name=data.name,
        region=data.region,
        host=host,
        key_fingerprint=data.key_fingerprint or _only_fingerprint(change),
    )
    return change.create(
        command,
        reply=lambda connection: card_reply(
            view.account(connection, change.studio, account), status=201, location=f"/v1/accounts/{account}"
        ),
    )


def _only_fingerprint(change: Change) -> str:
    known = list(change.continuity.credentials)
    if len(known) == 1:
        return known[0]
    raise InvalidCommand(
        f"key_fingerprint is missing, and the service has {len(known)} Kling keys: {', '.join(known) or 'none'}",
        hint="name the fingerprint of the account's key"
        if known
        else "set KLING_ACCESS_KEY and KLING_SECRET_KEY (or KLING_API_KEY) and start the service again",
        path="key_fingerprint",
    )


@get("/", sync_to_thread=True)
def list_accounts(
    request: Web, visit: NamedDependency[Visit], after: After = 0, limit: Limit = 100
) -> Answer[Page[AccountCard]]:
    """All accounts, oldest first."""
    return answer_page(request, visit.read(view.accounts, after=after, limit=limit))


@get("/{account:str}", sync_to_thread=True)
def show_account(account: FromPath[str], visit: NamedDependency[Visit]) -> Answer[AccountCard]:
    """One account."""
    return answer_card(visit.read(view.account, account))


ROUTES: Any = Router(
    "/accounts", route_handlers=[open_account, list_accounts, show_account], tags=["Accounts"]
)
